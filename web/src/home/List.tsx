/* The events that address this person, in the order of what there is to do. */
import { points } from "../shared/format.ts";
import { count, switchLang } from "../shared/i18n.ts";
import { NextIcon, ScrollIcon } from "../shared/icons.tsx";
import type { HomeFrame, OpenEvent } from "../shared/protocol.gen.ts";
import type { Acts } from "./acts.ts";
import { Head } from "./Head.tsx";
import { type Card, cards, type EventState, modesOf } from "./home.ts";
import { type Key, t } from "./messages.ts";
import { useNow } from "./Clock.tsx";
import { when } from "./times.ts";

const LOOK_MS = 5_000;

export function List({ frame, now, acts }: { frame: HomeFrame; now: () => number; acts: Acts }) {
  const nowMs = useNow(now, LOOK_MS);
  const parts = cards(frame.events, nowMs);
  return (
    <>
      <Head title={t("home.title")} under={frame.tenant}>
        <button type="button" class="plain" onClick={switchLang}>
          {t("lang.other")}
        </button>
      </Head>
      <main class="home">
        <section class="me">
          <div>
            <h1>{frame.you.name}</h1>
            <p class="cut">{frame.you.unit}</p>
          </div>
          <button type="button" class="me-record" onClick={() => acts.go({ at: "history" })}>
            <ScrollIcon />
            {t("home.history")}
          </button>
        </section>
        {parts.length === 0 && (
          <section class="nothing">
            <h2>{t("home.empty")}</h2>
            <p>{t("home.emptyHint")}</p>
          </section>
        )}
        {parts.map(({ part, cards }) => (
          <section key={part} class={`part part-${part}`}>
            <h2>{t(`home.${part}`)}</h2>
            <ul>
              {cards.map((card) => (
                <li key={card.event.event}>
                  <EventCard card={card} nowMs={nowMs} acts={acts} />
                </li>
              ))}
            </ul>
          </section>
        ))}
        <button type="button" class="quiet-act" onClick={acts.door}>
          {t("home.code")}
        </button>
      </main>
    </>
  );
}

function EventCard({ card: { event, state }, nowMs, acts }: { card: Card; nowMs: number; acts: Acts }) {
  const open = () => (state.at === "live" ? acts.enter(event.event) : acts.go({ at: "event", event: event.event }));
  const modes = event.self_paced ? modesOf(event).map((mode) => t(`mode.${mode}`)) : [t("mode.live")];
  return (
    <button type="button" class={`card card-${state.at}`} onClick={open}>
      <span class="card-modes">{modes.join(t("list"))}</span>
      <b>{event.title}</b>
      <span class="card-state num">
        {state.at === "goOn" || state.at === "live" ? <span class="pulse" aria-hidden="true" /> : null}
        {stateWords(event, state, nowMs)}
      </span>
      {event.entries > 0 && <small class="num">{t("home.entries", { n: count(event.entries) })}</small>}
      <NextIcon />
    </button>
  );
}

export function stateWords(event: OpenEvent, state: EventState, nowMs: number): string {
  switch (state.at) {
    case "open":
      return state.closesMs === undefined ? t("state.openAny") : t("state.open", { t: when(state.closesMs, nowMs) });
    case "soon":
      return state.opensMs === undefined ? t("state.soonAny") : t("state.soon", { t: when(state.opensMs, nowMs) });
    case "used":
      return t(usedUp(event) ? "state.usedAll" : "state.used");
    case "results":
      return event.points !== undefined && event.rank !== undefined
        ? t("state.place", { p: points(event.points), n: count(event.rank) })
        : t("state.results");
    case "live":
    case "goOn":
    case "hours":
    case "counting":
      return t(`state.${state.at}` as Key);
  }
}

function usedUp(event: OpenEvent): boolean {
  return event.rounds.every((round) => round.attempts !== undefined && round.used >= round.attempts);
}
