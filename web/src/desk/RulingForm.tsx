/* A new ruling: what, why, and what it would change. It can only be made when its effect has been seen. */
import { ERROR_TEXT, type Snapshot } from "../shared/protocol.gen.ts";
import { useEffect, useRef, useState } from "preact/hooks";
import { firstOf } from "../shared/contest.ts";
import { points } from "../shared/format.ts";
import { lang } from "../shared/i18n.ts";
import { DownIcon, UpIcon } from "../shared/icons.tsx";
import { nameOf } from "../shared/teams.ts";
import type { CommandEnd, Host } from "./host.ts";
import { t } from "./messages.ts";
import type { Answer, Changes } from "./requests.ts";
import {
  about,
  blankDraft,
  type Draft,
  DRAFT_KINDS,
  type DraftKind,
  isSeen,
  lastRuled,
  missing,
  missingForPreview,
  type Preview,
  previewKey,
} from "./rulings.ts";
import { roundOf } from "./runsheet.ts";

const LETTERS = "ABCDEFGH";
const ASK_AFTER_MS = 300;
const REASONS = ["reason.flaw", "reason.key", "reason.device", "reason.conduct"] as const;

export type AskPreview = (kind: DraftKind, what: ReturnType<typeof about>) => Promise<Answer<Changes>>;

interface Props {
  snap: Snapshot;
  host: Host;
  online: boolean;
  kind: DraftKind;
  entry: string | undefined;
  entries: { entry: string; name: string }[];
  preview: AskPreview;
  close: () => void;
}

export function RulingForm({ snap, host, online, kind, entry, entries, preview: ask, close }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [draft, setDraft] = useState<Draft>(() => blankDraft(snap, kind, entry));
  const [refused, setRefused] = useState<CommandEnd>();
  const preview = usePreview(draft, ask);
  useEffect(() => dialog.current?.showModal(), []);
  const change = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  const name = entries.find((row) => row.entry === draft.entry)?.name ?? nameOf(snap, draft.entry);
  const lacks = missing(draft, name);
  const ready = online && lacks === undefined && isSeen(preview, draft) && host.busy === undefined;
  const make = () => {
    if (!ready) return;
    host.run(draft.kind, { ...about(draft), reason: draft.reason.trim() }, (end) => (end === undefined ? close() : setRefused(end)));
  };
  return (
    <dialog class="ruling-form" ref={dialog} onCancel={close} aria-labelledby="ruling-title">
      <form
        onSubmit={(e) => {
          e.preventDefault();
          make();
        }}
      >
        <h2 id="ruling-title">{t("ruling.new")}</h2>
        <div class="kinds" role="radiogroup" aria-labelledby="ruling-title">
          {DRAFT_KINDS.map((one) => (
            <label class={one === draft.kind ? "kind kind-on" : "kind"} key={one}>
              <input type="radio" name="kind" checked={one === draft.kind} onChange={() => change({ kind: one })} />
              <b>{t(`ruling.${one}`)}</b>
              <small>{t(`ruling.${one}.hint`)}</small>
            </label>
          ))}
        </div>
        <div class="fields">
          {(draft.kind === "void" || draft.kind === "accept") && <QuestionField snap={snap} draft={draft} change={change} />}
          {draft.kind === "accept" && <AnswerField snap={snap} draft={draft} change={change} />}
          {(draft.kind === "adjust" || draft.kind === "disqualify") && <EntryField entries={entries} draft={draft} change={change} />}
          {draft.kind === "adjust" && <PointsField draft={draft} change={change} />}
          <ReasonField draft={draft} change={change} />
          {draft.kind === "disqualify" && draft.entry !== undefined && (
            <label class="field">
              <span>{t("field.typed", { name })}</span>
              <input value={draft.typed} onInput={(e) => change({ typed: e.currentTarget.value })} autoComplete="off" />
            </label>
          )}
        </div>
        <Effect preview={preview} lacks={missingForPreview(draft)} />
        {refused && (
          <p class="trouble trouble-on" role="alert">
            {ERROR_TEXT[refused][lang.value]}
          </p>
        )}
        <footer>
          <p class="quiet">{lacks ? t(lacks) : snap.head.approval ? t("ruling.second") : t("ruling.once")}</p>
          <button type="button" class="button" onClick={close}>
            {t("ask.no")}
          </button>
          <button type="submit" class="button button-main" disabled={!ready} data-make-ruling>
            {host.busy === draft.kind ? t("step.working") : t(snap.head.approval ? "ruling.submit" : "ruling.make")}
          </button>
        </footer>
      </form>
    </dialog>
  );
}

