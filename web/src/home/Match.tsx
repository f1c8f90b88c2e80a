/* Somebody is being looked for; when a robot will step in is told from the first moment. */
import type { MatchingFrame } from "../shared/protocol.gen.ts";
import { Refused } from "../phone/Sheet.tsx";
import { secondsLeft } from "../shared/countdown.ts";
import type { Acts, Starting } from "./acts.ts";
import { useNow } from "./Clock.tsx";
import { Head } from "./Head.tsx";
import { t } from "./messages.ts";

interface Props {
  title: string;
  matching: MatchingFrame | undefined;
  starting: Starting | undefined;
  now: () => number;
  live: boolean;
  acts: Acts;
}

export function Match({ title, matching, starting, now, live, acts }: Props) {
  const nowMs = useNow(now);
  const robotS = matching?.robot_ms === undefined ? undefined : secondsLeft(matching.robot_ms, nowMs);
  return (
    <>
      <Head title={title} back={acts.stopMatch} backLabel={t("match.stop")} />
      <main class="calm match">
        <div class="radar" aria-hidden="true">
          <i />
          <i />
          <i />
        </div>
        <h1>{t("match.title")}</h1>
        <p class="num" role="status">
          {!live ? t("line.open") : matching ? t("match.n", { n: matching.waiting, of: matching.needed }) : ""}
        </p>
        {robotS !== undefined && (
          <p class="match-robot num">
            <b>{robotS > 0 ? t("match.robot", { s: robotS }) : t("match.robotNow")}</b>
            <small>{t("match.robotHint")}</small>
          </p>
        )}
        <Refused code={starting?.refused} />
      </main>
      <footer class="bar">
        <button type="button" class="quiet-act" onClick={acts.stopMatch}>
          {t("match.stop")}
        </button>
      </footer>
    </>
  );
}
