/* The presenter's panel of the reveal: what the next steps will show, which only this page knows, and the ways to go there.
 *
 * The big button and PageDown go on, PageUp goes back, so that a clicker is enough. The automatic pace is a timer of this page: any key
 * stops it, and it stops by itself when something stands in its way. */
import { useEffect, useRef, useState } from "preact/hooks";
import { places, points } from "../shared/format.ts";
import { BackIcon, DownIcon, UpIcon } from "../shared/icons.tsx";
import type { Cue, CuesFrame, EventHead, Snapshot } from "../shared/protocol.gen.ts";
import { Ask } from "./Ask.tsx";
import type { Host } from "./host.ts";
import { t } from "./messages.ts";
import { gainedBy, jumps, PACE_S, PACES_S, paceHolds, remembered, type Reveal, stepTo } from "./reveal.ts";
import { SealBox } from "./SealBox.tsx";
import { useShortcuts } from "./shortcuts.ts";
import { Standings } from "./Standings.tsx";

interface Props {
  snap: Snapshot;
  reveal: Reveal;
  cues: CuesFrame | undefined;
  host: Host;
  online: boolean;
}

export function RevealPanel({ snap, reveal, cues, host, online }: Props) {
  const [asking, setAsking] = useState(false);
  const seen = useRef<ReadonlyMap<number, Cue>>(new Map());
  seen.current = remembered(seen.current, cues);
  const off = !online || host.resting || host.busy !== undefined;
  const go = (step: number) => {
    if (online && step !== reveal.step) host.run("resolve", { value: step });
  };
  const pace = usePace({ snap, reveal, cues, host, online });
  const to = jumps(reveal, snap.head);
  const manual = (step: number | undefined) => {
    pace.stop();
    if (step !== undefined) go(step);
  };
  const next = () => manual(reveal.state === "done" ? undefined : stepTo(reveal, 1));
  const back = () => manual(stepTo(reveal, -1));
  useShortcuts(!asking, {
    PageDown: next,
    PageUp: back,
    Home: () => manual(to.start),
    a: () => reveal.state !== "done" && pace.start(),
  });
  const just = seen.current.get(reveal.step);
  const done = reveal.state === "done";
  return (
    <section class="now reveal" aria-label={t("reveal.title")}>
      <header class="reveal-head">
        <h2>
          {t(done ? "reveal.over" : "reveal.title")}
          <small class="num">
            {reveal.steps === undefined ? "" : reveal.step === 0 ? t("reveal.steps", { of: reveal.steps }) : t("reveal.at", { n: reveal.step, of: reveal.steps })}
          </small>
        </h2>
        {!done && <span class="tag tag-private">{t("reveal.private")}</span>}
        <Progress reveal={reveal} awards={to.awards} />
        {done && <p class="quiet">{t(snap.phase === "finished" ? "reveal.overFinished" : "reveal.overHint")}</p>}
        {done && snap.seal && <SealBox seal={snap.seal} />}
      </header>
      {done ? <Standings board={snap.board} /> : <Cues reveal={reveal} just={just} head={snap.head} />}
      <footer class="reveal-ways">
        <div class="reveal-steps">
          <Way label="reveal.start" hint="Home" off={off || reveal.step === 0} press={() => manual(to.start)} name="start" />
          <Way label="reveal.back" hint="PageUp" off={off || reveal.step === 0} press={back} name="back" wide />
          {!done && to.awards !== undefined && (
            <Way label="reveal.awards" off={off || reveal.step === to.awards} press={() => manual(to.awards)} name="awards" />
          )}
          {!done && <Way label="reveal.end" off={off || to.end === undefined} press={() => (pace.stop(), setAsking(true))} name="end" />}
        </div>
        {!done && <Pace pace={pace} off={!online} />}
      </footer>
      {asking && (
        <Ask
          title={t("reveal.jumpEnd")}
          points={[t("reveal.jumpEnd.1", { n: (to.end ?? 0) - reveal.step }), t("reveal.jumpEnd.2")]}
          yes={t("reveal.jumpEnd.yes")}
          then={() => {
            setAsking(false);
            manual(to.end);
          }}
          no={() => setAsking(false)}
        />
      )}
    </section>
  );
}

