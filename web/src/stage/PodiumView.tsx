/* The end: three steps. Until the results are confirmed the picture says so; then the banners fall. */
import type { Snapshot } from "../shared/protocol.gen.ts";
import { places, points } from "../shared/format.ts";
import { CheckIcon } from "../shared/icons.tsx";
import { QrCode } from "../shared/QrCode.tsx";
import { unitBeside } from "./lines.ts";
import { t } from "./messages.ts";
import { sealText } from "./SealView.tsx";
import { podium } from "./view.ts";

export function PodiumView({ snap }: { snap: Snapshot }) {
  const final = snap.phase === "final";
  const { steps, unshown, rest } = podium(snap.board?.rows ?? []);
  const least = places(snap.board?.rows ?? []);
  return (
    <section class={final ? "podium podium-final" : "podium"}>
      {final && <i class="banner banner-left" />}
      {final && <i class="banner banner-right" />}
      <header class="podium-head">
        <h1>{snap.head.title}</h1>
        <p class="podium-state" key={snap.phase}>
          {final && <CheckIcon />}
          {final ? t("podium.final") : `${t("podium.finished")} · ${t("podium.provisional")}`}
        </p>
        {snap.seal && (
          <div class="podium-seal">
            <div>
              <QrCode text={sealText(snap, snap.seal)} label={t("seal.scan")} />
            </div>
            <span>{t("seal.title")}</span>
            <em class="num">{snap.seal.hash.slice(0, 8)}</em>
          </div>
        )}
      </header>
      {steps.length === 0 ? (
        <p class="podium-none">{t("podium.empty")}</p>
      ) : (
        <ol class={steps.length > 3 ? "podium-steps podium-many" : "podium-steps"}>
          {steps.map((row) => (
            <li class={`podium-step podium-${row.rank}`} key={row.entry}>
              <div class="podium-name">
                <b>{row.name}</b>
                {unitBeside(row) !== "" && <small>{row.unit}</small>}
              </div>
              <div class="podium-block">
                <div>
                  <strong>{place(row.rank)}</strong>
                  <span class="num">
                    {points(row.points, least)} {t("board.points")}
                  </span>
                </div>
              </div>
            </li>
          ))}
        </ol>
      )}
      <ol class="podium-rest">
        {unshown > 0 && <li>{t("podium.tied", { n: unshown })}</li>}
        {rest.map((row) => (
          <li key={row.entry}>
            <b class="num">{row.rank}</b>
            <span>{row.name}</span>
            <em class="num">{points(row.points, least)}</em>
          </li>
        ))}
      </ol>
    </section>
  );
}

function place(rank: number): string {
  if (rank === 1) return t("podium.place1");
  return t(rank === 2 ? "podium.place2" : "podium.place3");
}
