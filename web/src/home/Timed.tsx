/* A timed paper in the hand: one question a screen, back and forth by thumb or finger, or only forward. */
import { useEffect, useRef, useState } from "preact/hooks";
import { complete } from "../phone/draft.ts";
import { BackIcon, FlagIcon, GridIcon, NextIcon } from "../shared/icons.tsx";
import type { Acts } from "./acts.ts";
import { AskBody, AskHead, SaveLine } from "./Ask.tsx";
import { useNow, WholeClock } from "./Clock.tsx";
import { HandIn } from "./HandIn.tsx";
import { Head } from "./Head.tsx";
import { t } from "./messages.ts";
import { Overview } from "./Overview.tsx";
import { type Book, count, draftOf, marks, savedState, standOf } from "./paper.ts";
import { swiped } from "./place.ts";
import { Pausing } from "./Pausing.tsx";

export interface PaperProps {
  book: Book;
  now: () => number;
  /** the line to the server is up */
  live: boolean;
  /** choices outlive this page */
  kept: boolean;
  acts: Acts;
}

const TICKS_MOST = 50;

export function Timed(props: PaperProps) {
  const { book, now, live, acts } = props;
  const { paper } = book;
  const [sheet, open] = useState<"none" | "overview" | "hand">("none");
  const nowMs = useNow(now);
  const stand = standOf(book, nowMs);
  const over = nowMs >= paper.deadline_ms;
  useEffect(() => {
    if (over) open("none");
  }, [over]);
  const handing = book.handing !== undefined;
  return (
    <>
      <Head title={paper.round_title} under={paper.title} back={acts.back} backLabel={t("paper.back")}>
        <WholeClock deadlineMs={paper.deadline_ms} now={now} />
      </Head>
      <Ticks book={book} />
      {over ? (
        <Pausing title={t("hand.wait")} />
      ) : handing && stand.at !== "item" ? (
        <Handing live={live} />
      ) : stand.at === "item" ? (
        <Question {...props} i={stand.i} deadlineMs={stand.deadlineMs} open={open} />
      ) : stand.at === "next" ? (
        <Pausing title={t(live ? "paper.nextSoon" : "paper.nextAway")} />
      ) : (
        <Through book={book} live={live} kept={props.kept} open={open} />
      )}
      {sheet === "overview" && (
        <Overview
          book={book}
          here={stand.at === "item" ? stand.i : undefined}
          turn={
            paper.forward
              ? undefined
              : (i) => {
                  acts.turn(i);
                  open("none");
                }
          }
          hand={() => open("hand")}
          close={() => open("none")}
        />
      )}
      {sheet === "hand" && <HandIn book={book} live={live} acts={acts} close={() => open("none")} />}
    </>
  );
}

/* All is answered, and only forward: nothing to turn back to. */
function Through({ book, live, kept, open }: { book: Book; live: boolean; kept: boolean; open: (sheet: "hand") => void }) {
  const { answered } = count(book);
  return (
    <>
      <main class="calm">
        <h1 class="num">{t("paper.answered", { n: answered, of: book.paper.n })}</h1>
        <p>{t("hand.auto")}</p>
      </main>
      <footer class="bar">
        <SaveLine saved={savedState(book, undefined, live)} kept={kept} />
        <button type="button" class="act" onClick={() => open("hand")}>
          {t("hand.title")}
        </button>
      </footer>
    </>
  );
}

function Handing({ live }: { live: boolean }) {
  return <Pausing title={t("hand.busy")} hint={live ? undefined : t("hand.away")} />;
}

/** How far, at a glance: one tick a question. */
function Ticks({ book }: { book: Book }) {
  const all = marks(book);
  if (all.length > TICKS_MOST) return null;
  return (
    <ol class="ticks" aria-hidden="true">
      {all.map((mark) => (
        <li
          key={mark.i}
          class={`${mark.answered ? "tick-on" : ""}${mark.unsaved ? " tick-unsaved" : ""}${mark.flagged ? " tick-flag" : ""}${
            !book.paper.forward && mark.i === book.at ? " tick-here" : ""
          }`}
        />
      ))}
    </ol>
  );
}

interface QuestionProps extends PaperProps {
  i: number;
  deadlineMs: number | undefined;
  open: (sheet: "overview" | "hand") => void;
}

