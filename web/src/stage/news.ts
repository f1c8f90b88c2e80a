/* What the hall is told in passing: a help that was taken, a ruling that came into force, an appeal that was answered.
 *
 * The difference of two pictures; a page that opens later tells nothing old. Pure.
 */
import type { Ruling, Snapshot } from "../shared/protocol.gen.ts";

export type News =
  | { kind: "help"; id: string; q: number; entry: string; help: number }
  | { kind: "ruling"; id: string; ruling: Ruling };

export const NEWS_MS = 8000;

export function news(before: Snapshot | undefined, now: Snapshot): News[] {
  if (!before || before.head.event !== now.head.event) return [];
  return [...helped(before, now), ...ruled(before, now)];
}

/** A help is no news over another question, nor once this one is answered. */
export function holds(item: News, { question }: Snapshot): boolean {
  return item.kind !== "help" || (question?.q === item.q && (question.state === "open" || question.state === "held"));
}

/* A help is told with the question at which it was asked for. */
function helped(before: Snapshot, now: Snapshot): News[] {
  const q = now.question?.q ?? 0;
  const had = new Set(before.question?.q === q ? helps(before).map(({ entry }) => entry) : []);
  return helps(now)
    .filter(({ entry }) => !had.has(entry))
    .map(({ entry, help }) => ({ kind: "help", id: `help ${q} ${entry}`, q, entry, help }));
}

function helps(snap: Snapshot): { entry: string; help: number }[] {
  return (snap.question?.seats ?? []).flatMap(({ entry, help }) => (help === undefined ? [] : [{ entry, help }]));
}

function ruled(before: Snapshot, now: Snapshot): News[] {
  const states = new Map(before.rulings.map((ruling) => [ruling.no, ruling.state]));
  return now.rulings
    .filter((ruling) => ruling.state !== states.get(ruling.no) && isTold(ruling))
    .map((ruling) => ({ kind: "ruling", id: `ruling ${ruling.no} ${ruling.state}`, ruling }));
}

/* What waits for a second person is not public business yet; what was turned down never was, but for an appeal. */
function isTold(ruling: Ruling): boolean {
  return ruling.state === "done" || (ruling.state === "rejected" && ruling.kind === "appeal");
}
