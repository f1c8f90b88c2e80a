/* The list of entries, fetched page by page.
 *
 * The protocol answers a roster request with rows and `more`, and nothing that names the request. So at most one request is under
 * way: the answer belongs to it. A search typed meanwhile waits its turn; only the last one matters. A refresh walks the pages that
 * are on the screen again and swaps them in one by one, so that the list never empties under the reader's eyes. Pure.
 */
import type { RosterRow } from "../shared/protocol.gen.ts";

export interface RosterQuery {
  after?: string;
  find?: string;
}

export interface RosterState {
  /** what the rows are a list of */
  find: string;
  rows: RosterRow[];
  more: boolean;
  /** false until the first page of `find` is here */
  loaded: boolean;
  asked: RosterQuery | undefined;
  /** a refresh is under way: the rows after this entry are still old */
  walk: string | undefined;
  /** what to ask when the running request is answered */
  wanted: "nothing" | "refresh" | "more";
  wantedFind: string;
}

export const ROSTER_MAX_ROWS = 5000;

export function rosterStart(): RosterState {
  return { find: "", rows: [], more: false, loaded: false, asked: undefined, walk: undefined, wanted: "refresh", wantedFind: "" };
}

export type RosterEvent =
  | { t: "find"; find: string }
  | { t: "more" }
  | { t: "refresh" }
  | { t: "rows"; rows: RosterRow[]; more: boolean }
  /** the line was lost: no answer will come */
  | { t: "lost" };

/** The request to send now, if any: send it, then record it with rosterAsked. */
export function rosterNext(s: RosterState): RosterQuery | undefined {
  if (s.asked !== undefined) return undefined;
  const find = s.wantedFind === "" ? {} : { find: s.wantedFind };
  switch (s.wanted) {
    case "refresh":
      return find;
    case "more": {
      const last = s.rows[s.rows.length - 1];
      return last === undefined ? find : { ...find, after: last.entry };
    }
    case "nothing":
      return s.walk === undefined ? undefined : { ...find, after: s.walk };
  }
}

export function rosterAsked(s: RosterState, asked: RosterQuery): RosterState {
  return { ...s, asked, wanted: "nothing", walk: undefined };
}

export function rosterReduce(s: RosterState, e: RosterEvent): RosterState {
  switch (e.t) {
    case "find":
      return e.find === s.wantedFind ? s : { ...s, wantedFind: e.find, wanted: "refresh" };
    case "more":
      return !s.more || s.wanted !== "nothing" || s.rows.length >= ROSTER_MAX_ROWS
        ? s
        : { ...s, wanted: "more" };
    case "refresh":
      return s.wanted === "nothing" && s.walk === undefined && s.asked === undefined ? { ...s, wanted: "refresh" } : s;
    case "lost":
      return { ...s, asked: undefined, walk: undefined, wanted: "refresh" };
    case "rows":
      return received(s, e.rows, e.more);
  }
}

function received(s: RosterState, page: RosterRow[], more: boolean): RosterState {
  const asked = s.asked;
  if (asked === undefined) return s;
  const find = asked.find ?? "";
  const answered = { ...s, asked: undefined };
  // A newer search is waiting: these rows are of no interest any more.
  if (find !== s.wantedFind) return answered;
  const old = s.loaded && find === s.find ? s.rows : [];
  const before = asked.after === undefined ? [] : old.slice(0, indexAfter(old, asked.after));
  const last = page[page.length - 1];
  const stale = more && last !== undefined ? old.slice(indexAfter(old, last.entry)) : [];
  return {
    ...answered,
    find,
    loaded: true,
    rows: [...before, ...page, ...stale],
    more: stale.length > 0 ? s.more : more,
    walk: stale.length > 0 ? last?.entry : undefined,
  };
}

function indexAfter(rows: RosterRow[], entry: string): number {
  const at = rows.findIndex((row) => row.entry === entry);
  return at < 0 ? rows.length : at + 1;
}
