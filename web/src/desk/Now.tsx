/* Centre: the current question as players see it, how far it is, and how many have answered. */
import type { Question, Snapshot, Step } from "../shared/protocol.gen.ts";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { answeredAlone, nextInTurn, roundNow } from "../shared/contest.ts";
import { spokenCode } from "../shared/code.ts";
import { points } from "../shared/format.ts";
import { count } from "../shared/i18n.ts";
import { CheckIcon } from "../shared/icons.tsx";
import { selfPaced } from "../shared/modes.ts";
import { OptionBadge } from "../shared/OptionBadge.tsx";
import { nameOf } from "../shared/teams.ts";
import { count as counted } from "./actions.ts";
import { t } from "./messages.ts";
import { ModeIcon } from "./ModeIcon.tsx";
import { SealBox } from "./SealBox.tsx";
import { seatCount, track, trackAt } from "./seatlist.ts";
import { Seats } from "./Seats.tsx";
import { Standings } from "./Standings.tsx";

interface Props {
  snap: Snapshot;
  now: () => number;
  finalising: boolean;
  judges: number | undefined;
  showEvidence: () => void;
}

export function Now({ snap, now, finalising, judges, showEvidence }: Props) {
  const { question, phase } = snap;
  if (selfPaced(snap.head.rounds) && phase !== "finished" && phase !== "final") return <Alone snap={snap} />;
  if (phase === "draft") return <Blank title={t("now.before")} hint={t("now.beforeHint")} />;
  if (phase === "lobby" && snap.head.teams) return <Draw snap={snap} />;
  if (phase === "lobby") {
    return (
      <Blank title={t("now.lobby")} hint={t("now.lobbyHint")}>
        <p class="now-code">
          <small>{t("desk.code")}</small>
          <b class="num">{spokenCode(snap.head.code)}</b>
        </p>
      </Blank>
    );
  }
  if (phase === "finished" || phase === "final") return <Ended snap={snap} finalising={finalising} />;
  if (!question || question.state === "none") return <Blank title={t("now.ready")} hint={t("now.readyHint")} />;
  return <Current snap={snap} question={question} now={now} judges={judges} showEvidence={showEvidence} />;
}

/* Self-paced: there is nothing to lead. */
function Alone({ snap }: { snap: Snapshot }) {
  const hint = snap.phase === "draft" ? "now.aloneDraft" : snap.phase === "lobby" ? "now.aloneLobby" : "now.aloneRunning";
  return <Blank title={t("now.alone")} hint={t(hint)} />;
}

interface BlankProps {
  title: string;
  hint: string;
  children?: ComponentChildren;
}

function Blank({ title, hint, children }: BlankProps) {
  return (
    <section class="now now-blank" aria-live="polite">
      <h2>{title}</h2>
      <p>{hint}</p>
      {children}
    </section>
  );
}

