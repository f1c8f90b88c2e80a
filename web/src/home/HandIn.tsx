/* Before a paper leaves the hand: what is open, flagged or not saved yet. */
import { Sheet } from "../phone/Sheet.tsx";
import { AwayIcon, CheckIcon, FlagIcon } from "../shared/icons.tsx";
import type { Acts } from "./acts.ts";
import { t } from "./messages.ts";
import { type Book, count, marks } from "./paper.ts";

export function HandIn({ book, live, acts, close }: { book: Book; live: boolean; acts: Acts; close: () => void }) {
  const n = count(book);
  const all = marks(book);
  const look = all.find((mark) => !mark.answered) ?? all.find((mark) => mark.flagged);
  return (
    <Sheet title={t("hand.title")} close={close}>
      <ul class="summary num">
        {n.open === 0 ? (
          <li class="summary-done">
            <CheckIcon />
            {t("hand.allDone", { n: book.paper.n })}
          </li>
        ) : (
          <li class="summary-open">
            <i class="legend-open" />
            {t("hand.open", { n: n.open })}
          </li>
        )}
        {n.flagged > 0 && (
          <li>
            <FlagIcon />
            {t("hand.flagged", { n: n.flagged })}
          </li>
        )}
        {n.waiting > 0 && (
          <li class="summary-unsaved">
            <AwayIcon />
            {t("hand.unsaved", { n: n.waiting })}
          </li>
        )}
      </ul>
      {!live && <p>{t("hand.away")}</p>}
      {look && !book.paper.forward && (
        <button
          type="button"
          class="quiet-act"
          onClick={() => {
            acts.turn(look.i);
            close();
          }}
        >
          {t("hand.firstOpen", { n: look.i })}
        </button>
      )}
      <button
        type="button"
        class="act"
        onClick={() => {
          acts.hand();
          close();
        }}
      >
        {t("hand.go")}
      </button>
      <p class="quiet hand-final">{t("hand.final")}</p>
    </Sheet>
  );
}
