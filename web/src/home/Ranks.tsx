/* The board of a self-paced event: the top, the own rank, and who stands around it. */
import { places, points } from "../shared/format.ts";
import { count } from "../shared/i18n.ts";
import type { RanksFrame, RankRow } from "../shared/protocol.gen.ts";
import { Refused } from "../phone/Sheet.tsx";
import type { ErrorCode } from "../shared/protocol.gen.ts";
import type { Acts } from "./acts.ts";
import { Head } from "./Head.tsx";
import { t } from "./messages.ts";
import { Pausing } from "./Pausing.tsx";

export function Ranks({ title, ranks, refused, acts }: { title: string; ranks: RanksFrame | undefined; refused: ErrorCode | undefined; acts: Acts }) {
  const top = ranks?.top ?? [];
  const around = (ranks?.around ?? []).filter((row) => !top.some((one) => one.rank === row.rank && one.name === row.name && one.unit === row.unit));
  const least = places([...top, ...around]);
  return (
    <>
      <Head title={t("event.ranks")} under={title} back={acts.back} />
      {!ranks ? (
        refused === undefined ? (
          <Pausing title={t("ranks.loading")} />
        ) : (
          <main class="calm">
            <Refused code={refused} />
          </main>
        )
      ) : (
        <main class="result">
          <section class="own-rank num">
            <p>{t("ranks.own")}</p>
            <h1>{ranks.own === undefined ? t("ranks.not") : count(ranks.own)}</h1>
            <p class="quiet">
              {t("ranks.of", { n: count(ranks.of) })}
              {ranks.stale && ` · ${t("board.stale")}`}
            </p>
          </section>
          {top.length === 0 && <p class="quiet">{t("ranks.none")}</p>}
          <Rows rows={top} least={least} />
          {around.length > 0 && (
            <section class="board">
              <h2>{t("ranks.around")}</h2>
              <Rows rows={around} least={least} />
            </section>
          )}
        </main>
      )}
    </>
  );
}

function Rows({ rows, least }: { rows: readonly RankRow[]; least: number }) {
  return (
    <ol class="board">
      {rows.map((row, k) => (
        <li key={k} class={row.you ? "row row-own" : "row"}>
          <b class={row.rank <= 3 ? `num place place-${row.rank}` : "num place"}>{count(row.rank)}</b>
          <span class="row-name">
            <span class="cut">{row.name}</span>
            {row.unit !== "" && <small class="cut">{row.unit}</small>}
          </span>
          <b class="num">{points(row.points, least)}</b>
        </li>
      ))}
    </ol>
  );
}
