/* What this person sees and may do now: the public question, the own team and the rules of the round, folded into one screen. Pure. */
import type { Policy, Question, Seat, Snapshot, Step, Team, TeamState, You } from "../shared/protocol.gen.ts";
import { justCut } from "../shared/contest.ts";
import { asks } from "../shared/live.ts";
import { liveMode } from "../shared/modes.ts";
import { lotPlace, ofGroup, roundOf, seatOf, takesPart, teamOf } from "../shared/teams.ts";

/** Why this person only watches. */
export type Why =
  | "turn" // another team's turn
  | "field" // a tie-break of others
  | "group" // another group's round
  | "gone" // the own team did not go on
  | "out" // disqualified
  | "declined" // wager: the own team declined
  | "tried" // buzzer: the own team was wrong or silent
  | "held"; // buzzer: another team answers

/** Whether this person's tap counts, and if not, why. */
export type Hand = "free" | "captain" | "answered";

export type Screen =
  | { at: "lobby" | "ready" | "paused" | "end" }
  /** the round is over and who goes on is decided */
  | { at: "advance"; on: boolean; next: string | undefined }
  /** announced */
  | { at: "armed" }
  /** wager: before the question is shown; `captain`: it is for him to choose */
  | { at: "stake"; hand: "free" | "captain" | "chosen" }
  /** the buzzer; see press.ts */
  | { at: "press" }
  | { at: "answer"; hand: Hand; own: boolean }
  /** the own team answers by word of mouth */
  | { at: "spoken" }
  /** speed: all of the burst is answered */
  | { at: "done" }
  /** jury: the own team is on the stage */
  | { at: "perform" }
  | { at: "watch"; why: Why; who: string | undefined }
  | { at: "closed" | "reveal" };

export interface Me {
  person: string | undefined;
  entry: string | undefined;
  team: Team | undefined;
  state: TeamState | undefined;
  seat: Seat | undefined;
  /** 1-based place in the lot, 0 before it */
  lot: number;
  /** the team has used its help */
  helped: boolean;
}

export function me(snap: Snapshot, you: You | undefined): Me {
  const entry = you?.entry;
  return {
    person: you?.person,
    entry,
    team: teamOf(snap, entry),
    state: snap.team,
    seat: snap.question && seatOf(snap.question, entry),
    lot: lotPlace(snap, entry),
    helped: teamOf(snap, entry)?.helped === true,
  };
}

export function screenOf(snap: Snapshot, self: Me): Screen {
  switch (snap.phase) {
    case "draft":
    case "lobby":
      return { at: "lobby" };
    case "finished":
    case "final":
      return { at: "end" };
    case "paused":
      return { at: "paused" };
    case "running":
      return snap.question ? running(snap, snap.question, self) : { at: "ready" };
  }
}

function running(snap: Snapshot, question: Question, self: Me): Screen {
  const away = awayFrom(snap, question, self);
  switch (question.state) {
    case "none":
      return { at: "ready" };
    case "armed":
      return away ?? announced(question, self);
    case "open":
      return away ?? open(snap, question, self);
    case "held":
      if (question.held === self.entry) return answering(snap, question, self);
      return away ?? { at: "watch", why: self.seat?.tried ? "tried" : "held", who: question.held };
    case "closing":
    case "closed":
      return { at: "closed" };
    case "revealed":
      return advance(snap, self) ?? { at: "reveal" };
  }
}

function announced(question: Question, self: Me): Screen {
  switch (liveMode(question.mode)) {
    case "wager":
      return { at: "stake", hand: self.state?.stake !== undefined ? "chosen" : self.state && !self.state.captain ? "captain" : "free" };
    case "buzzer":
      return { at: "press" };
    case "jury":
      return { at: "perform" };
    case "live":
    case "required":
    case "speed":
    case "tiebreak":
      return { at: "armed" };
  }
}

