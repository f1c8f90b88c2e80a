/* How the hall answered: a bar for each option, and which of them was right once that is known. */
import type { Question, Snapshot } from "../shared/protocol.gen.ts";
import { answeredAlone } from "../shared/contest.ts";
import { CheckIcon } from "../shared/icons.tsx";
import { OptionBadge } from "../shared/OptionBadge.tsx";
import { useFit } from "./fit.ts";
import { t } from "./messages.ts";
import { Rolling } from "./Rolling.tsx";

const STEM_SIZES = [3, 2.6, 2.3, 2] as const;
const OPTION_SIZES = [2.4, 2.1, 1.8, 1.5] as const;

export function DistributionView({ snap, question }: { snap: Snapshot; question: Question }) {
  const options = question.options ?? [];
  const total = question.answered ?? 0;
  const told = question.state === "revealed" && question.hidden !== true && question.dist !== undefined && !answeredAlone(question);
  const stem = useFit<HTMLDivElement>(STEM_SIZES, question.stem);
  const most = Math.max(1, ...(question.dist ?? []));
  return (
    <section class="dist">
      <div class="dist-stem" ref={stem.box}>
        <p>{question.stem}</p>
      </div>
      <div class="dist-wait">
        {!told && options.length > 0 && (
          <p class="num">
            <b>
              <Rolling value={question.answered ?? snap.presence.answered} />
            </b>
            {t("dist.answered")}
          </p>
        )}
      </div>
      <ol class="dist-bars" style={{ "--columns": Math.max(1, options.length) }}>
        {options.map((text, i) => {
          const chosen = told ? (question.dist?.[i] ?? 0) : 0;
          const right = question.key?.includes(i) ?? false;
          return (
            <li class={right ? "dist-bar dist-right" : "dist-bar"} key={i}>
              <div class="dist-column">
                <div class="dist-fill" style={{ transform: `scaleY(${told ? chosen / most : 0})` }} />
                <p class="num" style={{ transform: `translateY(${told ? -100 * (chosen / most) : 0}%)` }}>
                  <span>
                    {told && (
                      <>
                        <b>
                          <Rolling value={Math.round((chosen * 100) / Math.max(1, total))} />%
                        </b>
                        <small>{t("q.people", { n: chosen })}</small>
                      </>
                    )}
                  </span>
                </p>
              </div>
              <div class="dist-option">
                <OptionBadge index={i} />
                <OptionWords text={text} />
                {right && (
                  <span class="opt-mark">
                    <CheckIcon />
                  </span>
                )}
              </div>
            </li>
          );
        })}
      </ol>
      <p class="picture-foot num">{footWords(question, told)}</p>
    </section>
  );
}

function OptionWords({ text }: { text: string }) {
  const { box } = useFit<HTMLDivElement>(OPTION_SIZES, text);
  return (
    <div class="dist-words" ref={box}>
      <span>{text}</span>
    </div>
  );
}

function footWords(question: Question, told: boolean): string {
  if (question.hidden && question.state === "revealed") return t("dist.hidden");
  if (told) return t("dist.of", { n: question.answered ?? 0 });
  if (question.state === "revealed" || question.options === undefined) return t("dist.none");
  return t("dist.soon");
}
