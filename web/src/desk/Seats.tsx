/* Beside the question: the teams and what each has done about it. */
import type { Snapshot } from "../shared/protocol.gen.ts";
import { points } from "../shared/format.ts";
import { millis } from "../shared/elapsed.ts";
import { CheckIcon, CrossIcon } from "../shared/icons.tsx";
import { manyAnswer } from "../shared/contest.ts";
import { t } from "./messages.ts";
import { type SeatRow, seatRows } from "./seatlist.ts";

interface Props {
  snap: Snapshot;
  now: () => number;
  showEvidence: () => void;
}

export function Seats({ snap, now, showEvidence }: Props) {
  const question = snap.question;
  if (!question) return null;
  const rows = seatRows(snap, now());
  const many = manyAnswer(snap);
  return (
    <section class="seats" aria-label={t("seats.title")}>
      <h3 class="pane-title">
        {t("seats.title")}
        {question.mode === "buzzer" ? (
          <button type="button" class="link" onClick={showEvidence} data-evidence>
            {t("seats.evidence")} <kbd>V</kbd>
          </button>
        ) : (
          <small class="num">{t("team.n", { n: rows.length })}</small>
        )}
      </h3>
      <ol tabIndex={0} aria-label={t("seats.title")}>
        {rows.map((row) => (
          <li class={`seat-row seat-${row.queue === "now" && row.at === "idle" ? "held" : row.at}`} key={row.entry}>
            <span class="num">{row.order ?? ""}</span>
            <b class="cut" title={row.name}>
              {row.name}
            </b>
            <em class="num">
              <Mark at={row.at} />
              {said(row, question.mode, question.n, many)}
            </em>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Mark({ at }: { at: SeatRow["at"] }) {
  if (at === "right") return <CheckIcon />;
  if (at === "wrong") return <CrossIcon />;
  return null;
}

/* `many`: members answer each for themselves. */
function said(row: SeatRow, mode: string, n: number, many: boolean): string {
  if (row.queue === "next") return t("seat.next");
  if (row.queue === "now" && row.at === "idle" && mode !== "speed") return t("seat.now");
  if (mode === "speed") return row.done === undefined ? "" : `${row.done} / ${n}`;
  if (row.order !== undefined && row.usedUs !== undefined) return pressed(row);
  if (row.stake !== undefined && row.stake > 0) {
    const stake = t("q.points", { n: points(row.stake) });
    return row.at === "answered" ? `${stake} · ${t("seat.answered")}` : stake;
  }
  if (row.at === "answered" && many) return t("seat.people", { n: row.done ?? 0 });
  return row.at === "idle" ? "" : t(`seat.${row.at}`);
}

function pressed(row: SeatRow): string {
  if (row.order === 1 || row.gapUs === undefined) return t("line.ms", { n: millis(row.usedUs ?? 0) });
  return t("seat.later", { n: millis(row.gapUs) });
}
