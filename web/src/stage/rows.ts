/* How the rows of a board move: where each stands while one of them goes past the others, and what a step of the reveal shows, in
 * which order. Places are whole numbers from the top, and fractions on the way. Pure. */
import type { Chart, ChartRow, Cue } from "../shared/protocol.gen.ts";

/** A row as it is drawn. */
export interface Line {
  key: string;
  /** 0: none */
  rank: number;
  name: string;
  /** below the name; may be empty */
  unit: string;
  /** right answers, or who took part */
  side: string;
  points: number;
  /** too few took part: its points are not said */
  blank?: boolean;
  /** ranks gained or lost, absent: not said */
  moved?: number;
  /** the reveal: what it still hides */
  veiled?: boolean;
  /** of an award; may be empty */
  award: string;
}

export type Phase =
  /** the mark goes to a row, the window with it */
  | { kind: "focus"; key: string }
  /** the row's points count from one value to another; what it hid is open by then, or hidden again */
  | { kind: "count"; key: string; from: number; to: number; ms: number }
  /** the row goes past the others to its new place */
  | { kind: "move"; key: string; ms: number }
  /** all rows go to their new places at once */
  | { kind: "glide"; ms: number }
  /** all words are as they are to be */
  | { kind: "settle" }
  | { kind: "award"; cue: Cue | undefined }
  | { kind: "hold"; ms: number };

/** Where the row stands that was at `index`, while another one goes from `from` to `to` and is at `at`. */
export function passed(index: number, from: number, to: number, at: number): number {
  if (to < from && index >= to && index < from) return index + clamp(index + 1 - at);
  if (to > from && index > from && index <= to) return index - clamp(at - index + 1);
  return index;
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}

/** The first row of a window of `rows` that follows a place. */
export function follow(place: number, rows: number, all: number): number {
  return Math.max(0, Math.min(all - rows, place - (rows - 1) / 2));
}

export const FOCUS_LEAST_MS = 350;
const FOCUS_ROW_MS = 14;
const FOCUS_MOST_MS = 1300;
const COUNT_MS = 900;
const MOVE_MS = 600;
const MOVE_ROW_MS = 16;
const MOVE_MOST_MS = 2800;
const HOLD_MS = 650;
export const GLIDE_MS = 900;

export function focusMs(rows: number): number {
  return rows < 0.5 ? 0 : Math.min(FOCUS_MOST_MS, FOCUS_LEAST_MS + FOCUS_ROW_MS * rows);
}

export function moveMs(rows: number): number {
  return rows === 0 ? 0 : Math.min(MOVE_MOST_MS, MOVE_MS + MOVE_ROW_MS * rows);
}

/** Whoever will be opened next: the lowest that still hides something. */
export function nextUp(rows: readonly ChartRow[]): string | undefined {
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i];
    if (row && row.rank > 0 && row.opened !== true) return row.id;
  }
  return undefined;
}

/** From one picture of the reveal to the next; "cut" where nothing leads from one to the other. */
export function reveal(before: Chart | undefined, after: Chart): Phase[] | "cut" {
  if (!before || before.of !== after.of || before.round !== after.round) return "cut";
  switch (after.step - before.step) {
    case 0:
      return [{ kind: "glide", ms: GLIDE_MS }, { kind: "settle" }];
    case 1:
      return after.cue ? forward(before, after, after.cue) : "cut";
    case -1:
      return before.cue ? back(before, after, before.cue) : "cut";
    default:
      return "cut";
  }
}

function forward(before: Chart, after: Chart, cue: Cue): Phase[] | "cut" {
  const next = nextUp(after.rows);
  const onward: Phase[] = next === undefined ? [] : [{ kind: "hold", ms: HOLD_MS }, { kind: "focus", key: next }];
  if (cue.kind === "others") return [{ kind: "glide", ms: GLIDE_MS }, { kind: "settle" }, ...onward];
  if (cue.entry === undefined) return "cut";
  const { entry } = cue;
  if (cue.kind === "award") return [{ kind: "focus", key: entry }, { kind: "settle" }, { kind: "award", cue }];
  const way = travel(before, after, entry);
  if (way === undefined) return [{ kind: "award", cue: undefined }, { kind: "glide", ms: GLIDE_MS }, { kind: "settle" }, ...onward];
  return [
    { kind: "award", cue: undefined },
    { kind: "focus", key: entry },
    { kind: "count", key: entry, from: cue.points_from, to: cue.points_to, ms: cue.points_from === cue.points_to ? HOLD_MS : COUNT_MS },
    { kind: "move", key: entry, ms: moveMs(way) },
    { kind: "settle" },
    ...onward,
  ];
}

function back(before: Chart, after: Chart, cue: Cue): Phase[] | "cut" {
  if (cue.kind === "others" || cue.entry === undefined) return "cut";
  const { entry } = cue;
  const start: Phase[] = [{ kind: "award", cue: undefined }];
  if (cue.kind === "award") {
    // What stood before an award may have been the award before it.
    const had = after.cue?.kind === "award" ? after.cue : undefined;
    return [{ kind: "award", cue: had }, { kind: "settle" }, { kind: "focus", key: had?.entry ?? nextUp(after.rows) ?? entry }];
  }
  const way = travel(before, after, entry);
  if (way === undefined) return [...start, { kind: "glide", ms: GLIDE_MS }, { kind: "settle" }];
  return [
    ...start,
    { kind: "focus", key: entry },
    { kind: "move", key: entry, ms: moveMs(way) },
    { kind: "count", key: entry, from: cue.points_to, to: cue.points_from, ms: HOLD_MS },
    { kind: "settle" },
    { kind: "focus", key: entry },
  ];
}

/* How far an entry goes; undefined when others change their order, too: then one row that moves would not tell what happened. */
function travel(before: Chart, after: Chart, entry: string): number | undefined {
  const a = before.rows.findIndex((row) => row.id === entry);
  const b = after.rows.findIndex((row) => row.id === entry);
  if (a < 0 || b < 0 || before.rows.length !== after.rows.length) return undefined;
  for (let i = 0, j = 0; i < before.rows.length; i++, j++) {
    if (i === a) i++;
    if (j === b) j++;
    if (before.rows[i]?.id !== after.rows[j]?.id) return undefined;
  }
  return Math.abs(b - a);
}
