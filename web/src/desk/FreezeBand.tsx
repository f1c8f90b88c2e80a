/* The freeze, said wherever one looks: a badge in the bar, and a band that says what it means now. */
import { t } from "./messages.ts";
import type { Reveal } from "./reveal.ts";

export function FreezeBadge({ reveal }: { reveal: Reveal | undefined }) {
  if (!reveal) return null;
  return (
    <span class={`phase freeze freeze-${reveal.state} num`} data-freeze={reveal.state}>
      {t(`freeze.${reveal.state}`)}
      {reveal.state === "going" && ` ${reveal.step}${reveal.steps === undefined ? "" : ` / ${reveal.steps}`}`}
    </span>
  );
}

interface Props {
  reveal: Reveal;
  /** the reveal is the next right thing */
  ready: boolean;
  look: () => void;
}

export function FreezeBand({ reveal, ready, look }: Props) {
  const words = {
    frozen: t(ready ? "freeze.bandReady" : "freeze.band"),
    going: t("freeze.bandGoing"),
    done: t("freeze.bandDone"),
  };
  return (
    <div class="freeze-band" role="status">
      <b>{t(`freeze.${reveal.state}`)}</b>
      <span>{words[reveal.state]}</span>
      {reveal.state !== "done" && (
        <button type="button" class="link" onClick={look} data-true-board>
          {t("freeze.look")} <kbd>B</kbd>
        </button>
      )}
    </div>
  );
}
