/* The run sheet: every question of every round with where it stands. Pure. */
import type { QState, Snapshot } from "../shared/protocol.gen.ts";

export interface RunItem {
  /** 1-based over the event */
  q: number;
  inRound: number;
  state: "done" | "current" | "ahead" | "dropped";
  qstate?: QState;
}

export interface RunRound {
  title: string;
  seconds: number;
  items: RunItem[];
  state: "done" | "current" | "ahead";
}

export function runSheet(snap: Snapshot): RunRound[] {
  const now = snap.question?.q ?? 0;
  const over = snap.phase === "finished" || snap.phase === "final";
  let q = 0;
  return snap.head.rounds.map((round) => {
    const items: RunItem[] = [];
    for (let i = 1; i <= round.questions; i++) {
      q += 1;
      items.push(runItem(q, i, now, over, snap.question?.state));
    }
    const current = items.some((item) => item.state === "current");
    const ahead = items.every((item) => item.state === "ahead");
    return { title: round.title, seconds: round.seconds, items, state: current ? "current" : ahead ? "ahead" : "done" };
  });
}

function runItem(q: number, inRound: number, now: number, over: boolean, qstate: QState | undefined): RunItem {
  if (q < now || (over && q === now)) return { q, inRound, state: "done" };
  if (q === now) return { q, inRound, state: "current", ...(qstate ? { qstate } : {}) };
  return { q, inRound, state: over ? "dropped" : "ahead" };
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
