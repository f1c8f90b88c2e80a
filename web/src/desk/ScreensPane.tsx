/* The tenant's screens: pairing, what each shows, and one click to show something else. No chosen screen means all of them. */
import { useEffect, useRef, useState } from "preact/hooks";
import { lang } from "../shared/i18n.ts";
import { CheckIcon, CrossIcon } from "../shared/icons.tsx";
import { ERROR_TEXT, type ScreenRow, type Snapshot, type StageView, type View } from "../shared/protocol.gen.ts";
import { nameOf } from "../shared/teams.ts";
import { Ask } from "./Ask.tsx";
import type { CommandEnd } from "./host.ts";
import { t } from "./messages.ts";
import { PairForm } from "./PairForm.tsx";
import { Params } from "./Params.tsx";
import type { RosterState } from "./roster.ts";
import {
  asSent,
  assign,
  confirmed,
  FLAGS,
  type Flag,
  flagged,
  flagState,
  halls,
  meant,
  needs,
  palette,
  remember,
  type Sents,
  type Show,
  stillThere,
  toggled,
  viewState,
} from "./screens.ts";
import { ViewIcon } from "./ViewIcon.tsx";

export interface ScreenActs {
  pair: (code: string, name: string) => Promise<CommandEnd>;
  unpair: (screen: string) => Promise<CommandEnd>;
  show: (show: Show) => Promise<CommandEnd>;
}

/** What the pane keeps while another tab is open. */
export interface ScreensState {
  /** none: all are meant */
  chosen: string[];
  /** the view whose particulars are asked for */
  opened: StageView | undefined;
  /** what was said to all last */
  last: View;
  /** and to each, until the list has it */
  sent: Sents;
}
export const SCREENS_START: ScreensState = { chosen: [], opened: undefined, last: { view: "auto" }, sent: {} };

interface Props {
  snap: Snapshot;
  rows: ScreenRow[] | undefined;
  online: boolean;
  now: () => number;
  roster: RosterState;
  find: (find: string) => void;
  acts: ScreenActs;
  state: ScreensState;
  turn: (change: Partial<ScreensState>) => void;
}

type Asking = { what: "unpair" | "take"; row: ScreenRow };