/* Asked anew when the effect would be another; a late answer to an older draft is of no interest. */
function usePreview(draft: Draft, ask: AskPreview): Preview {
  const [preview, setPreview] = useState<Preview>({ at: "none" });
  const key = missingForPreview(draft) === undefined ? previewKey(draft) : undefined;
  useEffect(() => {
    if (key === undefined) {
      setPreview({ at: "none" });
      return;
    }
    let wanted = true;
    setPreview({ at: "asked", key });
    const timer = setTimeout(() => {
      void ask(draft.kind, about(draft)).then((answer) => {
        if (!wanted) return;
        setPreview("ok" in answer ? { at: "here", key, ...answer.ok } : { at: "refused", key, code: answer.code });
      });
    }, ASK_AFTER_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [key]);
  return preview;
}

interface FieldProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
}

function QuestionField({ snap, draft, change }: FieldProps & { snap: Snapshot }) {
  const last = lastRuled(snap);
  return (
    <label class="field">
      <span>{t("field.question")}</span>
      <select
        value={draft.question ?? ""}
        onChange={(e) => change({ question: Number(e.currentTarget.value) || undefined, choice: [], text: "" })}
      >
        {last === 0 && <option value="">{t("field.noQuestion")}</option>}
        {Array.from({ length: last }, (_, i) => last - i).map((q) => {
          const round = roundOf(snap.head.rounds, q) ?? 0;
          return (
            <option value={q} key={q}>
              {t("field.questionOf", { n: q, round: snap.head.rounds[round]?.title ?? "", i: q - firstOf(snap, round) + 1 })}
            </option>
          );
        })}
      </select>
    </label>
  );
}

/* The words of an option are known for the question on the screen; for older ones the letter must do. */
function AnswerField({ snap, draft, change }: FieldProps & { snap: Snapshot }) {
  const here = snap.question?.q === draft.question ? snap.question : undefined;
  const options = here?.options ?? (here && here.type === "fill" ? [] : Array.from(LETTERS.slice(0, 6), () => ""));
  const toggle = (i: number) =>
    change({
      text: "",
      choice: draft.choice.includes(i)
        ? draft.choice.filter((other) => other !== i)
        : here?.type === "order"
          ? [...draft.choice, i]
          : [...draft.choice, i].sort((a, b) => a - b),
    });
  return (
    <fieldset class="field">
      <legend>{t("field.answer")}</legend>
      {options.length > 0 && (
        <div class="answers">
          {options.map((text, i) => (
            <label class={draft.choice.includes(i) ? "answer answer-on" : "answer"} key={i}>
              <input type="checkbox" checked={draft.choice.includes(i)} onChange={() => toggle(i)} />
              <b>{LETTERS[i]}</b>
              {text !== "" && <span class="cut">{text}</span>}
            </label>
          ))}
        </div>
      )}
      {(!here || here.type === "fill") && (
        <input
          placeholder={t("field.answerText")}
          aria-label={t("field.answerText")}
          maxLength={130}
          value={draft.text}
          onInput={(e) => change({ text: e.currentTarget.value, choice: [] })}
        />
      )}
    </fieldset>
  );
}

function EntryField({ entries, draft, change }: FieldProps & { entries: Props["entries"] }) {
  return (
    <label class="field">
      <span>{t("field.entry")}</span>
      <select value={draft.entry ?? ""} onChange={(e) => change({ entry: e.currentTarget.value || undefined, typed: "" })}>
        <option value="">{t("field.noEntry")}</option>
        {entries.map((row) => (
          <option value={row.entry} key={row.entry}>
            {row.name}
          </option>
        ))}
      </select>
    </label>
  );
}

function PointsField({ draft, change }: FieldProps) {
  return (
    <label class="field field-short">
      <span>{t("field.points")}</span>
      <input
        class="num"
        inputMode="decimal"
        placeholder="−10"
        value={draft.points}
        onInput={(e) => change({ points: e.currentTarget.value })}
        autoComplete="off"
      />
    </label>
  );
}

function ReasonField({ draft, change }: FieldProps) {
  return (
    <div class="field">
      <label>
        <span>{t("field.reason")}</span>
        <input
          maxLength={130}
          placeholder={t("field.reasonHint")}
          value={draft.reason}
          onInput={(e) => change({ reason: e.currentTarget.value })}
        />
      </label>
      <div class="reasons">
        {REASONS.map((key) => (
          <button type="button" class="chip" onClick={() => change({ reason: t(key) })} key={key}>
            {t(key)}
          </button>
        ))}
      </div>
    </div>
  );
}

const ROWS_SHOWN = 6;

/* What it would change. Room is kept, so that the buttons below stay where they are. */
function Effect({ preview, lacks }: { preview: Preview; lacks: ReturnType<typeof missingForPreview> }) {
  return (
    <section class="effect" aria-live="polite" aria-label={t("effect.title")}>
      <h3 class="pane-title">
        {t("effect.title")}
        {preview.at === "here" && <small class="num">{t("effect.total", { n: preview.total })}</small>}
      </h3>
      {lacks ? (
        <p class="quiet">{t("effect.first")}</p>
      ) : preview.at === "refused" ? (
        <p class="trouble trouble-on">{ERROR_TEXT[preview.code][lang.value]}</p>
      ) : preview.at !== "here" ? (
        <p class="quiet">{t("effect.asking")}</p>
      ) : preview.rows.length === 0 ? (
        <p class="quiet">{t("effect.none")}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">{t("ended.entry")}</th>
              <th scope="col" class="right">
                {t("effect.points")}
              </th>
              <th scope="col" class="right">
                {t("effect.rank")}
              </th>
            </tr>
          </thead>
          <tbody>
            {preview.rows.slice(0, ROWS_SHOWN).map((row) => (
              <tr key={row.entry}>
                <th scope="row" class="cut" title={row.name}>
                  {row.name}
                </th>
                <td class="num right">
                  {points(row.before)} → <b>{points(row.after)}</b>
                </td>
                <td class="num right">
                  {rank(row.rank_before)} → <b>{rank(row.rank_after)}</b>
                  <Moved by={row.rank_before - row.rank_after} known={row.rank_before > 0 && row.rank_after > 0} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {preview.at === "here" && preview.total > ROWS_SHOWN && (
        <p class="quiet">{t("effect.more", { n: preview.total - Math.min(ROWS_SHOWN, preview.rows.length) })}</p>
      )}
    </section>
  );
}

function rank(n: number): string {
  return n === 0 ? t("effect.unranked") : String(n);
}

function Moved({ by, known }: { by: number; known: boolean }) {
  if (!known || by === 0) return <i class="moved" />;
  return <i class={by > 0 ? "moved moved-up" : "moved moved-down"}>{by > 0 ? <UpIcon /> : <DownIcon />}</i>;
}