function Question(props: QuestionProps) {
  const { book, i, deadlineMs, now, live, kept, acts, open } = props;
  const { paper } = book;
  const item = paper.items[i - 1];
  const from = useRef<{ x: number; y: number } | undefined>(undefined);
  const was = useRef(i);
  const way = i >= was.current ? "next" : "previous";
  was.current = i;
  if (!item) return <Pausing title={t("paper.opening")} />;
  const draft = draftOf(book, i);
  const handing = book.handing !== undefined;
  const saved = savedState(book, i, live);
  const isFlagged = book.flags.includes(i);
  const confirm = () => complete(draft, item) && acts.choose(i, draft, true);
  return (
    <>
      <main
        class={`ask turn-${way}`}
        key={i}
        onTouchStart={(e) => {
          const touch = e.touches[0];
          from.current = touch && e.touches.length === 1 ? { x: touch.clientX, y: touch.clientY } : undefined;
        }}
        onTouchEnd={(e) => {
          const touch = e.changedTouches[0];
          if (!from.current || !touch || paper.forward) return;
          const by = swiped(from.current, { x: touch.clientX, y: touch.clientY });
          if (by !== 0) acts.turn(i + by);
        }}
      >
        <AskHead item={item} n={paper.n} deadlineMs={deadlineMs} seconds={paper.seconds} now={now}>
          {!paper.forward && (
            <button type="button" class={isFlagged ? "flag flag-on" : "flag"} aria-pressed={isFlagged} onClick={() => acts.flag(i)}>
              <FlagIcon />
              {t(isFlagged ? "paper.flagged" : "paper.flag")}
            </button>
          )}
        </AskHead>
        <AskBody
          item={item}
          draft={draft}
          change={handing ? undefined : (next, whole) => acts.choose(i, next, !paper.forward && (whole || item.type !== "order"))}
          enter={() => (paper.forward ? confirm() : acts.turn(i + 1))}
        />
      </main>
      <footer class="bar paper-bar">
        {paper.forward && (saved.at === "blank" || saved.at === "saved") ? (
          <p class="save">{t("paper.confirmHint")}</p>
        ) : (
          <SaveLine saved={saved} kept={kept} />
        )}
        {handing ? (
          <HandingBar live={live} keepOn={acts.keepOn} />
        ) : paper.forward ? (
          <div class="paper-nav">
            <OverviewButton book={book} open={open} />
            <button type="button" class="nav-side" onClick={() => acts.choose(i, { choice: [], text: "" }, true)}>
              {t("paper.pass")}
            </button>
            <button type="button" class="act" disabled={!complete(draft, item)} onClick={confirm}>
              {t("paper.confirm")}
            </button>
          </div>
        ) : (
          <div class="paper-nav">
            <button type="button" class="nav-side" aria-label={t("paper.previous")} disabled={i === 1} onClick={() => acts.turn(i - 1)}>
              <BackIcon />
            </button>
            <OverviewButton book={book} open={open} />
            {i < paper.n ? (
              <button type="button" class="act" onClick={() => acts.turn(i + 1)}>
                {t("paper.next")}
                <NextIcon />
              </button>
            ) : (
              <button type="button" class="act" onClick={() => open("hand")}>
                {t("paper.check")}
              </button>
            )}
          </div>
        )}
      </footer>
    </>
  );
}

function HandingBar({ live, keepOn }: { live: boolean; keepOn: () => void }) {
  return (
    <>
      <p>
        <b>{t("hand.busy")}</b>
        {!live && <small>{t("hand.away")}</small>}
      </p>
      {!live && (
        <button type="button" class="quiet-act" onClick={keepOn}>
          {t("hand.cancel")}
        </button>
      )}
    </>
  );
}

function OverviewButton({ book, open }: { book: Book; open: (sheet: "overview") => void }) {
  const { answered } = count(book);
  return (
    <button type="button" class="nav-overview" aria-label={`${t("paper.overview")} ${t("paper.answered", { n: answered, of: book.paper.n })}`} onClick={() => open("overview")}>
      <GridIcon />
      <span class="num">
        {answered}/{book.paper.n}
      </span>
    </button>
  );
}
