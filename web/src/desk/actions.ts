/* What the host may do now, and what comes next.
 *
 * A mirror of the engine's rules, so that a button that would be refused says why before it is pressed. The server stays the
 * judge: every command carries the number of the question the host saw. Pure; messages are keys of desk/messages.ts.
 *
 * While a question is open there is no big button, except when everybody has answered: the clock closes the question, and a host who
 * taps the space bar twice must not cut off a whole hall. Closing early has its own key.
 */
import type { Action, Phase, QState, Snapshot } from "../shared/protocol.gen.ts";

export type Refusal =
  | "why.over"
  | "why.beforeStart"
  | "why.noneOpen"
  | "why.notPaused"
  | "why.unrevealed"
  | "why.paused"
  | "why.notFinished";

/** What the big button stands for; "wait" has no action behind it. */
export type Step =
  | { kind: "act"; action: Action; label: StepLabel }
  | { kind: "wait"; label: "wait.open" | "wait.closing" | "wait.over" };

export type StepLabel =
  | "step.lobby"
  | "step.start"
  | "step.next"
  | "step.open"
  | "step.close"
  | "step.reveal"
  | "step.resume"
  | "step.finish"
  | "step.finalise";

export interface Choice {
  action: Action;
  /** why not, when it is not allowed now */
  refused?: Refusal;
}

interface Situation {
  phase: Phase;
  q: number;
  qstate: QState;
  questions: number;
  allAnswered: boolean;
}

export function situation(snap: Snapshot): Situation {
  const { question, presence } = snap;
  const qstate = question?.state ?? "none";
  return {
    phase: snap.phase,
    q: question?.q ?? 0,
    qstate,
    questions: snap.head.questions,
    // A partial count cannot prove that nobody is still thinking.
    allAnswered:
      qstate === "open" && !presence.partial && presence.players > 0 && presence.answered >= presence.players,
  };
}

function unfinishedQuestion(qstate: QState): boolean {
  return qstate === "armed" || qstate === "open" || qstate === "closing" || qstate === "closed";
}

/** The next right action. */
export function nextStep(snap: Snapshot): Step {
  const s = situation(snap);
  switch (s.phase) {
    case "draft":
      return act("lobby", "step.lobby");
    case "lobby":
      return act("start", "step.start");
    case "paused":
      return act("resume", "step.resume");
    case "finished":
      return act("finalise", "step.finalise");
    case "final":
      return { kind: "wait", label: "wait.over" };
    case "running":
      return runningStep(s);
  }
}

function runningStep(s: Situation): Step {
  switch (s.qstate) {
    case "none":
    case "revealed":
      return s.q < s.questions ? act("next", "step.next") : act("finish", "step.finish");
    case "armed":
      return act("open", "step.open");
    case "open":
      return s.allAnswered ? act("close", "step.close") : { kind: "wait", label: "wait.open" };
    case "closing":
      return { kind: "wait", label: "wait.closing" };
    case "closed":
      return act("reveal", "step.reveal");
  }
}

function act(action: Action, label: StepLabel): Step {
  return { kind: "act", action, label };
}

/** The quieter actions, always the same ones in the same place; refused ones say why. */
export function choices(snap: Snapshot): Choice[] {
  const s = situation(snap);
  const pausing: Action = s.phase === "paused" ? "resume" : "pause";
  return (["close", pausing, "finish", "finalise"] as Action[]).map((action) => choice(action, s));
}

function choice(action: Action, s: Situation): Choice {
  const refused = whyNot(action, s);
  return refused ? { action, refused } : { action };
}

function whyNot(action: Action, s: Situation): Refusal | undefined {
  const before = s.phase === "draft" || s.phase === "lobby";
  const after = s.phase === "finished" || s.phase === "final";
  switch (action) {
    case "lobby":
      return s.phase === "draft" ? undefined : "why.over";
    case "start":
      return s.phase === "lobby" ? undefined : s.phase === "draft" ? "why.beforeStart" : "why.over";
    case "close":
      return s.phase === "running" && s.qstate === "open" ? undefined : "why.noneOpen";
    case "pause":
      return s.phase === "running" ? undefined : after ? "why.over" : "why.beforeStart";
    case "resume":
      return s.phase === "paused" ? undefined : "why.notPaused";
    case "finish":
      if (before) return "why.beforeStart";
      if (after) return "why.over";
      if (s.phase === "paused") return "why.paused";
      return unfinishedQuestion(s.qstate) ? "why.unrevealed" : undefined;
    case "finalise":
      return s.phase === "finished" ? undefined : s.phase === "final" ? "why.over" : "why.notFinished";
    case "next":
    case "open":
    case "reveal": {
      const step = s.phase === "running" ? runningStep(s) : undefined;
      return step?.kind === "act" && step.action === action ? undefined : before ? "why.beforeStart" : "why.unrevealed";
    }
  }
}

/** Actions that cannot be taken back are confirmed in words first. */
export function needsConfirm(action: Action, snap: Snapshot): boolean {
  if (action === "finalise") return true;
  if (action === "finish") return situation(snap).q < snap.head.questions;
  return false;
}
