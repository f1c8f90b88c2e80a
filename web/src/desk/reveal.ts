/* The reveal (揭榜) of a frozen board, as the presenter sees it: where it is, what comes, where one can go. Pure.
 *
 * The server has the steps; a step is absolute, so going on, going back and jumping are one thing, and a click that comes twice does
 * nothing. The automatic pace is this page's alone: somebody stands beside it.
 */
import type { Cue, CuesFrame, EventHead, Snapshot } from "../shared/protocol.gen.ts";

/** not: the board moves; frozen: not begun; going; done: everything is shown, not final until it is finalised. */
export type RevealState = "not" | "frozen" | "going" | "done";

export function revealState({ frozen }: Pick<Snapshot, "frozen">): RevealState {
  if (!frozen) return "not";
  return frozen.done ? "done" : frozen.step > 0 ? "going" : "frozen";
}

/** The public board holds something back. */
export function hides(snap: Pick<Snapshot, "frozen">): boolean {
  const state = revealState(snap);
  return state === "frozen" || state === "going";
}

/** A step may be taken: something to reveal, and no question that is announced, open or unrevealed. */
export function canResolve(snap: Snapshot): boolean {
  const state = snap.question?.state ?? "none";
  const between = state === "none" || state === "revealed";
  return snap.frozen !== undefined && between && (snap.phase === "running" || snap.phase === "paused" || snap.phase === "finished");
}

export interface Reveal {
  state: Exclude<RevealState, "not">;
  step: number;
  /** in all; unknown until the server has said so */
  steps: number | undefined;
  next: Cue | undefined;
  /** after the next one */
  coming: Cue[];
}

export function revealOf(snap: Snapshot, cues: CuesFrame | undefined): Reveal | undefined {
  const state = revealState(snap);
  const { frozen } = snap;
  if (state === "not" || !frozen) return undefined;
  const rows = (cues?.rows ?? []).filter((cue) => cue.step > frozen.step).sort((a, b) => a.step - b.step);
  const next = rows[0]?.step === frozen.step + 1 ? rows[0] : undefined;
  return { state, step: frozen.step, steps: cues?.steps, next, coming: next ? rows.slice(1) : [] };
}

/** Where a jump goes to: the start, before the places that get an award are opened, and the end. */
export function jumps(reveal: Reveal, head: EventHead): { start: number; awards: number | undefined; end: number | undefined } {
  const { steps } = reveal;
  const places = head.awards.reduce((sum, award) => sum + award.places, 0);
  // Each of them takes a step to open and a step to get its award.
  const awards = steps === undefined || places === 0 ? undefined : steps - 2 * places;
  return { start: 0, awards: awards !== undefined && awards > 0 ? awards : undefined, end: steps };
}

/** Step to go to from here, held within what there is. */
export function stepTo(reveal: Reveal, by: number): number {
  return Math.max(0, Math.min(reveal.step + by, reveal.steps ?? reveal.step + by));
}

/** Places gained (+) or lost (−) by a cue; 0 where there was or is no rank. */
export function gainedBy(cue: Cue): number {
  return cue.rank_from > 0 && cue.rank_to > 0 ? cue.rank_from - cue.rank_to : 0;
}

/** The cues that were ever told, by step: what the last step showed is among them, also after going back. */
export function remembered(seen: ReadonlyMap<number, Cue>, cues: CuesFrame | undefined): ReadonlyMap<number, Cue> {
  if (!cues || cues.rows.every((cue) => seen.get(cue.step) === cue)) return seen;
  const all = new Map(seen);
  for (const cue of cues.rows) all.set(cue.step, cue);
  return all;
}

export const PACES_S = [1, 2, 3, 5, 8] as const;
export const PACE_S = 3;

/** The automatic pace goes on only while nothing stands in its way. */
export function paceHolds(reveal: Reveal | undefined, snap: Snapshot, online: boolean): boolean {
  return reveal !== undefined && reveal.state !== "done" && online && canResolve(snap);
}
