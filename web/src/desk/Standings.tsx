/* The top of the board as a table, to look through before it is confirmed. */
import { places, points } from "../shared/format.ts";
import type { Board } from "../shared/protocol.gen.ts";
import { t } from "./messages.ts";

export function Standings({ board }: { board: Board | undefined }) {
  const rows = board?.rows ?? [];
  return (
    <div class="standings" tabIndex={0} aria-label={t("top.title")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("ended.rank")}</th>
            <th scope="col">{t("ended.entry")}</th>
            <th scope="col" class="right">
              {t("ended.correct")}
            </th>
            <th scope="col" class="right">
              {t("ended.points")}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.entry}>
              <td>
                <span class={`medal num medal-${row.rank}`}>{row.rank}</span>
              </td>
              <th scope="row">
                {row.name}
                {row.unit !== "" && row.unit !== row.name && <small>{row.unit}</small>}
              </th>
              <td class="num right">{row.correct}</td>
              <td class="num right">{points(row.points, places(rows))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
