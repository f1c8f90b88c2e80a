/* People arrive: what it is, how to join, and that somebody noticed them. */
import type { Chart, Snapshot } from "../shared/protocol.gen.ts";
import { useMemo, useRef } from "preact/hooks";
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

export function LobbyView({ snap, origin, chart }: { snap: Snapshot; origin: string; chart: Chart | undefined }) {
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
      <Arrivals players={presence.players} entries={presence.entries} partial={presence.partial} chart={chart} />
    </section>
  );
}

interface ArrivalsProps {
  players: number;
  entries: number;
  partial: boolean;
  /** who is here by name, as far as it is known */
  chart: Chart | undefined;
}

function Arrivals({ players, entries, partial, chart }: ArrivalsProps) {
  const { per, lit, total } = seats(players, entries, SEAT_ROOM);
  const named = chart !== undefined && chart.rows.length > 0;
  return (
    <div class="lobby-here">
      {players > 0 ? (
        <div class="lobby-count">
          <b class="num">
            <Rolling value={players} />
          </b>
          <span>
            {t(players === 1 ? "lobby.here1" : "lobby.here")}
            {named && <small class="num">{t("lobby.entries", { n: Math.max(chart.n, chart.rows.length) })}</small>}
          </span>
        </div>
      ) : (
        <div class="lobby-count lobby-empty">{t("lobby.empty")}</div>
      )}
      {named ? (
        <Names chart={chart} />
      ) : (
        <div>
          <div class="seats" aria-hidden="true">
            {Array.from({ length: total }, (_, i) => (
              <i class={i < lit ? "seat seat-lit" : "seat"} key={i} />
            ))}
          </div>
          <p class="seats-note">{partial ? t("lobby.partial") : per > 1 ? t("lobby.seat", { n: per }) : "\u00a0"}</p>
        </div>
      )}
    </div>
  );
}

const NAMES_SHOWN = 6;

/* The latest to arrive, the newest first: everybody sees the own name come up once. */
function Names({ chart }: { chart: Chart }) {
  const seen = useRef<string[]>([]);
  const names = useMemo(() => {
    seen.current = arrivals(seen.current, chart);
    const byId = new Map(chart.rows.map((row) => [row.id, row.name]));
    return seen.current.slice(0, NAMES_SHOWN).map((id) => ({ id, name: byId.get(id) ?? "" }));
  }, [chart]);
  return (
    <div class="arrivals">
      <ol>
        {names.map(({ id, name }) => (
          <li key={id}>{name}</li>
        ))}
      </ol>
    </div>
  );
}

/** Entries in the order in which they came, the newest first: ids grow. Pure. */
export function arrivals(seen: readonly string[], chart: Chart): string[] {
  const here = new Set(chart.rows.map((row) => row.id));
  const known = seen.filter((id) => here.has(id));
  const had = new Set(known);
  const fresh = chart.rows.map((row) => row.id).filter((id) => !had.has(id));
  fresh.sort((a, b) => b.length - a.length || (a < b ? 1 : -1));
  return [...fresh, ...known];
}

/** What the code stands for; the code rides in the fragment, out of every server's log. */
function joinAddress(origin: string, code: string): string {
  return `${origin}/#c=${encodeURIComponent(code)}`;
}

function addressToRead(origin: string): string {
  return origin.replace(/^https?:\/\//, "");
}
