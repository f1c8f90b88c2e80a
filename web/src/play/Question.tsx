/* A question in the hand: announced, open, over. What is saved and what is not is always in the bar at the thumb. */
import { lang } from "../shared/i18n.ts";
import { CheckIcon } from "../shared/icons.tsx";
import { OptionBadge } from "../shared/OptionBadge.tsx";
import { points } from "../shared/format.ts";
import { ERROR_TEXT, type Question } from "../shared/protocol.gen.ts";
import { Countdown } from "../shared/Ring.tsx";
import { type Key, t } from "./messages.ts";
import { complete, type Draft, type Mine, tapped } from "./mine.ts";

const ANSWER_BYTES = 400;

export function Armed({ question, total, round }: { question: Question; total: number; round: string | undefined }) {
  return (
    <main class="armed" role="status">
      <p>{round}</p>
      <h1 class="num">{t("q.number", { n: question.q })}</h1>
      <p class="quiet num">{t("q.of", { n: total })}</p>
      <ul class="tags">
        <li>{question.topic}</li>
        <li>{t(`q.type.${question.type}` as Key)}</li>
        <li class="num">{t("q.points", { n: points(question.points) })}</li>
        {question.speed && <li>{t("q.speed")}</li>}
      </ul>
      <p class="armed-word">{t("q.prepare")}</p>
    </main>
  );
}

interface OpenProps {
  question: Question;
  mine: Mine;
  now: () => number;
  draft: (next: Draft) => void;
  submit: () => void;
}

export function Open({ question, mine, now, draft, submit }: OpenProps) {
  const free = mine.at === "draft";
  return (
    <>
      <main class="ask">
        <div class="ask-head">
          <p>
            <b class="num">{t("q.number", { n: question.q })}</b>
            <span>{t(`q.type.${question.type}` as Key)}</span>
          </p>
          {question.deadline_ms !== undefined && (
            <Countdown
              deadlineMs={question.deadline_ms}
              totalMs={question.seconds * 1000}
              stoppedMs={question.paused_ms}
              now={now}
              unit={t("q.seconds")}
            />
          )}
        </div>
        <h1 class="stem">{question.stem}</h1>
        {question.type === "order" && free && <p class="quiet">{t("q.orderHint")}</p>}
        {question.options ? (
          <Options question={question} draft={mine.draft} tap={free ? (i) => draft(tapped(mine.draft, question.type, i)) : undefined} />
        ) : (
          <input
            class="fill"
            aria-label={t("q.fill")}
            placeholder={t("q.fill")}
            maxLength={ANSWER_BYTES / 4}
            value={mine.draft.text}
            disabled={!free}
            onInput={(e) => draft({ ...mine.draft, text: e.currentTarget.value })}
            onKeyDown={(e) => e.key === "Enter" && complete(mine.draft, question) && submit()}
          />
        )}
      </main>
      <Bar question={question} mine={mine} submit={submit} />
    </>
  );
}

interface OptionsProps {
  question: Question;
  draft: Draft;
  /** undefined: handed in, or over */
  tap: ((index: number) => void) | undefined;
}

function Options({ question, draft, tap }: OptionsProps) {
  const several = question.type === "multiple" || question.type === "order";
  return (
    <div class="options" role={several ? "group" : "radiogroup"} aria-label={t("q.pick")}>
      {question.options?.map((text, i) => {
        const at = draft.choice.indexOf(i);
        const on = at >= 0;
        return (
          <button
            type="button"
            key={text}
            role={several ? "checkbox" : "radio"}
            aria-checked={on}
            class={on ? "option option-on" : "option"}
            disabled={!tap}
            onClick={() => tap?.(i)}
          >
            <OptionBadge index={i} />
            <span class="option-text">{text}</span>
            {on && (
              <span class="option-mark num">
                {question.type === "order" ? (
                  t("q.place", { n: at + 1 })
                ) : (
                  <>
                    <CheckIcon />
                    {t("q.chosen")}
                  </>
                )}
              </span>
            )}
          </button>
        );
      })}
    </div>
  );
}

function Bar({ question, mine, submit }: { question: Question; mine: Mine; submit: () => void }) {
  switch (mine.at) {
    case "draft":
      return (
        <footer class="bar">
          <p class={mine.refused === undefined ? "quiet" : "refused"} role={mine.refused === undefined ? undefined : "alert"}>
            {mine.refused === undefined ? t("q.first") : ERROR_TEXT[mine.refused][lang.value]}
          </p>
          <button type="button" class="act" disabled={!complete(mine.draft, question)} onClick={submit}>
            {t("q.submit")}
          </button>
        </footer>
      );
    case "sending":
      return (
        <footer class="bar bar-sending" role="status">
          <span class="pulse" aria-hidden="true" />
          <b>{t("q.saving")}</b>
        </footer>
      );
    case "saved":
      return (
        <footer class="bar bar-saved" role="status">
          <CheckIcon />
          <b>{t("q.saved")}</b>
        </footer>
      );
    case "late":
      return (
        <footer class="bar bar-late" role="alert">
          <b>{t("q.late")}</b>
        </footer>
      );
  }
}

export function Closed({ question, mine }: { question: Question; mine: Mine }) {
  return (
    <>
      <main class="calm" role="status">
        <p class="quiet num">{t("q.number", { n: question.q })}</p>
        <h1>{t("q.timeUp")}</h1>
        <p>{t("q.soon")}</p>
      </main>
      {mine.at === "draft" ? (
        <footer class="bar">
          <b>{t("q.none")}</b>
        </footer>
      ) : (
        <Bar question={question} mine={mine} submit={() => undefined} />
      )}
    </>
  );
}
