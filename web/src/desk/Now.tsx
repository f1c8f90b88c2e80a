/* Centre: the current question as players see it, how far it is, and how many have answered. */
import type { Question, Snapshot } from "../shared/protocol.gen.ts";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { spokenCode } from "../shared/code.ts";
import { places, points } from "../shared/format.ts";
import { count } from "../shared/i18n.ts";
import { CheckIcon } from "../shared/icons.tsx";
import { OptionBadge } from "../shared/OptionBadge.tsx";
import { t } from "./messages.ts";

interface Props {
  snap: Snapshot;
  now: () => number;
  finalising: boolean;
}

export function Now({ snap, now, finalising }: Props) {
  const { question, phase } = snap;
  if (phase === "draft") return <Blank title={t("now.before")} hint={t("now.beforeHint")} />;
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
  return <Current snap={snap} question={question} now={now} />;
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
      </header>
      <div class="standings" tabIndex={0} aria-label={t("top.title")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("ended.rank")}</th>
              <th scope="col">{t("ended.entry")}</th>
              <th scope="col" class="right">
                {t("ended.correct")}
              </th>
              <th scope="col" class="right">
                {t("ended.points")}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.entry}>
                <td>
                  <span class={`medal num medal-${row.rank}`}>{row.rank}</span>
                </td>
                <th scope="row">
                  {row.name}
                  {row.unit !== "" && row.unit !== row.name && <small>{row.unit}</small>}
                </th>
                <td class="num right">{row.correct}</td>
                <td class="num right">{points(row.points, places(rows))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Current({ snap, question, now }: { snap: Snapshot; question: Question; now: () => number }) {
  const round = snap.head.rounds[question.round - 1];
  const facts = [
    round?.title,
    t(`q.type.${question.type}`),
    question.topic,
    t("q.points", { n: points(question.points) }),
    t("q.seconds", { n: question.seconds }),
  ].filter((fact) => fact !== undefined && fact !== "");
  return (
    <section class="now">
      <header class="now-head">
        <h2 class="num">
          {t("q.number", { n: question.q })} <small>/ {snap.head.questions}</small>
        </h2>
        <p class="quiet">{facts.join(" · ")}</p>
      </header>
      <Track question={question} />
      <Meters snap={snap} question={question} now={now} />
      <div class="now-paper">
        {question.stem === undefined ? (
          <div class="now-hidden">
            <h3>{t("now.hidden")}</h3>
            <p>{t("now.hiddenHint")}</p>
          </div>
        ) : (
          <Paper question={question} stem={question.stem} />
        )}
      </div>
    </section>
  );
}

const TRACK = ["armed", "open", "closed", "revealed"] as const;

function Track({ question }: { question: Question }) {
  const state = question.state === "closing" ? "closed" : question.state;
  const at = TRACK.findIndex((step) => step === state);
  return (
    <ol class="track">
      {TRACK.map((step, i) => (
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

function Meters({ snap, question, now }: { snap: Snapshot; question: Question; now: () => number }) {
  const answered = question.answered ?? snap.presence.answered;
  const of = Math.max(snap.presence.players, answered);
  const counting = question.state !== "armed";
  return (
    <div class="meters">
      <TimeLeft question={question} paused={snap.phase === "paused"} now={now} />
      <Meter
        label={t("now.answered")}
        value={counting ? count(answered) : "–"}
        beside={counting ? `/ ${count(of)}` : ""}
        share={counting && of > 0 ? answered / of : 0}
      />
      <Meter
        label={t("now.correct")}
        value={question.correct === undefined ? "–" : count(question.correct)}
        beside={question.correct !== undefined && answered > 0 ? `${Math.round((question.correct * 100) / answered)}%` : ""}
        share={question.correct !== undefined && answered > 0 ? question.correct / answered : 0}
        tone="right"
      />
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
  const running = question.state === "open" && !paused;
  const [, setTick] = useState(0);
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setTick((n) => n + 1), TICK_MS);
    return () => clearInterval(timer);
  }, [running]);
  const at = paused ? (question.paused_ms ?? now()) : now();
  const leftMs = question.state === "open" ? Math.max(0, (question.deadline_ms ?? at) - at) : 0;
  const seconds = Math.ceil(leftMs / 1000);
  if (question.state === "armed") {
    return <Meter label={t("now.left")} value={`${question.seconds}`} beside={t("now.seconds")} share={1} />;
  }
  return (
    <Meter
      label={t("now.left")}
      value={`${seconds}`}
      beside={paused && question.state === "open" ? t("now.frozen") : t("now.seconds")}
      share={leftMs / (question.seconds * 1000)}
      {...(running && seconds <= LAST_SECONDS ? { tone: "late" as const } : {})}
    />
  );
}

const LAST_SECONDS = 5;

function Paper({ question, stem }: { question: Question; stem: string }) {
  return (
    <>
      <p class="paper-stem">{stem}</p>
      {question.options ? (
        <PaperOptions question={question} options={question.options} />
      ) : (
        <p class={question.accepted ? "paper-fill paper-right" : "paper-fill quiet"}>
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
                  {ordering ? place + 1 : t("now.chosen", { n: chosen })}
                </span>
              )}
              {!ordering && question.state === "revealed" && (
                <i class="paper-bar" style={{ transform: `scaleX(${total > 0 ? chosen / total : 0})` }} />
              )}
            </li>
          );
        })}
      </ol>
    </>
  );
}
