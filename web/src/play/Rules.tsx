/* The rule sheet in plain words, as the teams are to know it. */
import { useEffect } from "preact/hooks";
import { lang } from "../shared/i18n.ts";
import { readSheet, ruleWords } from "../shared/ruleWords.ts";
import { t } from "./messages.ts";

export function Rules({ sheet, ask }: { sheet: string | undefined; ask: () => void }) {
  useEffect(() => {
    if (sheet === undefined) ask();
  }, [sheet]);
  if (sheet === undefined) return <p class="quiet">{t("rules.loading")}</p>;
  const read = readSheet(sheet);
  if (!read) return <p class="refused">{t("rules.unreadable")}</p>;
  return (
    <div class="rules">
      {ruleWords(read, lang.value).map((part) => (
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
  );
}
