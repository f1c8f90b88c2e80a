/* A question from its opening to its reveal, in one grid: line, stem and clock, options, foot. Each part changes in its own place. */
import type { Question, Snapshot } from "../shared/protocol.gen.ts";
import { Fragment } from "preact";
import { points } from "../shared/format.ts";
import { useFit } from "./fit.ts";
import { t } from "./messages.ts";
import { Options } from "./Options.tsx";
import { Countdown, RingStill } from "../shared/Ring.tsx";
import { Rolling } from "./Rolling.tsx";

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
      <Options question={question} />
      <Foot question={question} answered={snap.presence.answered} players={snap.presence.players} />
    </section>
  );
}

/** Where in the contest we are; it stands in the line at the top. */
export function QuestionLine({ snap, question }: { snap: Snapshot; question: Question }) {
  const facts = [
    snap.head.rounds[question.round - 1]?.title,
    question.topic,
    t(`q.type.${question.type}`),
    t("q.points", { n: points(question.points) }),
  ].filter((fact) => fact !== undefined && fact !== "");
  return (
    <div class="q-line">
      <b class="num">
        {t("q.number", { n: question.q })} / {snap.head.questions}
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
  switch (question.state) {
    case "revealed":
      return <RightShare question={question} />;
    case "open":
      return (
        <Countdown
          deadlineMs={question.deadline_ms ?? 0}
          totalMs={question.seconds * 1000}
          stoppedMs={stoppedMs}
          now={now}
          unit={t("q.seconds", { n: "" }).trim()}
        />
      );
    case "none":
    case "armed":
    case "closing":
    case "closed":
      return (
        <RingStill>
          <div class="ring-label ring-words">{t("q.timeUp")}</div>
        </RingStill>
      );
  }
}

function RightShare({ question }: { question: Question }) {
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

function Foot({ question, answered, players }: { question: Question; answered: number; players: number }) {
  return (
    <div class="q-foot">
      {question.state === "revealed" ? (
        <Explanation question={question} />
      ) : (
        <Count question={question} answered={question.answered ?? answered} players={players} />
      )}
    </div>
  );
}

function Count({ question, answered, players }: { question: Question; answered: number; players: number }) {
  const locked = question.state !== "open";
  // Somebody may answer and leave: the bar is never more than full.
  const of = Math.max(players, answered);
  const words = question.state === "closing" ? "q.collecting" : question.state === "closed" ? "q.soon" : "q.answered";
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
        / {of}
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
