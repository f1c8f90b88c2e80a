/* A ruling while it is being written: what is still missing, what it means on the wire, and whether its preview is of this very ruling. Pure. */
import type { About } from "../shared/link.ts";
import type { Change, ErrorCode, Ruling, Snapshot } from "../shared/protocol.gen.ts";

export type DraftKind = "void" | "accept" | "adjust" | "disqualify";
export const DRAFT_KINDS: readonly DraftKind[] = ["void", "accept", "adjust", "disqualify"];

export interface Draft {
  kind: DraftKind;
  question: number | undefined;
  entry: string | undefined;
  /** as typed, plain points with a sign */
  points: string;
  choice: number[];
  text: string;
  reason: string;
  /** disqualify: the name, typed once more */
  typed: string;
}

export function blankDraft(snap: Snapshot, kind: DraftKind, entry?: string): Draft {
  const last = lastRuled(snap);
  return { kind, question: last > 0 ? last : undefined, entry, points: "", choice: [], text: "", reason: "", typed: "" };
}

/** Number of the last question that can be ruled on: those that have been announced. */
export function lastRuled(snap: Snapshot): number {
  const question = snap.question;
  return question ? question.q + question.n - 1 : 0;
}

/** "−5", "+10.5" → hundredths; undefined when it is no such number or changes nothing. */
export function hundredths(typed: string): number | undefined {
  const text = typed.trim().replace(/^\u2212/, "-");
  if (!/^[+-]?\d{1,6}(\.\d{1,2})?$/.test(text)) return undefined;
  const value = Math.round(Number(text) * 100);
  return value === 0 ? undefined : value;
}

export type Missing = "need.question" | "need.entry" | "need.points" | "need.answer" | "need.reason" | "need.typed";

/** What is missing before the effect can be previewed. */
export function missingForPreview(draft: Draft): Missing | undefined {
  switch (draft.kind) {
    case "void":
      return draft.question === undefined ? "need.question" : undefined;
    case "accept":
      if (draft.question === undefined) return "need.question";
      return draft.choice.length === 0 && draft.text.trim() === "" ? "need.answer" : undefined;
    case "adjust":
      if (draft.entry === undefined) return "need.entry";
      return hundredths(draft.points) === undefined ? "need.points" : undefined;
    case "disqualify":
      return draft.entry === undefined ? "need.entry" : undefined;
  }
}

/** What is missing before it can be made; `name` is that of the entry. */
export function missing(draft: Draft, name: string): Missing | undefined {
  const first = missingForPreview(draft);
  if (first) return first;
  if (draft.reason.trim() === "") return "need.reason";
  return draft.kind === "disqualify" && draft.typed.trim() !== name ? "need.typed" : undefined;
}

/** What it is about on the wire, without the reason: the same for preview and command. */
export function about(draft: Draft): About {
  switch (draft.kind) {
    case "void":
      return { ...(draft.question === undefined ? {} : { question: draft.question }) };
    case "accept":
      return {
        ...(draft.question === undefined ? {} : { question: draft.question }),
        ...(draft.choice.length > 0 ? { choice: draft.choice } : { text: draft.text.trim() }),
      };
    case "adjust":
      return { ...(draft.entry === undefined ? {} : { entry: draft.entry }), value: hundredths(draft.points) ?? 0 };
    case "disqualify":
      return { ...(draft.entry === undefined ? {} : { entry: draft.entry }) };
  }
}

/** The same key: the same effect. */
export function previewKey(draft: Draft): string {
  return JSON.stringify([draft.kind, about(draft)]);
}

export type Preview =
  | { at: "none" }
  | { at: "asked"; key: string }
  | { at: "here"; key: string; total: number; rows: Change[] }
  | { at: "refused"; key: string; code: ErrorCode };

/** Only a ruling whose effect has been seen can be made. */
export function isSeen(preview: Preview, draft: Draft): boolean {
  return preview.at === "here" && preview.key === previewKey(draft);
}

/** Rulings as the desk lists them: what waits comes first, then the newest. */
export function listed(rulings: Ruling[]): Ruling[] {
  const weight = (ruling: Ruling) => (ruling.state === "open" ? 0 : 1);
  return [...rulings].sort((a, b) => weight(a) - weight(b) || b.no - a.no);
}

/** Whether this person may answer it: nobody approves the own ruling. */
export function mayAnswer(ruling: Ruling, me: string | undefined): boolean {
  return ruling.state === "open" && (me === undefined || ruling.by !== me);
}
