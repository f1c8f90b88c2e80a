/* Words in two languages, Chinese first.
 *
 * Every entrance keeps its words beside its views and makes its own typed `t` of them: a missing key or language does not compile.
 * Reading a word reads the language signal, so a view that shows words is drawn again when the language changes.
 */
import { signal } from "@preact/signals";
import type { Lang } from "./protocol.gen.ts";

export type Messages = Record<string, Record<Lang, string>>;
export type Words = Record<string, string | number>;

const STORED = "leitai.lang";

export const lang = signal<Lang>(firstLang());

function firstLang(): Lang {
  const stored = read();
  if (stored === "zh" || stored === "en") return stored;
  return typeof navigator !== "undefined" && navigator.language.toLowerCase().startsWith("en") ? "en" : "zh";
}

/* Storage may be forbidden; then the choice lasts as long as the page. */
function read(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

export function setLang(next: Lang): void {
  lang.value = next;
  document.documentElement.lang = next === "zh" ? "zh-CN" : "en";
  try {
    localStorage.setItem(STORED, next);
  } catch {
    return;
  }
}

export function switchLang(): void {
  setLang(lang.value === "zh" ? "en" : "zh");
}

/** Makes the `t` of one set of words; `{name}` in a word is replaced by the member of that name. */
export function translator<M extends Messages>(messages: M): (key: keyof M, words?: Words) => string {
  return (key, words) => fill((messages[key] as Record<Lang, string>)[lang.value], words);
}

export function fill(text: string, words: Words = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(words[name] ?? whole));
}

/** A whole number with separators. */
export function count(n: number): string {
  return n.toLocaleString(lang.value === "zh" ? "zh-CN" : "en");
}
