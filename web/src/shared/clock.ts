/* Server time in the browser.
 *
 * Each probe gives an offset that is wrong by at most half its round trip, so the probe with the shortest one of the last few is believed.
 * The browser's wall clock is not used: it may be set while a question runs. It only tells that the device slept, since the monotonic
 * clock of many browsers stands still meanwhile. Pure, except for the page's own monotonic clock at the edge.
 */
export interface Probe {
  rttMs: number;
  /** server time minus the page's monotonic clock */
  offsetMs: number;
}

export const PROBES_KEPT = 8;
const SLEPT_MS = 1_000;

/** A probe sent at `sentMs`, answered at `backMs` (both monotonic) with the server's time. */
export function probe(sentMs: number, backMs: number, serverMs: number): Probe {
  return { rttMs: backMs - sentMs, offsetMs: serverMs - (sentMs + backMs) / 2 };
}

export function remember(probes: readonly Probe[], next: Probe): Probe[] {
  return [...probes, next].slice(-PROBES_KEPT);
}

export function bestOffset(probes: readonly Probe[]): number | undefined {
  let best: Probe | undefined;
  for (const p of probes) if (best === undefined || p.rttMs < best.rttMs) best = p;
  return best?.offsetMs;
}

/** By how much the wall clock ran ahead of the monotonic one between two looks; 0 when they went together. */
export function sleptMs(gapBeforeMs: number, gapNowMs: number): number {
  const ms = gapNowMs - gapBeforeMs;
  return Math.abs(ms) > SLEPT_MS ? ms : 0;
}
