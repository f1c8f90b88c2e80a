/* Points as people read them. On the wire they are signed hundredths. Pure. */

/** 11890 → "118.9", −500 → "−5"; never more places than needed. */
export function points(hundredths: number): string {
  const sign = hundredths < 0 ? "\u2212" : "";
  const whole = Math.abs(Math.round(hundredths));
  const rest = whole % 100;
  const places = rest === 0 ? "" : `.${String(rest).padStart(2, "0").replace(/0$/, "")}`;
  return `${sign}${grouped(Math.floor(whole / 100))}${places}`;
}

function grouped(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
}
