/* Which picture the hall sees. Pure: the same snapshot and the same choices give the same view.
 *
 * The log has no "show the board now", so the stage decides: after a reveal the answer stands for BOARD_AFTER_MS and the picture
 * then glides to the board. The presenter's keys (B, R) win over that until the next question.
 */
import { justCut } from "../shared/contest.ts";
import { liveMode } from "../shared/modes.ts";
import type { BoardRow, Question, Snapshot, Team } from "../shared/protocol.gen.ts";

export const BOARD_AFTER_MS = 6000;

export type StageView =
  | "draft"
  | "lobby"
  /** teams in the order that was drawn */
  | "lot"
  | "ready"
  | "armed"
  /** buzzer: the host reads, nobody may press */
  | "reading"
  /** wager: stakes are being chosen */
  | "wager"
  /** tie-break: who stands against whom */
  | "duel"
  | "question"
  /** buzzer: one team answers */
  | "held"
  /** buzzer: how it ended, before the answer is revealed */
  | "outcome"
  /** speed: who has got how far */
  | "race"
  /** a part that judges mark, from the call to the points */
  | "jury"
  | "board"
  /** who goes on */
  | "advance"
  | "podium"
  | "seal"
  | "rules"
  /** the frozen board is opened, one after the other */
  | "reveal"
  /* What only a desk chooses. */
  | "media"
  | "countdown"
  | "distribution"
  /** who pressed, in which order */
  | "presses"
  | "stakes"
  /** the top of a board */
  | "chart"
  /** all of a board */
  | "pages"
  | "grid"
  | "team"
  | "awards"
  | "text"
  | "black";

/** The presenter's choice by key, for one question. */
export interface Pin {
  q: number;
  view: "board" | "reveal";
}

/** A page that the presenter lays over everything until it is taken away. */
export type Page = "rules" | "seal";

export function stageView(snap: Snapshot, pin: Pin | undefined, sinceRevealMs: number, page?: Page): StageView {
  if (page === "rules") return "rules";
  if (page === "seal" && snap.seal) return "seal";
  switch (snap.phase) {
    case "draft":
      return "draft";
    case "lobby":
      return snap.teams.length > 0 ? "lot" : "lobby";
    case "finished":
      // Nobody is on a podium before the hidden points are told.
      return snap.frozen ? (snap.frozen.step > 0 ? "reveal" : "pages") : "podium";
    case "final":
      return "podium";
    case "running":
    case "paused":
      return liveView(snap, pin, sinceRevealMs);
  }
}

function liveView(snap: Snapshot, pin: Pin | undefined, sinceRevealMs: number): StageView {
  const question = snap.question;
  if (!question || question.state === "none") return "ready";
  if (snap.frozen && snap.frozen.step > 0) return "reveal";
  const asked = askedView(question);
  if (question.state !== "revealed") return asked;
  const board = snap.board !== undefined && snap.board.rows.length > 0;
  if (pin && pin.q === question.q) return pin.view === "board" && board ? "board" : asked;
  if (justCut(snap) !== undefined) return "advance";
  return board && sinceRevealMs >= BOARD_AFTER_MS ? "board" : asked;
}

/* The picture of a question by its mode and state. */
export function askedView(question: Question): StageView {
  const armed = question.state === "armed";
  switch (liveMode(question.mode)) {
    case "jury":
      return "jury";
    case "speed":
      return armed ? "armed" : "race";
    case "wager":
      return armed ? "wager" : "question";
    case "tiebreak":
      return armed ? "duel" : "question";
    case "buzzer":
      return buzzerView(question);
    case "live":
    case "required":
      return armed ? "armed" : "question";
  }
}

function buzzerView(question: Question): StageView {
  switch (question.state) {
    case "none":
    case "armed":
      return "reading";
    case "held":
      return "held";
    case "closing":
      return question.held === undefined ? "question" : "held";
    case "closed":
      return "outcome";
    case "open":
    case "revealed":
      return "question";
  }
}

/** Rows of one page of a board; `page` wraps around. */
export const BOARD_PAGE_ROWS = 7;

export function boardPages(rows: number, per = BOARD_PAGE_ROWS): number {
  return Math.max(1, Math.ceil(rows / per));
}

export function boardPage(rows: BoardRow[], page: number, per = BOARD_PAGE_ROWS): BoardRow[] {
  return pageOf(rows, page, per);
}

/** A contest of teams that fits two columns is shown at once: nobody waits for the second page to find the own team. */
export function boardColumns(teams: boolean, rows: number): 1 | 2 {
  return teams && rows > BOARD_PAGE_ROWS && rows <= 2 * BOARD_PAGE_ROWS ? 2 : 1;
}

/** One page of a long list; `page` wraps around in both directions. */
export function pageOf<T>(list: T[], page: number, per: number): T[] {
  const pages = Math.max(1, Math.ceil(list.length / per));
  const at = ((page % pages) + pages) % pages;
  return list.slice(at * per, (at + 1) * per);
}

/* How many teams are drawn by name; more than that become marks with a count. */
export const TILES_MAX = 24;

/** Columns of a grid of team names, so that names stay as large as they can. */
export function tileColumns(n: number): number {
  if (n <= 3) return Math.max(1, n);
  if (n === 4) return 2;
  if (n <= 9) return 3;
  return 4;
}

