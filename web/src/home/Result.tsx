/* A paper that has left the hand: how it went, or when that will be told, and question by question what was right and why. */
import { useState } from "preact/hooks";
import { OptionBadge } from "../shared/OptionBadge.tsx";
import { points } from "../shared/format.ts";
import { CheckIcon, CrossIcon, RobotIcon } from "../shared/icons.tsx";
import type { DuelSide, Paper, PaperItem, PaperResult } from "../shared/protocol.gen.ts";
import { useNow } from "./Clock.tsx";
import { Head } from "./Head.tsx";
import { type Key, t } from "./messages.ts";
import { draftOf, given, rightSoFar } from "./paper.ts";
import type { PaperProps } from "./Timed.tsx";
import { clock, when } from "./times.ts";

const MINUTE_MS = 60_000;

export function Result({ book, now, again, acts }: PaperProps & { again: (() => void) | undefined }) {
  const { paper } = book;
  return (
    <>
      <Head title={paper.round_title} under={paper.title} back={acts.back} />
      <main class="result">
        <Verdict paper={paper} />
        {book.missed.length > 0 && (
          <p class="missed num" role="alert">
            {t("done.missed", { list: book.missed.join(t("list")) })}
          </p>
        )}
        {paper.result ? <Standing result={paper.result} /> : <Later book={book} now={now} />}
        {again && (
          <button type="button" class="act" onClick={again}>
            {t(paper.mode === "duel" ? "duel.again" : "go.again")}
          </button>
        )}
        <Review book={book} />
        <button type="button" class="quiet-act" onClick={acts.back}>
          {t("done.back")}
        </button>
      </main>
    </>
  );
}

function Verdict({ paper }: { paper: Paper }) {
  if (paper.mode === "survival") return <RunEnd paper={paper} />;
  if (paper.mode === "duel") return <DuelEnd paper={paper} />;
  return (
    <section class={paper.result ? "verdict verdict-final" : "verdict verdict-right"} role="status">
      <p>{t(paper.practice && paper.result ? "done.practice" : (`done.${paper.state === "open" ? "submitted" : paper.state}` as Key))}</p>
      {paper.result ? (
        <h1 class="num score">
          {points(paper.result.points)}
          <small>{t("done.full", { n: points(paper.result.full) })}</small>
        </h1>
      ) : (
        <CheckIcon />
      )}
      {paper.result && !paper.practice && <p class="num">{t(paper.result.counted ? "done.counted" : "done.notCounted")}</p>}
    </section>
  );
}

/* The end of a run is a moment of its own. */
function RunEnd({ paper }: { paper: Paper }) {
  const right = rightSoFar(paper);
  const wrong = paper.items.filter((item) => item.right === false).length;
  const through = right + wrong >= paper.n && paper.items[paper.n - 1]?.right === true;
  const stopped = paper.items.length;
  const revived = Math.max(0, wrong - (through ? 0 : 1));
  return (
    <section class="verdict verdict-final run-end" role="status">
      <p>{t(through ? "live.all" : "live.end")}</p>
      <h1 class="num score">
        {right}
        <small>{t("live.n")}</small>
      </h1>
      <p class="num">
        {[...(through ? [] : [t("live.stopped", { n: stopped })]), ...(revived > 0 ? [t("live.usedRevival", { n: revived })] : [])].join(" · ")}
      </p>
      <ol class="run-trail" aria-hidden="true">
        {paper.items.map((item) => (
          <li key={item.i} class={item.right ? "trail-right" : "trail-wrong"} />
        ))}
      </ol>
    </section>
  );
}

function DuelEnd({ paper }: { paper: Paper }) {
  const you = paper.duel.find((side) => side.you);
  const sides = [...paper.duel].sort((a, b) => (a.place ?? 9) - (b.place ?? 9));
  return (
    <>
      <section class={you?.place === 1 ? "verdict verdict-final" : "verdict"} role="status">
        <h1>{duelWords(paper, you)}</h1>
        {you?.points !== undefined && you.points > 0 && <p class="num">{t("q.points", { n: points(you.points) })}</p>}
      </section>
      <ol class="duel-places">
        {sides.map((side, k) => (
          <li key={k} class={side.you ? "row row-own" : "row"}>
            <b class={`num place place-${side.place ?? 9}`}>{side.place ?? "–"}</b>
            <span class="row-name">
              <span class="cut">
                {side.robot && <RobotIcon />} {side.robot ? t("duel.robot") : side.name}
              </span>
              <small class="cut">{side.left ? t("duel.left") : side.unit}</small>
            </span>
            <b class="num">{side.right}</b>
          </li>
        ))}
      </ol>
    </>
  );
}

function duelWords(paper: Paper, you: DuelSide | undefined): string {
  if (paper.state === "forfeited") return t("done.forfeited");
  if (you?.place === undefined) return t("duel.wait");
  const shared = paper.duel.filter((side) => side.place === you.place).length > 1;
  if (shared && you.place === 1) return t("duel.tied");
  if (paper.duel.length === 2) return t(you.place === 1 ? "duel.won" : "duel.lost");
  return you.place === 1 ? t("duel.won") : t("duel.place", { n: you.place });
}

