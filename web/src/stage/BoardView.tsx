/* The leaderboard. It opens as it stood before the question and then glides to how it stands now: the change is the story. */
import type { Board, BoardRow } from "../shared/protocol.gen.ts";
import { useEffect, useState } from "preact/hooks";
import { places, points } from "../shared/format.ts";
import { useFlip } from "../shared/flip.ts";
import { DownIcon, UpIcon } from "../shared/icons.tsx";
import { t } from "./messages.ts";
import { Rolling } from "./Rolling.tsx";
import { BOARD_PAGE_ROWS, boardColumns, boardPage, boardPages } from "./view.ts";

const STAND_BEFORE_MS = 1100;

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
  const columns = boardColumns(teams, shown.rows.length);
  const perPage = columns * BOARD_PAGE_ROWS;
  const rows = boardPage(shown.rows, page, perPage);
  const first = rows.length === 0 ? 0 : shown.rows.indexOf(rows[0] as BoardRow);
  const least = places(board.rows);
  const write = (value: number) => points(value, least);
  const list = useFlip<HTMLOListElement>(`${settled} ${page} ${board.v}`);
  return (
    <section class="board">
      <header class="board-head">
        <h1>{t("board.title")}</h1>
        <span>{t("board.after", { n: q })}</span>
        {stale && <span role="status">{t("board.stale")}</span>}
        <span class="num">
          {boardPages(shown.rows.length, perPage) > 1 && first > 0
            ? `${t("board.places", { a: first + 1, b: first + rows.length })} · `
            : ""}
          {t(teams ? "team.n" : "board.of", { n: board.of })}
        </span>
      </header>
      <ol class={columns === 2 ? "board-rows board-two" : "board-rows"} ref={list} style={{ "--rows": columns === 2 ? Math.ceil(rows.length / 2) : BOARD_PAGE_ROWS }}>
        {rows.map((row) => (
          <Row row={row} settled={settled} write={write} key={row.entry} />
        ))}
      </ol>
    </section>
  );
}

function Row({ row, settled, write }: { row: BoardRow; settled: boolean; write: (points: number) => string }) {
  const medal = row.rank >= 1 && row.rank <= 3 ? ` medal-${row.rank}` : "";
  return (
    <li class={`board-row${medal}`} data-flip={row.entry}>
      <span class={row.rank > 99 ? "board-rank board-rank-long num" : "board-rank num"}>{row.rank}</span>
      <Moved by={settled ? row.moved : 0} shown={settled} />
      <div class="board-name">
        <b>{row.name}</b>
        {row.unit !== "" && row.unit !== row.name && <small>{row.unit}</small>}
      </div>
      <span class="board-correct num">{t("board.correct", { n: row.correct })}</span>
      <span class="board-points num">
        <Rolling value={row.points} write={write} />
        <small>{t("board.points")}</small>
      </span>
    </li>
  );
}

function Moved({ by, shown }: { by: number; shown: boolean }) {
  if (!shown || by === 0) {
    return (
      <span class="board-moved" aria-label={t("board.same")}>
        {shown ? "–" : ""}
      </span>
    );
  }
  return by > 0 ? (
    <span class="board-moved moved-up num" aria-label={t("board.up", { n: by })}>
      <UpIcon />
      {by}
    </span>
  ) : (
    <span class="board-moved moved-down num" aria-label={t("board.down", { n: -by })}>
      <DownIcon />
      {-by}
    </span>
  );
}
