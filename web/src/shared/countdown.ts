/* Seconds of a countdown. Pure. */

export const LAST_SECONDS = 5;

/** Whole seconds left as a hall counts them: "1" until the very end, then 0. */
export function secondsLeft(deadlineMs: number, atMs: number): number {
  return Math.max(0, Math.ceil((deadlineMs - atMs) / 1000));
}
