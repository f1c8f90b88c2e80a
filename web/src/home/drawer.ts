/* What this phone keeps between two visits: the last list, the open papers, and what of them is not stored yet. Storage may be forbidden or
 * full; then the page says so. A drawer belongs to one person: phones are lent. */
import type { HomeFrame, Paper } from "../shared/protocol.gen.ts";
import { keyOf, type Kept } from "./paper.ts";

const LAST = "leitai.home.last";
const PAPER = "leitai.paper.";
const DEVICE = "leitai.device";

function put(key: string, value: unknown): boolean {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

function take<T>(key: string): T | undefined {
  try {
    const text = localStorage.getItem(key);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

function drop(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    return;
  }
}

export function putHome(frame: HomeFrame): void {
  // Its session is kept elsewhere, once.
  put(LAST, { ...frame, session: "" });
}

export function takeHome(): HomeFrame | undefined {
  return take<HomeFrame>(LAST);
}

export interface Drawn {
  paper: Paper;
  kept: Kept;
}

function name(person: string, key: string): string {
  return `${PAPER}${person}.${key}`;
}

/** Whether it will outlive the page. */
export function putPaper(person: string, paper: Paper): boolean {
  return put(`${name(person, keyOf(paper))}.paper`, paper);
}

export function putKept(person: string, key: string, kept: Kept): boolean {
  return put(`${name(person, key)}.own`, kept);
}

export function takeKept(person: string, key: string): Kept | undefined {
  return take<Kept>(`${name(person, key)}.own`);
}

export function takePaper(person: string, key: string): Paper | undefined {
  return take<Paper>(`${name(person, key)}.paper`);
}

export function dropPaper(person: string, key: string): void {
  drop(`${name(person, key)}.paper`);
  drop(`${name(person, key)}.own`);
}

/** Papers of this person that are here. */
export function papersOf(person: string): string[] {
  const start = `${PAPER}${person}.`;
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(start) && key.endsWith(".paper"))
      .map((key) => key.slice(start.length, -".paper".length));
  } catch {
    return [];
  }
}

/** A random id of this browser, told when a paper is started. */
export function device(fresh: () => string): string {
  const known = take<string>(DEVICE);
  if (typeof known === "string") return known;
  const made = fresh();
  put(DEVICE, made);
  return made;
}
