/* Decisions on record: one that is new comes to the front once, all of them stand in the list; and a captain's appeal. */
import { useState } from "preact/hooks";
import { points } from "../shared/format.ts";
import type { Question, Ruling, Snapshot } from "../shared/protocol.gen.ts";
import { asks } from "../shared/live.ts";
import { nameOf } from "../shared/teams.ts";
import { type Act, useAct } from "./act.ts";
import { type Key, t } from "./messages.ts";
import type { Me } from "./screen.ts";
import { Refused, Sheet } from "../phone/Sheet.tsx";

/* 400 bytes on the wire; a Chinese character takes three. */
export const REASON_MOST = 130;

export function signed(hundredths: number): string {
  return hundredths > 0 ? `+${points(hundredths)}` : points(hundredths);
}

function whose(snap: Snapshot, ruling: Ruling, self: Me): string {
  if (ruling.entry !== undefined && ruling.entry === self.entry) return t(snap.head.teams ? "ruling.mine" : "ruling.you");
  return nameOf(snap, ruling.entry);
}

/** What was decided, in one line. */
export function rulingWords(snap: Snapshot, ruling: Ruling, self: Me): string {
  const words = { n: ruling.question ?? "", name: whose(snap, ruling, self), p: signed(ruling.points ?? 0) };
  return t(`ruling.${ruling.kind}` as Key, words);
}

export function stateWords(ruling: Ruling): string {
  if (ruling.kind !== "appeal" || ruling.state === "open") return t(`ruling.${ruling.state}` as Key);
  return t(ruling.state === "done" ? "ruling.upheld" : "ruling.denied");
}

interface NewsProps {
  snap: Snapshot;
  self: Me;
  news: Ruling[];
  heard: (ruling: Ruling) => void;
}

export function News({ snap, self, news, heard }: NewsProps) {
  const ruling = news[0];
  if (!ruling) return null;
  return (
    <aside class="news" role="alert" key={ruling.no}>
      <h2>{rulingWords(snap, ruling, self)}</h2>
      {ruling.kind === "appeal" && <p class="num">{stateWords(ruling)}</p>}
      {ruling.reason !== "" && <p>{t("ruling.because", { r: ruling.reason })}</p>}
      {ruling.answer !== undefined && <p>{t("ruling.answer", { r: ruling.answer })}</p>}
      <button type="button" onClick={() => heard(ruling)}>
        {news.length > 1 ? t("ruling.more", { n: news.length - 1 }) : t("ruling.ok")}
      </button>
    </aside>
  );
}

export function RulingList({ snap, self }: { snap: Snapshot; self: Me }) {
  if (snap.rulings.length === 0) return <p class="quiet">{t("rulings.none")}</p>;
  return (
    <ol class="rulings">
      {[...snap.rulings].reverse().map((ruling) => (
        <li key={ruling.no}>
          <b>{rulingWords(snap, ruling, self)}</b>
          <small class={`state state-${ruling.state}`}>{stateWords(ruling)}</small>
          {ruling.reason !== "" && <p class="quiet">{t("ruling.because", { r: ruling.reason })}</p>}
          {ruling.answer !== undefined && <p class="quiet">{t("ruling.answer", { r: ruling.answer })}</p>}
        </li>
      ))}
    </ol>
  );
}

/** After a reveal: what became of the own appeal, or the captain's quiet way to make one. */
export function Appeal({ snap, question, self, act }: { snap: Snapshot; question: Question; self: Me; act: Act }) {
  const [open, setOpen] = useState(false);
  if (!snap.head.appeals || !self.team) return null;
  const made = snap.rulings.filter((r) => r.kind === "appeal" && r.entry === self.entry && asks(question, r.question));
  const free = questionsOf(question).filter((q) => !made.some((r) => r.question === q));
  return (
    <>
      {made.map((ruling) => (
        <p class={`appeal appeal-${ruling.state}`} role="status" key={ruling.no}>
          {question.n > 1 && `${t("q.number", { n: ruling.question ?? "" })} · `}
          {t(ruling.state === "open" ? "appeal.waiting" : ruling.state === "done" ? "appeal.done" : "appeal.rejected")}
          {ruling.answer !== undefined && <small>{t("ruling.answer", { r: ruling.answer })}</small>}
        </p>
      ))}
      {self.state?.captain && !self.team.out && !question.voided && free.length > 0 && (
        <button type="button" class="quiet-act" onClick={() => setOpen(true)}>
          {t("appeal.open")}
        </button>
      )}
      {open && <AppealSheet free={free} first={question.q} act={act} close={() => setOpen(false)} />}
    </>
  );
}

function questionsOf(question: Question): number[] {
  return Array.from({ length: question.n }, (_, i) => question.q + i);
}

/** `free`: questions that may be appealed against; several of a burst. */
function AppealSheet({ free, first, act, close }: { free: number[]; first: number; act: Act; close: () => void }) {
  const [reason, setReason] = useState("");
  const [q, choose] = useState(free[0] ?? first);
  const { busy, refused, run } = useAct(act);
  return (
    <Sheet title={t("appeal.title", { n: q })} close={close}>
      {free.length > 1 && (
        <label class="reason">
          <span class="label">{t("appeal.which")}</span>
          <select value={q} onChange={(e) => choose(Number(e.currentTarget.value))}>
            {free.map((n) => (
              <option value={n} key={n}>
                {n - first + 1}
              </option>
            ))}
          </select>
        </label>
      )}
      <label class="reason">
        <span class="label">
          {t("appeal.reason")} <small>{t("appeal.reasonHint")}</small>
        </span>
        <textarea rows={3} maxLength={REASON_MOST} value={reason} onInput={(e) => setReason(e.currentTarget.value)} />
      </label>
      <Refused code={refused} />
      <button
        type="button"
        class="act"
        disabled={busy || reason.trim() === ""}
        onClick={() => run("appeal", { question: q, reason: reason.trim() }, close)}
      >
        {t("appeal.send")}
      </button>
    </Sheet>
  );
}
