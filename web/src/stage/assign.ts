/* What a screen was told to show, as pictures; and the boards that its pictures need. Pure. */
import type { Board, BoardOf, Chart, ChartRow, Snapshot, View } from "../shared/protocol.gen.ts";
import { askedView, type StageView } from "./view.ts";

/** `auto`: the picture that follows the contest. */
export function assignedView(view: View, snap: Snapshot, auto: StageView): StageView {
  const { question } = snap;
  switch (view.view) {
    case "auto":
      return auto;
    case "lobby":
      return "lobby";
    case "question":
      return question && question.state !== "none" ? askedView(question) : "ready";
    case "board":
      return "chart";
    case "buzzer":
      return "presses";
    case "media":
    case "countdown":
    case "distribution":
    case "stakes":
    case "pages":
    case "grid":
    case "team":
    case "reveal":
    case "awards":
    case "text":
    case "black":
      return view.view;
  }
}

/** Pictures that a pause is not about. */
export function outlastsPause(view: StageView): boolean {
  return ASIDE.has(view);
}

const ASIDE = new Set<StageView>(["rules", "seal", "lobby", "media", "countdown", "chart", "pages", "grid", "team", "reveal", "awards", "text", "black"]);

/** Pictures with pages that a hand may turn. */
export function hasPages(view: StageView): boolean {
  return view === "board" || view === "rules" || view === "chart" || view === "pages" || view === "awards";
}

/** Pictures that fill the wall, without the line at the top. */
export function fillsWall(view: StageView): boolean {
  return view === "media" || view === "black";
}

export function chartKey(of: BoardOf, round: number): string {
  return `${of}:${round}`;
}

/** The board that a view is about; of entries, what the snapshot has of it until the whole one is here. */
export function chartFor(view: View, snap: Snapshot, charts: Readonly<Record<string, Chart>>): Chart | undefined {
  const of = view.of ?? (view.view === "grid" ? "city" : "entry");
  const round = view.round ?? 0;
  return charts[chartKey(of, round)] ?? (of === "entry" && round === 0 ? topOf(snap.board, snap) : undefined);
}

export function entryChart(snap: Snapshot, charts: Readonly<Record<string, Chart>>): Chart | undefined {
  return charts[chartKey("entry", 0)] ?? topOf(snap.board, snap);
}

function topOf(board: Board | undefined, snap: Snapshot): Chart | undefined {
  if (!board) return undefined;
  const rows = board.rows.map(
    ({ entry, rank, name, unit, points, correct, moved }): ChartRow => ({ id: entry, rank, name, unit, points, correct, moved }),
  );
  return { of: "entry", round: 0, v: board.v, n: board.of, final: board.final, frozen: board.frozen === true, step: snap.frozen?.step ?? 0, rows };
}

export type Mark = "frozen" | "revealing" | "provisional";

/** What must be said with every picture while it holds: that the board stands still, that it is being revealed, that it is not final. */
export function markOf(snap: Snapshot): Mark | undefined {
  const { frozen, phase } = snap;
  if (phase === "final" || !frozen) return undefined;
  if (frozen.done) return "provisional";
  return frozen.step > 0 ? "revealing" : "frozen";
}
