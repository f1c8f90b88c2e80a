/* The lot: who starts in which place and group. Teams appear one after the other, as they would be read out. */
import type { Snapshot } from "../shared/protocol.gen.ts";
import { t } from "./messages.ts";
import { PictureHead, useTurning } from "./TeamParts.tsx";
import { lotPages } from "./view.ts";

const PAGE_MS = 8000;

export function LotView({ snap }: { snap: Snapshot }) {
  const pages = lotPages(snap.teams);
  const at = useTurning(pages.length, PAGE_MS);
  const page = pages[at] ?? pages[0];
  const longest = Math.max(...(page?.columns ?? []).map((column) => column.teams.length));
  const first = page?.columns[0];
  const title = page && page.columns.length === 1 && first?.group !== undefined ? t("lot.group", { n: first.group }) : t("lot.title");
  return (
    <section class="lot">
      <PictureHead over={snap.head.tenant} title={title}>
        <span class="num">
          {t("team.n", { n: snap.teams.length })}
          {pages.length > 1 && ` · ${t("lot.page", { n: at + 1, of: pages.length })}`}
        </span>
      </PictureHead>
      <div class="lot-columns" key={at} style={{ "--rows": longest }}>
        {page?.columns.map((column, x) => (
          <div class="lot-column" key={column.teams[0]?.place}>
            {page.columns.length > 1 && column.group !== undefined && page.columns[0]?.group !== page.columns[1]?.group && (
              <h2>{t("lot.group", { n: column.group })}</h2>
            )}
            <ol>
              {column.teams.map(({ place, team }, y) => (
                <li class={team.out ? "lot-out" : ""} style={{ "--delay": x * longest + y }} key={team.entry}>
                  <b class="num">{place}</b>
                  <span>{team.name}</span>
                </li>
              ))}
            </ol>
          </div>
        ))}
      </div>
    </section>
  );
}
