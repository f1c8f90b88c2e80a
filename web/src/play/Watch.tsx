/* Watching: who is at it and why not we, with the question to think along; on the stage before the judges; going on, or not. */
import { points } from "../shared/format.ts";
import { MicIcon } from "../shared/icons.tsx";
import type { Question, Snapshot } from "../shared/protocol.gen.ts";
import { nameOf, seatOf } from "../shared/teams.ts";
import type { Act } from "./act.ts";
import { Help } from "./Help.tsx";
import { type Key, t } from "./messages.ts";
import { Clock, Content, HeadOf, Ribbon } from "./Question.tsx";
import { Rows } from "./Result.tsx";
import { droppedFor, type Me, type Screen, type Why } from "./screen.ts";

interface Props {
  snap: Snapshot;
  question: Question;
  self: Me;
  now: () => number;
}

export function Watch({ snap, question, self, now, why, who }: Props & { why: Why; who: string | undefined }) {
  const { over, title, hint } = watchWords(snap, question, self, why, who);
  return (
    <main class="watch">
      <section class={`watch-card watch-${why}`} role="status">
        {over !== undefined && <p>{over}</p>}
        <h1>{title}</h1>
        {hint !== undefined && <p>{hint}</p>}
        {question.mode === "jury" && question.marks > 0 && <p class="num">{t("jury.marks", { n: question.marks })}</p>}
      </section>
      {question.mode !== "speed" && question.stem !== undefined && (
        <section class="watch-along">
          <HeadOf question={question} now={now} />
          <Content question={question} dropped={droppedFor(question, self)} />
        </section>
      )}
    </main>
  );
}

interface Words {
  /** small, over the title */
  over?: string;
  title: string;
  hint?: string;
}

/* A team's name stands alone: it may take two lines. */
function watchWords(snap: Snapshot, question: Question, self: Me, why: Why, who: string | undefined): Words {
  const title = nameOf(snap, who);
  const armed = question.state === "armed";
  switch (why) {
    case "turn":
      if (question.mode === "jury") return { over: t(armed ? "jury.soon" : "jury.now"), title };
      return { over: t(armed ? "watch.turnSoon" : "watch.turn"), title };
    case "held": {
      const order = seatOf(question, self.entry)?.order;
      return { over: t("watch.held"), title, hint: order === undefined ? t("watch.heldElse") : t("watch.heldHint", { n: order }) };
    }
    case "field":
      return {
        over: t("watch.field"),
        title: (question.field ?? []).map((entry) => nameOf(snap, entry)).join(t("list")),
        hint: t("watch.fieldHint"),
      };
    case "group":
    case "gone":
    case "out":
    case "declined":
    case "tried":
      return { title: t(`watch.${why}`), hint: t(`watch.${why}Hint` as Key) };
  }
}

/** The own team is heard: by host or judges. */
export function Spoken({ question, self, now, helps, act }: Omit<Props, "snap"> & { helps: number[]; act: Act }) {
  return (
    <>
      <Ribbon>{t(question.held !== undefined ? "turn.held" : "turn.yours")}</Ribbon>
      <main class="ask">
        <HeadOf question={question} now={now} stake={self.seat?.stake}>
          <Help helps={helps} act={act} />
        </HeadOf>
        <Content question={question} dropped={droppedFor(question, self)} />
      </main>
      <footer class="bar bar-spoken" role="status">
        <MicIcon />
        <span>
          <b>{t("spoken.title")}</b>
          <small>{t("spoken.hint")}</small>
        </span>
      </footer>
    </>
  );
}

export function Perform({ question, now }: Pick<Props, "question" | "now">) {
  return (
    <main class="calm perform" role="status">
      <MicIcon />
      <h1>{t("jury.yours")}</h1>
      <p>{t("jury.yoursHint")}</p>
      {question.stem !== undefined && <p class="perform-task">{question.stem}</p>}
      <Clock question={question} now={now} />
      {question.marks > 0 && <p class="num quiet">{t("jury.marks", { n: question.marks })}</p>}
    </main>
  );
}

export function Advance({ snap, self, screen }: Pick<Props, "snap" | "self"> & { screen: Extract<Screen, { at: "advance" }> }) {
  const own = snap.own;
  return (
    <main class="result">
      <section class={screen.on ? "verdict verdict-final advance" : "verdict advance"} role="status">
        <p>{self.team?.name}</p>
        <h1>{t(screen.on ? "adv.on" : "adv.off")}</h1>
        {own && own.rank > 0 && <p class="num">{t("adv.place", { n: own.rank, p: points(own.points) })}</p>}
        {screen.on ? screen.next !== undefined && <p>{t("adv.onHint", { name: screen.next })}</p> : <p>{t("adv.offHint")}</p>}
      </section>
      {snap.board && <Rows board={snap.board} entry={self.entry} stale={snap.presence.stale} />}
    </main>
  );
}
