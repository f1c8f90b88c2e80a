/* What the host may do now, and what comes next.
 *
 * A mirror of the engine's rules, so that a button that would be refused says why before it is pressed. The server stays the
 * judge: every command carries the number of the question the host saw. What comes between questions it says itself (`ahead`).
 * Pure; messages are keys of desk/messages.ts.
 *
 * While people answer, stake, press or mark there is no big button until all of them have: the clock closes the question, and a host who
 * taps the space bar twice must not cut off a whole hall. Not waiting any longer has its own key.
 *
 * A self-paced event has no questions here: it is published, opens and closes by its window, and is confirmed when all papers are in.
 *
 * While the board is frozen only rounds go on whose outcome is not told in the hall. Where such a one is next it comes first; else the
 * reveal is the next right thing, and once it has begun it is seen through.
 */
import { answered, manyAnswer, owing, roundNow, staked } from "../shared/contest.ts";
import { liveMode, selfPaced } from "../shared/modes.ts";
import type { Action, Phase, QState, Question, Round, Snapshot } from "../shared/protocol.gen.ts";
import { canResolve, hides, revealState } from "./reveal.ts";

export type Refusal =
  | "why.over"
  | "why.beforeStart"
  | "why.noneOpen"
  | "why.notPaused"
  | "why.unrevealed"
  | "why.paused"
  | "why.notFinished"
  | "why.notLobby"
  | "why.lastRound"
  | "why.noCut"
  | "why.rulings"
  | "why.frozen"
  | "why.notFrozen"
  | "why.revealing";

/** What the big button stands for; "judge" is answered by right or wrong, "look" opens a pane, "wait" has no action behind it. */
export type Step =
  | { kind: "act"; action: Action; label: StepLabel }
  | { kind: "judge"; label: "judge.spoken" }
  | { kind: "look"; label: "look.rulings" }
  | { kind: "wait"; label: WaitLabel };

export type StepLabel =
  | "step.lobby"
  | "step.publish"
  | "step.openNow"
  | "step.lot"
  | "step.start"
  | "step.next"
  | "step.open"
  | "step.go"
  | "step.goAgain"
  | "step.openWager"
  | "step.openBurst"
  | "step.openPart"
  | "step.close"
  | "step.closeMarks"
  | "step.reveal"
  | "step.advance"
  | "step.resume"
  | "step.finish"
  | "step.finalise"
  | "step.resolve"
  | "step.resolveNext";

export type WaitLabel =
  | "wait.open"
  | "wait.window"
  | "wait.turn"
  | "wait.stakes"
  | "wait.press"
  | "wait.held"
  | "wait.marks"
  | "wait.closing"
  | "wait.settling"
  | "wait.over";

/** What the desk knows beside the snapshot. */
export interface Known {
  /** marks expected for a part in this round, from the rule sheet */
  judges?: number | undefined;
}

export interface Choice {
  action: Action;
  /** why not, when it is not allowed now */
  refused?: Refusal;
}

interface Situation {
  snap: Snapshot;
  phase: Phase;
  q: number;
  qstate: QState;
  round: Round | undefined;
}

export function situation(snap: Snapshot): Situation {
  const { question } = snap;
  return { snap, phase: snap.phase, q: question?.q ?? 0, qstate: question?.state ?? "none", round: roundNow(snap) };
}

function unfinishedQuestion(qstate: QState): boolean {
  return qstate !== "none" && qstate !== "revealed";
}

/** Rulings and appeals that wait for a person. */
export function openRulings(snap: Snapshot): number {
  return snap.rulings.filter((ruling) => ruling.state === "open").length;
}

/** The next right action. */
export function nextStep(snap: Snapshot, known: Known = {}): Step {
  const s = situation(snap);
  const alone = selfPaced(snap.head.rounds);
  switch (s.phase) {
    case "draft":
      return act("lobby", alone ? "step.publish" : "step.lobby");
    case "lobby":
      if (alone) return act("start", "step.openNow");
      return snap.head.teams && snap.teams.length === 0 ? act("lot", "step.lot") : act("start", "step.start");
    case "paused":
      return act("resume", "step.resume");
    case "finished":
      if (hides(snap)) return resolveStep(snap);
      return openRulings(snap) > 0 ? { kind: "look", label: "look.rulings" } : act("finalise", "step.finalise");
    case "final":
      return wait("wait.over");
    case "running":
      return alone ? wait("wait.window") : runningStep(s, known);
  }
}