/* The lot: not drawn yet, or who stands where. */
function Draw({ snap }: { snap: Snapshot }) {
  if (snap.teams.length === 0) return <Blank title={t("now.draw")} hint={t("now.drawHint", { n: snap.presence.entries })} />;
  return (
    <section class="now">
      <header>
        <h2>{t("now.drawn", { n: snap.teams.length })}</h2>
        <p class="quiet">{t("now.drawnHint")}</p>
      </header>
      <div class="standings" tabIndex={0} aria-label={t("now.drawn", { n: snap.teams.length })}>
        <ol class="drawn">
          {snap.teams.map((team, i) => (
            <li key={team.entry}>
              <span class="num">{i + 1}</span>
              <b class="cut" title={team.name}>
                {team.name}
              </b>
              {team.group !== undefined && team.group > 0 && <small class="tag">{t("team.group", { n: team.group })}</small>}
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}

/* The ranks to look through before they are confirmed. */
function Ended({ snap, finalising }: { snap: Snapshot; finalising: boolean }) {
  const final = snap.phase === "final";
  const title = t(final ? "now.final" : finalising ? "now.finalising" : "now.finished");
  const hint = t(final ? "now.finalHint" : "now.finishedHint");
  const rows = snap.board?.rows ?? [];
  if (rows.length === 0) return <Blank title={title} hint={hint} />;
  return (
    <section class="now">
      <header>
        <h2>{title}</h2>
        <p class="quiet">{hint}</p>
        {snap.seal && <SealBox seal={snap.seal} />}
      </header>
      <Standings board={snap.board} />
    </section>
  );
}

interface CurrentProps {
  snap: Snapshot;
  question: Question;
  now: () => number;
  judges: number | undefined;
  showEvidence: () => void;
}

function Current({ snap, question, now, judges, showEvidence }: CurrentProps) {
  const script = question.state === "armed" ? snap.script : undefined;
  return (
    <section class="now">
      <NowHead snap={snap} question={question} />
      <Track question={question} />
      <Meters snap={snap} question={question} now={now} judges={judges} />
      <div class={snap.head.teams ? "now-body now-body-teams" : "now-body"}>
        <div class="now-paper">
          {question.voided && <p class="paper-void">{t("now.voided")}</p>}
          <PaperOrSecret question={question} script={script} />
        </div>
        {snap.head.teams && <Seats snap={snap} now={now} showEvidence={showEvidence} />}
      </div>
    </section>
  );
}

function NowHead({ snap, question }: { snap: Snapshot; question: Question }) {
  const round = roundNow(snap);
  const facts = [
    round?.title,
    question.n > 1 ? undefined : t(`q.type.${question.type}`),
    question.topic,
    question.points === 0 ? undefined : t("q.points", { n: points(question.points) }),
    t("q.seconds", { n: question.seconds }),
  ].filter((fact) => fact !== undefined && fact !== "");
  const last = question.q + question.n - 1;
  return (
    <header class="now-head">
      <h2 class="num">
        {question.n > 1 ? t("q.numbers", { a: question.q, b: last }) : t("q.number", { n: question.q })}{" "}
        <small>/ {snap.head.questions}</small>
        {snap.head.teams && (
          <span class="mode">
            <ModeIcon mode={question.mode} />
            {t(`mode.${question.mode}`)}
          </span>
        )}
      </h2>
      <p class="quiet">{facts.join(" · ")}</p>
      <Who snap={snap} question={question} />
    </header>
  );
}

/* Whom this question is for, when it is not for all. */
function Who({ snap, question }: { snap: Snapshot; question: Question }) {
  if (question.held !== undefined) {
    return (
      <p class="who">
        <span>{t(question.rebounds > 0 ? "who.rebound" : "who.held")}</span>
        <b class="cut">{nameOf(snap, question.held)}</b>
      </p>
    );
  }
  if (question.turn !== undefined) {
    const next = nextInTurn(snap);
    const reverse = roundNow(snap)?.turns === "reverse";
    return (
      <p class="who">
        <span>{t(question.mode === "jury" ? "who.performs" : "who.turn")}</span>
        <b class="cut">{nameOf(snap, question.turn)}</b>
        {(next || reverse) && <em class="cut">{next ? t("who.next", { team: next.name }) : t("who.nextByRank")}</em>}
      </p>
    );
  }
  if (question.field && question.field.length > 0) {
    const names = question.field.map((entry) => nameOf(snap, entry)).join(t("list.comma"));
    return (
      <p class="who">
        <span>{t("who.tied", { n: question.field.length })}</span>
        <b class="cut" title={names}>
          {names}
        </b>
      </p>
    );
  }
  return null;
}

/* The words of an announced question are the host's alone. */
function PaperOrSecret({ question, script }: { question: Question; script: Step | undefined }) {
  if (question.stem !== undefined) return <Paper question={question} stem={question.stem} />;
  if (script && script.q === question.q) {
    const read = question.mode === "buzzer";
    const words: Question = { ...question, type: script.type, ...(script.options ? { options: script.options } : {}) };
    return (
      <>
        <p class={read ? "paper-script paper-read" : "paper-script"}>{t(read ? "now.read" : "now.script")}</p>
        <Paper question={words} stem={script.stem} />
      </>
    );
  }
  const burst = question.n > 1;
  return (
    <div class="now-hidden">
      <h3>{t(burst ? "now.burst" : "now.hidden")}</h3>
      <p>{t(burst ? "now.burstHint" : "now.hiddenHint")}</p>
    </div>
  );
}

function Track({ question }: { question: Question }) {
  const steps = track(question.mode);
  const at = trackAt(question.mode, question.state);
  return (
    <ol class="track" style={{ "--steps": steps.length }}>
      {steps.map((step, i) => (
        <li
          class={i < at ? "track-done" : i === at ? "track-now" : ""}
          key={step}
          {...(i === at ? { "aria-current": "step" as const } : {})}
        >
          {t(`track.${step}`)}
        </li>
      ))}
    </ol>
  );
}

function Meters({ snap, question, now, judges }: { snap: Snapshot; question: Question; now: () => number; judges: number | undefined }) {
  const counting = question.state !== "armed";
  const so = counted(snap);
  const answered = question.answered ?? so.n;
  const of = Math.max(so.of, answered);
  const seats = seatCount(snap, judges);
  return (
    <div class="meters">
      <TimeLeft question={question} paused={snap.phase === "paused"} now={now} />
      {seats ? (
        <Meter
          label={t(seats.key)}
          value={count(seats.n)}
          beside={seats.of === undefined ? "" : `/ ${count(Math.max(seats.of, seats.n))}`}
          share={seats.of ? seats.n / seats.of : 0}
        />
      ) : (
        <Meter
          label={t("now.answered")}
          value={counting ? count(answered) : "–"}
          beside={counting ? `/ ${count(of)}` : ""}
          share={counting && of > 0 ? answered / of : 0}
        />
      )}
      {question.mode === "jury" ? (
        <Meter label={t("now.given")} value={question.points_given === undefined ? "–" : points(question.points_given)} beside="" share={0} tone="right" />
      ) : (
        <Meter
          label={t("now.correct")}
          value={question.correct === undefined ? "–" : count(question.correct)}
          beside={question.hidden ? t("freeze.hidden") : question.correct !== undefined && answered > 0 && !answeredAlone(question) ? `${Math.round((question.correct * 100) / answered)}%` : ""}
          share={question.correct !== undefined && answered > 0 ? question.correct / answered : 0}
          tone="right"
        />
      )}
    </div>
  );
}

interface MeterProps {
  label: string;
  value: string;
  beside: string;
  share: number;
  tone?: "right" | "late";
}

function Meter({ label, value, beside, share, tone }: MeterProps) {
  return (
    <div class={tone ? `meter meter-${tone}` : "meter"}>
      <span class="meter-label">{label}</span>
      <span class="meter-value num">
        {value} <small>{beside}</small>
      </span>
      <div class="meter-bar">
        <div style={{ transform: `scaleX(${Math.min(1, Math.max(0, share))})` }} />
      </div>
    </div>
  );
}

const TICK_MS = 100;

function TimeLeft({ question, paused, now }: { question: Question; paused: boolean; now: () => number }) {
  const clock = question.state === "open" || question.state === "held";
  const running = clock && !paused;
  const [, setTick] = useState(0);
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setTick((n) => n + 1), TICK_MS);
    return () => clearInterval(timer);
  }, [running]);
  const at = paused ? (question.paused_ms ?? now()) : now();
  const leftMs = clock ? Math.max(0, (question.deadline_ms ?? at) - at) : 0;
  const seconds = Math.ceil(leftMs / 1000);
  if (question.state === "armed") {
    return <Meter label={t("now.left")} value={`${question.seconds}`} beside={t("now.seconds")} share={1} />;
  }
  return (
    <Meter
      label={t("now.left")}
      value={`${seconds}`}
      beside={paused && clock ? t("now.frozen") : t("now.seconds")}
      share={leftMs / wholeMs(question)}
      {...(running && seconds <= LAST_SECONDS ? { tone: "late" as const } : {})}
    />
  );
}

const LAST_SECONDS = 5;

/* Extensions, and a team that holds the question, have clocks of their own. */
function wholeMs(question: Question): number {
  const { opened_ms, deadline_ms } = question;
  return opened_ms === undefined || deadline_ms === undefined ? question.seconds * 1000 : Math.max(1000, deadline_ms - opened_ms);
}

function Paper({ question, stem }: { question: Question; stem: string }) {
  return (
    <>
      <p class="paper-stem">{stem}</p>
      {question.options ? (
        <PaperOptions question={question} options={question.options} />
      ) : (
        <p hidden={question.type === "task"} class={question.accepted ? "paper-fill paper-right" : "paper-fill quiet"}>
          {question.accepted ? t("now.accepted", { list: question.accepted.join(" / ") }) : t("now.fill")}
        </p>
      )}
      {question.explanation && <p class="paper-explanation">{question.explanation}</p>}
      {question.source && <p class="paper-source quiet">{question.source}</p>}
    </>
  );
}

function PaperOptions({ question, options }: { question: Question; options: string[] }) {
  const ordering = question.type === "order";
  const alone = answeredAlone(question);
  const total = question.answered ?? 0;
  const shown = ordering && question.key ? question.key : options.map((_, i) => i);
  return (
    <>
      {ordering && question.key && <p class="paper-note quiet">{t("now.order")}</p>}
      <ol class="paper-options">
        {shown.map((i, place) => {
          const right = question.key?.includes(i) ?? false;
          const chosen = question.dist?.[i] ?? 0;
          return (
            <li class={right ? "paper-option paper-right" : "paper-option"} key={i}>
              <OptionBadge index={i} />
              <span class="paper-text">{options[i]}</span>
              {question.state === "revealed" && (
                <span class="paper-share num">
                  {right && !ordering && (
                    <b>
                      <CheckIcon />
                      {t("now.rightMark")}
                    </b>
                  )}
                  {ordering ? place + 1 : alone || question.hidden ? "" : t("now.chosen", { n: chosen })}
                </span>
              )}
              {!ordering && !alone && !question.hidden && question.state === "revealed" && (
                <i class="paper-bar" style={{ transform: `scaleX(${total > 0 ? chosen / total : 0})` }} />
              )}
            </li>
          );
        })}
      </ol>
    </>
  );
}
