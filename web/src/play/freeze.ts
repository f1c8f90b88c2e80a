/* The freeze of the board (封榜) as a player is told of it: what stands still, and what to wait for. Pure. */
import type { Snapshot } from "../shared/protocol.gen.ts";

/** on: ranks stand still; going: they are being revealed; over: all is shown and not final yet; off: there is no freeze. */
export type Freeze = "off" | "on" | "going" | "over";

export function freezeOf({ frozen, own, board, phase }: Pick<Snapshot, "frozen" | "own" | "board" | "phase">): Freeze {
  if (phase === "final") return "off";
  if (frozen?.done) return "over";
  if (frozen) return frozen.step > 0 ? "going" : "on";
  return own?.frozen || board?.frozen ? "on" : "off";
}

/** The own points and rank are older than what was answered since. */
export function standsStill(snap: Snapshot): boolean {
  const freeze = freezeOf(snap);
  return freeze === "on" || freeze === "going";
}
