/* Times as people read them. Pure but for the language and the device's time zone. */
import { lang } from "../shared/i18n.ts";

/** A day and a time of it: "11月24日 20:00"; of today only the time. */
export function when(ms: number, nowMs: number): string {
  const day = new Date(ms).toDateString() === new Date(nowMs).toDateString();
  const time: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hour12: false };
  return new Intl.DateTimeFormat(lang.value === "zh" ? "zh-CN" : "en-GB", day ? time : { month: "short", day: "numeric", ...time }).format(ms);
}

export function date(ms: number): string {
  return new Intl.DateTimeFormat(lang.value === "zh" ? "zh-CN" : "en-GB", { year: "numeric", month: "long", day: "numeric" }).format(ms);
}

/** A span as a clock shows it: 24:31, 1:05:00. */
export function clock(ms: number): string {
  const all = Math.max(0, Math.ceil(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const minutes = Math.floor(all / 60);
  return minutes < 60 ? `${two(minutes)}:${two(all % 60)}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(all % 60)}`;
}
