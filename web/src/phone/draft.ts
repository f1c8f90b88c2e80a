/* An answer while it is made: what was tapped or typed. Pure. */
import type { QType } from "../shared/protocol.gen.ts";

export interface Draft {
  choice: number[];
  text: string;
}

export const EMPTY: Draft = { choice: [], text: "" };

/** One tap on an option: single ones replace, multiple ones toggle, ordered ones append or go with what follows them. */
export function tapped(draft: Draft, type: QType, index: number): Draft {
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
export function complete(draft: Draft, question: { type: QType; options?: readonly string[] }): boolean {
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
