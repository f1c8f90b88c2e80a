/* A survival run: how far one has come above everything else; each question is answered once. */
import { useEffect, useRef, useState } from "preact/hooks";
import { complete } from "../phone/draft.ts";
import { vibrate } from "../phone/vibrate.ts";
import { CheckIcon, CrossIcon, HeartIcon } from "../shared/icons.tsx";
import { AskBody, AskHead, SaveLine, Storing } from "./Ask.tsx";
import { useNow } from "./Clock.tsx";
import { Head } from "./Head.tsx";
import { t } from "./messages.ts";
import { draftOf, rightSoFar, savedState, standOf } from "./paper.ts";
import { Pausing } from "./Pausing.tsx";
import type { PaperProps } from "./Timed.tsx";

const TOLD_MS = 1600;
const BUZZ_MS = 80;

export function Survival({ book, now, live, kept, acts }: PaperProps) {
  const { paper } = book;
  const nowMs = useNow(now);
  const stand = standOf(book, nowMs);
  const right = rightSoFar(paper);
  const item = stand.at === "item" ? paper.items[stand.i - 1] : undefined;
  const draft = item ? draftOf(book, item.i) : undefined;
  const confirm = () => item && draft && complete(draft, item) && acts.choose(item.i, draft, true);
  return (
    <>
      <Head title={paper.round_title} under={paper.title} back={acts.back} backLabel={t("paper.back")} />
      <section class="run" aria-live="polite">
        <p class="run-streak num">
          <b key={right}>{right}</b>
          <span>{t("live.streak")}</span>
        </p>
        <p class="run-lives num">
          <HeartIcon />
          {paper.lives !== undefined && paper.lives > 0 ? t("live.lives", { n: paper.lives }) : t("live.noLives")}
        </p>
      </section>
      <Told book={book} />
      {item && draft && stand.at === "item" ? (
        <>
          <main class="ask turn-next" key={item.i}>
            <AskHead item={item} n={undefined} deadlineMs={stand.deadlineMs} seconds={paper.seconds} now={now} />
            <AskBody item={item} draft={draft} change={(next) => acts.choose(item.i, next, false)} enter={confirm} />
          </main>
          <footer class="bar">
            {savedState(book, item.i, live).at === "refused" ? (
              <SaveLine saved={savedState(book, item.i, live)} kept={kept} />
            ) : (
              <p class="quiet">{t("paper.confirmHint")}</p>
            )}
            <button type="button" class="act" disabled={!complete(draft, item)} onClick={confirm}>
              {t("paper.confirm")}
            </button>
          </footer>
        </>
      ) : (
        <>
          <Pausing title={t(live ? "paper.checking" : "paper.nextAway")} />
          <Storing book={book} live={live} kept={kept} />
        </>
      )}
    </>
  );
}

/* How the question before went, for a moment. */
function Told({ book }: { book: PaperProps["book"] }) {
  const last = [...book.paper.items].reverse().find((item) => item.right !== undefined);
  const seen = useRef(last?.i);
  const [told, tell] = useState<{ i: number; right: boolean } | undefined>(undefined);
  useEffect(() => {
    if (last?.right === undefined || last.i === seen.current) return undefined;
    seen.current = last.i;
    tell({ i: last.i, right: last.right });
    if (!last.right) vibrate(BUZZ_MS);
    const timer = setTimeout(() => tell(undefined), TOLD_MS);
    return () => clearTimeout(timer);
  }, [last?.i]);
  if (!told) return null;
  return (
    <p key={told.i} class={told.right ? "told-right" : "told-wrong"} role="status">
      {told.right ? <CheckIcon /> : <CrossIcon />}
      {t(told.right ? "live.right" : "live.revived")}
    </p>
  );
}
