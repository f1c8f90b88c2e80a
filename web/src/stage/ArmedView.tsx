/* Before a question: its number and kind, so that the hall falls silent. And before the first one: what is to come. */
import type { Question, Snapshot } from "../shared/protocol.gen.ts";
import { nextInTurn, roundNow } from "../shared/contest.ts";
import { liveMode } from "../shared/modes.ts";
import { points } from "../shared/format.ts";
import { nameOf } from "../shared/teams.ts";
import { t } from "./messages.ts";
import { BigName } from "./TeamParts.tsx";

export function ArmedView({ snap, question }: { snap: Snapshot; question: Question }) {
  if (question.turn !== undefined) return <TurnView snap={snap} question={question} />;
  const round = snap.head.rounds[question.round - 1];
  return (
    <section class="armed">
      <p class="armed-round">{round?.title}</p>
      <h1 class="armed-number">
        {question.n > 1 ? (
          t("race.title")
        ) : (
          <>
            {t("q.number", { n: question.q })} <small class="num">/ {snap.head.questions}</small>
          </>
        )}
      </h1>
      <div class="armed-about">
        {question.n === 1 && <p class="armed-topic">{question.topic}</p>}
        <ul class="chips">
          <Facts question={question} />
        </ul>
        <p class="armed-prepare">{t("q.prepare")}</p>
      </div>
    </section>
  );
}

function Facts({ question }: { question: Question }) {
  return (
    <>
      {question.n > 1 ? <li>{t("ready.questions", { n: question.n })}</li> : <li>{t(`q.type.${question.type}`)}</li>}
      {question.points !== 0 && <li>{t("q.points", { n: points(question.points) })}</li>}
      <li>{t("q.seconds", { n: question.seconds })}</li>
      {question.speed && <li>{t("q.speed")}</li>}
    </>
  );
}

/* In turn: the team is the idea, the question's number stands beside. */
function TurnView({ snap, question }: { snap: Snapshot; question: Question }) {
  const next = nextInTurn(snap);
  return (
    <section class="turn">
      <p class="turn-round">
        {roundNow(snap)?.title} · {t("q.number", { n: question.q })}
      </p>
      <BigName name={nameOf(snap, question.turn)} />
      <p class="armed-prepare">{t("turn.call")}</p>
      <ul class="chips">
        <Facts question={question} />
      </ul>
      <p class="turn-next">
        {next && (
          <>
            {t("turn.next")} <b>{next.name}</b>
          </>
        )}
      </p>
    </section>
  );
}

export function ReadyView({ snap }: { snap: Snapshot }) {
  const rounds = snap.head.rounds.slice(0, ROUNDS_SHOWN);
  const two = rounds.length > ROUNDS_ALONE;
  return (
    <section class="ready">
      <h1>{t("ready.title")}</h1>
      <ol class={two ? "ready-two" : ""} style={{ "--rows": Math.ceil(rounds.length / 2) }}>
        {rounds.map((round, i) => (
          <li key={i}>
            <b class="num">{i + 1}</b>
            <span>{round.title}</span>
            <em>
              {snap.head.teams && `${t(`mode.${liveMode(round.mode)}`)} · `}
              {t("ready.questions", { n: round.questions })} · {t(round.burst > 1 ? "ready.burst" : "ready.seconds", { n: round.seconds })}
            </em>
          </li>
        ))}
      </ol>
    </section>
  );
}

/* More than these stand in two columns. */
const ROUNDS_ALONE = 5;
const ROUNDS_SHOWN = 12;
