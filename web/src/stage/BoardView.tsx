/* Boards that stand: the leaderboard after a question, the top, all pages. It opens as it stood before and then glides to how it stands
 * now: the change is the story. */
import type { Board, Chart, Snapshot } from "../shared/protocol.gen.ts";
import { useEffect, useMemo, useState } from "preact/hooks";
import { places, points } from "../shared/format.ts";
import { lang } from "../shared/i18n.ts";
import { boardLines, boardTitle, chartLines } from "./lines.ts";
import { t } from "./messages.ts";
import type { Line } from "./rows.ts";
import { BOARD_PAGE_ROWS, boardColumns, boardPages } from "./view.ts";
import { Wall } from "./Wall.tsx";

const STAND_BEFORE_MS = 1100;
const PAGE_MS = 9000;
/* Of all pages, each has so many rows in two columns. */
const PAGE_ROWS = 8;

interface Props {
  board: Board;
  /** the board before this one, absent for the first or after a reload */
  before: Board | undefined;
  /** number of the question just revealed */
  q: number;
  page: number;
  teams: boolean;
  /** it may be behind */
  stale: boolean;
}

export function BoardView({ board, before, q, page, teams, stale }: Props) {
  const [settled, setSettled] = useState(before === undefined);
  useEffect(() => {
    if (settled) return;
    const timer = setTimeout(() => setSettled(true), STAND_BEFORE_MS);
    return () => clearTimeout(timer);
  }, [settled]);
  const shown = settled || before === undefined ? board : before;
  const language = lang.value;
  const lines = useMemo(() => boardLines(shown, settled && shown.frozen !== true), [shown, settled, language]);
  return (
    <Rows
      title={t("board.title")}
      facts={q > 0 ? [t("board.after", { n: q })] : []}
      stale={stale}
      of={t(teams ? "team.n" : "board.of", { n: board.of })}
      lines={lines}
      columns={boardColumns(teams, shown.rows.length)}
      page={page}
    />
  );
}

/** A board that the desk chose. `turned`: pages turned by hand; `at`: the page it chose, absent: they turn by themselves. */
export function ChartBoard({ chart, snap, all, at, turned }: { chart: Chart; snap: Snapshot; all: boolean; at: number | undefined; turned: number }) {
  const language = lang.value;
  const lines = useMemo(() => chartLines(chart), [chart, language]);
  const columns = all && lines.length > BOARD_PAGE_ROWS ? 2 : boardColumns(snap.head.teams, lines.length);
  const pages = boardPages(lines.length, pageSize(columns, all));
  const turning = useTurns(pages, all && at === undefined ? PAGE_MS : 0, turned);
  const page = (at ?? (all ? turning : 0)) + turned;
  const entries = chart.of === "entry";
  return (
    <Rows
      title={boardTitle(chart.of, snap.head.rounds[chart.round - 1]?.title)}
      facts={[]}
      stale={snap.presence.stale === true}
      of={entries ? t(snap.head.teams ? "team.n" : "board.of", { n: chart.n }) : t("board.ranked", { n: chart.n })}
      lines={lines}
      columns={columns}
      rows={all && columns === 2 ? PAGE_ROWS : BOARD_PAGE_ROWS}
      page={page}
      values={entries ? "" : "wall-values"}
    />
  );
}

function pageSize(columns: 1 | 2, all: boolean): number {
  return columns * (all && columns === 2 ? PAGE_ROWS : BOARD_PAGE_ROWS);
}

/* Turns by itself; a hand that turns stops the clock for its time. */
function useTurns(pages: number, everyMs: number, turned: number): number {
  const [page, setPage] = useState(0);
  useEffect(() => {
    if (pages < 2 || everyMs === 0) return;
    const timer = setInterval(() => setPage((n) => n + 1), everyMs);
    return () => clearInterval(timer);
  }, [pages, everyMs, turned]);
  return page;
}

interface RowsProps {
  title: string;
  facts: string[];
  stale: boolean;
  /** how many there are */
  of: string;
  lines: Line[];
  columns: 1 | 2;
  rows?: number;
  page: number;
  values?: string;
}

function Rows({ title, facts, stale, of, lines, columns, rows = BOARD_PAGE_ROWS, page, values = "" }: RowsProps) {
  const per = columns * rows;
  const pages = boardPages(lines.length, per);
  const at = ((page % pages) + pages) % pages;
  const language = lang.value;
  const write = useMemo(() => {
    const least = places(lines);
    return (value: number) => points(value, least);
  }, [lines, language]);
  return (
    <section class="board">
      <header class="board-head">
        <h1>{title}</h1>
        {facts.map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
        {stale && <span role="status">{t("board.stale")}</span>}
        <span class="num board-where">
          {pages > 1 && (
            <Dots pages={pages} at={at} />
          )}
          {pages > 1 ? `${t("board.places", { a: at * per + 1, b: Math.min(lines.length, at * per + per) })} · ` : ""}
          {of}
        </span>
      </header>
      {lines.length === 0 ? (
        <p class="board-empty">{t("board.empty")}</p>
      ) : (
        <Wall
          lines={lines}
          shape={{ rows, columns, flow: "pages" }}
          write={write}
          unit={t("board.points")}
          page={at}
          class={values}
          key={`${rows} ${columns}`}
        />
      )}
    </section>
  );
}

/* Where in the pages we are, without words. */
function Dots({ pages, at }: { pages: number; at: number }) {
  if (pages > 20) return null;
  return (
    <i class="dots" aria-hidden="true">
      {Array.from({ length: pages }, (_, i) => (
        <i class={i === at ? "dot dot-on" : "dot"} key={i} />
      ))}
    </i>
  );
}
