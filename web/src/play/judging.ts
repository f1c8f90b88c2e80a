/* What a judge has to do now, and the mark under his fingers. Pure. */
import type { Ruling, Snapshot } from "../shared/protocol.gen.ts";
import { roundOf } from "../shared/teams.ts";

export type Duty =
  | { at: "wait" | "soon" | "over" }
  /** a performed part; `most`: hundredths */
  | { at: "mark"; q: number; who: string; most: number }
  /** a spoken answer */
  | { at: "verdict"; q: number; who: string };

const MARKS_MAX = 10_000;

export function dutyOf(snap: Snapshot): Duty {
  const { question, phase } = snap;
  if (phase === "finished" || phase === "final") return { at: "over" };
  if (phase !== "running" || !question) return { at: "wait" };
  const round = roundOf(snap, question);
  const who = question.held ?? question.turn;
  if (question.mode === "jury" && who !== undefined) {
    if (question.state === "armed") return { at: "soon" };
    if (question.state === "open") return { at: "mark", q: question.q, who, most: round?.marks_max ?? MARKS_MAX };
  }
  const spoken = question.state === "held" || (question.state === "open" && question.mode !== "buzzer");
  return round?.by_judge && spoken && who !== undefined ? { at: "verdict", q: question.q, who } : { at: "wait" };
}

/** Appeals that wait for their answer and rulings that wait for their second person. */
export function cases(snap: Snapshot): Ruling[] {
  return snap.rulings.filter((ruling) => ruling.state === "open");
}

/** Digits as typed, "" none; what would exceed the most is not taken. */
export function typed(digits: string, key: string, most: number): string {
  if (key === "back") return digits.slice(0, -1);
  if (key === "clear") return "";
  const next = digits === "0" ? key : digits + key;
  return Number(next) * 100 <= most ? next : digits;
}
