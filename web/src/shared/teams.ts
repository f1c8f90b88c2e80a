/* Who is who in a team contest, and what each did about the question. Pure. */
import type { Question, Round, Seat, Snapshot, Team } from "./protocol.gen.ts";

export function teamOf(snap: Snapshot, entry: string | undefined): Team | undefined {
  return entry === undefined ? undefined : snap.teams.find((team) => team.entry === entry);
}

/** The name to show for an entry: of the team, else of the board's row; "" when neither is known. */
export function nameOf(snap: Snapshot, entry: string | undefined): string {
  if (entry === undefined) return "";
  return teamOf(snap, entry)?.name ?? snap.board?.rows.find((row) => row.entry === entry)?.name ?? "";
}

export function seatOf(question: Question, entry: string | undefined): Seat | undefined {
  return entry === undefined ? undefined : question.seats.find((seat) => seat.entry === entry);
}

/** 1-based place in the lot, 0 when not drawn. */
export function lotPlace(snap: Snapshot, entry: string | undefined): number {
  return snap.teams.findIndex((team) => team.entry === entry) + 1;
}

export function roundOf(snap: Snapshot, question: Question): Round | undefined {
  return snap.head.rounds[question.round - 1];
}

/** Teams that the question is for: the one whose turn it is, the field of a tie-break, else all of the round that are in. */
export function takesPart(snap: Snapshot, question: Question, team: Team): boolean {
  if (team.out) return false;
  if (question.turn !== undefined) return question.turn === team.entry;
  if (question.field !== undefined && question.field.length > 0) return question.field.includes(team.entry);
  return team.in && ofGroup(roundOf(snap, question), team);
}

/** A round is for one group, or for all. */
export function ofGroup(round: Round | undefined, team: Team): boolean {
  return !round?.group || round.group === team.group;
}
