/* The public board: which one, how it stands, and its rows. */
import { useState } from "preact/hooks";
import { places, points } from "../shared/format.ts";
import { count, lang, switchLang } from "../shared/i18n.ts";
import { LockIcon, SearchIcon } from "../shared/icons.tsx";
import { csvAddress, found, type Item, type List, type Page, PAGE_ROWS, type Place, type Row, stateOf } from "./board.ts";
import { t } from "./messages.ts";
import type { At } from "./source.ts";

export interface BoardProps {
  at: At | "no-code";
  place: Place;
  list: List | undefined;
  page: Page | undefined;
  away: boolean;
  reveal: { step: number; done: boolean } | undefined;
  go: (place: Place) => void;
}

export function Board(props: BoardProps) {
  const { at, list, page } = props;
  if (!list || !page) return <Nothing at={at} />;
  return (
    <main class="public">
      <Head {...props} list={list} page={page} />
      <Tabs {...props} list={list} />
      <Table {...props} list={list} page={page} />
    </main>
  );
}

function Nothing({ at }: { at: BoardProps["at"] }) {
  const [title, hint] =
    at === "no-code"
      ? [t("none.code"), t("none.hint")]
      : at === "none"
        ? [t("none"), t("none.hint")]
        : at === "many"
          ? [t("many"), t("away.hint")]
          : at === "away"
            ? [t("away"), t("away.hint")]
            : [t("asking"), ""];
  return (
    <main class="public public-nothing" role="status">
      <Mark />
      <h1>{title}</h1>
      <p>{hint}</p>
      <LanguageKey />
    </main>
  );
}

function Mark() {
  return (
    <svg class="public-mark" viewBox="0 0 48 48" fill="none" aria-hidden="true">
      <path d="M24 4 44 24 24 44 4 24Z" stroke="#c08a1e" stroke-width="4" />
      <path d="M24 13 35 24 24 35 13 24Z" fill="#c9372c" />
    </svg>
  );
}

function LanguageKey() {
  return (
    <button type="button" class="public-lang" onClick={switchLang}>
      {t("language")}
    </button>
  );
}

type Known = BoardProps & { list: List; page: Page };

function Head({ page, away, reveal }: Known) {
  const state = stateOf(page, reveal?.step, reveal?.done === true);
  return (
    <header class="public-head">
      <div class="public-brand">
        <Mark />
        <p>{page.tenant}</p>
        <LanguageKey />
      </div>
      <h1>{page.title}</h1>
      <p class="public-state" role="status">
        <span class={`state state-${state}`}>
          {state === "frozen" && <LockIcon />}
          {t(`state.${state}`)}
        </span>
        {page.stale && <span class="state state-stale">{t("state.stale")}</span>}
        {away && <span class="state state-away">{t("state.away")}</span>}
      </p>
    </header>
  );
}

function Tabs({ list, place, go }: BoardProps & { list: List }) {
  const rounds = [...new Set(list.boards.map((one) => one.round))].sort((a, b) => a - b);
  const here = list.boards.filter((one) => one.round === place.round);
  return (
    <nav class="public-tabs" aria-label={t("boards")}>
      {rounds.length > 1 && (
        <label class="public-round">
          <span>{t("round.pick")}</span>
          <select value={place.round} onChange={(e) => go({ ...place, round: Number(e.currentTarget.value), from: 1 })}>
            {rounds.map((round) => (
              <option value={round} key={round}>
                {roundName(list.boards, round)}
              </option>
            ))}
          </select>
        </label>
      )}
      {here.length > 1 && (
        <div class="public-kinds" role="tablist">
          {here.map((one) => (
            <button type="button" role="tab" aria-selected={one.of === place.of} onClick={() => go({ ...place, of: one.of, from: 1 })} key={one.of}>
              {t(`of.${one.of}`)}
            </button>
          ))}
        </div>
      )}
    </nav>
  );
}

function roundName(boards: readonly Item[], round: number): string {
  if (round === 0) return t("round.all");
  const title = boards.find((one) => one.round === round && one.title !== "")?.title ?? "";
  return title === "" ? t("round.n", { n: round }) : title;
}