function runningStep(s: Situation, known: Known): Step {
  const question = s.snap.question;
  if (!question) return betweenStep(s.snap);
  switch (question.state) {
    case "none":
    case "revealed":
      return betweenStep(s.snap);
    case "armed":
      return armedStep(s.snap, question);
    case "open":
      return openStep(s.snap, question, known);
    case "held":
      return s.round?.by_judge ? { kind: "judge", label: "judge.spoken" } : wait("wait.held");
    case "closing":
      return wait("wait.closing");
    case "closed":
      return act("reveal", "step.reveal");
  }
}

/* As the engine says, once the points have settled. Who goes on comes first: how many are in decides what can still be asked. */
function betweenStep(snap: Snapshot): Step {
  const { ahead } = snap;
  if (revealState(snap) === "going") return resolveStep(snap);
  if (!ahead) return wait("wait.settling");
  if (hides(snap) && (ahead.advance || ahead.q === undefined || !quiet(snap.head.rounds[(ahead.round ?? 0) - 1]))) return resolveStep(snap);
  if (ahead.advance) return act("advance", "step.advance");
  return ahead.q === undefined ? act("finish", "step.finish") : act("next", "step.next");
}

function resolveStep(snap: Snapshot): Step {
  return act("resolve", revealState(snap) === "going" ? "step.resolveNext" : "step.resolve");
}

/* A round that may be asked under a freeze: all answer at once and by key, so that the hall does not see how it ended. */
function quiet(round: Round | undefined): boolean {
  if (!round) return false;
  if (round.mode === "live" || round.mode === "speed") return true;
  return (round.mode === "required" || round.mode === "wager") && round.turns === "all" && !round.by_judge;
}

function armedStep(snap: Snapshot, question: Question): Step {
  switch (liveMode(question.mode)) {
    case "wager": {
      const { n, of } = staked(snap);
      return n < of ? wait("wait.stakes") : act("open", "step.openWager");
    }
    case "buzzer":
      return act("open", question.seats.some((seat) => seat.fouled) ? "step.goAgain" : "step.go");
    case "speed":
      return act("open", "step.openBurst");
    case "jury":
      return act("open", "step.openPart");
    case "live":
    case "required":
    case "tiebreak":
      return act("open", "step.open");
  }
}

function openStep(snap: Snapshot, question: Question, known: Known): Step {
  const round = roundNow(snap);
  switch (liveMode(question.mode)) {
    case "buzzer":
      return wait("wait.press");
    case "jury":
      return known.judges !== undefined && question.marks >= known.judges ? act("close", "step.closeMarks") : wait("wait.marks");
    case "required":
    case "wager":
      if (round?.by_judge && question.turn !== undefined) return { kind: "judge", label: "judge.spoken" };
      if (question.turn !== undefined && count(snap).of > 0) return wait("wait.turn");
      return allAnswered(snap) ? act("close", "step.close") : wait("wait.open");
    case "live":
    case "speed":
    case "tiebreak":
      return allAnswered(snap) ? act("close", "step.close") : wait("wait.open");
  }
}

/** Answers there are and can be: of teams where one speaks for each, or each has its own pace; otherwise of everybody online. */
export function count(snap: Snapshot): { n: number; of: number } {
  const { presence } = snap;
  return byTeams(snap) ? answered(snap) : { n: presence.answered, of: presence.players };
}

function byTeams(snap: Snapshot): boolean {
  return snap.head.teams && !manyAnswer(snap);
}

/* A partial count cannot prove that nobody is still thinking. Where all declined there is nothing to wait for. */
function allAnswered(snap: Snapshot): boolean {
  const { n, of } = count(snap);
  if (of === 0) return snap.question?.mode === "wager";
  return n >= of && (byTeams(snap) || !snap.presence.partial);
}

function act(action: Action, label: StepLabel): Step {
  return { kind: "act", action, label };
}

function wait(label: WaitLabel): Step {
  return { kind: "wait", label };
}

/** The quieter actions, always in the same places; refused ones say why. */
export function choices(snap: Snapshot): Choice[] {
  const s = situation(snap);
  const pausing: Action = s.phase === "paused" ? "resume" : "pause";
  const alone = selfPaced(snap.head.rounds);
  const actions: Action[] = alone ? ["finish", "finalise"] : [nowAction(s), pausing, "extend", roundAction(s), "finish", "finalise"];
  return actions.map((action) => choice(action, s));
}

/* First place: not to wait any longer; before the start, the draw; under a freeze and between questions, its reveal. */
function nowAction(s: Situation): Action {
  if (s.phase === "lobby" && s.snap.head.teams) return "lot";
  if (hides(s.snap) && !unfinishedQuestion(s.qstate)) return "resolve";
  return s.qstate === "armed" && s.snap.question?.mode === "wager" ? "open" : "close";
}

