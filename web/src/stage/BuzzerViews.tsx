/* The buzzer round: the host reads, the signal, who holds the question, how it ended. */
import type { Question, Snapshot } from "../shared/protocol.gen.ts";
import { useEffect, useState } from "preact/hooks";
import { buzzerEnd, fouls, type PressView, presses } from "../shared/contest.ts";
import { millis } from "../shared/elapsed.ts";
import { CheckIcon, CrossIcon } from "../shared/icons.tsx";
import { Countdown } from "../shared/Ring.tsx";
import { nameOf } from "../shared/teams.ts";
import { t } from "./messages.ts";
import { BigName, PictureHead } from "./TeamParts.tsx";

const GO_MS = 1600;
const PRESSES_SHOWN = 4;

/* Armed: nobody may press. A foul is said at once. */
export function ReadingView({ snap, question }: { snap: Snapshot; question: Question }) {
  const fouled = fouls(snap);
  return (
    <section class="reading">
      <p class="reading-over">{t("buzz.number", { n: question.q })}</p>
      <h1>{t("buzz.listen")}</h1>
      <p class="reading-rule">{t("buzz.wait")}</p>
      <div class="reading-fouls" role="status">
        {fouled.length > 0 && (
          <>
            <b>{t("buzz.foul")}</b>
            <span>{fouled.map((team) => team.name).join(t("list.comma"))}</span>
          </>
        )}
      </div>
    </section>
  );
}

/* The signal: over the question for a moment, then the question itself is the idea. */
export function Go({ question, now }: { question: Question; now: () => number }) {
  const since = now() - (question.opened_ms ?? 0);
  const [gone, setGone] = useState(since >= GO_MS);
  useEffect(() => {
    setGone(since >= GO_MS);
    const timer = setTimeout(() => setGone(true), Math.max(0, GO_MS - since));
    return () => clearTimeout(timer);
  }, [question.opened_ms]);
  if (gone || question.state !== "open") return null;
  return (
    <div class="go" role="status" key={question.opened_ms}>
      <b>{t(question.rebounds > 0 ? "buzz.goAgain" : "buzz.go")}</b>
    </div>
  );
}

export function BuzzerFoot({ snap, question }: { snap: Snapshot; question: Question }) {
  const tried = question.seats.filter((seat) => seat.tried);
  const fouled = fouls(snap);
  return (
    <div class="foot-line">
      <b>{t(tried.length > 0 ? "buzz.rebound" : question.state === "open" ? "buzz.open" : "q.timeUp")}</b>
      {tried.length > 0 && (
        <span>
          {t("buzz.wrong")} {tried.map((seat) => nameOf(snap, seat.entry)).join(t("list.comma"))}
        </span>
      )}
      {fouled.length > 0 && (
        <span>
          {t("buzz.foul")} {fouled.map((team) => team.name).join(t("list.comma"))}
        </span>
      )}
    </div>
  );
}

interface HeldProps {
  snap: Snapshot;
  question: Question;
  now: () => number;
  stoppedMs: number | undefined;
}

export function HeldView({ snap, question, now, stoppedMs }: HeldProps) {
  const opened = question.opened_ms ?? 0;
  const deadline = question.deadline_ms ?? opened;
  return (
    <section class="held">
      <div class="held-who">
        <p>{t(question.rebounds > 0 ? "buzz.heldAgain" : "buzz.held")}</p>
        <BigName name={nameOf(snap, question.held)} />
      </div>
      <Countdown
        deadlineMs={deadline}
        totalMs={Math.max(1000, deadline - opened)}
        stoppedMs={question.state === "closing" ? now() : stoppedMs}
        now={now}
        unit={t("q.seconds", { n: "" }).trim()}
      />
      <PressOrder list={presses(snap)} />
      <p class="held-stem">{question.stem}</p>
    </section>
  );
}

/* The first press in milliseconds after the signal, the others by how much later. */
function PressOrder({ list }: { list: PressView[] }) {
  if (list.length === 0) return null;
  return (
    <ol class="presses">
      {list.slice(0, PRESSES_SHOWN).map((press) => (
        <li class={`press press-${press.at}`} key={press.entry}>
          <b class="num">{press.order}</b>
          <span>{press.name}</span>
          <PressMark press={press} />
          <em class="num">{pressTime(press)}</em>
        </li>
      ))}
      {list.length > PRESSES_SHOWN && <li class="press-more">{t("buzz.more", { n: list.length - PRESSES_SHOWN })}</li>}
    </ol>
  );
}

const PRESSES_ALONE = 7;

/** The order of presses as a picture of its own: of the question that is asked now. */
export function PressesView({ snap, question }: { snap: Snapshot; question: Question }) {
  const list = presses(snap);
  const fouled = fouls(snap);
  return (
    <section class="presses-view">
      <PictureHead over={t("buzz.number", { n: question.q })} title={t("presses.title")}>
        {fouled.length > 0 && (
          <span class="presses-fouls">
            {t("buzz.foul")} {fouled.map((team) => team.name).join(t("list.comma"))}
          </span>
        )}
      </PictureHead>
      {list.length === 0 ? (
        <p class="presses-none">{t(question.state === "open" ? "buzz.open" : "presses.none")}</p>
      ) : (
        <ol class="presses-list">
          {list.slice(0, PRESSES_ALONE).map((press) => (
            <li class={`press-row press-${press.at}`} key={press.entry}>
              <b class="num">{press.order}</b>
              <span>{press.name}</span>
              <PressMark press={press} />
              <em class="num">{pressTime(press)}</em>
            </li>
          ))}
        </ol>
      )}
      <p class="presses-more">{list.length > PRESSES_ALONE ? t("buzz.more", { n: list.length - PRESSES_ALONE }) : ""}</p>
    </section>
  );
}

function PressMark({ press }: { press: PressView }) {
  if (press.at === "right") return <CheckIcon />;
  if (press.at === "wrong") return <CrossIcon />;
  return <i />;
}

function pressTime(press: PressView): string {
  if (press.usedUs === undefined) return "";
  return press.order === 1 || press.gapUs === undefined
    ? t("buzz.ms", { n: millis(press.usedUs) })
    : t("buzz.gap", { n: millis(press.gapUs) });
}

export function OutcomeView({ snap, question }: { snap: Snapshot; question: Question }) {
  const end = buzzerEnd(question);
  return (
    <section class={`outcome outcome-${end.kind}`}>
      <div class="outcome-what">
        <i>{end.kind === "right" ? <CheckIcon /> : end.kind === "wrong" ? <CrossIcon /> : <span>–</span>}</i>
        <h1>{t(`buzz.end.${end.kind}`)}</h1>
      </div>
      {end.kind === "right" ? <BigName name={nameOf(snap, end.entry)} /> : <p>{t(`buzz.end.${end.kind}Hint`)}</p>}
      <PressOrder list={presses(snap)} />
    </section>
  );
}
