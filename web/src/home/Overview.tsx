/* All questions of a paper at a glance, each with its marks as shape and word beside the colour. */
import { Sheet } from "../phone/Sheet.tsx";
import { AwayIcon, CheckIcon, CrossIcon, FlagIcon } from "../shared/icons.tsx";
import { t } from "./messages.ts";
import { type Book, count, type Mark, marks } from "./paper.ts";

interface Props {
  book: Book;
  here: number | undefined;
  /** undefined: only forward */
  turn: ((i: number) => void) | undefined;
  hand: () => void;
  close: () => void;
}

export function Overview({ book, here, turn, hand, close }: Props) {
  const n = count(book);
  return (
    <Sheet title={t("paper.overview")} close={close}>
      <p class="legend num">
        <span class="legend-on">
          <CheckIcon />
          {t("nav.answered")} {n.answered}
        </span>
        <span>
          <i class="legend-open" />
          {t("nav.open")} {n.open}
        </span>
        {n.flagged > 0 && (
          <span class="legend-flag">
            <FlagIcon />
            {t("nav.flagged")} {n.flagged}
          </span>
        )}
        {n.waiting > 0 && (
          <span class="legend-unsaved">
            <AwayIcon />
            {t("nav.unsaved")} {n.waiting}
          </span>
        )}
      </p>
      <ol class="cells">
        {marks(book).map((mark) => (
          <li key={mark.i}>
            <button
              type="button"
              class={`cell num${mark.answered ? " cell-on" : ""}${mark.unsaved ? " cell-unsaved" : ""}${mark.i === here ? " cell-here" : ""}`}
              aria-label={label(mark, mark.i === here)}
              {...(mark.i === here ? { "aria-current": "step" as const } : {})}
              disabled={!turn}
              onClick={() => turn?.(mark.i)}
            >
              {mark.i}
              <span class="cell-marks">
                {mark.refused ? <CrossIcon /> : mark.unsaved ? <AwayIcon /> : mark.answered ? <CheckIcon /> : null}
                {mark.flagged && <FlagIcon />}
              </span>
            </button>
          </li>
        ))}
      </ol>
      <button type="button" class="act" onClick={hand}>
        {t("hand.title")}
      </button>
    </Sheet>
  );
}

function label(mark: Mark, here: boolean): string {
  return [
    t("q.number", { n: mark.i }),
    t(mark.answered ? "nav.answered" : "nav.open"),
    ...(mark.flagged ? [t("nav.flagged")] : []),
    ...(mark.unsaved ? [t("nav.unsaved")] : []),
    ...(mark.refused ? [t("nav.refused")] : []),
    ...(here ? [t("nav.here")] : []),
  ].join(t("list"));
}
