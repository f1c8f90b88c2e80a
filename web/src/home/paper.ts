/* A paper in the hand: what the server said of it, what was chosen here, and what of that is stored. Pure; the only writer of this state.
 *
 * Every choice has a rev, counted up from above whatever the server sent, and an id with which it is sent until it is acknowledged. Of two
 * choices for one question the higher rev stands, whoever made it; with the same rev the server's. All of it is kept on the phone (`keep`)
 * and comes back after a reload (`opened`), also without a network, and what was not acknowledged still has its id.
 */
import { type Draft, EMPTY } from "../phone/draft.ts";
import type { ErrorCode, Paper, PaperChoice, PaperItem, SaveRequest } from "../shared/protocol.gen.ts";

/** What was done about one question. */
export interface Own {
  rev: number;
  /** of the message that carries it; empty before it is to be sent */
  id: string;
  draft: Draft;
  /** draft: not whole, or not confirmed · waiting: to be sent until it is acknowledged · saved: committed · refused: it does not count */
  at: "draft" | "waiting" | "saved" | "refused";
  why?: ErrorCode;
}

export interface Book {
  paper: Paper;
  /** by number of the question, from 1 */
  own: Readonly<Record<number, Own>>;
  /** the highest that is known */
  rev: number;
  flags: readonly number[];
  /** free movement: the question on the screen */
  at: number;
  /** it is being handed in, with this id */
  handing: string | undefined;
  /** answers that had not arrived when it ended */
  missed: readonly number[];
}

/** What the phone keeps of it. */
export interface Kept {
  own: Record<number, Own>;
  rev: number;
  flags: number[];
  at: number;
  handing?: string;
}

/** Messages on their way at once: a server takes only so many a second. */
const WINDOW = 20;

export function opened(paper: Paper, keep?: Kept): Book {
  const book: Book = { paper, own: {}, rev: 0, flags: keep?.flags ?? [], at: keep?.at ?? 1, handing: keep?.handing, missed: [] };
  return merged(book, paper, keep?.own ?? {}, keep?.rev ?? 0);
}

/** The server sent it anew. */
export function heard(book: Book, paper: Paper): Book {
  return merged(book, paper, book.own, book.rev);
}

function merged(book: Book, paper: Paper, mine: Readonly<Record<number, Own>>, rev: number): Book {
  const stored = Object.fromEntries(paper.choices.map((choice) => [choice.i, fromStored(choice)]));
  const mineStands = Object.entries(mine).filter(([i, own]) => stands(own, stored[Number(i)], paper.forward && Number(i) >= (paper.at ?? paper.n + 1)));
  const open = paper.state === "open";
  const highest = Math.max(rev, ...paper.choices.map((choice) => choice.rev));
  return {
    ...book,
    paper,
    own: open ? { ...stored, ...Object.fromEntries(mineStands.map(([i, own]) => [i, again(own)])) } : stored,
    rev: highest,
    at: Math.min(Math.max(1, book.at), Math.max(1, paper.n)),
    handing: open ? book.handing : undefined,
    missed: open ? [] : mineStands.filter(([, own]) => own.at === "waiting").map(([i]) => Number(i)),
  };
}

/* Whether what is here stands against what the server has. `ahead`: the server still waits for an answer to this one. */
function stands(own: Own, stored: Own | undefined, ahead: boolean): boolean {
  switch (own.at) {
    case "refused":
      return stored === undefined && !ahead;
    case "draft":
      return own.rev >= (stored?.rev ?? 0);
    case "waiting":
    case "saved":
      return own.rev > (stored?.rev ?? 0);
  }
}

/* Acknowledged, and yet not in what the server sent: an older word of it, mostly. Sent once more it is acknowledged once more. */
function again(own: Own): Own {
  return own.at === "saved" && own.id !== "" ? { ...own, at: "waiting" } : own;
}

function fromStored(choice: PaperChoice): Own {
  return { rev: choice.rev, id: "", draft: { choice: choice.choice ?? [], text: choice.text ?? "" }, at: "saved" };
}

// ---- what the person does ----

/** Something was chosen. With an id it is to be saved; without, it is not whole yet, or is to be confirmed. */
export function chosen(book: Book, i: number, draft: Draft, id: string): Book {
  if (book.paper.state !== "open") return book;
  const before = book.own[i];
  if (id === "") return { ...book, own: { ...book.own, [i]: { rev: before?.rev ?? 0, id, draft, at: "draft" } } };
  const rev = book.rev + 1;
  return { ...book, rev, own: { ...book.own, [i]: { rev, id, draft, at: "waiting" } } };
}

export function flagged(book: Book, i: number): Book {
  const flags = book.flags.includes(i) ? book.flags.filter((j) => j !== i) : [...book.flags, i];
  return { ...book, flags };
}

export function turned(book: Book, i: number): Book {
  const at = Math.min(Math.max(1, i), book.paper.n);
  return at === book.at ? book : { ...book, at };
}

export function handed(book: Book, id: string): Book {
  return book.paper.state === "open" && book.handing === undefined ? { ...book, handing: id } : book;
}

export function withdrawn(book: Book): Book {
  return { ...book, handing: undefined };
}

// ---- what the server answers ----

/** How a save ended. A word about a choice that was changed meanwhile changes nothing. */
export function saveEnded(book: Book, id: string, code: ErrorCode | undefined): Book {
  const found = Object.entries(book.own).find(([, own]) => own.id === id && own.at === "waiting");
  if (!found) return book;
  const [i, own] = found;
  if (code !== undefined && PASSING.includes(code)) return book;
  const next: Own = code === undefined ? { ...own, at: "saved" } : { ...own, at: "refused", why: code };
  return { ...book, own: { ...book.own, [i]: next } };
}

