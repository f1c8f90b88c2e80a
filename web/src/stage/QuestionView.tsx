/* A question from its opening to its reveal, in one grid: line, stem and clock, options, foot. Each part changes in its own place. */
import type { Question, Snapshot } from "../shared/protocol.gen.ts";
import { Fragment } from "preact";
import { answered, answeredAlone, buzzerEnd, roundNow } from "../shared/contest.ts";
import { points } from "../shared/format.ts";
import { BuzzerFoot, Go } from "./BuzzerViews.tsx";
import { useFit } from "./fit.ts";
import { t } from "./messages.ts";
import { Options } from "./Options.tsx";
import { Countdown, RingStill } from "../shared/Ring.tsx";
import { Rolling } from "./Rolling.tsx";
import { answeredTeams, StakeCards, TeamChips, TurnFoot } from "./TeamViews.tsx";

const STEM_SIZES = [4, 3.5, 3, 2.5, 2.1, 1.75] as const;
const EXPLANATION_SIZES = [2.3, 2, 1.75, 1.5] as const;

interface Props {
  snap: Snapshot;
  question: Question;
  now: () => number;
  /** server time at which the clock stands still: a pause */
  stoppedMs: number | undefined;
}

export function QuestionView({ snap, question, now, stoppedMs }: Props) {
  return (
    <section class="q">
      <div class="q-top">
        <Stem question={question} />
        <Clock question={question} now={now} stoppedMs={stoppedMs} />
      </div>
      <Options question={question} spoken={roundNow(snap)?.by_judge ?? false} />
      <Foot snap={snap} question={question} />
      {question.mode === "buzzer" && <Go question={question} now={now} />}
    </section>
  );
}

/** Where in the contest we are; it stands in the line at the top. */
export function QuestionLine({ snap, question }: { snap: Snapshot; question: Question }) {
  const burst = question.n > 1;
  const facts = [
    snap.head.rounds[question.round - 1]?.title,
    burst ? t("ready.questions", { n: question.n }) : question.topic,
    burst ? t("q.seconds", { n: question.seconds }) : t(`q.type.${question.type}`),
    question.points === 0 ? undefined : t("q.points", { n: points(question.points) }),
  ].filter((fact) => fact !== undefined && fact !== "");
  return (
    <div class="q-line">
      <b class="num">
        {burst ? t("q.numbers", { a: question.q, b: question.q + question.n - 1 }) : t("q.number", { n: question.q })} / {snap.head.questions}
      </b>
      {facts.map((fact) => (
        <Fragment key={fact}>
          <i />
          <span>{fact}</span>
        </Fragment>
      ))}
    </div>
  );
}

function Stem({ question }: { question: Question }) {
  const stem = question.stem ?? "";
  const { box, whole } = useFit<HTMLDivElement>(STEM_SIZES, stem);
  return (
    <div class={whole ? "q-stem" : "q-stem cut"} ref={box}>
      <p>{withBlanks(stem, question)}</p>
      {!whole && <span class="q-cut">{t("q.restOnPhone")}</span>}
    </div>
  );
}

/* The blank of a fill-in is a drawn line that never changes its width: the answer stands below, not in it. */
function withBlanks(stem: string, question: Question) {
  if (question.type !== "fill") return stem;
  return stem.split(/_{2,}/).flatMap((part, i) => (i === 0 ? [part] : [<span class="q-blank">{"\u00a0"}</span>, part]));
}

function Clock({ question, now, stoppedMs }: Omit<Props, "snap">) {
  if (question.voided) return <ClockWords words={t("q.voided")} />;
  switch (question.state) {
    case "revealed":
      return answeredAlone(question) ? (
        <OneTeamsEnd question={question} />
      ) : (
        <RightShare question={question} />
      );
    case "open":
      return (
        <Countdown
          deadlineMs={question.deadline_ms ?? 0}
          totalMs={totalMs(question)}
          stoppedMs={stoppedMs}
          now={now}
          unit={t("q.seconds", { n: "" }).trim()}
        />
      );
    case "none":
    case "armed":
    case "held":
    case "closing":
    case "closed":
      return <ClockWords words={t("q.timeUp")} />;
  }
}

