/* The run sheet: every question of every round with where it stands; of a self-paced round nobody is asked one. Pure. */
import { firstOf } from "../shared/contest.ts";
import { isSelfPaced } from "../shared/modes.ts";
import type { Mode, QState, Snapshot, Turns } from "../shared/protocol.gen.ts";

export interface RunItem {
  /** 1-based over the event */
  q: number;
  inRound: number;
  state: "done" | "current" | "ahead" | "dropped";
  /** counts for nobody, by a ruling */
  voided: boolean;
  qstate?: QState;
}

export interface RunRound {
  title: string;
  mode: Mode;
  turns: Turns;
  questions: number;
  seconds: number;
  burst: number;
  group: number | undefined;
  advance: number | undefined;
  items: RunItem[];
  state: "done" | "current" | "ahead";
  /** questions behind us, those that were left out included */
  done: number;
}

export function runSheet(snap: Snapshot): RunRound[] {
  const over = snap.phase === "finished" || snap.phase === "final";
  const voided = new Set(
    snap.rulings.filter((ruling) => ruling.kind === "void" && ruling.state === "done").map((ruling) => ruling.question),
  );
  return snap.head.rounds.map((round, i) => {
    const first = firstOf(snap, i);
    const asked = isSelfPaced(round.mode) ? 0 : round.questions;
    const items = Array.from({ length: asked }, (_, n) => runItem(snap, i + 1, first + n, n + 1, over, voided));
    const current = items.some((item) => item.state === "current");
    const ahead = items.every((item) => item.state === "ahead");
    return {
      title: round.title,
      mode: round.mode,
      turns: round.turns,
      questions: round.questions,
      seconds: round.seconds,
      burst: round.burst,
      group: round.group,
      advance: round.advance,
      items,
      state: current ? "current" : ahead ? "ahead" : "done",
      done: items.filter((item) => item.state === "done").length,
    };
  });
}

/* Of a burst all questions are current at once. Questions of an earlier round that were left out are done with, too. */
function runItem(
  snap: Snapshot,
  round: number,
  q: number,
  inRound: number,
  over: boolean,
  voided: Set<number | undefined>,
): RunItem {
  const question = snap.question;
  const now = question?.q ?? 0;
  const n = question?.n ?? 1;
  const item = { q, inRound, voided: voided.has(q) || (question?.voided === true && q === now) };
  if (q < now || (question && round < question.round) || (over && q >= now && q < now + n)) return { ...item, state: "done" };
  if (q >= now && q < now + n && now > 0) return { ...item, state: "current", ...(question ? { qstate: question.state } : {}) };
  return { ...item, state: over ? "dropped" : "ahead" };
}

/** The round that a question number falls in, 0-based; undefined past the end. */
export function roundOf(rounds: { questions: number }[], q: number): number | undefined {
  let end = 0;
  for (let i = 0; i < rounds.length; i++) {
    end += rounds[i]?.questions ?? 0;
    if (q <= end) return i;
  }
  return undefined;
}
