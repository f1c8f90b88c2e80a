/* One entry: where it stands, with how many points, and how that came. */
import type { Chart, Snapshot } from "../shared/protocol.gen.ts";
import { points } from "../shared/format.ts";
import { DownIcon, UpIcon } from "../shared/icons.tsx";
import { nameOf } from "../shared/teams.ts";
import { Notice } from "./Frame.tsx";
import { unitBeside } from "./lines.ts";
import { t } from "./messages.ts";
import { Rolling } from "./Rolling.tsx";
import { BigName } from "./TeamParts.tsx";

const SIZES = [9, 7.5, 6.25, 5.25, 4.25, 3.5] as const;

export function TeamCard({ chart, snap, entry }: { chart: Chart | undefined; snap: Snapshot; entry: string }) {
  const row = chart?.rows.find(({ id }) => id === entry);
  const name = row?.name ?? nameOf(snap, entry);
  if (name === "") return <Notice title={t("card.nobody")} hint={t("card.nobodyHint")} />;
  const award = row?.award === undefined ? undefined : snap.head.awards[row.award]?.title;
  return (
    <section class="card-team" key={entry}>
      <div class={`card-place ${row && row.rank <= 3 && row.rank > 0 ? `medal-${row.rank}` : ""}`}>
        <b class={row && row.rank > 99 ? "num card-rank-long" : "num"}>{row && row.rank > 0 ? row.rank : "–"}</b>
        <small>{row && row.rank > 0 ? t("card.of", { n: chart?.n ?? 0 }) : t("card.unranked")}</small>
      </div>
      <div class="card-who">
        {award && <p class="card-award">{award}</p>}
        <BigName name={name} sizes={SIZES} />
        {row && unitBeside(row) !== "" && <p class="card-unit">{row.unit}</p>}
      </div>
      <dl class="card-facts num">
        <div>
          <dt>{t("card.points")}</dt>
          <dd>
            <Rolling value={row?.points ?? 0} write={points} />
          </dd>
        </div>
        <div>
          <dt>{t("card.correct")}</dt>
          <dd>
            <Rolling value={row?.correct ?? 0} />
          </dd>
        </div>
        <div>
          <dt>{t("card.moved")}</dt>
          <dd class={(row?.moved ?? 0) > 0 ? "moved-up" : (row?.moved ?? 0) < 0 ? "moved-down" : ""}>
            {row === undefined || row.moved === 0 ? "–" : row.moved > 0 ? <UpIcon /> : <DownIcon />}
            {row !== undefined && row.moved !== 0 && Math.abs(row.moved)}
          </dd>
        </div>
      </dl>
    </section>
  );
}
