/* The answers: letter, shape and colour together; at the reveal also a mark, a word and how many chose each.
 *
 * An ordering question's rows glide into the right order at the reveal. Its distribution is empty by nature, so no shares are shown.
 */
import type { Question } from "../shared/protocol.gen.ts";
import { CheckIcon } from "../shared/icons.tsx";
import { OptionBadge } from "../shared/OptionBadge.tsx";
import { answeredAlone } from "../shared/contest.ts";
import { useGlide } from "../shared/flip.ts";
import { useFit } from "./fit.ts";
import { t } from "./messages.ts";
import { Rolling } from "./Rolling.tsx";

const OPTION_SIZES = [4, 3.5, 3, 2.6, 2.3, 2, 1.75, 1.5] as const;
/** room for the text of an option, in stage units: two columns, or one */
const LINE = 31;
const LINE_COLUMN = 84;

export function Options({ question, spoken }: { question: Question; spoken: boolean }) {
  const options = question.options;
  if (!options) return <FillAnswer question={question} spoken={spoken} />;
  if (question.type === "order") return <OrderOptions question={question} options={options} />;
  return <ChoiceOptions question={question} options={options} />;
}

function ChoiceOptions({ question, options }: { question: Question; options: string[] }) {
  const size = commonSize(options, LINE);
  const total = question.answered ?? 0;
  const shares = question.state === "revealed" && question.hidden !== true && !answeredAlone(question);
  return (
    <ol class={`opts ${stateClass(question)}`}>
      {options.map((text, i) => {
        const right = question.key?.includes(i) ?? false;
        const chosen = question.dist?.[i] ?? 0;
        const share = total > 0 ? chosen / total : 0;
        return (
          <li class={right ? "opt opt-right" : question.dropped?.includes(i) ? "opt opt-dropped" : "opt"} key={i}>
            <OptionBadge index={i} />
            <OptionText text={text} from={size} />
            <div class="opt-share num">
              {right && (
                <span class="opt-mark">
                  <CheckIcon />
                  {t("q.answer")}
                </span>
              )}
              {shares && (
                <>
                  <b>
                    <Rolling value={Math.round(share * 100)} />%
                  </b>
                  <small>{t("q.people", { n: chosen })}</small>
                </>
              )}
            </div>
            <div class="opt-bar" style={{ transform: `scaleX(${shares ? share : 0})` }} />
          </li>
        );
      })}
    </ol>
  );
}

function OrderOptions({ question, options }: { question: Question; options: string[] }) {
  const size = commonSize(options, LINE_COLUMN);
  const key = question.key;
  const order = key && key.length === options.length ? key : options.map((_, i) => i);
  const list = useGlide<HTMLOListElement>(order.map(String), "calc(var(--u) * 0.9)");
  return (
    <ol class={`opts opts-column ${stateClass(question)}`} ref={list}>
      {order.map((i, place) => (
        <li class={key ? "opt opt-right" : "opt"} key={i}>
          <OptionBadge index={i} />
          <OptionText text={options[i] ?? ""} from={size} />
          <div class="opt-share num">{key && <b>{place + 1}</b>}</div>
        </li>
      ))}
    </ol>
  );
}

/* All options start at the size that suits the longest one, so that length gives nothing away; a stray long one shrinks alone. Short
 * ones keep to one line. Longer ones take two, larger than one line would let them be. */
function commonSize(options: string[], line: number): number {
  const longest = Math.max(...options.map(breadth));
  const oneLine = OPTION_SIZES.findIndex((size) => size >= 2.3 && longest * size <= line);
  return oneLine >= 0 ? oneLine : OPTION_SIZES.indexOf(longest <= 22 ? 2.6 : longest <= 40 ? 2.3 : 2);
}

/* In widths of a Chinese character; of others, a little more than they need. */
function breadth(text: string): number {
  let n = 0;
  for (const c of text) n += c < "\u2000" ? 0.6 : 1;
  return n;
}

const SIZES_FROM = OPTION_SIZES.map((_, i) => OPTION_SIZES.slice(i));

function OptionText({ text, from }: { text: string; from: number }) {
  const { box } = useFit<HTMLDivElement>(SIZES_FROM[from] ?? OPTION_SIZES, text);
  return (
    <div class="opt-text" ref={box}>
      <span>{text}</span>
    </div>
  );
}

function stateClass(question: Question): string {
  switch (question.state) {
    case "revealed":
      return "opts-revealed";
    case "closing":
    case "closed":
    case "held":
      return "opts-locked";
    case "none":
    case "armed":
    case "open":
      return "opts-open";
  }
}

function FillAnswer({ question, spoken }: { question: Question; spoken: boolean }) {
  if (question.state !== "revealed") return <div class="fill">{t(spoken ? "q.spoken" : "q.onPhone")}</div>;
  return (
    <div class="fill fill-answer">
      <div>
        <span class="opt-mark">
          <CheckIcon />
          {t("q.answer")}
        </span>
        <b>{question.accepted?.[0]}</b>
      </div>
    </div>
  );
}
