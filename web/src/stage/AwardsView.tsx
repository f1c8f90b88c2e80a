/* Who has won what: one award after the other, the highest last, and none of it until it may be said. */
import type { Chart, ChartRow, Snapshot } from "../shared/protocol.gen.ts";
import { useEffect, useState } from "preact/hooks";
import { points } from "../shared/format.ts";
import { unitBeside, winners } from "./lines.ts";
import { t } from "./messages.ts";
import { phrases } from "./phrase.ts";
import { Name } from "./TeamParts.tsx";
import { nameSize, pageOf } from "./view.ts";
import { markOf } from "./assign.ts";
import { FreezeMark } from "./Frame.tsx";

const PER_PAGE = 10;
const PAGE_MS = 10_000;
const WIDTH = 90;
const HEIGHT = 38;
const GAP = 1.25;

interface Page {
  title: string;
  first: boolean;
  rows: ChartRow[];
  part: string;
}

export function awardPages(chart: Chart, snap: Snapshot): Page[] {
  const mark = markOf(snap);
  const lists = winners(chart.rows, snap.head.awards, mark === "revealing" || mark === "frozen");
  return snap.head.awards
    .map((award, i) => ({ title: award.title, first: i === 0, rows: lists[i] ?? [] }))
    .reverse()
    .flatMap(({ title, first, rows }) => {
      const pages = Math.ceil(rows.length / PER_PAGE);
      return Array.from({ length: pages }, (_, page) => ({
        title,
        first,
        rows: pageOf(rows, page, Math.ceil(rows.length / pages)),
        part: pages > 1 ? t("lot.page", { n: page + 1, of: pages }) : "",
      }));
    });
}

/** It turns by itself to the highest award and stays there. */
export function AwardsView({ chart, snap, turned }: { chart: Chart; snap: Snapshot; turned: number }) {
  const pages = awardPages(chart, snap);
  const [auto, setAuto] = useState(0);
  useEffect(() => {
    if (auto >= pages.length - 1) return;
    const timer = setTimeout(() => setAuto((n) => n + 1), PAGE_MS);
    return () => clearTimeout(timer);
  }, [auto, turned, pages.length]);
  const at = Math.max(0, Math.min(pages.length - 1, auto + turned));
  const page = pages[at];
  const mark = markOf(snap);
  if (!page) {
    return (
      <section class="awards awards-none">
        <i class="banner banner-left" />
        <i class="banner banner-right" />
        <h1>{t("awards.title")}</h1>
        <p>{t(snap.head.awards.length === 0 ? "awards.without" : "awards.soon")}</p>
        {mark && <FreezeMark mark={mark} />}
      </section>
    );
  }
  const columns = page.rows.length <= 3 ? 1 : 2;
  const deep = Math.ceil(page.rows.length / columns);
  const tall = Math.min(12, (HEIGHT - GAP * (deep - 1)) / deep);
  const lone = columns === 1;
  const units = page.rows.some((row) => unitBeside(row) !== "");
  const size = nameSize(
    page.rows.map((row) => phrases(row.name)),
    (WIDTH - GAP * (columns - 1)) / columns - (lone ? 26 : 18),
    tall - 1.2 - (units ? 2.2 : 0),
  );
  return (
    <section class={page.first ? "awards awards-first" : "awards"} key={at}>
      <i class="banner banner-left" />
      <i class="banner banner-right" />
      <header>
        <p>{snap.head.title}</p>
        <h1>{page.title}</h1>
        {mark && <FreezeMark mark={mark} />}
        {page.part !== "" && <small class="num">{page.part}</small>}
      </header>
      <ol class={lone ? "awards-list awards-lone" : "awards-list"} style={{ "--columns": columns, "--rows": deep, "--size": size }}>
        {page.rows.map((row, i) => (
          <li style={{ "--delay": i }} key={row.id}>
            <div class="awards-name">
              <b>
                <Name name={row.name} />
              </b>
              {unitBeside(row) !== "" && <small>{row.unit}</small>}
            </div>
            <p class="num">
              {t("team.place", { n: row.rank })} · {points(row.points)} {t("board.points")}
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}