/* How far it is; the mark is where the places with an award begin. */
function Progress({ reveal, awards }: { reveal: Reveal; awards: number | undefined }) {
  const { step, steps = 0 } = reveal;
  return (
    <div class="reveal-bar" role="progressbar" aria-label={t("reveal.title")} aria-valuemin={0} aria-valuemax={steps} aria-valuenow={step}>
      <div style={{ transform: `scaleX(${steps > 0 ? step / steps : 0})` }} />
      {awards !== undefined && steps > 0 && <i style={{ left: `${(awards * 100) / steps}%` }} title={t("reveal.awardsHere")} />}
    </div>
  );
}

const COMING = 4;

function Cues({ reveal, just, head }: { reveal: Reveal; just: Cue | undefined; head: EventHead }) {
  const { next, coming, step } = reveal;
  if (!next) {
    return (
      <p class="reveal-none quiet" role="status">
        {t("reveal.loading")}
      </p>
    );
  }
  const least = places([next, ...coming].map((cue) => ({ points: cue.points_to })));
  return (
    <div class="cues">
      <p class="cues-label">{t("reveal.next")}</p>
      <CueRow cue={next} head={head} least={least} big />
      <p class="cues-label">{t("reveal.coming")}</p>
      <ol class="cues-coming">
        {coming.slice(0, COMING).map((cue) => (
          <li key={cue.step}>
            <CueRow cue={cue} head={head} least={least} />
          </li>
        ))}
      </ol>
      <p class="cues-label">{t("reveal.just")}</p>
      {step > 0 && just ? <CueRow cue={just} head={head} least={least} /> : <p class="cue cue-none quiet">{step === 0 ? t("reveal.begin") : "–"}</p>}
    </div>
  );
}

function CueRow({ cue, head, least, big = false }: { cue: Cue; head: EventHead; least: number; big?: boolean }) {
  const award = cue.award === undefined ? undefined : head.awards[cue.award]?.title;
  if (cue.kind === "others") {
    return (
      <div class={big ? "cue cue-big" : "cue"} data-cue={cue.step}>
        <span class="cue-who">
          <b>{t("reveal.others")}</b>
          <small>{t("reveal.othersHint")}</small>
        </span>
      </div>
    );
  }
  return (
    <div class={big ? "cue cue-big" : "cue"} data-cue={cue.step}>
      <span class="cue-who">
        <b class="cut" title={cue.name}>
          {cue.name}
        </b>
        {cue.unit !== "" && cue.unit !== cue.name && (
          <small class="cut" title={cue.unit}>
            {cue.unit}
          </small>
        )}
      </span>
      {cue.kind === "award" ? (
        <>
          <span class="cue-rank num">{rank(cue.rank_to)}</span>
          <span class="cue-award">
            <AwardIcon />
            {award ?? ""}
          </span>
        </>
      ) : (
        <>
          <Ranks cue={cue} />
          <span class="cue-points num">
            <span>{points(cue.points_from, least)}</span>
            <i aria-hidden="true">→</i>
            <b>{points(cue.points_to, least)}</b>
          </span>
        </>
      )}
    </div>
  );
}

function rank(n: number): string {
  return n > 0 ? t("reveal.rank", { n }) : t("reveal.noRank");
}

function Ranks({ cue }: { cue: Cue }) {
  const gained = gainedBy(cue);
  if (gained === 0 && cue.rank_from === cue.rank_to) {
    return (
      <span class="cue-rank num">
        <b>{rank(cue.rank_to)}</b>
        <small>{t("reveal.stays")}</small>
      </span>
    );
  }
  return (
    <span class={gained > 0 ? "cue-rank cue-up num" : "cue-rank cue-down num"}>
      <span>
        {rank(cue.rank_from)} <i aria-hidden="true">→</i> <b>{rank(cue.rank_to)}</b>
      </span>
      {gained !== 0 && (
        <small>
          {gained > 0 ? <UpIcon /> : <DownIcon />}
          {t(gained > 0 ? "reveal.up" : "reveal.down", { n: Math.abs(gained) })}
        </small>
      )}
    </span>
  );
}