function Table({ list, page, place, go }: Known) {
  const [word, setWord] = useState("");
  const rows = found(page.rows, word);
  const entries = page.of === "entry";
  const item = list.boards.find((one) => one.of === page.of && one.round === page.round);
  const write = pointsWriter(page.rows);
  if (page.rows.length === 0 && page.from === 1) {
    return (
      <section class="public-empty" role="status">
        <h2>{t("empty")}</h2>
        <p>{t("empty.hint")}</p>
      </section>
    );
  }
  return (
    <section class="public-board">
      <div class="public-tools">
        <label class="public-find">
          <SearchIcon />
          <input type="search" value={word} placeholder={t("find")} aria-label={t("find")} onInput={(e) => setWord(e.currentTarget.value)} />
        </label>
        {item?.by && <p class="public-by">{byWords(item)}</p>}
      </div>
      {rows.length === 0 ? (
        <p class="public-none" role="status">
          {t("find.none", { word: word.trim() })} {page.n > PAGE_ROWS && t("find.hint")}
        </p>
      ) : (
        <table class={entries ? "public-rows" : "public-rows public-parts"}>
          <thead>
            <tr>
              <th scope="col">{t("col.rank")}</th>
              <th scope="col">{t("col.name")}</th>
              <th scope="col" class="public-side">
                {t(entries ? "col.correct" : "col.took")}
              </th>
              <th scope="col">{t("col.points")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Line row={row} write={write} key={row.id} />
            ))}
          </tbody>
        </table>
      )}
      <Pages page={page} place={place} go={go} />
    </section>
  );
}

function pointsWriter(rows: readonly Row[]): (value: number) => string {
  const least = places(rows);
  return (value) => points(value, least);
}

function Line({ row, write }: { row: Row; write: (value: number) => string }) {
  const share = row.took !== undefined && row.registered ? Math.min(1, row.took / row.registered) : undefined;
  const side = row.correct !== undefined ? t("row.correct", { n: row.correct }) : partOf(row);
  return (
    <tr class={row.rank >= 1 && row.rank <= 3 ? `medal medal-${row.rank}` : ""}>
      <td class="public-rank">
        <b>{row.rank > 0 ? row.rank : "–"}</b>
      </td>
      <td class="public-name">
        <b>{row.name}</b>
        {row.unit !== "" && row.unit !== row.name && <small>{row.unit}</small>}
        <small class="public-narrow">{side}</small>
      </td>
      <td class="public-side">
        {side}
        {share !== undefined && (
          <i class="public-share" aria-hidden="true">
            <i style={{ transform: `scaleX(${share})` }} />
          </i>
        )}
      </td>
      <td class="public-points">{row.rank > 0 || row.correct !== undefined ? write(row.points) : "–"}</td>
    </tr>
  );
}

function partOf({ took, registered }: Row): string {
  if (took === undefined) return "";
  return registered ? t("row.tookOf", { n: count(took), of: count(registered) }) : t("row.took", { n: count(took) });
}

function byWords({ by, best, floor, least }: Item): string {
  const parts = [
    by === "best" ? t("by.best", { n: best }) : by === "weighted" ? t("by.weighted", { n: floor / 100 }) : by === "sum" ? t("by.sum") : t("by.mean"),
    least > 1 ? t("by.least", { n: least }) : "",
  ];
  return parts.filter((part) => part !== "").join(lang.value === "zh" ? "；" : "; ");
}

function Pages({ page, place, go }: { page: Page; place: Place; go: (place: Place) => void }) {
  const last = page.from + page.rows.length - 1;
  return (
    <footer class="public-pages">
      <button type="button" disabled={page.from <= 1} onClick={() => go({ ...place, from: Math.max(1, page.from - PAGE_ROWS) })}>
        {t("page.before")}
      </button>
      <span class="num">{t("page.where", { a: page.from, b: last, n: Math.max(page.n, last) })}</span>
      <button type="button" disabled={last >= page.n || page.rows.length < PAGE_ROWS} onClick={() => go({ ...place, from: page.from + PAGE_ROWS })}>
        {t("page.after")}
      </button>
      <a href={csvAddress(place)} download>
        {t("page.csv")}
      </a>
    </footer>
  );
}
