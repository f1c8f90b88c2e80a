/* A question in the hand: announced, open, over. What is saved and what is not is always in the bar at the thumb. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { complete, type Draft, tapped } from "../phone/draft.ts";
import { Fill, Options } from "../phone/Options.tsx";
import { CheckIcon, CrossIcon } from "../shared/icons.tsx";
import { OptionBadge } from "../shared/OptionBadge.tsx";
import { points } from "../shared/format.ts";
import type { Question, Snapshot, Step } from "../shared/protocol.gen.ts";
import { Countdown } from "../shared/Ring.tsx";
import { nameOf, roundOf, seatOf } from "../shared/teams.ts";
import type { Act } from "./act.ts";
import { Help, Helps } from "./Help.tsx";
import { type Key, t } from "./messages.ts";
import type { Mine } from "./mine.ts";
import { outcomeOf } from "./outcome.ts";
import { droppedFor, type Hand, helpsNow, type Me } from "./screen.ts";
import { Refused } from "../phone/Sheet.tsx";
import { vibrate } from "../phone/vibrate.ts";

const BUZZ_MS = 60;

export function Armed({ snap, question, self }: { snap: Snapshot; question: Question; self: Me }) {
  const own = self.team !== undefined && question.turn === self.entry;
  const burst = question.mode === "speed";
  return (
    <>
      {own && <Ribbon>{t("turn.soon")}</Ribbon>}
      {question.mode === "tiebreak" && <Ribbon>{t("turn.tiebreak")}</Ribbon>}
      <main class="armed" role="status">
        <p>{roundOf(snap, question)?.title}</p>
        <h1 class="num">{burst ? t("speed.armed", { n: question.n }) : t("q.number", { n: question.q })}</h1>
        <p class="quiet num">{burst ? t("speed.time", { s: question.seconds }) : t("q.of", { n: snap.head.questions })}</p>
        <ul class="tags">
          {question.topic !== "" && <li>{question.topic}</li>}
          {!burst && <li>{t(`q.type.${question.type}` as Key)}</li>}
          {question.points !== 0 && <li class="num">{t("q.points", { n: points(question.points) })}</li>}
          {question.speed && <li>{t("q.speed")}</li>}
        </ul>
        {burst && <p class="quiet">{t("speed.hint")}</p>}
        {question.mode === "tiebreak" && <p class="quiet">{t("turn.tiebreakHint")}</p>}
        <p class="armed-word">{t("q.prepare")}</p>
      </main>
    </>
  );
}

/** What concerns this team above all others, across the page. */
export function Ribbon({ children }: { children: ComponentChildren }) {
  return (
    <p class="ribbon" role="status">
      {children}
    </p>
  );
}

interface HeadProps {
  question: Question;
  now: () => number;
  step?: Step | undefined;
  /** wager: what the own team staked */
  stake?: number | undefined;
  children?: ComponentChildren;
}

/** Which question, of what kind, and its clock. */
export function HeadOf({ question, now, step, stake, children }: HeadProps) {
  return (
    <div class="ask-head">
      <p>
        <b class="num">{step ? t("speed.at", { n: step.at, of: step.of }) : t("q.number", { n: question.q })}</b>
        <span>
          {t(`q.type.${question.type}` as Key)}
          {stake !== undefined && stake > 0 && <em class="num">{t("stake.tag", { n: points(stake) })}</em>}
        </span>
      </p>
      {children}
      <Clock question={question} now={now} />
    </div>
  );
}

/** The clock of the question or of who holds it; nothing while no clock runs. */
export function Clock({ question, now }: { question: Question; now: () => number }) {
  const { deadline_ms: deadline, opened_ms: opened, state } = question;
  if (deadline === undefined || (state !== "open" && state !== "held")) return null;
  return (
    <Countdown
      deadlineMs={deadline}
      totalMs={state === "held" && opened !== undefined ? deadline - opened : question.seconds * 1000}
      stoppedMs={question.paused_ms}
      now={now}
      unit={t("q.seconds")}
    />
  );
}

