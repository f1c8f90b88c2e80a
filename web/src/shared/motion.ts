/* Whether things may move: the person's system setting, or a screen that was told to be calm. */

export const CALM = "calm";

export function still(): boolean {
  return document.body.classList.contains(CALM) || matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Slow at both ends. */
export function eased(share: number): number {
  return share < 0.5 ? 4 * share ** 3 : 1 - (2 - 2 * share) ** 3 / 2;
}

/** Quick, then coming to rest. */
export function resting(share: number): number {
  return 1 - (1 - share) ** 3;
}