/** Refusals that pass by themselves: the choice is sent again. */
export const PASSING: readonly ErrorCode[] = [
  "retry_later", "database_away", "outcome_unknown", "internal", "no_memory", "busy", "too_fast", "gone", "redis_away", "moving", "idle", "too_slow",
];

/** What is to be on its way now. In a paper that only goes forward one follows the other. */
export function toSend(book: Book): SaveRequest[] {
  const { paper } = book;
  if (paper.state !== "open") return [];
  const waiting = Object.entries(book.own)
    .filter(([, own]) => own.at === "waiting")
    .map(([i, own]) => ({ i: Number(i), own }))
    .sort((a, b) => (paper.forward ? a.i - b.i : a.own.rev - b.own.rev));
  return waiting.slice(0, paper.forward ? 1 : WINDOW).map(({ i, own }) => ({
    t: "save",
    id: own.id,
    event: paper.event,
    round: paper.round,
    attempt: paper.attempt,
    i,
    rev: own.rev,
    ...answerOf(paper.items[i - 1], own.draft),
  }));
}

function answerOf(item: PaperItem | undefined, draft: Draft): { choice?: number[]; text?: string } {
  if (item?.type === "fill") return draft.text.trim() === "" ? {} : { text: draft.text.trim() };
  return draft.choice.length === 0 ? {} : { choice: draft.choice };
}

/** It may be handed in now: nothing is on its way any more. */
export function toHand(book: Book): boolean {
  return book.handing !== undefined && book.paper.state === "open" && count(book).waiting === 0;
}

// ---- where it stands ----

export type Stand =
  | { at: "item"; i: number; deadlineMs: number | undefined }
  /** the next question is the server's to give */
  | { at: "next" }
  /** nothing is left to answer */
  | { at: "end" };

/** The question on the screen. Forward: the first that is neither answered here nor out of time; the server may not know yet. */
export function standOf(book: Book, nowMs: number): Stand {
  const { paper } = book;
  if (paper.state !== "open") return { at: "end" };
  if (!paper.forward) return { at: "item", i: book.at, deadlineMs: undefined };
  if (paper.at === undefined) return { at: "end" };
  let deadlineMs = paper.items[paper.at - 1]?.deadline_ms;
  for (let i = paper.at; i <= paper.n; i++) {
    if (!paper.items[i - 1]) return { at: "next" };
    const own = book.own[i];
    const done = own !== undefined && own.at !== "draft";
    const over = deadlineMs !== undefined && nowMs >= deadlineMs;
    if (!done && !over) return { at: "item", i, deadlineMs };
    // Answered ahead of the server its successor has no clock yet; out of time it has one from that moment.
    deadlineMs = over && !done && paper.seconds !== undefined && deadlineMs !== undefined ? deadlineMs + paper.seconds * 1000 : undefined;
    if (paper.one_by_one || paper.mode !== "timed") return { at: "next" };
  }
  return { at: "end" };
}

export function draftOf(book: Book, i: number): Draft {
  return book.own[i]?.draft ?? EMPTY;
}

export function given(own: Own | undefined): boolean {
  return own !== undefined && own.at !== "refused" && own.at !== "draft" && (own.draft.choice.length > 0 || own.draft.text.trim() !== "");
}

/** A question in the overview. */
export interface Mark {
  i: number;
  answered: boolean;
  flagged: boolean;
  /** begun and not whole, or not stored yet */
  unsaved: boolean;
  refused: boolean;
}

export function marks(book: Book): Mark[] {
  return Array.from({ length: book.paper.n }, (_, k) => {
    const own = book.own[k + 1];
    const begun = own?.at === "draft" && (own.draft.choice.length > 0 || own.draft.text !== "");
    return {
      i: k + 1,
      answered: given(own),
      flagged: book.flags.includes(k + 1),
      unsaved: own?.at === "waiting" || begun,
      refused: own?.at === "refused",
    };
  });
}

export function count(book: Book): { answered: number; open: number; flagged: number; waiting: number } {
  const all = marks(book);
  const answered = all.filter((mark) => mark.answered).length;
  return {
    answered,
    open: all.length - answered,
    flagged: all.filter((mark) => mark.flagged).length,
    waiting: Object.values(book.own).filter((own) => own.at === "waiting").length,
  };
}

/** What the person is told of it. */
export type Saved =
  | { at: "blank" | "saved" }
  /** begun: an order that is not whole */
  | { at: "begun" }
  | { at: "saving" | "unsaved"; n: number }
  | { at: "refused"; why: ErrorCode };

export function savedState(book: Book, i: number | undefined, live: boolean): Saved {
  const { waiting, answered } = count(book);
  const own = i === undefined ? undefined : book.own[i];
  if (own?.at === "refused") return { at: "refused", why: own.why ?? "question_closed" };
  if (waiting > 0) return { at: live ? "saving" : "unsaved", n: waiting };
  if (own?.at === "draft" && !book.paper.forward && (own.draft.choice.length > 0 || own.draft.text !== "")) return { at: "begun" };
  return { at: answered > 0 ? "saved" : "blank" };
}

/** Right answers up to now; survival. */
export function rightSoFar(paper: Paper): number {
  return paper.items.filter((item) => item.right === true).length;
}

// ---- what the phone keeps ----

export function keyOf(paper: { event: string; round: number; attempt: number }): string {
  return `${paper.event}.${paper.round}.${paper.attempt}`;
}

export function keep(book: Book): Kept {
  return { own: { ...book.own }, rev: book.rev, flags: [...book.flags], at: book.at, ...(book.handing === undefined ? {} : { handing: book.handing }) };
}