function open(snap: Snapshot, question: Question, self: Me): Screen {
  switch (liveMode(question.mode)) {
    case "wager":
      if (self.seat?.stake === 0) return { at: "watch", why: "declined", who: question.turn };
      return answering(snap, question, self);
    case "buzzer":
      return self.seat?.tried ? { at: "watch", why: "tried", who: undefined } : { at: "press" };
    case "jury":
      return { at: "perform" };
    case "speed":
      return stepOf(snap) ? answering(snap, question, self) : { at: "done" };
    case "live":
    case "required":
    case "tiebreak":
      return answering(snap, question, self);
  }
}

function answering(snap: Snapshot, question: Question, self: Me): Screen {
  const round = roundOf(snap, question);
  const own = self.team !== undefined && (question.turn === self.entry || question.held === self.entry);
  if (round?.by_judge && own) return { at: "spoken" };
  return { at: "answer", hand: self.state && round ? hand(round.policy, self.state) : "free", own };
}

export function hand(policy: Policy, team: TeamState): Hand {
  switch (policy) {
    case "captain":
      return team.captain ? "free" : "captain";
    case "first":
      return team.saved ? "answered" : "free";
    case "majority":
    case "mean":
    case "best":
    case "sum":
      return "free";
  }
}

function awayFrom(snap: Snapshot, question: Question, self: Me): Screen | undefined {
  if (!self.team || takesPart(snap, question, self.team)) return undefined;
  const watch = (why: Why): Screen => ({ at: "watch", why, who: question.held ?? question.turn });
  if (self.team.out) return watch("out");
  if (!self.team.in) return watch("gone");
  if (question.turn !== undefined) return watch("turn");
  return watch(question.field !== undefined && question.field.length > 0 ? "field" : "group");
}

/* To the teams that took part in the round; one that left after an earlier one has been told. */
function advance(snap: Snapshot, self: Me): Screen | undefined {
  const cut = justCut(snap);
  const { team } = self;
  if (cut === undefined || !team || team.out || !ofGroup(snap.head.rounds[cut - 1], team)) return undefined;
  if (!team.in) return team.left === cut ? { at: "advance", on: false, next: undefined } : undefined;
  // A tie-break is only for whom it comes to.
  const next = snap.head.rounds.slice(cut).find((round) => round.mode !== "tiebreak" && ofGroup(round, team));
  return { at: "advance", on: true, next: next?.title };
}

/** The question of a burst that is to be answered now. */
export function stepOf(snap: Snapshot): Step | undefined {
  const { question, step } = snap;
  return question && step && question.state === "open" && asks(question, step.q) ? step : undefined;
}

/** What is asked of this person's hand now: the question, or the step of a burst in its place. */
export function asked(snap: Snapshot): Question | undefined {
  const { question } = snap;
  const step = stepOf(snap);
  if (!question || !step) return question;
  const { options: _, ...rest } = question;
  return { ...rest, q: step.q, type: step.type, stem: step.stem, ...(step.options ? { options: step.options } : {}) };
}

/** Options that were dropped for the own team by its help. */
export function droppedFor(question: Question, self: Me): number[] {
  return self.entry !== undefined && question.dropped_for === self.entry ? (question.dropped ?? []) : [];
}

/** Helps that were asked for at this question. */
export function helpsAsked(question: Question): { entry: string; help: number }[] {
  return question.seats.flatMap(({ entry, help }) => (help === undefined ? [] : [{ entry, help }]));
}

/** Helps that this person may ask for now. */
export function helpsNow(snap: Snapshot, self: Me): number[] {
  const { question, head } = snap;
  if (!question || !self.team || self.helped || !self.state?.captain) return [];
  const mode = question.mode === "required" || question.mode === "wager" || (question.mode === "buzzer" && question.state === "held");
  // What is dropped is seen by all: only who is asked alone may have it.
  const alone = (question.held ?? question.turn) === self.entry;
  const choosable = alone && question.type === "single" && (question.options?.length ?? 0) > 3;
  return mode ? (head.helps ?? []).filter((help) => help !== 2 || choosable) : [];
}
