/* A player's answer to the current question: drafted, on its way, stored. Pure.
 *
 * The server's word wins: what a snapshot says is stored is stored, whatever this page remembers.
 */
import type { ErrorCode, Question, Saved, Snapshot } from "../shared/protocol.gen.ts";

export interface Draft {
  choice: number[];
  text: string;
}

export type Mine =
  | { at: "draft"; q: number; draft: Draft; refused: ErrorCode | undefined }
  | { at: "sending" | "saved" | "late"; q: number; draft: Draft };

export const EMPTY: Draft = { choice: [], text: "" };

export function blank(q: number): Mine {
  return { at: "draft", q, draft: EMPTY, refused: undefined };
}

/** What is mine under this snapshot: a new question begins blank, a stored answer is taken over. */
export function underSnapshot(mine: Mine, snap: Snapshot | undefined): Mine {
  const q = snap?.question?.q ?? 0;
  const saved = snap?.saved;
  if (saved && saved.q === q && !(mine.q === q && (mine.at === "saved" || mine.at === "late"))) return stored(saved);
  return mine.q === q ? mine : blank(q);
}

function stored(saved: Saved): Mine {
  return {
    at: saved.state === "late" ? "late" : "saved",
    q: saved.q,
    draft: { choice: saved.choice ?? [], text: saved.text ?? "" },
  };
}

/** One tap on an option: single ones replace, multiple ones toggle, ordered ones append or go with what follows them. */
export function tapped(draft: Draft, type: Question["type"], index: number): Draft {
  const has = draft.choice.includes(index);
  switch (type) {
    case "single":
    case "truefalse":
      return { ...draft, choice: [index] };
    case "multiple":
      return { ...draft, choice: has ? draft.choice.filter((i) => i !== index) : [...draft.choice, index].sort((a, b) => a - b) };
    case "order":
      return { ...draft, choice: has ? draft.choice.filter((i) => i !== index) : [...draft.choice, index] };
    case "fill":
    case "task":
      return draft;
  }
}

/** Whether it can be handed in. */
export function complete(draft: Draft, question: Question): boolean {
  switch (question.type) {
    case "fill":
      return draft.text.trim() !== "";
    case "order":
      return draft.choice.length === (question.options?.length ?? 0);
    case "single":
    case "truefalse":
    case "multiple":
      return draft.choice.length > 0;
    case "task":
      return false;
  }
}

/** How the handing in ended. */
export function answered(mine: Mine, q: number, code: ErrorCode | undefined): Mine {
  if (mine.q !== q || mine.at !== "sending") return mine;
  if (code === undefined || code === "already_answered") return { at: "saved", q, draft: mine.draft };
  if (code === "question_closed") return { at: "late", q, draft: mine.draft };
  return { at: "draft", q, draft: mine.draft, refused: code };
}
