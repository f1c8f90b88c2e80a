/* Which picture the hall sees. Pure: the same snapshot and the same choices give the same view.
 *
 * The log has no "show the board now", so the stage decides: after a reveal the answer stands for BOARD_AFTER_MS and the picture
 * then glides to the board. The presenter's keys (B, R) win over that until the next question.
 */
import type { BoardRow, Snapshot } from "../shared/protocol.gen.ts";

export const BOARD_AFTER_MS = 6000;

export type StageView = "draft" | "lobby" | "ready" | "armed" | "question" | "board" | "podium";

/** The presenter's choice by key, for one question. */
export interface Pin {
  q: number;
  view: "board" | "reveal";
}

export function stageView(snap: Snapshot, pin: Pin | undefined, sinceRevealMs: number): StageView {
  switch (snap.phase) {
    case "draft":
      return "draft";
    case "lobby":
      return "lobby";
    case "finished":
    case "final":
      return "podium";
    case "running":
    case "paused":
      return liveView(snap, pin, sinceRevealMs);
  }
}

function liveView(snap: Snapshot, pin: Pin | undefined, sinceRevealMs: number): StageView {
  const question = snap.question;
  if (!question) return "ready";
  switch (question.state) {
    case "none":
      return "ready";
    case "armed":
      return "armed";
    case "open":
    case "closing":
    case "closed":
      return "question";
    case "revealed":
      break;
  }
  if (!snap.board || snap.board.rows.length === 0) return "question";
  if (pin && pin.q === question.q) return pin.view === "board" ? "board" : "question";
  return sinceRevealMs >= BOARD_AFTER_MS ? "board" : "question";
}

/** Rows of one page of a board; `page` wraps around. */
export const BOARD_PAGE_ROWS = 7;

export function boardPages(rows: number): number {
  return Math.max(1, Math.ceil(rows / BOARD_PAGE_ROWS));
}

export function boardPage(rows: BoardRow[], page: number): BoardRow[] {
  const pages = boardPages(rows.length);
  const at = ((page % pages) + pages) % pages;
  return rows.slice(at * BOARD_PAGE_ROWS, (at + 1) * BOARD_PAGE_ROWS);
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
