/* A contest of teams as far as everybody may see it: who is asked, what each has done, who holds the question, whether the round is over.
 *
 * Nothing here decides anything: the engine does. A desk is told what comes next (`ahead`) and believes it; a stage is not, and before the
 * board has settled a desk is not yet, so the same is worked out here as far as the wire tells. Nothing is guessed. Pure.
 */
import type { Ahead, BoardRow, Question, Round, Seat, Snapshot, Team } from "./protocol.gen.ts";
import { nameOf, roundOf, seatOf, takesPart, teamOf } from "./teams.ts";

/** The round of the current question. */
export function roundNow(snap: Snapshot): Round | undefined {
  return snap.question && roundOf(snap, snap.question);
}

/** Teams that may be asked in a round: still in, not disqualified, of its group. */
export function eligible(snap: Snapshot, round = roundNow(snap)): Team[] {
  return snap.teams.filter((team) => team.in && !team.out && ofGroup(team, round));
}

function ofGroup(team: Team, round: Round | undefined): boolean {
  return round?.group === undefined || round.group === 0 || round.group === team.group;
}

/** Teams that the current question is put to, in the order of the lot. */
export function asked(snap: Snapshot): Team[] {
  const question = snap.question;
  return question ? snap.teams.filter((team) => takesPart(snap, question, team)) : [];
}

/* What a team is seen to do, the strongest fact first. */
export type SeatAt =
  | "idle"
  /** saved an answer */
  | "answered"
  /** chose a stake, still secret */
  | "staked"
  /** gives up the question, public */
  | "declined"
  /** pressed in time and waits for its turn */
  | "pressed"
  /** answers now */
  | "held"
  /** pressed too early: out for this question */
  | "fouled"
  /** pressed too early: out for some seconds */
  | "locked"
  | "wrong"
  | "right";

export interface SeatView {
  team: Team;
  at: SeatAt;
  /** hundredths, from opening on */
  stake?: number;
  /** speed: answers of the burst that are saved */
  done?: number;
}

export function seatViews(snap: Snapshot, nowMs: number): SeatView[] {
  const question = snap.question;
  if (!question) return [];
  const seats = new Map(question.seats.map((seat) => [seat.entry, seat]));
  return asked(snap).map((team) => {
    const seat = seats.get(team.entry);
    return {
      team,
      at: seatAt(question, seat, nowMs),
      ...(seat?.stake === undefined ? {} : { stake: seat.stake }),
      ...(seat?.done === undefined ? {} : { done: seat.done }),
    };
  });
}

function seatAt(question: Question, seat: Seat | undefined, nowMs: number): SeatAt {
  if (!seat) return "idle";
  if (question.held === seat.entry) return "held";
  if (seat.right) return "right";
  if (seat.tried) return "wrong";
  if (seat.stake === 0) return "declined";
  if (seat.pressed) return "pressed";
  if (seat.fouled && seat.locked_ms === undefined) return "fouled";
  if (seat.fouled && (question.state === "armed" || (seat.locked_ms ?? 0) > nowMs)) return "locked";
  if (question.n === 1 && (seat.done ?? 0) > 0) return "answered";
  if (question.state === "armed" && seat.staked) return "staked";
  return "idle";
}

/** Speed: whether it is said how far the teams are. Who has saved nothing has no seat, so one that has tells; after the end all is told. */
export function progressKnown(question: Question): boolean {
  return question.state === "closed" || question.state === "revealed" || question.seats.some((seat) => seat.done !== undefined);
}

export interface PressView {
  entry: string;
  name: string;
  order: number;
  usedUs: number | undefined;
  /** after the first press; 0 for the first itself */
  gapUs: number | undefined;
  at: SeatAt;
}

/** Presses in the order in which they were judged. */
export function presses(snap: Snapshot): PressView[] {
  const question = snap.question;
  const seats = (question?.seats ?? []).filter((seat) => seat.order !== undefined);
  seats.sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
  const first = seats[0]?.used_us;
  return seats.map((seat) => ({
    entry: seat.entry,
    name: nameOf(snap, seat.entry),
    order: seat.order ?? 0,
    usedUs: seat.used_us,
    gapUs: first === undefined || seat.used_us === undefined ? undefined : seat.used_us - first,
    at: seatAt(question as Question, seat, Number.POSITIVE_INFINITY),
  }));
}

