/* The rules in plain words, for the minute before the first question. */
import type { RuleGroup } from "../shared/ruleWords.ts";
import { t } from "./messages.ts";
import { PictureHead, useTurning } from "./TeamParts.tsx";
import { pageOf } from "./view.ts";

const LINES = 7;
const PAGE_MS = 12_000;

export function RulesView({ title, parts }: { title: string; parts: RuleGroup[] | undefined }) {
  const pages = (parts ?? []).flatMap((part) =>
    Array.from({ length: Math.max(1, Math.ceil(part.lines.length / LINES)) }, (_, page) => ({
      title: part.title === "" ? t("rules.title") : part.title,
      lines: pageOf(part.lines, page, LINES),
    })),
  );
  const at = useTurning(pages.length, PAGE_MS);
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