/** Columns of the line of names below a question: one row, or two once names would get too narrow. */
export function chipColumns(n: number): number {
  return n <= 4 ? Math.max(1, n) : Math.ceil(n / 2);
}

const TILE_SIZES = [4.5, 4, 3.5, 3, 2.6, 2.3, 2, 1.75];
const TILE_SMALLEST = 1.5;
const TILES_WIDTH = 110;
const TILES_HEIGHT = 36;
const TILE_MOST = 15;
const TILE_GAP = 1.25;
const TILE_LINE = 1.25;

/** One size for all names of a grid, the largest at which each fits its tile; names come as the parts between which they may break. */
export function tileSize(names: string[][], columns: number, words: boolean): number {
  const rows = Math.ceil(names.length / columns);
  const width = (TILES_WIDTH - TILE_GAP * (columns - 1)) / columns - 4.2;
  const height = Math.min(TILE_MOST, (TILES_HEIGHT - TILE_GAP * (rows - 1)) / rows) - 1.5 - (words ? 2.5 : 0);
  return nameSize(names, width, height);
}

/** The largest size at which each name, given in parts, fits a box; `larger`: sizes that are tried first. */
export function nameSize(names: string[][], width: number, height: number, larger: readonly number[] = []): number {
  const sizes = [...larger, ...TILE_SIZES];
  const fits = (breaks: boolean) => (size: number) => names.every((parts) => lines(parts, width / size, breaks) * size * TILE_LINE <= height);
  return [...sizes, TILE_SMALLEST].find(fits(false)) ?? sizes.find(fits(true)) ?? TILE_SMALLEST;
}

/* Lines that parts take when each holds `room` full-width characters; too many when a part alone is wider and may not break. */
function lines(parts: string[], room: number, breaks: boolean): number {
  let count = 1;
  let used = 0;
  for (const part of parts) {
    const width = widthOf(part);
    if (width > room) {
      if (!breaks) return Number.POSITIVE_INFINITY;
      count += Math.ceil(width / room) - (used === 0 ? 1 : 0);
      used = width % room;
      continue;
    }
    if (used + width > room) {
      count += 1;
      used = 0;
    }
    used += width;
  }
  return count;
}

/** Whether a name takes no more lines than that without a break inside one of its parts. */
export function fitsLines(parts: string[], most: number, room: number): boolean {
  return lines(parts, room, false) <= most;
}

function widthOf(text: string): number {
  let width = 0;
  for (const c of text) width += c.charCodeAt(0) < 0x2e80 ? 0.62 : 1;
  return width;
}

export interface LotPage {
  /** columns of the page: a group each, or one list flowing through them */
  columns: { group: number | undefined; teams: { place: number; team: Team }[] }[];
}

const LOT_COLUMN = 8;
const LOT_COLUMNS = 3;

/** The drawn order as pages: groups stand side by side while they are few and short, otherwise one after the other. */
export function lotPages(teams: Team[]): LotPage[] {
  const placed = teams.map((team, i) => ({ place: i + 1, team }));
  const groups = [...new Set(teams.map((team) => team.group))].sort((a, b) => (a ?? 0) - (b ?? 0));
  const byGroup = groups.map((group) => ({ group, teams: placed.filter(({ team }) => team.group === group) }));
  if (groups.length > 1 && groups.length <= 4 && byGroup.every((column) => column.teams.length <= LOT_COLUMN)) {
    return [{ columns: byGroup }];
  }
  return byGroup.flatMap(({ group, teams: list }) => {
    const rows = list.length <= 6 ? 6 : list.length <= 2 * LOT_COLUMN ? Math.ceil(list.length / 2) : LOT_COLUMN;
    const pages: LotPage[] = [];
    for (let at = 0; at < list.length; at += rows * LOT_COLUMNS) {
      const page = list.slice(at, at + rows * LOT_COLUMNS);
      const columns: LotPage["columns"] = [];
      for (let row = 0; row < page.length; row += rows) columns.push({ group, teams: page.slice(row, row + rows) });
      pages.push({ columns });
    }
    return pages;
  });
}

export interface Podium {
  /** left to right: second, first, third; ties stand on steps of the same height */
  steps: BoardRow[];
  /** entries of rank 3 or better that find no room on the podium */
  unshown: number;
  /** who follows */
  rest: BoardRow[];
}

const PODIUM_STEPS = 5;
const PODIUM_REST = 4;

/** Everybody of rank 1 to 3, at most five, the best in the middle. */
export function podium(rows: BoardRow[]): Podium {
  const winners = rows.filter((row) => row.rank >= 1 && row.rank <= 3);
  const shown = winners.slice(0, PODIUM_STEPS);
  const steps: BoardRow[] = [];
  shown.forEach((row, i) => {
    if (i % 2 === 1) steps.unshift(row);
    else steps.push(row);
  });
  return {
    steps,
    unshown: winners.length - shown.length,
    rest: rows.slice(winners.length, winners.length + PODIUM_REST),
  };
}

/* Seats that light up as people arrive: one mark stands for `per` people so that the band never overflows. */
export interface Seats {
  per: number;
  lit: number;
  total: number;
}

export function seats(players: number, entries: number, room: number): Seats {
  const people = Math.max(players, entries, 1);
  let per = 1;
  for (const step of [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000]) {
    per = step;
    if (Math.ceil(people / step) <= room) break;
  }
  return { per, lit: Math.min(room, Math.ceil(players / per)), total: room };
}