function ClockWords({ words }: { words: string }) {
  return (
    <RingStill>
      <div class={words.length > 3 ? "ring-label ring-words ring-long" : "ring-label ring-words"}>{words}</div>
    </RingStill>
  );
}

/** The whole time of the clock that runs: extensions and a pause move its ends. */
export function totalMs(question: Question): number {
  const { opened_ms, deadline_ms } = question;
  return opened_ms === undefined || deadline_ms === undefined ? question.seconds * 1000 : Math.max(1000, deadline_ms - opened_ms);
}

/* One team answered: a share of one would say too much or too little. */
function OneTeamsEnd({ question }: { question: Question }) {
  if (question.mode !== "buzzer") return <ClockWords words={t((question.correct ?? 0) > 0 ? "q.turnRight" : "q.turnWrong")} />;
  const end = buzzerEnd(question);
  return <ClockWords words={t(end.kind === "right" ? "q.turnRight" : end.kind === "wrong" ? "q.turnWrong" : "q.nobody")} />;
}

function RightShare({ question }: { question: Question }) {
  // The board stands still: who was right is told by its reveal.
  if (question.hidden) return <ClockWords words={t("mark.frozen")} />;
  const of = question.answered ?? 0;
  const right = question.correct ?? 0;
  if (of === 0) {
    return (
      <RingStill>
        <div class="ring-label">
          <small>{t("q.nobody")}</small>
        </div>
      </RingStill>
    );
  }
  return (
    <RingStill share={right / of}>
      <div class="ring-label ring-share">
        <span>
          <Rolling value={Math.round((right * 100) / of)} />%
        </span>
        <small>{t("q.correctRate")}</small>
        <small class="num">{t("q.correctOf", { n: right, of })}</small>
      </div>
    </RingStill>
  );
}

function Foot({ snap, question }: { snap: Snapshot; question: Question }) {
  return (
    <div class="q-foot">
      {question.state === "revealed" ? <Explanation question={question} /> : <Progress snap={snap} question={question} />}
    </div>
  );
}

/* What happens while the question is open: who stakes, who presses, whose turn it is, how many have answered. */
function Progress({ snap, question }: { snap: Snapshot; question: Question }) {
  if (question.mode === "buzzer") return <BuzzerFoot snap={snap} question={question} />;
  if (question.mode === "wager") return <StakeCards snap={snap} />;
  if (question.turn !== undefined) return <TurnFoot snap={snap} question={question} />;
  const tiles = answeredTeams(snap);
  if (tiles) return <TeamChips tiles={tiles} />;
  if (!snap.head.teams) return <Count question={question} answered={question.answered ?? snap.presence.answered} of={snap.presence.players} teams={false} />;
  const { n, of } = answered(snap);
  return <Count question={question} answered={n} of={of} teams />;
}

function Count({ question, answered, of: asked, teams }: { question: Question; answered: number; of: number; teams: boolean }) {
  const locked = question.state !== "open";
  // Somebody may answer and leave: the bar is never more than full.
  const of = Math.max(asked, answered);
  const words =
    question.state === "closing" ? "q.collecting" : question.state === "closed" ? "q.soon" : "q.answered";
  return (
    <div class={locked ? "count count-locked" : "count"}>
      <span class={question.state === "closed" ? "count-words count-soon" : "count-words"}>{t(words)}</span>
      <div class="count-bar">
        <div style={{ transform: `scaleX(${of === 0 ? 0 : answered / of})` }} />
      </div>
      <span class="count-number num">
        <b>
          <Rolling value={answered} />
        </b>{" "}
        / {teams ? t("team.n", { n: of }) : of}
      </span>
    </div>
  );
}

function Explanation({ question }: { question: Question }) {
  const text = question.explanation ?? "";
  const { box } = useFit<HTMLDivElement>(EXPLANATION_SIZES, text);
  if (text === "" && !question.source) return null;
  return (
    <div class="explain" ref={box}>
      <p>{text}</p>
      {question.source && <cite>{question.source}</cite>}
    </div>
  );
}