export function ScreensPane({ snap, rows, online, now, roster, find, acts, state, turn }: Props) {
  const [pairing, setPairing] = useState(false);
  const [asking, setAsking] = useState<Asking | undefined>();
  const [trouble, setTrouble] = useState<CommandEnd>();
  const { here, elsewhere } = halls(asSent(rows ?? [], state.sent), snap.head.event);
  const chosen = stillThere(here, state.chosen);
  const targets = meant(here, chosen);

  useEffect(() => {
    const sent = confirmed(rows ?? [], state.sent);
    if (sent !== state.sent) turn({ sent });
  }, [rows]);

  const run = async (shows: Show[]) => {
    setTrouble(undefined);
    turn({ sent: remember(rows ?? [], here, state.sent, shows) });
    // What is said to all is done before what only some are told differently.
    const [first, ...others] = shows;
    const end = (first && (await acts.show(first))) ?? (await Promise.all(others.map(acts.show))).find((one) => one !== undefined);
    if (end === undefined) return;
    setTrouble(end);
    turn({ sent: {} });
  };
  const show = (view: View) => {
    if (!online) return;
    if (chosen.length === 0) turn({ last: view });
    void run(assign(here, chosen, view));
  };
  const flag = (which: Flag) => {
    if (!online) return;
    const on = here.length === 0 ? state.last[which] === true : flagState(targets, which) === "on";
    if (chosen.length === 0) turn({ last: { ...state.last, [which]: !on } });
    void run(flagged(here, chosen, which, !on, state.last));
  };
  const settle = ({ what, row }: Asking) => {
    setAsking(undefined);
    setTrouble(undefined);
    void (what === "unpair" ? acts.unpair(row.screen) : acts.show({ screen: row.screen, view: "auto" })).then(setTrouble);
  };
  // Screens that show what all show are asked what that is; without any, what this desk said last.
  const shown = targets[0]?.view ?? state.last;

  return (
    <section class="pane pane-list screens" aria-label={t("tab.screens")}>
      <header class="screens-head">
        <h2 class="pane-title">
          {rows && rows.length > 0 ? (
            <small class="num">{t("screens.count", { n: here.length, on: here.filter((row) => row.online).length })}</small>
          ) : (
            <small>{t(rows ? "screens.none" : "screens.loading")}</small>
          )}
        </h2>
        {!pairing && (
          <button type="button" class="button" onClick={() => setPairing(true)} disabled={!online} data-pair>
            <PlusIcon />
            {t("pair.begin")}
          </button>
        )}
      </header>
      {pairing && <PairForm rows={rows ?? []} pair={acts.pair} online={online} close={() => setPairing(false)} />}
      <div class="screens-body">
        <fieldset class="screens-list">
          <legend class="unseen">{t("screens.choose")}</legend>
          <Target
            name={t("screens.all")}
            hint={t("screens.allHint")}
            on={chosen.length === 0}
            toggle={() => turn({ chosen: [] })}
            screen="all"
          />
          {here.map((row) => (
            <Row
              row={row}
              snap={snap}
              now={now}
              on={chosen.includes(row.screen)}
              toggle={() => turn({ chosen: toggled(chosen, row.screen) })}
              remove={() => setAsking({ what: "unpair", row })}
              online={online}
              key={row.screen}
            />
          ))}
        </fieldset>
        {trouble !== undefined && (
          <p class="trouble trouble-on" role="alert">
            <span>{trouble === "outcome_unknown" || trouble === "gone" ? t("screens.lost") : t("screens.trouble", { why: ERROR_TEXT[trouble][lang.value] })}</span>
            <button type="button" class="link" onClick={() => setTrouble(undefined)}>
              {t("err.dismiss")}
            </button>
          </p>
        )}
        <h3 class="screens-title">
          {t("screens.shows")}
          <small>{chosen.length === 0 ? t("screens.all") : targets.map((row) => row.name).join(t("list.comma"))}</small>
        </h3>
        <Palette
          views={palette(snap.head)}
          at={(view) => (here.length === 0 ? (state.last.view === view ? "on" : "off") : viewState(targets, view))}
          opened={state.opened}
          online={online}
          press={(view) => {
            const need = needs(view);
            turn({ opened: need === "nothing" ? undefined : view });
            if (need === "nothing") show({ view });
            if (need === "board" && shown.view !== view) show({ view, of: view === "grid" ? "city" : (shown.of ?? "entry"), round: shown.round ?? 0 });
          }}
        />
        {state.opened && (
          <Params
            view={state.opened}
            snap={snap}
            shown={shown.view === state.opened ? shown : { view: state.opened }}
            roster={roster}
            find={find}
            now={now}
            online={online}
            show={show}
            key={state.opened}
          />
        )}
        <div class="flags" role="group" aria-label={t("screens.flags")}>
          {FLAGS.map((which) => {
            const at = here.length === 0 ? (state.last[which] ? "on" : "off") : flagState(targets, which);
            return (
              <button
                type="button"
                class="flag"
                aria-pressed={at === "some" ? "mixed" : at === "on"}
                disabled={!online}
                onClick={() => flag(which)}
                data-flag={which}
                key={which}
              >
                <i aria-hidden="true">{at === "on" && <CheckIcon />}</i>
                {t(`flag.${which}`)}
              </button>
            );
          })}
        </div>
        {elsewhere.length > 0 && (
          <Elsewhere rows={elsewhere} online={online} take={(row) => (row.title === "" ? settle({ what: "take", row }) : setAsking({ what: "take", row }))} remove={(row) => setAsking({ what: "unpair", row })} />
        )}
      </div>
      {asking && (
        <Ask
          title={t(`${asking.what}.ask`, { name: asking.row.name })}
          points={asking.what === "unpair" ? [t("unpair.1"), t("unpair.2")] : [t("take.1", { name: asking.row.name, title: asking.row.title })]}
          yes={t(`${asking.what}.yes`)}
          then={() => settle(asking)}
          no={() => setAsking(undefined)}
        />
      )}
    </section>
  );
}

const PlusIcon = () => (
  <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" aria-hidden="true">
    <path d="M12 5v14M5 12h14" />
  </svg>
);

interface TargetProps {
  name: string;
  hint: string;
  on: boolean;
  toggle: () => void;
  screen: string;
}

function Target({ name, hint, on, toggle, screen }: TargetProps) {
  return (
    <div class={on ? "screen-row screen-on" : "screen-row"} data-screen={screen}>
      <label>
        <input type="checkbox" checked={on} onChange={toggle} />
        <span class="screen-words">
          <b class="cut">{name}</b>
          <small class="cut">{hint}</small>
        </span>
      </label>
    </div>
  );
}

interface RowProps {
  row: ScreenRow;
  snap: Snapshot;
  now: () => number;
  on: boolean;
  toggle: () => void;
  remove: () => void;
  online: boolean;
}

function Row({ row, snap, now, on, toggle, remove, online }: RowProps) {
  const flags = FLAGS.filter((flag) => row.view[flag]).map((flag) => t(`flag.${flag}`));
  return (
    <div class={on ? "screen-row screen-on" : "screen-row"} data-screen={row.screen} data-name={row.name} data-shows={row.view.view}>
      <label>
        <input type="checkbox" checked={on} onChange={toggle} />
        <span class="screen-words">
          <b class="cut" title={row.name}>
            <i class={row.online ? "dot" : "dot dot-off"} role="img" aria-label={t(row.online ? "screens.on" : "screens.off")} />
            {row.name}
          </b>
          <small class="cut num">
            {!row.online && <em>{t("screens.off")}</em>}
            <Shown view={row.view} snap={snap} now={now} />
            {flags.length > 0 && ` · ${flags.join(t("list.comma"))}`}
          </small>
        </span>
        <ViewIcon view={row.view.view} />
      </label>
      <Remove row={row} online={online} remove={remove} />
    </div>
  );
}

