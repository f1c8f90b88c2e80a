/* Evidence of a buzzer question: who pressed when, what was measured, and why the order is what it is. */
import { ERROR_TEXT, type ErrorCode, type Press, type Snapshot } from "../shared/protocol.gen.ts";
import { useEffect, useRef, useState } from "preact/hooks";
import { firstOf } from "../shared/contest.ts";
import { lang } from "../shared/i18n.ts";
import { evidenceRows } from "./evidence.ts";
import { t } from "./messages.ts";
import type { Answer } from "./requests.ts";
import { lastRuled } from "./rulings.ts";

interface Props {
  snap: Snapshot;
  ask: (question: number) => Promise<Answer<Press[]>>;
  close: () => void;
}

export function Evidence({ snap, ask, close }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const questions = buzzerQuestions(snap);
  const [q, setQ] = useState(questions[0]);
  const [answer, setAnswer] = useState<Answer<Press[]> | undefined>();
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    if (q === undefined) return;
    let wanted = true;
    setAnswer(undefined);
    void ask(q).then((end) => wanted && setAnswer(end));
    return () => {
      wanted = false;
    };
  }, [q, snap.question?.state, snap.question?.rebounds]);
  return (
    <dialog class="evidence" ref={dialog} onCancel={close} onClose={close} aria-labelledby="evidence-title">
      <header>
        <h2 id="evidence-title">{t("evidence.title")}</h2>
        <select value={q} onChange={(e) => setQ(Number(e.currentTarget.value))} aria-label={t("field.question")}>
          {questions.map((n) => (
            <option value={n} key={n}>
              {t("q.number", { n })}
            </option>
          ))}
        </select>
        <button type="button" class="button" onClick={close}>
          {t("evidence.close")}
        </button>
      </header>
      <p class="quiet">{t("evidence.how")}</p>
      <Table snap={snap} answer={answer} />
      <dl class="evidence-words">
        {(["arrival", "elapsed", "band", "claim", "used"] as const).map((key) => (
          <div key={key}>
            <dt>{t(`evidence.${key}`)}</dt>
            <dd>{t(`evidence.${key}.word`)}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}

/* The newest first. */
function buzzerQuestions(snap: Snapshot): number[] {
  const last = lastRuled(snap);
  const all: number[] = [];
  snap.head.rounds.forEach((round, i) => {
    const first = firstOf(snap, i);
    for (let q = first; round.mode === "buzzer" && q < first + round.questions && q <= last; q++) all.unshift(q);
  });
  return all;
}

function Table({ snap, answer }: { snap: Snapshot; answer: Answer<Press[]> | undefined }) {
  if (answer === undefined) return <p class="evidence-none quiet">{t("effect.asking")}</p>;
  if ("code" in answer) return <Refused code={answer.code} />;
  const rows = evidenceRows(snap, answer.ok);
  if (rows.length === 0) return <p class="evidence-none quiet">{t("evidence.none")}</p>;
  return (
    <div class="evidence-table" tabIndex={0} aria-label={t("evidence.title")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("evidence.order")}</th>
            <th scope="col">{t("ended.entry")}</th>
            {(["arrival", "elapsed", "band", "claim", "used"] as const).map((key) => (
              <th scope="col" class="right" key={key}>
                {t(`evidence.${key}`)}
              </th>
            ))}
            <th scope="col">{t("evidence.verdict")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr class={row.foul ? "evidence-foul" : row.order === 1 ? "evidence-first" : ""} key={`${row.entry} ${i}`}>
              <td class="num">{row.order ?? ""}</td>
              <th scope="row">{row.name}</th>
              <td class="num right">{row.arrival}</td>
              <td class="num right">{row.elapsed}</td>
              <td class="num right">{row.band}</td>
              <td class="num right">{row.claim}</td>
              <td class="num right">
                <b>{row.used}</b>
                {row.basis !== "none" && <small>{t(`basis.${row.basis}`)}</small>}
              </td>
              <td>{t(`verdict.${row.verdict}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Refused({ code }: { code: ErrorCode }) {
  return (
    <p class="trouble trouble-on" role="alert">
      {ERROR_TEXT[code][lang.value]}
    </p>
  );
}