export function fouls(snap: Snapshot): Team[] {
  const fouled = new Set((snap.question?.seats ?? []).filter((seat) => seat.fouled).map((seat) => seat.entry));
  return snap.teams.filter((team) => fouled.has(team.entry));
}

/** How many of those asked have chosen a stake. */
export function staked(snap: Snapshot): { n: number; of: number } {
  const question = snap.question;
  const teams = asked(snap);
  return { n: teams.filter((team) => question && seatOf(question, team.entry)?.staked).length, of: teams.length };
}

/** Stakes of an open wager, the highest first, those who decline last. */
export function stakes(snap: Snapshot): { points: number; teams: Team[] }[] {
  const question = snap.question;
  if (!question) return [];
  const by = new Map<number, Team[]>();
  for (const team of asked(snap)) {
    const stake = seatOf(question, team.entry)?.stake ?? 0;
    by.set(stake, [...(by.get(stake) ?? []), team]);
  }
  return [...by].sort(([a], [b]) => b - a).map(([points, teams]) => ({ points, teams }));
}

/** How a buzzer question ended, once it is closed. */
export type BuzzerEnd = { kind: "right"; entry: string } | { kind: "wrong" } | { kind: "silent" };

export function buzzerEnd(question: Question): BuzzerEnd {
  const right = question.seats.find((seat) => seat.right);
  if (right) return { kind: "right", entry: right.entry };
  return question.silent || !question.seats.some((seat) => seat.tried) ? { kind: "silent" } : { kind: "wrong" };
}

/* What the engine says of the next question, between questions. */
function aheadOf(snap: Snapshot): Ahead | undefined {
  const state = snap.question?.state ?? "none";
  return state === "none" || state === "revealed" ? snap.ahead : undefined;
}

/** Who is asked after this question in a round that goes by the lot. By reverse rank only the engine can tell. */
export function nextInTurn(snap: Snapshot): Team | undefined {
  const question = snap.question;
  const ahead = aheadOf(snap);
  if (ahead) return ahead.round === question?.round ? teamOf(snap, ahead.turn) : undefined;
  const round = roundNow(snap);
  if (!question || round?.turns !== "lot" || question.turn === undefined) return undefined;
  // A question that was voided comes back to its team, and when is the engine's to say.
  if (question.voided || voidedIn(snap, round) > 0) return undefined;
  const teams = eligible(snap, round);
  const at = teams.findIndex((team) => team.entry === question.turn);
  const last = question.in_round - 1 + question.n >= unitsAsked(snap, round);
  return at < 0 || last ? undefined : teams[(at + 1) % teams.length];
}

/* Questions of a round that will be asked: in turn, as many as give every team the same number, and a spare one for each that was voided. */
function unitsAsked(snap: Snapshot, round: Round): number {
  if (round.turns === "all") return round.questions;
  const burst = Math.max(1, round.burst);
  const teams = Math.max(1, eligible(snap, round).length);
  const fair = Math.floor(round.questions / (burst * teams)) * burst * teams;
  return Math.min(round.questions, fair + voidedIn(snap, round) * burst);
}

function voidedIn(snap: Snapshot, round: Round): number {
  const first = firstOf(snap, snap.head.rounds.indexOf(round));
  const voided = snap.rulings.filter((ruling) => {
    const q = ruling.question ?? 0;
    return ruling.kind === "void" && ruling.state === "done" && q >= first && q < first + round.questions;
  });
  return new Set(voided.map((ruling) => ruling.question)).size;
}

/** Number over the event of the first question of a round (0-based index). */
export function firstOf(snap: Snapshot, round: number): number {
  return snap.head.rounds.slice(0, round).reduce((sum, { questions }) => sum + questions, 1);
}

/** After the reveal: whether no further question of this round will be asked. */
export function roundOver(snap: Snapshot): boolean {
  const question = snap.question;
  const round = roundNow(snap);
  if (!question || !round || question.state !== "revealed") return false;
  if (snap.ahead) return snap.ahead.q === undefined || snap.ahead.round !== question.round;
  if (round.mode === "tiebreak" && !stillTied(snap, question.field ?? [])) return true;
  return question.in_round - 1 + question.n >= unitsAsked(snap, round);
}

/* Only what the board shows can be told; entries beyond it may still be tied. */
function stillTied(snap: Snapshot, field: string[]): boolean {
  const ranks = field.map((entry) => snap.board?.rows.find((row) => row.entry === entry)?.rank);
  return ranks.some((rank, i) => rank === undefined || ranks.indexOf(rank) !== i);
}

