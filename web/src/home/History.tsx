/* 法治档案: what one took part in, what came of it, and the certificates. */
import { points } from "../shared/format.ts";
import { count } from "../shared/i18n.ts";
import type { HistoryFrame, PastEvent, You } from "../shared/protocol.gen.ts";
import type { Acts } from "./acts.ts";
import { Head } from "./Head.tsx";
import { t } from "./messages.ts";
import { Pausing } from "./Pausing.tsx";
import { date } from "./times.ts";

interface Props {
  you: You;
  history: HistoryFrame | undefined;
  /** event whose certificate is on its way */
  fetching: string | undefined;
  live: boolean;
  acts: Acts;
}

export function History({ you, history, fetching, live, acts }: Props) {
  return (
    <>
      <Head title={t("home.history")} under={you.name ?? ""} back={acts.back} />
      {!history ? (
        <Pausing title={t(live ? "history.loading" : "line.open")} />
      ) : (
        <main class="history">
          <section class="seal-card">
            <p>{t("history.credits")}</p>
            <h1 class="num">{points(history.credits)}</h1>
            <p class="cut">{[you.name, you.unit].filter((part) => part !== undefined && part !== "").join(" · ")}</p>
          </section>
          {history.rows.length === 0 && (
            <section class="nothing">
              <h2>{t("history.empty")}</h2>
              <p>{t("history.emptyHint")}</p>
            </section>
          )}
          <ol class="past">
            {history.rows.map((row) => (
              <li key={row.event}>
                <Past row={row} fetching={fetching === row.event} acts={acts} />
              </li>
            ))}
          </ol>
          {history.more && (
            <button type="button" class="quiet-act" onClick={acts.moreHistory}>
              {t("history.more")}
            </button>
          )}
        </main>
      )}
    </>
  );
}

function Past({ row, fetching, acts }: { row: PastEvent; fetching: boolean; acts: Acts }) {
  const facts = row.final
    ? [
        ...(row.points === undefined ? [] : [t("history.points", { n: points(row.points) })]),
        ...(row.rank === undefined ? [] : [t("history.rank", { n: count(row.rank), of: count(row.of ?? 0) })]),
      ]
    : [t("history.pending")];
  return (
    <article class="past-event">
      <time class="quiet num">{date(row.on_ms)}</time>
      <h2>{row.title}</h2>
      <p class="num">{facts.join(" · ")}</p>
      {row.credits > 0 && <p class="num past-credits">{t("history.plus", { n: points(row.credits) })}</p>}
      {row.certificate && (
        <button type="button" class="quiet-act quiet-gold" disabled={fetching} onClick={() => acts.certificate(row.event)}>
          {t(fetching ? "certificate.making" : "history.certificate")}
        </button>
      )}
    </article>
  );
}
