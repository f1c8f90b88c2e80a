/* What a question is answered with: options to tap, or a line to fill. */
import { OptionBadge } from "../shared/OptionBadge.tsx";
import { CheckIcon } from "../shared/icons.tsx";
import type { QType } from "../shared/protocol.gen.ts";
import type { Draft } from "./draft.ts";
import { t } from "./words.ts";

const ANSWER_BYTES = 400;

interface OptionsProps {
  type: QType;
  options: readonly string[];
  draft: Draft;
  dropped?: number[];
  /** majority: how many of the team chose each */
  tally?: number[] | undefined;
  /** undefined: handed in, or over */
  tap: ((index: number) => void) | undefined;
  /** a tap only tells why it does not count */
  barred?: boolean;
}

export function Options({ type, options, draft, dropped = [], tally, tap, barred = false }: OptionsProps) {
  const several = type === "multiple" || type === "order";
  return (
    <div class="options" role={several ? "group" : "radiogroup"} aria-label={t("q.pick")}>
      {options.map((text, i) => {
        const at = draft.choice.indexOf(i);
        const on = at >= 0;
        const gone = dropped.includes(i);
        const here = tally?.[i] ?? 0;
        return (
          <button
            type="button"
            key={text}
            role={several ? "checkbox" : "radio"}
            aria-checked={on}
            aria-disabled={barred}
            class={`option${on ? " option-on" : ""}${gone ? " option-dropped" : ""}`}
            disabled={!tap || gone}
            onClick={() => tap?.(i)}
          >
            <OptionBadge index={i} />
            <span class="option-text">
              {gone ? <s>{text}</s> : text}
              {here > 0 && <small class="tally num">{t("tally.n", { n: here })}</small>}
            </span>
            {gone && <span class="option-mark">{t("dropped")}</span>}
            {on && (
              <span class="option-mark num">
                {type === "order" ? (
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

interface FillProps {
  text: string;
  /** undefined: handed in, or over */
  change: ((text: string) => void) | undefined;
  enter: () => void;
}

export function Fill({ text, change, enter }: FillProps) {
  return (
    <input
      class="fill"
      aria-label={t("q.fill")}
      placeholder={t("q.fill")}
      maxLength={ANSWER_BYTES / 4}
      value={text}
      disabled={!change}
      onInput={(e) => change?.(e.currentTarget.value)}
      onKeyDown={(e) => e.key === "Enter" && enter()}
    />
  );
}
