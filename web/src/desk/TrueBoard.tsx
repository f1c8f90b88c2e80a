/* The board as it is, freeze or not: for the desk's eyes. Asked for when it is looked at, and again when the picture moves. */
import { useEffect, useRef, useState } from "preact/hooks";
import { places, points } from "../shared/format.ts";
import { lang } from "../shared/i18n.ts";
import { type BoardOf, type Chart, ERROR_TEXT, type Snapshot } from "../shared/protocol.gen.ts";
import { t } from "./messages.ts";
import type { Answer } from "./requests.ts";
import { boardsOf } from "./screens.ts";

export type AskChart = (of: BoardOf, round: number) => Promise<Answer<Chart>>;

interface Props {
  snap: Snapshot;
  ask: AskChart;
  close: () => void;
}

export function TrueBoard({ snap, ask, close }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [of, setOf] = useState<BoardOf>("entry");
  const [answer, setAnswer] = useState<Answer<Chart> | undefined>();
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    let wanted = true;
    void ask(of, 0).then((end) => wanted && setAnswer(end));
    return () => {
      wanted = false;
    };
  }, [of, snap.question?.state, snap.frozen?.step]);
  const boards = boardsOf(snap.head);
  return (
    <dialog class="evidence true-board" ref={dialog} onCancel={close} onClose={close} aria-labelledby="true-title">
      <header>
        <h2 id="true-title">
          {t("true.title")} <span class="tag tag-private">{t("reveal.private")}</span>
        </h2>
        {boards.length > 1 && (
          <select
            value={of}
            aria-label={t("param.of")}
            onChange={(e) => {
              setAnswer(undefined);
              setOf(e.currentTarget.value as BoardOf);
            }}
          >
            {boards.map((one) => (
              <option value={one} key={one}>
                {t(`of.${one}`)}
              </option>
            ))}
          </select>
        )}
        <button type="button" class="button" onClick={close}>
          {t("true.close")}
        </button>
      </header>
      <p class="quiet">{t("true.how")}</p>
      <Rows answer={answer} snap={snap} />
    </dialog>
  );
}

function Rows({ answer, snap }: { answer: Answer<Chart> | undefined; snap: Snapshot }) {
  if (answer === undefined) return <p class="evidence-none quiet">{t("effect.asking")}</p>;
  if ("code" in answer) return <p class="evidence-none quiet">{t("true.failed", { why: ERROR_TEXT[answer.code][lang.value] })}</p>;
  const { rows, of } = answer.ok;
  if (rows.length === 0) return <p class="evidence-none quiet">{t("true.empty")}</p>;
  const least = places(rows);
  const shown = new Map((snap.board?.rows ?? []).map((row) => [row.entry, row.rank]));
  return (
    <div class="standings" tabIndex={0} aria-label={t("true.title")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("ended.rank")}</th>
            <th scope="col">{t(of === "entry" ? "ended.entry" : `of.${of}`)}</th>
            {of === "entry" && (
              <th scope="col" class="right">
                {t("true.shown")}
              </th>
            )}
            <th scope="col" class="right">
              {t("ended.points")}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <td>
                <span class={`medal num medal-${row.rank}`}>{row.rank > 0 ? row.rank : "–"}</span>
              </td>
              <th scope="row">
                {row.name}
                {row.took !== undefined ? (
                  <small class="num">{t("true.took", { n: row.took, of: row.registered ?? row.took })}</small>
                ) : (
                  row.unit !== "" && row.unit !== row.name && <small>{row.unit}</small>
                )}
              </th>
              {of === "entry" && <td class="num right quiet">{shown.get(row.id) ?? "–"}</td>}
              <td class="num right">{points(row.points, least)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
