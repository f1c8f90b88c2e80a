/* One event: what it is, its rounds with their rules, what is left to do, and how it went. */
import { Refused } from "../phone/Sheet.tsx";
import { points } from "../shared/format.ts";
import { count } from "../shared/i18n.ts";
import { NextIcon } from "../shared/icons.tsx";
import type { OpenEvent, OpenRound } from "../shared/protocol.gen.ts";
import type { Acts, Starting } from "./acts.ts";
import { useNow } from "./Clock.tsx";
import { Head } from "./Head.tsx";
import { left, stateOf } from "./home.ts";
import { stateWords } from "./List.tsx";
import { t } from "./messages.ts";
import { modeName, roundWords, sizeOf } from "./roundWords.ts";

const LOOK_MS = 2_000;

interface Props {
  event: OpenEvent;
  tenant: string;
  now: () => number;
  live: boolean;
  starting: Starting | undefined;
  acts: Acts;
}

export function EventPage({ event, tenant, now, live, starting, acts }: Props) {
  const nowMs = useNow(now, LOOK_MS);
  const state = stateOf(event, nowMs);
  const closed = state.at === "soon" || state.at === "counting" || state.at === "results";
  return (
    <>
      <Head title={tenant} back={acts.back} />
      <main class="event">
        <section class={`event-head event-${state.at}`}>
          <h1>{event.title}</h1>
          <p class="num">{stateWords(event, state, nowMs)}</p>
          {event.entries > 0 && <p class="quiet num">{t("home.entries", { n: count(event.entries) })}</p>}
        </section>
        {state.at === "live" && (
          <button type="button" class="act" onClick={() => acts.enter(event.event)}>
            {t("go.live")}
          </button>
        )}
        {event.self_paced && <OwnResult event={event} acts={acts} />}
        {event.rounds.map((round) => (
          <RoundCard key={round.round} event={event} round={round} closed={closed} live={live} starting={starting} acts={acts} />
        ))}
        {event.self_paced && !event.at_once && state.at !== "results" && <p class="quiet event-after">{t("event.after")}</p>}
      </main>
    </>
  );
}

/** Points, rank and what can be had of them, once they may be shown. */
function OwnResult({ event, acts }: { event: OpenEvent; acts: Acts }) {
  const shown = event.points !== undefined || event.at_once || event.phase === "final";
  if (!shown) return null;
  const passed = event.phase === "final" && event.pass !== undefined && event.points !== undefined && event.points >= event.pass;
  return (
    <section class="own-result">
      {event.points !== undefined && (
        <dl class="standing num">
          <div>
            <dt>{t("done.points")}</dt>
            <dd>{points(event.points)}</dd>
          </div>
          {event.rank !== undefined && (
            <div>
              <dt>{t("ranks.own")}</dt>
              <dd>
                {count(event.rank)}
                {event.of !== undefined && <small>{t("ranks.of", { n: count(event.of) })}</small>}
              </dd>
            </div>
          )}
        </dl>
      )}
      <div class="two">
        <button type="button" class="quiet-act" onClick={() => acts.go({ at: "ranks", event: event.event })}>
          {t("event.ranks")}
        </button>
        {passed && (
          <button type="button" class="quiet-act quiet-gold" onClick={() => acts.certificate(event.event)}>
            {t("event.certificate")}
          </button>
        )}
      </div>
    </section>
  );
}

interface RoundProps {
  event: OpenEvent;
  round: OpenRound;
  closed: boolean;
  live: boolean;
  starting: Starting | undefined;
  acts: Acts;
}

function RoundCard({ event, round, closed, live, starting, acts }: RoundProps) {
  const mine = starting?.event === event.event && starting.round === round.round ? starting : undefined;
  return (
    <section class="round">
      <header>
        <h2>{round.title}</h2>
        <p class="quiet num">
          {modeName(round)} · {sizeOf(round)}
        </p>
      </header>
      <ul class="round-rules">
        {roundWords(round).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <Used round={round} closed={closed} />
      <Refused code={mine?.refused ?? (!closed && !round.may && round.open === undefined ? round.why : undefined)} />
      {!closed && <Go event={event} round={round} live={live} busy={mine?.busy === true} acts={acts} />}
      <Attempts event={event} round={round} acts={acts} />
    </section>
  );
}

function Used({ round, closed }: { round: OpenRound; closed: boolean }) {
  const { today, all } = left(round);
  const counts = !closed && round.open === undefined;
  const words = [
    ...(today !== undefined && counts ? [t("event.leftToday", { n: all === undefined ? today : Math.min(today, all) })] : []),
    ...(today === undefined && all !== undefined && counts ? [t("event.left", { n: all })] : []),
    ...(round.used > 0 && round.best !== undefined ? [t("event.best", { n: points(round.best) })] : []),
  ];
  return words.length === 0 ? null : <p class="round-used num">{words.join(" · ")}</p>;
}

function Go({ event, round, live, busy, acts }: { event: OpenEvent; round: OpenRound; live: boolean; busy: boolean; acts: Acts }) {
  if (round.open !== undefined) {
    const { open } = round;
    return (
      <button type="button" class="act" onClick={() => acts.go({ at: "paper", event: event.event, round: round.round, attempt: open })}>
        {t("go.goOn")}
      </button>
    );
  }
  if (!round.may) return null;
  const word = round.mode === "duel" ? "go.duel" : round.mode === "survival" ? "go.survival" : round.practice ? "go.practice" : round.used > 0 ? "go.again" : "go.start";
  return (
    <>
      <button
        type="button"
        class="act"
        disabled={!live || busy}
        onClick={() => (round.mode === "duel" ? acts.match(event.event, round.round) : acts.start(event.event, round.round))}
      >
        {t(busy ? "go.busy" : word)}
      </button>
      {!live && <p class="quiet">{t("go.offline")}</p>}
    </>
  );
}

/** Papers that were handed in, to be looked at again. */
function Attempts({ event, round, acts }: { event: OpenEvent; round: OpenRound; acts: Acts }) {
  const done = Array.from({ length: round.used }, (_, k) => k + 1).filter((attempt) => attempt !== round.open);
  if (done.length === 0) return null;
  return (
    <details class="attempts">
      <summary class="num">{t("event.used", { n: done.length })}</summary>
      <ul>
        {done.reverse().map((attempt) => (
          <li key={attempt}>
            <button type="button" class="attempt num" onClick={() => acts.go({ at: "paper", event: event.event, round: round.round, attempt })}>
              {t("event.attempt", { n: attempt })}
              <NextIcon />
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
