/* What looks odd in a self-paced event: said once, calmly, with the numbers. Nothing follows from it unless somebody rules. */
import { useEffect, useState } from "preact/hooks";
import type { Finding } from "../shared/protocol.gen.ts";
import { evidenceOf, subjectsOf } from "./findings.ts";
import { t } from "./messages.ts";
import type { Answer, Findings } from "./requests.ts";

export function FindingsPane({ ask }: { ask: () => Promise<Answer<Findings>> }) {
  const [answer, setAnswer] = useState<Answer<Findings> | undefined>();
  const look = () => {
    setAnswer(undefined);
    ask().then(setAnswer);
  };
  useEffect(look, []);
  return (
    <section class="pane pane-list" aria-label={t("tab.findings")}>
      <div class="rules findings" tabIndex={0} aria-label={t("tab.findings")}>
        <p class="quiet">{t("findings.how")}</p>
        {answer === undefined ? (
          <p class="quiet">{t("effect.asking")}</p>
        ) : "code" in answer ? (
          <p class="quiet">
            {t("findings.failed")}{" "}
            <button type="button" class="link" onClick={look}>
              {t("findings.again")}
            </button>
          </p>
        ) : answer.ok.rows.length === 0 ? (
          <p>{t("findings.none")}</p>
        ) : (
          <>
            {answer.ok.rows.map((one, i) => (
              <One finding={one} key={`${one.kind} ${i}`} />
            ))}
            {answer.ok.more && <p class="quiet">{t("findings.more", { n: answer.ok.rows.length })}</p>}
          </>
        )}
      </div>
    </section>
  );
}

function One({ finding }: { finding: Finding }) {
  const { shown, rest } = subjectsOf(finding);
  return (
    <section data-finding={finding.kind}>
      <h3>{t(`finding.${finding.kind}`)}</h3>
      <p>{evidenceOf(finding)}</p>
      <ul>
        {shown.map((subject, i) => (
          <li key={subject.person ?? i}>
            {subject.name}
            {subject.unit !== "" && <small class="quiet"> {subject.unit}</small>}
          </li>
        ))}
        {rest > 0 && <li class="quiet">{t("findings.rest", { n: rest })}</li>}
      </ul>
    </section>
  );
}