function Remove({ row, online, remove }: { row: ScreenRow; online: boolean; remove: () => void }) {
  const label = t("screens.remove", { name: row.name });
  return (
    <button type="button" class="button button-bare screen-remove" onClick={remove} disabled={!online} aria-label={label} title={label} data-unpair>
      <CrossIcon />
    </button>
  );
}

/* What a screen shows, in words; a countdown counts. */
function Shown({ view, snap, now }: { view: View; snap: Snapshot; now: () => number }) {
  const [, tick] = useState(0);
  const counting = view.view === "countdown" && (view.until_ms ?? 0) > now();
  useEffect(() => {
    if (!counting) return;
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, [counting, view.until_ms]);
  return <>{shownWords(view, snap, now())}</>;
}

function shownWords(view: View, snap: Snapshot, nowMs: number): string {
  const words = [t(`view.${view.view}`)];
  if (view.of !== undefined && view.view !== "grid") words.push(t(`of.${view.of}`));
  if (view.round) words.push(snap.head.rounds[view.round - 1]?.title ?? "");
  if (view.page !== undefined) words.push(t("param.pageN", { n: view.page + 1 }));
  if (view.view === "team") words.push(nameOf(snap, view.entry));
  if (view.view === "countdown" && view.until_ms !== undefined) words.push(clock(view.until_ms - nowMs));
  if (view.media !== undefined) words.push(view.media);
  if (view.text !== undefined) words.push(view.text);
  return words.filter((word) => word !== "").join(" · ");
}

function clock(ms: number): string {
  const s = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

interface ElsewhereProps {
  rows: ScreenRow[];
  online: boolean;
  take: (row: ScreenRow) => void;
  remove: (row: ScreenRow) => void;
}

function Elsewhere({ rows, online, take, remove }: ElsewhereProps) {
  return (
    <section class="screens-elsewhere" aria-label={t("screens.elsewhere")}>
      <h3 class="screens-title">{t("screens.elsewhere")}</h3>
      {rows.map((row) => (
        <div class="screen-row" data-screen={row.screen} data-name={row.name} key={row.screen}>
          <span class="screen-words">
            <b class="cut" title={row.name}>
              <i class={row.online ? "dot" : "dot dot-off"} role="img" aria-label={t(row.online ? "screens.on" : "screens.off")} />
              {row.name}
            </b>
            <small class="cut" title={row.title}>
              {row.title === "" ? t("screens.idle") : t("screens.of", { title: row.title })}
            </small>
          </span>
          <button type="button" class="button" disabled={!online} onClick={() => take(row)}>
            {t("screens.take")}
          </button>
          <Remove row={row} online={online} remove={() => remove(row)} />
        </div>
      ))}
    </section>
  );
}

interface PaletteProps {
  views: StageView[];
  at: (view: StageView) => "on" | "some" | "off";
  opened: StageView | undefined;
  online: boolean;
  press: (view: StageView) => void;
}

const COLUMNS = 5;
const STEP: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS };

/* One stop of the Tab key; arrows go from tile to tile. */
function Palette({ views, at, opened, online, press }: PaletteProps) {
  const list = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState(0);
  const move = (e: KeyboardEvent) => {
    if (e.key === "Escape" && e.target instanceof HTMLElement) e.target.blur();
    const by = STEP[e.key];
    if (by === undefined) return;
    e.preventDefault();
    const next = focused + by;
    if (next < 0 || next >= views.length) return;
    setFocused(next);
    list.current?.querySelectorAll<HTMLButtonElement>("button")[next]?.focus();
  };
  return (
    <div class="tiles" role="group" aria-label={t("screens.shows")} ref={list} onKeyDown={move}>
      {views.map((view, i) => {
        const state = at(view);
        return (
          <button
            type="button"
            class={opened === view ? "tile tile-open" : "tile"}
            aria-pressed={state === "some" ? "mixed" : state === "on"}
            tabIndex={i === focused ? 0 : -1}
            disabled={!online}
            onFocus={() => setFocused(i)}
            onClick={() => press(view)}
            {...(view === "auto" ? { title: t("view.autoHint") } : {})}
            data-view={view}
            key={view}
          >
            <ViewIcon view={view} />
            <span class="cut">{t(`view.${view}`)}</span>
          </button>
        );
      })}
    </div>
  );
}
