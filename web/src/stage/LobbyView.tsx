/* People arrive: what it is, how to join, and that somebody noticed them. */
import type { Snapshot } from "../shared/protocol.gen.ts";
import { spokenCode } from "../shared/code.ts";
import { QrCode } from "../shared/QrCode.tsx";
import { Mark } from "./Frame.tsx";
import { useFit } from "./fit.ts";
import { t } from "./messages.ts";
import { Rolling } from "./Rolling.tsx";
import { seats } from "./view.ts";

const TITLE_SIZES = [6.5, 5.5, 4.75, 4, 3.25] as const;
const SEAT_ROWS = 4;
const SEAT_ROOM = SEAT_ROWS * 44;

export function LobbyView({ snap, origin }: { snap: Snapshot; origin: string }) {
  const { head, presence } = snap;
  const title = useFit<HTMLHeadingElement>(TITLE_SIZES, head.title);
  return (
    <section class="lobby">
      <div class="lobby-words">
        <p class="lobby-tenant">{head.tenant}</p>
        <h1 class="lobby-title" ref={title.box}>
          <span>{head.title}</span>
        </h1>
        {head.guests ? (
          <dl class="lobby-join">
            <dt>{t("lobby.code")}</dt>
            <dt>{t("lobby.or")}</dt>
            <dd class="lobby-code num">{spokenCode(head.code)}</dd>
            <dd class="lobby-address">{addressToRead(origin)}</dd>
          </dl>
        ) : (
          <p class="lobby-platform">
            {t("lobby.platformOnly")}
            <small>{t("lobby.platformHint")}</small>
          </p>
        )}
      </div>
      {head.guests ? (
        <div class="lobby-qr">
          <div class="lobby-qr-card">
            <QrCode text={joinAddress(origin, head.code)} label={t("lobby.scan")} />
          </div>
          <span>{t("lobby.scan")}</span>
        </div>
      ) : (
        <div class="lobby-emblem">
          <Mark />
        </div>
      )}
      <Arrivals players={presence.players} entries={presence.entries} partial={presence.partial} />
    </section>
  );
}

function Arrivals({ players, entries, partial }: { players: number; entries: number; partial: boolean }) {
  const { per, lit, total } = seats(players, entries, SEAT_ROOM);
  return (
    <div class="lobby-here">
      {players > 0 ? (
        <div class="lobby-count">
          <b class="num">
            <Rolling value={players} />
          </b>
          <span>{t(players === 1 ? "lobby.here1" : "lobby.here")}</span>
        </div>
      ) : (
        <div class="lobby-count lobby-empty">{t("lobby.empty")}</div>
      )}
      <div>
        <div class="seats" aria-hidden="true">
          {Array.from({ length: total }, (_, i) => (
            <i class={i < lit ? "seat seat-lit" : "seat"} key={i} />
          ))}
        </div>
        <p class="seats-note">
          {partial ? t("lobby.partial") : per > 1 ? t("lobby.seat", { n: per }) : "\u00a0"}
        </p>
      </div>
    </div>
  );
}

/** What the code stands for; the code rides in the fragment, out of every server's log. */
function joinAddress(origin: string, code: string): string {
  return `${origin}/#c=${encodeURIComponent(code)}`;
}

function addressToRead(origin: string): string {
  return origin.replace(/^https?:\/\//, "");
}
