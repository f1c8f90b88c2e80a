/* The reveal: from the bottom up, one after the other, and nobody knows how it ends. */
import type { Chart, Cue, Snapshot } from "../shared/protocol.gen.ts";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { places, points } from "../shared/format.ts";
import { lang } from "../shared/i18n.ts";
import { nameOf } from "../shared/teams.ts";
import { revealLines, unitBeside } from "./lines.ts";
import { t } from "./messages.ts";
import { nextUp, reveal } from "./rows.ts";
import { BigName } from "./TeamParts.tsx";
import { BOARD_PAGE_ROWS } from "./view.ts";
import { Wall } from "./Wall.tsx";

export function RevealView({ snap, chart }: { snap: Snapshot; chart: Chart }) {
  // Of the chart itself: the log's word that all is told may be here before it.
  const done = !chart.frozen && chart.step > 0;
  const before = useRef<Chart>();
  const [card, setCard] = useState<Cue | undefined>(chart.cue?.kind === "award" ? chart.cue : undefined);
  const way = useMemo(() => {
    const found = reveal(before.current, chart);
    before.current = chart;
    return found;
  }, [chart]);
  useEffect(() => {
    if (way === "cut") setCard(chart.cue?.kind === "award" ? chart.cue : undefined);
  }, [chart]);
  const language = lang.value;
  const lines = useMemo(() => revealLines(chart, snap.head.awards, done), [chart, done, snap.head.awards, language]);
  const write = useMemo(() => {
    const least = places(chart.rows);
    return (value: number) => points(value, least);
  }, [chart]);
  const open = chart.rows.filter((row) => row.opened === true).length;
  return (
    <section class="board reveal">
      <header class="board-head">
        <h1>{t(done ? "reveal.done" : chart.step === 0 ? "reveal.soon" : "reveal.title")}</h1>
        <span class="num board-where">{chart.step === 0 || done ? t(snap.head.teams ? "team.n" : "board.of", { n: chart.n }) : t("reveal.open", { n: open, of: chart.n })}</span>
      </header>
      <div class="reveal-body">
        <Wall
          lines={lines}
          shape={{ rows: BOARD_PAGE_ROWS, columns: 1, flow: "down" }}
          write={write}
          unit={t("board.points")}
          veiled={t("reveal.veiled")}
          way={way}
          of={chart}
          focus={chart.cue?.entry ?? nextUp(chart.rows)}
          told={({ cue }) => setCard(cue)}
          class="wall-reveal"
        />
        {card && <AwardCard snap={snap} cue={card} key={`${card.step} ${card.entry}`} />}
      </div>
    </section>
  );
}

const CARD_SIZES = [9, 7.5, 6.25, 5.25, 4.25, 3.5] as const;

function AwardCard({ snap, cue }: { snap: Snapshot; cue: Cue }) {
  const name = cue.name !== "" ? cue.name : nameOf(snap, cue.entry);
  return (
    <div class={cue.award === 0 ? "award-card award-first" : "award-card"} role="status">
      <i class="banner banner-left" />
      <i class="banner banner-right" />
      <p class="award-title">{snap.head.awards[cue.award ?? -1]?.title}</p>
      <BigName name={name} sizes={CARD_SIZES} />
      <p class="award-facts num">
        {unitBeside({ name, unit: cue.unit }) !== "" && <span>{cue.unit}</span>}
        <span>{t("team.place", { n: cue.rank_to })}</span>
        <b>
          {points(cue.points_to)} {t("board.points")}
        </b>
      </p>
    </div>
  );
}
