/* What the endpoint of a public board says, and where on it a page is. Pure. */
import type { Aggregate, Board, BoardOf } from "../shared/protocol.gen.ts";

export interface Head {
  title: string;
  tenant: string;
  version: number;
  frozen: boolean;
  final: boolean;
  stale: boolean;
}

/** One of the boards that there are. */
export interface Item {
  of: BoardOf;
  /** 0: the whole; else 1-based */
  round: number;
  /** of the round */
  title: string;
  by: Aggregate | undefined;
  best: number;
  floor: number;
  least: number;
}

export interface List extends Head {
  boards: Item[];
}

export interface Row {
  rank: number;
  id: string;
  name: string;
  unit: string;
  points: number;
  correct: number | undefined;
  took: number | undefined;
  registered: number | undefined;
}

export interface Page extends Head {
  of: BoardOf;
  round: number;
  n: number;
  from: number;
  rows: Row[];
}

export const PAGE_ROWS = 50;

const OFS: readonly string[] = ["entry", "unit", "county", "city", "province", "kind", "audience"];
const AGGREGATES: readonly string[] = ["sum", "mean", "best", "weighted"];

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const whole = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);
const maybe = (value: unknown): number | undefined => (typeof value === "number" && Number.isFinite(value) ? value : undefined);
const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

function headOf(json: Json): Head {
  return {
    title: text(json.title),
    tenant: text(json.tenant),
    version: whole(json.version),
    frozen: json.frozen === true,
    final: json.final === true,
    stale: json.stale === true,
  };
}

function isOf(value: unknown): value is BoardOf {
  return typeof value === "string" && OFS.includes(value);
}

/** undefined: not such an answer. What is not known to this page is left out. */
export function readList(json: unknown): List | undefined {
  if (!isObject(json) || !Array.isArray(json.boards)) return undefined;
  const boards = objects(json.boards).flatMap((one): Item[] => {
    const { of, by } = one;
    if (!isOf(of)) return [];
    return [
      {
        of,
        round: whole(one.round),
        title: text(one.title),
        by: typeof by === "string" && AGGREGATES.includes(by) ? (by as Aggregate) : undefined,
        best: whole(one.best),
        floor: whole(one.floor),
        least: whole(one.least),
      },
    ];
  });
  return { ...headOf(json), boards };
}

export function readPage(json: unknown): Page | undefined {
  if (!isObject(json) || !isOf(json.of) || !Array.isArray(json.rows)) return undefined;
  return {
    ...headOf(json),
    of: json.of,
    round: whole(json.round),
    n: whole(json.n),
    from: Math.max(1, whole(json.from)),
    rows: objects(json.rows).map((row) => ({
      rank: whole(row.rank),
      id: text(row.id),
      name: text(row.name),
      unit: text(row.unit),
      points: whole(row.points),
      correct: maybe(row.correct),
      took: maybe(row.took),
      registered: maybe(row.registered),
    })),
  };
}

/** The first page of entries as the line says it, where it says enough; newer than what is there. */
export function pageOfBoard(board: Board, page: Page): Page | undefined {
  if (page.of !== "entry" || page.round !== 0 || page.from !== 1) return undefined;
  if (board.rows.length < Math.min(PAGE_ROWS, board.of) || board.v < page.version) return undefined;
  return {
    ...page,
    version: board.v,
    n: board.of,
    final: board.final,
    frozen: board.frozen === true,
    rows: board.rows.slice(0, PAGE_ROWS).map((row) => ({
      rank: row.rank,
      id: row.entry,
      name: row.name,
      unit: row.unit,
      points: row.points,
      correct: row.correct,
      took: undefined,
      registered: undefined,
    })),
  };
}

/* ---- where ---- */

export interface Place {
  share: string;
  of: BoardOf;
  round: number;
  from: number;
}

/** `#SHARE`, `#SHARE/city`, `#SHARE/entry/2`; undefined: no code at all. */
export function readPlace(hash: string): Place | undefined {
  const [share = "", of = "entry", round = "0"] = hash.replace(/^#\/?/, "").split("/");
  const code = share.toUpperCase().replace(/[^0-9A-Z]/g, "");
  if (code === "") return undefined;
  return { share: code, of: isOf(of) ? of : "entry", round: /^\d{1,2}$/.test(round) ? Number(round) : 0, from: 1 };
}

export function writePlace({ share, of, round }: Place): string {
  return `#${share}${round > 0 ? `/${of}/${round}` : of === "entry" ? "" : `/${of}`}`;
}

/** The nearest board that there is: the same of the whole, else the first. */
export function nearest(place: Place, boards: readonly Item[]): Place {
  const there = (of: BoardOf, round: number) => boards.some((one) => one.of === of && one.round === round);
  if (boards.length === 0 || there(place.of, place.round)) return place;
  const round = boards.some((one) => one.round === place.round) ? place.round : 0;
  const first = boards.find((one) => one.round === round) ?? boards[0];
  if (!first) return place;
  return { ...place, of: there(place.of, round) ? place.of : first.of, round: there(place.of, round) ? round : first.round, from: 1 };
}

export function listAddress(share: string): string {
  return `/api/board/${share}`;
}

export function pageAddress(place: Place): string {
  return `${boardAddress(place)}?from=${place.from}&n=${PAGE_ROWS}`;
}

export function csvAddress(place: Place): string {
  return `${boardAddress(place)}.csv?from=1&n=200`;
}

function boardAddress({ share, of, round }: Place): string {
  return `${listAddress(share)}/${of}${round > 0 ? `/${round}` : ""}`;
}

/** Rows in which a word is found, by name or unit; all without a word. */
export function found(rows: readonly Row[], word: string): readonly Row[] {
  const wanted = word.trim().toLowerCase();
  if (wanted === "") return rows;
  return rows.filter((row) => row.name.toLowerCase().includes(wanted) || row.unit.toLowerCase().includes(wanted));
}

export type State = "waiting" | "frozen" | "revealing" | "provisional" | "final" | "moving";

/** How the board stands. `step`: of the reveal, as far as it is known. */
export function stateOf(page: Head & { n: number }, step: number | undefined, done: boolean): State {
  if (page.final) return "final";
  if (done) return "provisional";
  if (page.frozen) return (step ?? 0) > 0 ? "revealing" : "frozen";
  return page.n === 0 ? "waiting" : "moving";
}
