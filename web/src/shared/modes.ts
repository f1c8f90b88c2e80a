/* Modes of rounds, by who keeps the time. Pure. */
import type { Mode } from "./protocol.gen.ts";

/** Played by each person alone, whenever it suits, within the event's window. */
export type SelfPaced = "timed" | "survival" | "duel";
/** Led by a host. */
export type LiveMode = Exclude<Mode, SelfPaced>;

export function isSelfPaced(mode: Mode): mode is SelfPaced {
  return mode === "timed" || mode === "survival" || mode === "duel";
}

/** The mode of a question on a live page. Self-paced rounds never have one there; the plainest mode stands in for them. */
export function liveMode(mode: Mode): LiveMode {
  return isSelfPaced(mode) ? "live" : mode;
}

/** An event in which nobody is asked anything by a host. */
export function selfPaced(rounds: readonly { mode: Mode }[]): boolean {
  return rounds.length > 0 && rounds.every((round) => isSelfPaced(round.mode));
}
