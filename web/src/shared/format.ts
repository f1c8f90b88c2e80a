/* Points as people read them. On the wire they are signed hundredths. Pure. */

/** 11890 → "118.9", −500 → "−5"; never more places than needed, and never fewer than `least`. */
export function points(hundredths: number, least = 0): string {
  const sign = hundredths < 0 ? "\u2212" : "";
  const whole = Math.abs(Math.round(hundredths));
  const places = String(whole % 100).padStart(2, "0").replace(/0{1,2}$/, "").padEnd(least, "0");
  return `${sign}${grouped(Math.floor(whole / 100))}${places && `.${places}`}`;
}

/** How many places a column of points needs, so that its decimal points stand one below the other. */
export function places(rows: readonly { points: number }[]): number {
  return Math.max(0, ...rows.map((row) => (row.points % 100 === 0 ? 0 : row.points % 10 === 0 ? 1 : 2)));
}

function grouped(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
}
