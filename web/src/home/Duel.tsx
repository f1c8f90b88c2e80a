/* A duel: the sides race above, the same questions below, each at one's own pace. */
import { useState } from "preact/hooks";
import { complete } from "../phone/draft.ts";
import { Sheet } from "../phone/Sheet.tsx";
import { RobotIcon } from "../shared/icons.tsx";
import type { DuelSide, Paper } from "../shared/protocol.gen.ts";
import { AskBody, AskHead, Storing } from "./Ask.tsx";
import { useNow } from "./Clock.tsx";
import { Head } from "./Head.tsx";
import { t } from "./messages.ts";
import { draftOf, standOf } from "./paper.ts";
import { Pausing } from "./Pausing.tsx";
import type { PaperProps } from "./Timed.tsx";

export function Duel({ book, target, now, live, kept, acts }: PaperProps & { target: number | undefined }) {
  const { paper } = book;
  const [leaving, ask] = useState(false);
  const stand = standOf(book, useNow(now));
  const item = stand.at === "item" ? paper.items[stand.i - 1] : undefined;
  const draft = item ? draftOf(book, item.i) : undefined;
  const quick = item?.type === "single" || item?.type === "truefalse";
  const confirm = () => item && draft && complete(draft, item) && acts.choose(item.i, draft, true);
  return (
    <>
      <Head title={paper.round_title} under={paper.title} back={() => ask(true)} backLabel={t("duel.leave")} />
      <Sides sides={paper.duel} target={target ?? paper.n} />
      {item && draft && stand.at === "item" ? (
        <>
          <main class="ask turn-next" key={item.i}>
            <AskHead item={item} n={paper.n} deadlineMs={stand.deadlineMs} seconds={paper.seconds} now={now} />
            <AskBody item={item} draft={draft} change={(next, whole) => acts.choose(item.i, next, quick && whole)} enter={confirm} />
          </main>
          <footer class="bar">
            {quick ? (
              <p class="quiet">{t("paper.tapHint")}</p>
            ) : (
              <button type="button" class="act" disabled={!complete(draft, item)} onClick={confirm}>
                {t("paper.confirm")}
              </button>
            )}
          </footer>
        </>
      ) : (
        <>
          <Pausing title={waitWords(paper, stand.at, live)} />
          <Storing book={book} live={live} kept={kept} />
        </>
      )}
      {leaving && (
        <Sheet title={t("duel.leaveTitle")} close={() => ask(false)}>
          <p>{t("duel.leaveHint")}</p>
          <button type="button" class="act" onClick={() => ask(false)}>
            {t("duel.stay")}
          </button>
          <button type="button" class="quiet-act" onClick={acts.leave}>
            {t("duel.leave")}
          </button>
        </Sheet>
      )}
    </>
  );
}

function waitWords(paper: Paper, at: "next" | "end" | "item", live: boolean): string {
  if (!live) return t("paper.nextAway");
  return t(at === "end" && paper.at === undefined ? "duel.wait" : "paper.nextSoon");
}

/** Who has how many, as a race. */
export function Sides({ sides, target }: { sides: readonly DuelSide[]; target: number }) {
  return (
    <section class="sides" aria-label={t("duel.target", { n: target })}>
      <p class="quiet num">{t("duel.target", { n: target })}</p>
      <ol>
        {sides.map((side, k) => (
          <li key={k} class={`side${side.you ? " side-you" : ""}${side.left ? " side-left" : ""}`}>
            <span class="side-name">
              {side.robot && <RobotIcon />}
              <b class="cut">{side.robot ? t("duel.robot") : side.name}</b>
              {side.you && <small>{t("duel.you")}</small>}
              {side.left && <small>{t("duel.left")}</small>}
            </span>
            <span class="side-bar">
              <i style={{ transform: `scaleX(${Math.min(1, side.right / Math.max(1, target))})` }} />
            </span>
            <b class="num side-right">{side.right}</b>
          </li>
        ))}
      </ol>
    </section>
  );
}
