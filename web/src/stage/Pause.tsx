/* A pause: calm, and the clock visibly stands still. */
import type { Question } from "../shared/protocol.gen.ts";
import { t } from "./messages.ts";
import { totalMs } from "./QuestionView.tsx";
import { Countdown } from "../shared/Ring.tsx";

export function Pause({ question, now }: { question: Question | undefined; now: () => number }) {
  const running = (question?.state === "open" || question?.state === "held") && question.deadline_ms !== undefined ? question : undefined;
  return (
    <section class="pause" role="status">
      {running ? (
        <Countdown
          deadlineMs={running.deadline_ms ?? 0}
          totalMs={totalMs(running)}
          stoppedMs={running.paused_ms ?? now()}
          now={now}
          unit={t("q.seconds", { n: "" }).trim()}
        />
      ) : (
        <svg class="pause-bars" viewBox="0 0 24 24" fill="currentColor" aria-hidden="true">
          <rect x="6" y="5" width="4" height="14" rx="1" />
          <rect x="14" y="5" width="4" height="14" rx="1" />
        </svg>
      )}
      <h1>{t("pause.title")}</h1>
      <p>{t("pause.hint")}</p>
    </section>
  );
}
