/* Where one is in the individuals' part: it goes into the browser's history, so that the way back is the phone's own gesture. Pure. */
export type Place =
  | { at: "list" | "history" }
  | { at: "event"; event: string }
  | { at: "ranks"; event: string }
  | { at: "match"; event: string; round: number }
  | { at: "paper"; event: string; round: number; attempt: number };

export const LIST: Place = { at: "list" };

/** What the browser kept, if it is a place. */
export function placeOf(state: unknown): Place {
  const place = (state as { place?: Place } | null)?.place;
  return place !== undefined && ["list", "history", "event", "ranks", "match", "paper"].includes(place.at) ? place : LIST;
}

/** A finger went from one point to another: to the next (1), to the one before (−1), or neither. Mostly sideways, and far enough. */
export function swiped(from: { x: number; y: number }, to: { x: number; y: number }): -1 | 0 | 1 {
  const dx = to.x - from.x;
  if (Math.abs(dx) < 56 || Math.abs(dx) < 2 * Math.abs(to.y - from.y)) return 0;
  return dx < 0 ? 1 : -1;
}
