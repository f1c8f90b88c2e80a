/* 抢答: one square under the thumb, always in the same place. It sends at pointerdown: a click comes only when the finger leaves. */
import { useEffect, useState } from "preact/hooks";
import { secondsLeft } from "../shared/countdown.ts";
import { CheckIcon, LockIcon } from "../shared/icons.tsx";
import { lang } from "../shared/i18n.ts";
import { ERROR_TEXT, type Question, type Seat } from "../shared/protocol.gen.ts";
import { Content, HeadOf } from "./Question.tsx";
import { type Buzz, buzz, type Press, sends } from "./press.ts";
import { t } from "./messages.ts";
import { vibrate } from "../phone/vibrate.ts";

const GO_MS = 120;
const FOUL_MS = [60, 60, 60];

interface Props {
  question: Question;
  seat: Seat | undefined;
  press: Press;
  now: () => number;
  send: (event: Event) => void;
}

export function Buzzer({ question, seat, press, now, send }: Props) {
  const is = useBuzz(question, seat, press, now);
  const go = is.at === "go";
  const bad = is.at === "fouled" || is.at === "locked";
  useEffect(() => {
    if (go) vibrate(GO_MS);
  }, [go]);
  useEffect(() => {
    if (bad) vibrate(FOUL_MS);
  }, [bad]);
  return (
    <>
      <main class="buzzer">
        {question.state === "open" && <HeadOf question={question} now={now} />}
        {question.state === "open" ? (
          <Content question={question} dropped={[]} />
        ) : (
          <div class="buzzer-reading" role="status">
            <p class="num">{t("q.number", { n: question.q })}</p>
            <h1>{t("buzz.reading")}</h1>
            {is.at === "reading" && is.again && <p>{t("buzz.again")}</p>}
          </div>
        )}
      </main>
      <div class="buzz-place">
        <button
          type="button"
          class={`buzz buzz-${is.at}`}
          aria-disabled={!sends(is)}
          onPointerDown={(e) => sends(is) && send(e)}
          onKeyDown={(e) => (e.key === " " || e.key === "Enter") && !e.repeat && sends(is) && send(e)}
          onContextMenu={(e) => e.preventDefault()}
        >
          <Face is={is} now={now} />
        </button>
      </div>
    </>
  );
}

/* A lock ends by the clock alone. */
function useBuzz(question: Question, seat: Seat | undefined, press: Press, now: () => number): Buzz {
  const [, again] = useState(0);
  const is = buzz(question, seat, press, now());
  const until = is.at === "locked" ? is.untilMs : undefined;
  useEffect(() => {
    if (until === undefined) return undefined;
    const timer = setTimeout(() => again((n) => n + 1), Math.max(0, until - now()) + 1);
    return () => clearTimeout(timer);
  }, [until]);
  return is;
}

function Face({ is, now }: { is: Buzz; now: () => number }) {
  switch (is.at) {
    case "reading":
      return (
        <>
          <b>{t("buzz.wait")}</b>
          <span>{t("buzz.warn")}</span>
        </>
      );
    case "go":
      return <b class="buzz-word">{t("buzz.press")}</b>;
    case "judging":
      return (
        <>
          <CheckIcon />
          <b>{t(is.early ? "buzz.early" : "buzz.judging")}</b>
          <span>{t(is.early ? "buzz.fouledHint" : "buzz.judgingHint")}</span>
        </>
      );
    case "fouled":
      return (
        <>
          <LockIcon />
          <b>{t("buzz.fouled")}</b>
          <span>{t("buzz.fouledHint")}</span>
        </>
      );
    case "locked":
      return (
        <>
          <LockIcon />
          {is.untilMs === undefined ? <b>{t("buzz.fouled")}</b> : <Seconds untilMs={is.untilMs} now={now} />}
          <span>{t(is.untilMs === undefined ? "buzz.lockedAll" : "buzz.locked")}</span>
        </>
      );
    case "refused":
      return (
        <>
          <b>{t("buzz.press")}</b>
          <span>{ERROR_TEXT[is.code][lang.value]}</span>
        </>
      );
  }
}

function Seconds({ untilMs, now }: { untilMs: number; now: () => number }) {
  const [left, set] = useState(() => secondsLeft(untilMs, now()));
  useEffect(() => {
    const timer = setInterval(() => set(secondsLeft(untilMs, now())), 100);
    return () => clearInterval(timer);
  }, [untilMs]);
  return <b class="num buzz-word">{left}</b>;
}
