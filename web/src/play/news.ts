/* Which rulings this person has yet to hear of. Pure.
 *
 * Those that were there when the page opened are history and stand in the list; a ruling made while the line was away is news.
 */
import type { Question, Ruling, RulingState } from "../shared/protocol.gen.ts";

/** State in which each ruling was seen last; undefined: nothing was shown yet. */
export type Heard = ReadonlyMap<number, RulingState> | undefined;

export function heardAll(rulings: readonly Ruling[]): Heard {
  return new Map(rulings.map((ruling) => [ruling.no, ruling.state]));
}

export function heard(before: Heard, ruling: Ruling): Heard {
  return new Map([...(before ?? []), [ruling.no, ruling.state]]);
}

/** A question that opens takes the screen: what was not put away by hand by then stands in the list. */
export function opened(before: Question | undefined, now: Question | undefined): boolean {
  return now?.state === "open" && !(before?.q === now.q && before.state !== "armed");
}

/** Decisions are for everybody, appeals for who made them; what still waits for its second person is no decision. */
export function news(rulings: readonly Ruling[], before: Heard, entry: string | undefined): Ruling[] {
  if (before === undefined) return [];
  return rulings.filter(
    (ruling) =>
      before.get(ruling.no) !== ruling.state &&
      (ruling.kind === "appeal" ? ruling.entry === entry && ruling.state !== "open" : ruling.state === "done"),
  );
}
