/* Times of a press as people read them: milliseconds, with a decimal where the difference is that small. Pure. */

export function millis(us: number): string {
  const ms = us / 1000;
  return Math.abs(ms) < 10 && us % 1000 !== 0 ? ms.toFixed(1) : String(Math.round(ms));
}
