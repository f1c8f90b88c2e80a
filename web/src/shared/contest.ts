/* A contest of teams as far as everybody may see it: who is asked, what each has done, who holds the question, who went on.
 *
 * Nothing here decides anything: the engine does, and tells desks what comes next (`ahead`). What is worked out here is for pictures. Pure.
 */
import type { BoardRow, Question, Round, Seat, Snapshot, Team } from "./protocol.gen.ts";
import { nameOf, ofGroup, roundOf, seatOf, takesPart, teamOf } from "./teams.ts";

/** The round of the current question. */
export function roundNow(snap: Snapshot): Round | undefined {
  return snap.question && roundOf(snap, snap.question);
}

/** Teams that may be asked in a round: still in, not disqualified, of its group. */
export function eligible(snap: Snapshot, round = roundNow(snap)): Team[] {
  return snap.teams.filter((team) => team.in && !team.out && ofGroup(round, team));
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
  /** speed: answers of the burst that are saved; otherwise members whose answer is */
  done: number;
}

export function seatViews(snap: Snapshot, nowMs: number): SeatView[] {
  const question = snap.question;
  if (!question) return [];
  const seats = new Map(question.seats.map((seat) => [seat.entry, seat]));
  const progress = new Map(snap.progress.map((row) => [row.entry, row.done]));
  return asked(snap).map((team) => {
    const seat = seats.get(team.entry);
    const done = progress.get(team.entry) ?? 0;
    return {
      team,
      at: seatAt(question, seat, done, nowMs),
      ...(seat?.stake === undefined ? {} : { stake: seat.stake }),
      done,
    };
  });
}

function seatAt(question: Question, seat: Seat | undefined, done: number, nowMs: number): SeatAt {
  const answered = question.n === 1 && done > 0 ? "answered" : "idle";
  if (!seat) return answered;
  if (question.held === seat.entry) return "held";
  if (seat.right) return "right";
  if (seat.tried) return "wrong";
  if (seat.stake === 0) return "declined";
  if (seat.pressed) return "pressed";
  if (seat.fouled && seat.locked_ms === undefined) return "fouled";
  if (seat.fouled && (question.state === "armed" || (seat.locked_ms ?? 0) > nowMs)) return "locked";
  if (question.state === "armed" && seat.staked) return "staked";
  return answered;
}

/** How many of those asked have answered, or are through with a burst; in a wager only who staked may answer. */
export function answered(snap: Snapshot): { n: number; of: number } {
  const { question } = snap;
  const views = question ? seatViews(snap, 0).filter((view) => !sitsOut(question, view)) : [];
  return { n: views.filter((view) => view.done >= (question?.n ?? 1)).length, of: views.length };
}

/** Whether several members answer, each for themselves, and the team's answer comes of theirs. */
export function manyAnswer(snap: Snapshot): boolean {
  const policy = roundNow(snap)?.policy;
  return snap.question?.n === 1 && policy !== "captain" && policy !== "first";
}

/* Not to have chosen a stake by the opening is to decline. */
function sitsOut(question: Question, view: SeatView): boolean {
  return question.mode === "wager" && question.state !== "armed" && (view.stake ?? 0) === 0;
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
    at: seatAt(question as Question, seat, 0, Number.POSITIVE_INFINITY),
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

/** One team at a time answers: shares of one would say nothing. */
export function answeredAlone(question: Question): boolean {
  return question.mode === "buzzer" || question.turn !== undefined;
}

/** How a buzzer question ended, once it is closed. */
export type BuzzerEnd = { kind: "right"; entry: string } | { kind: "wrong" } | { kind: "silent" };

export function buzzerEnd(question: Question): BuzzerEnd {
  const right = question.seats.find((seat) => seat.right);
  if (right) return { kind: "right", entry: right.entry };
  return question.silent || !question.seats.some((seat) => seat.tried) ? { kind: "silent" } : { kind: "wrong" };
}

/** Who is asked after this question. A desk is told between questions; while the round goes once through the lot, everybody can see it. */
export function nextInTurn(snap: Snapshot): Team | undefined {
  const { question, ahead } = snap;
  if (!question || question.turn === undefined) return undefined;
  if (ahead) return ahead.round === question.round ? teamOf(snap, ahead.turn) : undefined;
  const round = roundNow(snap);
  if (!round || round.turns !== "lot" || anyVoid(snap, question.round - 1)) return undefined;
  const teams = eligible(snap, round);
  const at = teams.findIndex((team) => team.entry === question.turn);
  return at < 0 ? undefined : teams[at + 1];
}

/* A question that was voided comes back to its team, and when is the engine's to say. */
function anyVoid(snap: Snapshot, round: number): boolean {
  const first = firstOf(snap, round);
  const end = firstOf(snap, round + 1);
  return snap.rulings.some(({ kind, state, question: q = 0 }) => kind === "void" && state === "done" && q >= first && q < end);
}

/** Number over the event of the first question of a round (0-based index). */
export function firstOf(snap: Snapshot, round: number): number {
  return snap.head.rounds.slice(0, round).reduce((sum, { questions }) => sum + questions, 1);
}

/** The round (1-based) whose advancement was made and after which no question has been announced. */
export function justCut(snap: Snapshot): number | undefined {
  const { question, advanced } = snap;
  return question?.state === "revealed" && advanced >= question.round ? advanced : undefined;
}

/** Teams that went on after the advancement that was just made. */
export function wentOn(snap: Snapshot): Team[] {
  const cut = justCut(snap);
  return cut === undefined ? [] : eligible(snap, snap.head.rounds[cut - 1]);
}

/** Who would go on, as the engine says, with how they stand. */
export function goingOn(snap: Snapshot): { entry: string; name: string; row: BoardRow | undefined }[] {
  return (snap.ahead?.on ?? []).map((entry) => ({
    entry,
    name: nameOf(snap, entry),
    row: snap.board?.rows.find((row) => row.entry === entry),
  }));
}

/** The round that ends by saying who goes on and has not yet. It cannot be left otherwise, not even before its last question. */
export function owing(snap: Snapshot): Round | undefined {
  const at = snap.head.rounds.findIndex((round, i) => round.advance !== undefined && i >= snap.advanced);
  const round = snap.head.rounds[at];
  const now = snap.question?.round ?? 0;
  return at >= 0 && (at < now || snap.ahead?.advance) ? round : undefined;
}