function Standing({ result }: { result: PaperResult }) {
  return (
    <dl class="standing num">
      <div>
        <dt>{t("done.correct")}</dt>
        <dd>{result.correct}</dd>
      </div>
      <div>
        <dt>{t("nav.answered")}</dt>
        <dd>{result.answered}</dd>
      </div>
      <div>
        <dt>{t("done.used")}</dt>
        <dd>{clock(result.used_ms)}</dd>
      </div>
    </dl>
  );
}

function Later({ book, now }: { book: PaperProps["book"]; now: () => number }) {
  const { paper } = book;
  const nowMs = useNow(now, MINUTE_MS);
  if (paper.mode !== "timed" && paper.results_ms === undefined) return null;
  const answered = Object.values(book.own).filter(given).length;
  return (
    <section class="later num">
      <p>{t("done.answered", { n: answered, of: paper.n })}</p>
      <p class="quiet">{paper.results_ms === undefined ? t("done.laterAny") : t("done.later", { t: when(paper.results_ms, nowMs) })}</p>
    </section>
  );
}

// ---- question by question ----

function Review({ book }: { book: PaperProps["book"] }) {
  const [wrongOnly, only] = useState(false);
  const known = book.paper.items.filter((item) => item.key !== undefined || item.accepted !== undefined || item.explanation !== undefined);
  if (known.length === 0) return null;
  const shown = wrongOnly ? known.filter((item) => item.right !== true) : known;
  return (
    <section class="review">
      <header>
        <h2>{t("done.review")}</h2>
        <div class="two-way" role="group">
          <button type="button" aria-pressed={!wrongOnly} onClick={() => only(false)}>
            {t("done.all")}
          </button>
          <button type="button" aria-pressed={wrongOnly} onClick={() => only(true)}>
            {t("done.wrongOnly")}
          </button>
        </div>
      </header>
      {shown.length === 0 && <p class="quiet">{t("done.noneWrong")}</p>}
      <ol>
        {shown.map((item) => (
          <li key={item.i}>
            <Reviewed item={item} book={book} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Reviewed({ item, book }: { item: PaperItem; book: PaperProps["book"] }) {
  const draft = draftOf(book, item.i);
  const answered = given(book.own[item.i]);
  const how = item.right === true ? "right" : answered || item.right === false ? "wrong" : "missed";
  return (
    <article class={`reviewed reviewed-${how}`}>
      <header>
        <b class="num">{t("q.number", { n: item.i })}</b>
        <span class="reviewed-how num">
          {how === "right" ? <CheckIcon /> : <CrossIcon />}
          {t(`r.${how}`)}
          {item.gained !== undefined && item.points > 0 && ` · ${t("q.points", { n: points(item.gained) })}`}
        </span>
      </header>
      <p class="reviewed-stem">{item.stem}</p>
      {item.options ? (
        item.type === "order" ? (
          <Ordered item={item} choice={answered ? draft.choice : []} />
        ) : (
          <Chosen item={item} choice={answered ? draft.choice : []} />
        )
      ) : (
        <dl class="filled">
          {answered && (
            <div>
              <dt>{t("review.mine")}</dt>
              <dd>{draft.text}</dd>
            </div>
          )}
          {item.accepted && (
            <div>
              <dt>{t("r.answer")}</dt>
              <dd>
                <b>{item.accepted[0]}</b>
              </dd>
            </div>
          )}
        </dl>
      )}
      {(item.explanation ?? "") !== "" && <p class="why">{item.explanation}</p>}
      {(item.source ?? "") !== "" && <p class="quiet">{item.source}</p>}
    </article>
  );
}

function Chosen({ item, choice }: { item: PaperItem; choice: number[] }) {
  return (
    <ul class="chosen">
      {item.options?.map((text, k) => {
        const isKey = item.key?.includes(k) === true;
        const isMine = choice.includes(k);
        if (!isKey && !isMine) return null;
        return (
          <li key={k} class={isKey ? "chosen-key" : "chosen-wrong"}>
            <OptionBadge index={k} />
            <span>{text}</span>
            <small>
              {isKey && t("r.answer")}
              {isKey && isMine && " · "}
              {isMine && t("r.mine")}
            </small>
          </li>
        );
      })}
    </ul>
  );
}

const LETTERS = "ABCDEFGH";

function Ordered({ item, choice }: { item: PaperItem; choice: number[] }) {
  const letters = (order: readonly number[]) => order.map((k) => LETTERS[k]).join(" → ");
  return (
    <>
      <ul class="chosen">
        {(item.key ?? []).map((k) => (
          <li key={k}>
            <OptionBadge index={k} />
            <span>{item.options?.[k]}</span>
          </li>
        ))}
      </ul>
      <dl class="filled">
        {choice.length > 0 && (
          <div>
            <dt>{t("review.mine")}</dt>
            <dd>{letters(choice)}</dd>
          </div>
        )}
        {item.key && (
          <div>
            <dt>{t("review.order")}</dt>
            <dd>
              <b>{letters(item.key)}</b>
            </dd>
          </div>
        )}
      </dl>
    </>
  );
}