/* Fourth place: out of the round, by saying who goes on or by leaving out what is left of it. */
function roundAction(s: Situation): Action {
  return owing(s.snap) ? "advance" : "skip";
}

function choice(action: Action, s: Situation): Choice {
  const refused = whyNot(action, s);
  return refused ? { action, refused } : { action };
}

function whyNot(action: Action, s: Situation): Refusal | undefined {
  const running = s.phase === "running";
  switch (action) {
    case "lobby":
      return s.phase === "draft" ? undefined : "why.over";
    case "lot":
      return s.phase === "lobby" && s.snap.head.teams ? undefined : "why.notLobby";
    case "start":
      return s.phase === "lobby" ? undefined : s.phase === "draft" ? "why.beforeStart" : "why.over";
    case "close":
      return running && (s.qstate === "open" || s.qstate === "held") ? undefined : "why.noneOpen";
    case "extend":
      return running && (s.qstate === "open" || s.qstate === "held") ? undefined : "why.noneOpen";
    case "pause":
      return running ? undefined : isOver(s) ? "why.over" : "why.beforeStart";
    case "resume":
      return s.phase === "paused" ? undefined : "why.notPaused";
    case "skip":
      return notBetween(s) ?? skipping(s);
    case "advance":
      return notBetween(s) ?? (owing(s.snap) ? (hides(s.snap) ? "why.frozen" : undefined) : "why.noCut");
    case "finish":
      return notBetween(s) ?? (revealState(s.snap) === "going" ? "why.revealing" : undefined);
    case "finalise":
      if (s.phase !== "finished") return s.phase === "final" ? "why.over" : "why.notFinished";
      if (hides(s.snap)) return "why.frozen";
      return openRulings(s.snap) > 0 ? "why.rulings" : undefined;
    case "open":
      return running && s.qstate === "armed" ? undefined : isBefore(s) ? "why.beforeStart" : "why.unrevealed";
    case "reveal":
      return running && s.qstate === "closed" ? undefined : isBefore(s) ? "why.beforeStart" : "why.noneOpen";
    case "next":
      return notBetween(s) ?? (hides(s.snap) && !quiet(s.snap.head.rounds[(s.snap.ahead?.round ?? 0) - 1]) ? "why.frozen" : undefined);
    case "resolve":
      if (!s.snap.frozen) return "why.notFrozen";
      return canResolve(s.snap) ? undefined : s.phase === "final" ? "why.over" : "why.unrevealed";
    case "verdict":
      return running && (s.qstate === "held" || s.qstate === "open") && s.round?.by_judge ? undefined : "why.noneOpen";
    case "stake":
    case "press":
    case "help":
    case "mark":
    case "appeal":
    case "captain":
    case "void":
    case "accept":
    case "adjust":
    case "disqualify":
    case "approve":
    case "reject":
      return s.phase === "final" ? "why.over" : undefined;
  }
}

function skipping(s: Situation): Refusal | undefined {
  const { question, head } = s.snap;
  if (!question || question.round >= head.rounds.length) return "why.lastRound";
  if (revealState(s.snap) === "going") return "why.revealing";
  return hides(s.snap) && !quiet(head.rounds[question.round]) ? "why.frozen" : undefined;
}

function isBefore(s: Situation): boolean {
  return s.phase === "draft" || s.phase === "lobby";
}

function isOver(s: Situation): boolean {
  return s.phase === "finished" || s.phase === "final";
}

/* Only between two questions of a running contest. */
function notBetween(s: Situation): Refusal | undefined {
  if (isBefore(s)) return "why.beforeStart";
  if (isOver(s)) return "why.over";
  if (s.phase === "paused") return "why.paused";
  return unfinishedQuestion(s.qstate) ? "why.unrevealed" : undefined;
}

/** Questions of the current round that leaving it would leave out. */
export function leftInRound(snap: Snapshot): number {
  const { question, ahead } = snap;
  const round = roundNow(snap);
  return question && round && ahead?.round === question.round ? round.questions - (question.in_round - 1 + question.n) : 0;
}

/** Actions that cannot be taken back are confirmed in words first. */
export function needsConfirm(action: Action, snap: Snapshot): boolean {
  switch (action) {
    case "finalise":
    case "advance":
      return true;
    case "next":
      // The board moves again, and the reveal cannot be looked at any more.
      return revealState(snap) === "done";
    case "finish":
      // After a reveal, too: who taps from cue to cue must not end the contest by one tap too many.
      return snap.ahead?.q !== undefined || selfPaced(snap.head.rounds) || snap.frozen !== undefined;
    case "skip":
      return leftInRound(snap) > 0;
    case "lot":
      return snap.teams.length > 0;
    default:
      return false;
  }
}
