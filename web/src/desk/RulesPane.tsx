/* The rules in plain words, to look up and to read aloud. */
import type { RuleGroup } from "../shared/ruleWords.ts";
import { t } from "./messages.ts";

export function RulesPane({ parts }: { parts: RuleGroup[] | undefined }) {
  return (
    <section class="pane pane-list" aria-label={t("tab.rules")}>
      {parts === undefined ? (
        <p class="pane-empty quiet">{t("rules.waiting")}</p>
      ) : (
        <div class="rules" tabIndex={0} aria-label={t("tab.rules")}>
          {parts.map((part) => (
            <section key={part.round}>
              {part.title !== "" && <h3>{part.title}</h3>}
              <ul>
                {part.lines.map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            </section>
          ))}
        </div>
      )}
    </section>
  );
}