/** The question to read along, without answering. */
export function Content({ question, dropped }: { question: Question; dropped: number[] }) {
  return (
    <>
      <h2 class="stem">{question.stem}</h2>
      {question.options && (
        <ol class="along">
          {question.options.map((text, i) => (
            <li key={text} class={dropped.includes(i) ? "along-dropped" : ""}>
              <OptionBadge index={i} />
              {dropped.includes(i) ? <s>{text}</s> : <span>{text}</span>}
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

interface OpenProps {
  snap: Snapshot;
  /** what is asked: the question, or the step of a burst in its place */
  question: Question;
  step: Step | undefined;
  self: Me;
  hand: Hand;
  /** asked of this team alone */
  own: boolean;
  mine: Mine;
  now: () => number;
  draft: (next: Draft) => void;
  submit: (whole?: Draft) => void;
  act: Act;
}

export function Open(props: OpenProps) {
  const { snap, question, step, self, hand, own, mine, now, draft, submit, act } = props;
  const [told, tell] = useState(0);
  const free = mine.at === "draft" && hand === "free";
  const barred = mine.at === "draft" && hand !== "free";
  const quick = step !== undefined && (question.type === "single" || question.type === "truefalse");
  const dropped = droppedFor(question, self);
  // What was chosen and is dropped now is chosen no more.
  useEffect(() => {
    if (mine.at === "draft" && mine.draft.choice.some((i) => dropped.includes(i))) draft({ ...mine.draft, choice: [] });
  }, [dropped.join()]);
  useEffect(() => scrollTo(0, 0), []);
  useEffect(() => {
    if (own) vibrate(BUZZ_MS);
  }, []);
  const tap = (i: number) => {
    if (barred) tell(told + 1);
    else if (free && quick) submit(tapped(mine.draft, question.type, i));
    else if (free) draft(tapped(mine.draft, question.type, i));
  };
  return (
    <>
      {own && <Ribbon>{t(question.held !== undefined ? "turn.held" : "turn.yours")}</Ribbon>}
      {question.mode === "tiebreak" && <Ribbon>{t("turn.tiebreak")}</Ribbon>}
      <main class="ask">
        <HeadOf question={question} now={now} step={step} stake={self.seat?.stake}>
          {mine.at === "draft" && <Help helps={helpsNow(snap, self)} act={act} />}
        </HeadOf>
        <Helps snap={snap} question={question} self={self} />
        <h1 class="stem">{question.stem}</h1>
        {question.type === "order" && free && <p class="quiet">{t("q.orderHint")}</p>}
        {question.options ? (
          <Options
            type={question.type}
            options={question.options}
            draft={mine.draft}
            dropped={dropped}
            tally={step ? undefined : self.state?.tally}
            tap={free || barred ? tap : undefined}
            barred={barred}
          />
        ) : (
          <Fill
            text={mine.draft.text}
            change={free ? (text) => draft({ ...mine.draft, text }) : undefined}
            enter={() => complete(mine.draft, question) && submit()}
          />
        )}
      </main>
      <Bar snap={snap} question={question} step={step} self={self} hand={hand} mine={mine} quick={quick} told={told} submit={() => submit()} />
    </>
  );
}

interface BarProps {
  snap: Snapshot;
  question: Question;
  step: Step | undefined;
  self: Me;
  hand: Hand;
  mine: Mine;
  quick: boolean;
  /** how often a tap that does not count was explained */
  told: number;
  submit: () => void;
}

function Bar(props: BarProps) {
  const { question, step, hand, mine, submit } = props;
  if (mine.at !== "draft") return <StoredBar mine={mine} />;
  if (hand !== "free" || teamHas(props)) return <HandBar {...props} />;
  const done = step ? step.at - 1 : 0;
  return (
    <footer class="bar">
      {mine.refused === undefined ? <p class="quiet num">{rule(props)}</p> : <Refused code={mine.refused} />}
      {props.quick ? (
        <p class="bar-quick num">
          {done > 0 && <CheckIcon />}
          <b>{t("speed.saved", { n: done })}</b>
        </p>
      ) : (
        <button type="button" class="act" disabled={!complete(mine.draft, question)} onClick={submit}>
          {t("q.submit")}
        </button>
      )}
    </footer>
  );
}

/* Where one answer is the team's, it stands for all members. */
function teamHas({ snap, question, self }: BarProps): boolean {
  const policy = roundOf(snap, question)?.policy;
  return question.mode !== "speed" && self.state?.saved === true && (policy === "captain" || policy === "first");
}

function rule({ snap, question, self, quick }: BarProps): string {
  if (quick) return t("speed.hint");
  const round = roundOf(snap, question);
  const alone = (self.state?.members.length ?? 0) <= 1;
  return self.team && round && !alone ? t(`policy.${round.policy}` as Key) : t("q.first");
}

/* Another hand answers for the team, or has. */
function HandBar(props: BarProps) {
  const { self, hand, told } = props;
  const captain = self.state?.members.find((member) => member.captain);
  if (teamHas(props)) {
    const by = self.state?.by;
    return (
      <footer class="bar bar-saved" role="status">
        <CheckIcon />
        <span>
          <b>{by === undefined ? t("hand.team") : t("hand.answered", { name: by })}</b>
          {told > 0 && <small key={told}>{t("hand.answeredTap")}</small>}
        </span>
      </footer>
    );
  }
  if (hand !== "captain") return null;
  return (
    <footer class="bar bar-watch" role="status">
      <span key={told} class={told > 0 ? "told" : ""}>
        <b>{t("hand.captain")}</b>
        <small>
          {captain && !captain.online
            ? t("team.captainAway")
            : t(told > 0 ? "hand.captainTap" : "hand.captainHint", { name: captain?.name ?? "" })}
        </small>
      </span>
    </footer>
  );
}

function StoredBar({ mine }: { mine: Mine }) {
  switch (mine.at) {
    case "draft":
      return null;
    case "sending":
      return (
        <footer class="bar bar-sending" role="status">
          <span class="pulse" aria-hidden="true" />
          <b>{t("q.saving")}</b>
        </footer>
      );
    case "saved":
      return (
        <footer class="bar bar-saved" role="status">
          <CheckIcon />
          <b>{t("q.saved")}</b>
        </footer>
      );
    case "late":
      return (
        <footer class="bar bar-late" role="alert">
          <CrossIcon />
          <b>{t("q.late")}</b>
        </footer>
      );
  }
}

/** Speed: nothing is left to answer. */
export function Done({ question, self, now }: { question: Question; self: Me; now: () => number }) {
  const n = self.seat?.done ?? question.n;
  return (
    <>
      <main class="calm" role="status">
        <Clock question={question} now={now} />
        <h1>{t("speed.done")}</h1>
      </main>
      <footer class="bar bar-saved num" role="status">
        <CheckIcon />
        <b>{t("speed.doneHint", { n })}</b>
      </footer>
    </>
  );
}

export function Closed({ snap, question, self, mine }: { snap: Snapshot; question: Question; self: Me; mine: Mine }) {
  const { over, title, hint } = closedWords(snap, question, self);
  return (
    <>
      <main class="calm" role="status">
        <p class="quiet num">{t("q.number", { n: question.q })}</p>
        {over !== undefined && <p class="calm-over">{over}</p>}
        <h1>{title}</h1>
        <p>{hint}</p>
      </main>
      <ClosedBar question={question} self={self} mine={mine} />
    </>
  );
}

function closedWords(snap: Snapshot, question: Question, self: Me): { over?: string; title: string; hint: string } {
  if (question.voided) return { title: t("r.voided"), hint: t("r.voidedHint") };
  if (question.silent) return { title: t("r.silent"), hint: t("r.silentHint") };
  if (question.mode === "jury") return { title: t("jury.marks", { n: question.marks }), hint: t("jury.over") };
  if (question.mode === "buzzer" || self.seat?.right || self.seat?.tried) {
    const theirs = outcomeOf({ ...snap, own: { v: 0, points: 0, correct: 0, rank: 0, of: 0, q: question.q } }, question, self);
    if (theirs.at === "theirs") {
      return { over: nameOf(snap, theirs.who), title: t(`r.theirs.${theirs.how}`), hint: t("q.soon") };
    }
    if (theirs.at === "right" || theirs.at === "wrong") return { title: t(`r.${theirs.at}`), hint: t("q.soon") };
  }
  return { title: t("q.timeUp"), hint: t("q.soon") };
}

/* Who was not asked, or answered by word of mouth, has nothing stored and misses nothing. */
function ClosedBar({ question, self, mine }: { question: Question; self: Me; mine: Mine }) {
  if (mine.at !== "draft") return <StoredBar mine={mine} />;
  if (self.state?.saved) {
    const { by } = self.state;
    return (
      <footer class="bar bar-saved" role="status">
        <CheckIcon />
        <b>{by === undefined ? t("hand.team") : t("hand.answered", { name: by })}</b>
      </footer>
    );
  }
  const done = seatOf(question, self.entry)?.done ?? 0;
  if (question.mode === "speed" && done > 0) {
    return (
      <footer class="bar bar-saved num" role="status">
        <CheckIcon />
        <b>{t("speed.saved", { n: done })}</b>
      </footer>
    );
  }
  const asked = question.mode !== "buzzer" && question.mode !== "jury" && (question.turn === undefined || question.turn === self.entry);
  const away = self.team !== undefined && (self.team.out || !self.team.in || self.seat?.stake === 0 || question.field?.includes(self.team.entry) === false);
  if (!asked || away || self.seat?.right || self.seat?.tried) return null;
  return (
    <footer class="bar">
      <b>{t("q.none")}</b>
    </footer>
  );
}