/** Number of the question that `next` would announce; undefined when none is left. */
export function nextNumber(snap: Snapshot): number | undefined {
  const question = snap.question;
  const ahead = aheadOf(snap);
  if (ahead) return ahead.q;
  if (!question) return snap.head.questions > 0 ? 1 : undefined;
  if (!roundOver(snap)) return question.q + question.n <= snap.head.questions ? question.q + question.n : undefined;
  for (let i = question.round; i < snap.head.rounds.length; i++) {
    const round = snap.head.rounds[i];
    if (round && !(round.mode === "tiebreak" && nobodyTied(snap))) return firstOf(snap, i);
  }
  return undefined;
}

function nobodyTied(snap: Snapshot): boolean {
  const rows = snap.board?.rows;
  return rows !== undefined && rows.length > 0 && new Set(rows.map((row) => row.rank)).size === rows.length;
}

/* Who goes on is decided before the next round begins: after the round that says so, or after a tie-break that follows it and does. The
 * round, and how many of it. */
function owed(snap: Snapshot): Round | undefined {
  const question = snap.question;
  if (!question || question.state !== "revealed" || !roundOver(snap)) return undefined;
  const next = nextNumber(snap);
  const upto = next === undefined ? snap.head.rounds.length : roundIndex(snap, next);
  const behind = snap.head.rounds.slice(question.round - 1, Math.max(upto, question.round));
  return behind.find((round) => round.advance !== undefined);
}

function roundIndex(snap: Snapshot, q: number): number {
  let end = 0;
  return snap.head.rounds.findIndex(({ questions }) => (end += questions) >= q);
}

/** The round whose advancement comes next: the one that is owed, otherwise the current one. */
export function cutRound(snap: Snapshot): Round | undefined {
  return owed(snap) ?? roundNow(snap);
}

/** A round is over and too many are still in. That as many as are tied for the last place go on, too, the wire does not tell: a desk
 * that has seen it done knows better. */
export function advanceDue(snap: Snapshot): boolean {
  if (snap.question && snap.ahead) return snap.ahead.advance && roundOver(snap);
  const round = owed(snap);
  return round?.advance !== undefined && eligible(snap, round).length > round.advance;
}

/** Whether the round can end by saying who goes on: also before its last question. */
export function mayCut(snap: Snapshot): boolean {
  const round = cutRound(snap);
  if (!round || snap.question?.state !== "revealed") return false;
  if (snap.ahead) return snap.ahead.advance;
  return round.advance !== undefined && eligible(snap, round).length > round.advance;
}

/** Whether an advancement was made between two pictures of one question. */
export function fellOut(before: Snapshot | undefined, now: Snapshot): boolean {
  if (!before || before.question?.q !== now.question?.q) return false;
  const were = new Set(before.teams.filter((team) => team.in).map((team) => team.entry));
  return now.teams.some((team) => !team.in && !team.out && were.has(team.entry));
}

/** A round's advancement was made and no question has been announced since. */
export function advanced(snap: Snapshot): boolean {
  const round = owed(snap);
  return (
    round?.advance !== undefined &&
    eligible(snap, round).length <= round.advance &&
    snap.teams.some((team) => !team.in && ofGroup(team, round))
  );
}

export interface Cut {
  on: { entry: string; name: string; row: BoardRow | undefined }[];
  /** entries beyond the board that are not named */
  unknown: number;
  /** more go on than the round says, because they share the last place */
  tied: boolean;
}

/** Who would go on; whoever is as good as the last goes on, too. */
export function cut(snap: Snapshot): Cut {
  const round = cutRound(snap);
  const n = round?.advance ?? 0;
  const board = snap.board?.rows ?? [];
  if (snap.ahead?.on) {
    const on = snap.ahead.on.map((entry) => ({ entry, name: nameOf(snap, entry), row: board.find((row) => row.entry === entry) }));
    return { on, unknown: 0, tied: on.length > n };
  }
  const may = new Set(eligible(snap, round).map((team) => team.entry));
  const rows = board.filter((row) => may.has(row.entry));
  const last = rows[n - 1]?.rank ?? Number.POSITIVE_INFINITY;
  const on = rows.filter((row, i) => i < n || row.rank === last).map((row) => ({ entry: row.entry, name: row.name, row }));
  return { on, unknown: Math.max(0, Math.min(n, may.size) - on.length), tied: on.length > n };
}
