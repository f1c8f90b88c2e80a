/* After a question, and after the last: how it went, with a mark and a word; where one stands; why. */
import { places, points } from "../shared/format.ts";
import { CheckIcon, CrossIcon, DownIcon, UpIcon } from "../shared/icons.tsx";
import { count } from "../shared/i18n.ts";
import { useFlip } from "../shared/flip.ts";
import { OptionBadge } from "../shared/OptionBadge.tsx";
import type { Board, Own, Question, Snapshot, You } from "../shared/protocol.gen.ts";
import { t } from "./messages.ts";
import type { Mine } from "./mine.ts";

interface RevealProps {
  snap: Snapshot;
  question: Question;
  mine: Mine;
  you: You | undefined;
}

export function Reveal({ snap, question, mine, you }: RevealProps) {
  const own = snap.own?.q === question.q ? snap.own : undefined;
  return (
    <main class="result">
      <Verdict own={own} />
      {own && <Standing own={own} />}
      <section class="key">
        <h2>{t("r.answer")}</h2>
        <Key question={question} mine={mine} />
        {question.explanation !== undefined && question.explanation !== "" && (
          <details open>
            <summary>{t("r.why")}</summary>
            <p>{question.explanation}</p>
            {question.source !== undefined && <p class="quiet">{question.source}</p>}
          </details>
        )}
      </section>
      {snap.board && <Rows board={snap.board} entry={you?.entry} />}
    </main>
  );
}

function Verdict({ own }: { own: Own | undefined }) {
  if (!own) {
    return (
      <section class="verdict" role="status">
        <span class="pulse" aria-hidden="true" />
        <h1>{t("r.settling")}</h1>
      </section>
    );
  }
  if (own.right === undefined) {
    return (
      <section class="verdict verdict-none" role="status">
        <h1>{t("r.missed")}</h1>
      </section>
    );
  }
  return (
    <section class={own.right ? "verdict verdict-right" : "verdict verdict-wrong"} role="status">
      {own.right ? <CheckIcon /> : <CrossIcon />}
      <h1>{t(own.right ? "r.right" : "r.wrong")}</h1>
      <p class="num">{t("r.gained", { n: signed(own.gained ?? 0) })}</p>
    </section>
  );
}

function signed(hundredths: number): string {
  return hundredths > 0 ? `+${points(hundredths)}` : points(hundredths);
}

function Standing({ own }: { own: Own }) {
  return (
    <dl class="standing num">
      <div>
        <dt>{t("own.points")}</dt>
        <dd>{points(own.points)}</dd>
      </div>
      <div>
        <dt>{t("own.rank")}</dt>
        <dd>
          {count(own.rank)}
          <small>{t("own.of", { n: count(own.of) })}</small>
        </dd>
      </div>
      <div>
        <dt>{t("own.correct")}</dt>
        <dd>{t("own.questions", { n: own.correct })}</dd>
      </div>
    </dl>
  );
}

/* The right answer, and beside it what one had chosen. */
function Key({ question, mine }: { question: Question; mine: Mine }) {
  if (question.accepted) return <p class="key-text">{question.accepted[0]}</p>;
  return (
    <ol class="key-options">
      {question.key?.map((i) => (
        <li key={i}>
          <OptionBadge index={i} />
          <span>{question.options?.[i]}</span>
          {question.type !== "order" && mine.q === question.q && mine.draft.choice.includes(i) && mine.at === "saved" && (
            <small>{t("r.mine")}</small>
          )}
        </li>
      ))}
    </ol>
  );
}

function Rows({ board, entry }: { board: Board; entry: string | undefined }) {
  const list = useFlip<HTMLOListElement>(board.v);
  const least = places(board.rows);
  return (
    <section class="board">
      <h2>{t("board.title")}</h2>
      <ol ref={list}>
        {board.rows.map((row) => (
          <li key={row.entry} data-flip={row.entry} class={row.entry === entry ? "row row-own" : "row"}>
            <b class={row.rank <= 3 ? `num place place-${row.rank}` : "num place"}>{row.rank}</b>
            <span class="row-name">
              <span class="cut">{row.name}</span>
              {row.unit !== "" && <small class="cut">{row.unit}</small>}
            </span>
            {row.moved !== 0 && <i class={row.moved > 0 ? "moved moved-up" : "moved"}>{row.moved > 0 ? <UpIcon /> : <DownIcon />}</i>}
            <b class="num">{points(row.points, least)}</b>
          </li>
        ))}
      </ol>
    </section>
  );
}

export function End({ snap, you, writing }: { snap: Snapshot; you: You | undefined; writing: boolean }) {
  const final = snap.phase === "final";
  const own = snap.own;
  return (
    <main class="result">
      <section class={final ? "verdict verdict-final" : "verdict"} role="status">
        <p>{final ? t("end.final") : t("end.finished")}</p>
        {own && own.rank > 0 && <h1 class="num">{t("end.place", { n: count(own.rank) })}</h1>}
        {!final && <p class="quiet">{writing ? t("end.writing") : t("end.provisional")}</p>}
        {final && <p>{you?.guest ? t("end.guest") : t("end.credits")}</p>}
      </section>
      {own && own.rank > 0 && <Standing own={own} />}
      {snap.board && <Rows board={snap.board} entry={you?.entry} />}
    </main>
  );
}
