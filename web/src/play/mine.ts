/* A player's answer to the current question: drafted, on its way, stored. Pure.
 *
 * The server's word wins: what a snapshot says is stored is stored, whatever this page remembers.
 */
import { type Draft, EMPTY } from "../phone/draft.ts";
import type { ErrorCode, Saved, Snapshot } from "../shared/protocol.gen.ts";
import { asked } from "./screen.ts";

export type Mine =
  | { at: "draft"; q: number; draft: Draft; refused: ErrorCode | undefined }
  | { at: "sending" | "saved" | "late"; q: number; draft: Draft };

export function blank(q: number): Mine {
  return { at: "draft", q, draft: EMPTY, refused: undefined };
}

/** What is mine under this snapshot: a new question begins blank, a stored answer is taken over. */
export function underSnapshot(mine: Mine, snap: Snapshot | undefined): Mine {
  const q = (snap && asked(snap)?.q) ?? 0;
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

/** How the handing in ended. `shared`: another member may have answered for the team, with another draft. */
export function answered(mine: Mine, q: number, code: ErrorCode | undefined, shared = false): Mine {
  if (mine.q !== q || mine.at !== "sending") return mine;
  if (code === undefined || (code === "already_answered" && !shared)) return { at: "saved", q, draft: mine.draft };
  if (code === "question_closed") return { at: "late", q, draft: mine.draft };
  return { at: "draft", q, draft: mine.draft, refused: code };
}
