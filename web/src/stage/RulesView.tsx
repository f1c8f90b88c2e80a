/* The rules in plain words, for the minute before the first question. */
import type { RuleGroup } from "../shared/ruleWords.ts";
import { t } from "./messages.ts";
import { PictureHead, useTurning } from "./TeamParts.tsx";
import { pageOf } from "./view.ts";

const LINES = 8;
const PAGE_MS = 12_000;

/** `turned`: pages turned by hand, on top of those that turn by themselves. */
export function RulesView({ title, parts, turned }: { title: string; parts: RuleGroup[] | undefined; turned: number }) {
  const pages = (parts ?? []).flatMap((part) =>
    Array.from({ length: Math.max(1, Math.ceil(part.lines.length / LINES)) }, (_, page) => ({
      title: part.title === "" ? t("rules.title") : part.title,
      lines: pageOf(part.lines, page, LINES),
    })),
  );
  const turning = useTurning(pages.length, PAGE_MS);
  const at = pages.length === 0 ? 0 : (((turning + turned) % pages.length) + pages.length) % pages.length;
  const page = pages[at];
  return (
    <section class="rules">
      <PictureHead over={title} title={page?.title ?? t("rules.title")}>
        {pages.length > 1 && <span class="num">{t("lot.page", { n: at + 1, of: pages.length })}</span>}
      </PictureHead>
      {page ? (
        <ol class="rules-lines" key={at}>
          {page.lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ol>
      ) : (
        <p class="rules-wait">{t("rules.waiting")}</p>
      )}
    </section>
  );
}
