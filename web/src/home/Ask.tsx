/* One question of a paper on the screen, and what is stored of its answer. */
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { complete, type Draft, tapped } from "../phone/draft.ts";
import { Fill, Options } from "../phone/Options.tsx";
import { points } from "../shared/format.ts";
import { lang } from "../shared/i18n.ts";
import { AwayIcon, CheckIcon, CrossIcon } from "../shared/icons.tsx";
import { ERROR_TEXT, type PaperItem } from "../shared/protocol.gen.ts";
import { Countdown } from "../shared/Ring.tsx";
import { type Key, t } from "./messages.ts";
import { type Book, type Saved, savedState } from "./paper.ts";

interface HeadProps {
  item: PaperItem;
  n: number | undefined;
  deadlineMs?: number | undefined;
  seconds?: number | undefined;
  now: () => number;
  children?: ComponentChildren;
}

export function AskHead({ item, n, deadlineMs, seconds, now, children }: HeadProps) {
  return (
    <div class="ask-head">
      <p>
        <b class="num">
          {t("q.number", { n: item.i })}
          {n !== undefined && <small> / {n}</small>}
        </b>
        <span class="num">
          {[t(`q.type.${item.type}` as Key), ...(item.points > 0 ? [t("q.points", { n: points(item.points) })] : [])].join(" · ")}
        </span>
      </p>
      {children}
      {deadlineMs !== undefined && seconds !== undefined && (
        <Countdown deadlineMs={deadlineMs} totalMs={seconds * 1000} stoppedMs={undefined} now={now} unit={t("q.seconds")} />
      )}
    </div>
  );
}

interface BodyProps {
  item: PaperItem;
  draft: Draft;
  /** `whole`: it can be handed in as it is. undefined: nothing can be changed */
  change: ((draft: Draft, whole: boolean) => void) | undefined;
  enter?: () => void;
}

export function AskBody({ item, draft, change, enter }: BodyProps) {
  useEffect(() => {
    scrollTo(0, 0);
  }, [item.i]);
  const changed = (next: Draft) => change?.(next, complete(next, item));
  return (
    <>
      <h1 class="stem">{item.stem}</h1>
      {item.type === "order" && change && <p class="quiet">{t("q.orderHint")}</p>}
      {item.options ? (
        <Options type={item.type} options={item.options} draft={draft} tap={change && ((i) => changed(tapped(draft, item.type, i)))} />
      ) : (
        <Fill text={draft.text} change={change && ((text) => changed({ ...draft, text }))} enter={() => enter?.()} />
      )}
    </>
  );
}

/** What is saved and what is not, always at the thumb. */
export function SaveLine({ saved, kept }: { saved: Saved; kept: boolean }) {
  switch (saved.at) {
    case "blank":
    case "begun":
      return (
        <p class="save" role="status">
          {t(`save.${saved.at}`)}
        </p>
      );
    case "saved":
      return (
        <p class="save save-saved" role="status">
          <CheckIcon />
          {t("save.saved")}
        </p>
      );
    case "saving":
      return (
        <p class="save" role="status">
          <span class="pulse" aria-hidden="true" />
          {t("save.saving")}
        </p>
      );
    case "unsaved":
      return (
        <p class="save save-unsaved" role="status">
          <AwayIcon />
          <span>
            <b class="num">{t("save.unsaved", { n: saved.n })}</b>
            <small>{t(kept ? "save.unsavedHint" : "save.unkept")}</small>
          </span>
        </p>
      );
    case "refused":
      return (
        <p class="save save-refused" role="alert">
          <CrossIcon />
          <span>
            <b>{t("save.refused")}</b>
            <small>{ERROR_TEXT[saved.why][lang.value]}</small>
          </span>
        </p>
      );
  }
}

/** Between two questions: only what is not stored yet is worth a word. */
export function Storing({ book, live, kept }: { book: Book; live: boolean; kept: boolean }) {
  const saved = savedState(book, undefined, live);
  if (saved.at !== "saving" && saved.at !== "unsaved") return null;
  return (
    <footer class="bar">
      <SaveLine saved={saved} kept={kept} />
    </footer>
  );
}
