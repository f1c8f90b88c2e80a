/* Before a question: its number and kind, so that the hall falls silent. And before the first one: what is to come. */
import type { Question, Snapshot } from "../shared/protocol.gen.ts";
import { points } from "../shared/format.ts";
import { t } from "./messages.ts";

export function ArmedView({ snap, question }: { snap: Snapshot; question: Question }) {
  const round = snap.head.rounds[question.round - 1];
  return (
    <section class="armed">
      <p class="armed-round">{round?.title}</p>
      <h1 class="armed-number">
        {t("q.number", { n: question.q })} <small class="num">/ {snap.head.questions}</small>
      </h1>
      <div class="armed-about">
        <p class="armed-topic">{question.topic}</p>
        <ul class="chips">
          <li>{t(`q.type.${question.type}`)}</li>
          <li>{t("q.points", { n: points(question.points) })}</li>
          <li>{t("q.seconds", { n: question.seconds })}</li>
          {question.speed && <li>{t("q.speed")}</li>}
        </ul>
        <p class="armed-prepare">{t("q.prepare")}</p>
      </div>
    </section>
  );
}

export function ReadyView({ snap }: { snap: Snapshot }) {
  return (
    <section class="ready">
      <h1>{t("ready.title")}</h1>
      <ol>
        {snap.head.rounds.slice(0, ROUNDS_SHOWN).map((round, i) => (
          <li key={i}>
            <b class="num">{i + 1}</b>
            <span>{round.title}</span>
            <em>
              {t("ready.questions", { n: round.questions })} · {t("ready.seconds", { n: round.seconds })}
            </em>
          </li>
        ))}
      </ol>
    </section>
  );
}

const ROUNDS_SHOWN = 6;
