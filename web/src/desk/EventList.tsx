/* The host's events. */
import type { EventRow } from "../shared/protocol.gen.ts";
import { spokenCode } from "../shared/code.ts";
import { inHostOrder } from "./events.ts";
import { count } from "../shared/i18n.ts";
import { t } from "./messages.ts";

interface Props {
  rows: EventRow[] | undefined;
  choose: (event: string) => void;
  refresh: (() => void) | undefined;
}

export function EventList({ rows, choose, refresh }: Props) {
  return (
    <main class="events">
      <header class="events-head">
        <h1>{t("events.title")}</h1>
        {rows && rows.length > 0 && <span class="quiet num">{t("events.count", { n: rows.length })}</span>}
        {refresh && (
          <button type="button" class="button" onClick={refresh}>
            {t("events.refresh")}
          </button>
        )}
      </header>
      {rows === undefined ? <Loading /> : rows.length === 0 ? <Empty /> : <Table rows={rows} choose={choose} />}
    </main>
  );
}

function Table({ rows, choose }: { rows: EventRow[]; choose: (event: string) => void }) {
  return (
    <table class="events-table">
      <thead>
        <tr>
          <th scope="col">{t("events.name")}</th>
          <th scope="col">{t("events.phase")}</th>
          <th scope="col">{t("events.code")}</th>
          <th scope="col" class="right">
            {t("events.questions")}
          </th>
          <th scope="col" class="right">
            {t("events.entries")}
          </th>
          <th />
        </tr>
      </thead>
      <tbody>
        {inHostOrder(rows).map((row) => (
          <tr key={row.event} data-event={row.event} onDblClick={() => choose(row.event)}>
            <th scope="row">{row.title}</th>
            <td>
              <span class={`phase phase-${row.phase}`}>{t(`phase.${row.phase}`)}</span>
            </td>
            <td class="num">{spokenCode(row.code)}</td>
            <td class="num right">{row.questions}</td>
            <td class="num right">{count(row.entries)}</td>
            <td class="right">
              <button
                type="button"
                class={row.phase === "final" ? "button" : "button button-main"}
                onClick={() => choose(row.event)}
                aria-label={`${t(row.phase === "final" ? "events.look" : "events.open")} ${row.title}`}
              >
                {t(row.phase === "final" ? "events.look" : "events.open")}
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Loading() {
  return (
    <div class="events-table events-loading" role="status" aria-label={t("desk.opening")}>
      {[0, 1, 2].map((i) => (
        <i class="bone" key={i} />
      ))}
    </div>
  );
}

function Empty() {
  return (
    <section class="blank">
      <h2>{t("events.empty")}</h2>
      <p>{t("events.emptyHint")}</p>
    </section>
  );
}