const AwardIcon = () => (
  <svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
    <path d="M12 14a5 5 0 1 0 0-10 5 5 0 0 0 0 10ZM9 13.5 7.5 21l4.5-2.5L16.5 21 15 13.5" />
  </svg>
);

interface WayProps {
  label: "reveal.start" | "reveal.back" | "reveal.awards" | "reveal.end";
  hint?: string;
  off: boolean;
  press: () => void;
  name: string;
  wide?: boolean;
}

/* A button pressed by the mouse gives its focus back: the space bar is the big button's. */
function Way({ label, hint, off, press, name, wide }: WayProps) {
  return (
    <button
      type="button"
      class={wide ? "button way way-wide" : "button way"}
      disabled={off}
      onClick={(e) => {
        if (e.detail > 0) e.currentTarget.blur();
        press();
      }}
      data-way={name}
    >
      {name === "back" && <BackIcon />}
      {t(label)}
      {hint !== undefined && <kbd>{hint}</kbd>}
    </button>
  );
}

interface PaceState {
  on: boolean;
  everyS: number;
  start: () => void;
  stop: () => void;
  choose: (everyS: number) => void;
}

function usePace({ snap, reveal, host, online }: Props): PaceState {
  const [on, setOn] = useState(false);
  const [everyS, choose] = useState<number>(PACE_S);
  const holds = paceHolds(reveal, snap, online) && host.refused === undefined;
  const stop = () => setOn(false);
  const step = () => host.run("resolve", { value: stepTo(reveal, 1) });
  useEffect(() => {
    if (on && !holds) setOn(false);
    if (!on || !holds || host.busy !== undefined || host.resting) return;
    const timer = setTimeout(step, everyS * 1000);
    return () => clearTimeout(timer);
  }, [on, holds, host.busy, host.resting, everyS, reveal.step]);
  // Before all other keys, so that the one that stops it does nothing else.
  useEffect(() => {
    if (!on) return;
    const press = (e: KeyboardEvent) => {
      e.preventDefault();
      e.stopImmediatePropagation();
      setOn(false);
    };
    addEventListener("keydown", press, true);
    return () => removeEventListener("keydown", press, true);
  }, [on]);
  const start = () => {
    if (!online || reveal.state === "done") return;
    host.dismiss();
    setOn(true);
    step();
  };
  return { on, everyS, start, stop, choose };
}

function Pace({ pace, off }: { pace: PaceState; off: boolean }) {
  return (
    <div class={pace.on ? "pace pace-on" : "pace"}>
      <button
        type="button"
        class="button"
        disabled={off}
        aria-pressed={pace.on}
        onClick={(e) => {
          if (e.detail > 0) e.currentTarget.blur();
          if (pace.on) pace.stop();
          else pace.start();
        }}
        data-pace
      >
        {t(pace.on ? "reveal.stop" : "reveal.auto")}
        {!pace.on && <kbd>A</kbd>}
      </button>
      {pace.on ? (
        <span class="pace-words num" role="status">
          {t("reveal.running", { n: pace.everyS })}
        </span>
      ) : (
        <>
          <div class="switch" role="group" aria-label={t("reveal.every")}>
            {PACES_S.map((n) => (
              <button
                type="button"
                class="num"
                aria-pressed={pace.everyS === n}
                onClick={(e) => {
                  if (e.detail > 0) e.currentTarget.blur();
                  pace.choose(n);
                }}
                data-every={n}
                key={n}
              >
                {n}
              </button>
            ))}
          </div>
          <span class="pace-words">{t("reveal.seconds")}</span>
        </>
      )}
    </div>
  );
}
