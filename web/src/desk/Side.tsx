/* Right: who is here, how they stand, and the list of entries. */
import type { Board, Presence } from "../shared/protocol.gen.ts";
import { useEffect, useRef, useState } from "preact/hooks";
import { places, points } from "../shared/format.ts";
import { count } from "../shared/i18n.ts";
import { SearchIcon } from "../shared/icons.tsx";
import { t } from "./messages.ts";
import type { RosterState } from "./roster.ts";

const BOARD_ROWS = 5;
const FIND_DELAY_MS = 250;
const NEAR_END_PX = 240;

export function PresencePane({ presence }: { presence: Presence }) {
  return (
    <section class="pane here" aria-label={t("here.title")}>
      <dl>
        <div>
          <dd class="num">{count(presence.players)}</dd>
          <dt>
            {t("here.players")}
            {presence.partial && <mark title={t("here.partial")}>{t("here.partialMark")}</mark>}
          </dt>
        </div>
        <div>
          <dd class="num">{count(presence.entries)}</dd>
          <dt>{t("here.entries")}</dt>
        </div>
        <div class={presence.stages === 0 ? "here-none" : ""}>
          <dd class="num">{presence.stages}</dd>
          <dt>{t(presence.stages === 0 ? "here.noStage" : "here.stages")}</dt>
        </div>
      </dl>
    </section>
  );
}

/** `alone`: nobody leads this event, so nothing is revealed. */
export function BoardPane({ board, stale, alone }: { board: Board | undefined; stale: boolean | undefined; alone: boolean }) {
  const rows = board?.rows.slice(0, BOARD_ROWS) ?? [];
  return (
    <section class="pane top" aria-label={t("top.title")}>
      <h2 class="pane-title">
        {t("top.title")}
        {board && rows.length > 0 && <small class="num">{t("top.of", { n: rows.length, of: board.of })}</small>}
        {board?.frozen && <small class="tag tag-frozen">{t("freeze.frozen")}</small>}
        {stale && <small title={t("top.staleWhy")}>{t("top.stale")}</small>}
      </h2>
      {rows.length === 0 ? (
        <p class="pane-empty quiet">{t(alone ? "top.emptyAlone" : "top.empty")}</p>
      ) : (
        <ol>
          {rows.map((row) => (
            <li key={row.entry}>
              <span class={`medal num medal-${row.rank}`}>{row.rank}</span>
              <span class="cut" title={row.unit === "" ? row.name : `${row.name} · ${row.unit}`}>
                {row.name}
              </span>
              <span class="num">{points(row.points, places(rows))}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

interface RosterProps {
  /** the points listed are true ones that the hall does not know yet */
  hides: boolean;
  roster: RosterState;
  entries: number;
  find: (find: string) => void;
  more: () => void;
}

export function RosterPane({ hides, roster, entries, find, more }: RosterProps) {
  const [typed, setTyped] = useState(roster.wantedFind);
  useEffect(() => {
    const timer = setTimeout(() => find(typed.trim()), FIND_DELAY_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <section class="pane roster" aria-label={t("roster.title")}>
      <h2 class="pane-title">
        {t("roster.title")}
        {roster.loaded && roster.rows.length > 0 && (
          <small class="num">
            {roster.find === ""
              ? t("roster.shownOf", { n: roster.rows.length, of: Math.max(entries, roster.rows.length) })
              : t("roster.shown", { n: roster.rows.length })}
          </small>
        )}
      </h2>
      <label class="roster-find">
        <SearchIcon />
        <input
          type="search"
          data-find
          placeholder={t("roster.find")}
          aria-label={t("roster.find")}
          maxLength={40}
          value={typed}
          onInput={(e) => setTyped(e.currentTarget.value)}
          onKeyDown={(e) => e.key === "Escape" && e.currentTarget.blur()}
        />
        <kbd>/</kbd>
      </label>
      {hides && <p class="truth">{t("freeze.truth")}</p>}
      <RosterRows roster={roster} more={more} />
    </section>
  );
}

function RosterRows({ roster, more }: { roster: RosterState; more: () => void }) {
  const list = useRef<HTMLOListElement>(null);
  const nearEnd = () => {
    const box = list.current;
    if (box && box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX) more();
  };
  // A reader who waits at the end gets the next page without another nudge.
  useEffect(nearEnd, [roster.rows.length]);
  if (!roster.loaded) {
    return (
      <div class="roster-rows" role="status" aria-label={t("roster.loading")}>
        {[0, 1, 2, 3, 4].map((i) => (
          <i class="bone" key={i} />
        ))}
      </div>
    );
  }
  if (roster.rows.length === 0) {
    return (
      <p class="pane-empty quiet">
        {roster.find === "" ? t("roster.empty") : t("roster.none", { find: roster.find })}
      </p>
    );
  }
  const least = places(roster.rows);
  return (
    <ol class="roster-rows" ref={list} onScroll={nearEnd} tabIndex={0} aria-label={t("roster.title")}>
      {roster.rows.map((row) => (
        <li class={row.online ? "roster-row" : "roster-row roster-away"} key={row.entry}>
          <i class="dot" role="img" aria-label={t(row.online ? "roster.online" : "roster.offline")} />
          <span class="roster-name" title={row.unit === "" ? row.name : `${row.name} · ${row.unit}`}>
            <b class="cut">{row.name}</b>
            {row.unit !== "" && row.unit !== row.name && <small class="cut">{row.unit}</small>}
          </span>
          {row.guest && <small class="tag">{t("roster.guest")}</small>}
          <span class="num">{points(row.points, least)}</span>
        </li>
      ))}
      {roster.more && (
        <li class="roster-more">
          <button type="button" class="button" onClick={more} disabled={roster.asked !== undefined}>
            {t("roster.more")}
          </button>
        </li>
      )}
    </ol>
  );
}
