import assert from "node:assert/strict";
import test from "node:test";
import { csvAddress, found, nearest, pageAddress, pageOfBoard, readList, readPage, readPlace, stateOf, writePlace } from "../../src/board/board.ts";
import { boardRow } from "../snapshots.ts";

const head = { title: "决赛", tenant: "示范省", kind: "event", version: 7, frozen: false, final: false, stale: false };
const place = { share: "ABCDEFGHJKMN", of: "entry" as const, round: 0, from: 1 };

test("an address names a board, and is read back", () => {
  assert.deepEqual(readPlace("#abcdefghjkmn"), place);
  assert.deepEqual(readPlace("#ABCDEFGHJKMN/city"), { ...place, of: "city" });
  assert.deepEqual(readPlace("#ABCDEFGHJKMN/entry/2"), { ...place, round: 2 });
  assert.deepEqual(readPlace("#ABCD-EFGH-JKMN/nonsense/x"), place);
  assert.equal(readPlace("#"), undefined);
  for (const one of [place, { ...place, of: "city" as const }, { ...place, round: 3 }]) assert.deepEqual(readPlace(writePlace(one)), one);
});

test("requests name the board, its round and the page", () => {
  assert.equal(pageAddress(place), "/api/board/ABCDEFGHJKMN/entry?from=1&n=50");
  assert.equal(pageAddress({ ...place, of: "city", round: 2, from: 51 }), "/api/board/ABCDEFGHJKMN/city/2?from=51&n=50");
  assert.equal(csvAddress({ ...place, round: 2 }), "/api/board/ABCDEFGHJKMN/entry/2.csv?from=1&n=200");
});

test("a list says which boards there are; what is not known here is left out", () => {
  const list = readList({ ...head, boards: [{ of: "entry", round: 0 }, { of: "moon", round: 0 }, { of: "city", round: 1, title: "必答", by: "weighted", floor: 9000, least: 3 }] });
  assert.deepEqual(list?.boards.map(({ of, round }) => `${of}${round}`), ["entry0", "city1"]);
  assert.equal(list?.boards[1]?.floor, 9000);
  for (const bad of [null, [], {}, { boards: 3 }, "x"]) assert.equal(readList(bad), undefined);
});

test("a page is taken as it is, and nonsense is none", () => {
  const page = readPage({ ...head, of: "city", round: 0, n: 2, from: 1, rows: [{ rank: 1, id: "5", name: "成都市", points: 900, took: 3, registered: 4 }, 7] });
  assert.equal(page?.rows.length, 1);
  assert.equal(page?.rows[0]?.registered, 4);
  assert.equal(page?.rows[0]?.correct, undefined);
  for (const bad of [null, {}, { of: "entry" }, { of: "moon", rows: [] }]) assert.equal(readPage(bad), undefined);
});

test("what the line says replaces the first page of entries only, and only what is newer", () => {
  const page = readPage({ ...head, of: "entry", round: 0, n: 3, from: 1, rows: [] });
  assert.ok(page);
  const board = { v: 9, of: 3, final: false, frozen: true, rows: [boardRow(1), boardRow(2), boardRow(3)] };
  const now = pageOfBoard(board, page);
  assert.equal(now?.rows.length, 3);
  assert.equal(now?.frozen, true);
  assert.equal(pageOfBoard({ ...board, v: 6 }, page), undefined);
  assert.equal(pageOfBoard({ ...board, of: 90 }, page), undefined, "the line says too little");
  assert.equal(pageOfBoard(board, { ...page, of: "city" }), undefined);
  assert.equal(pageOfBoard(board, { ...page, round: 1 }), undefined);
  assert.equal(pageOfBoard(board, { ...page, from: 51 }), undefined);
});

test("a board that is gone gives way to the nearest one", () => {
  const item = (of: "entry" | "city", round: number) => ({ of, round, title: "", by: undefined, best: 0, floor: 0, least: 0 });
  const boards = [item("entry", 0), item("city", 0), item("entry", 1)];
  assert.deepEqual(nearest(place, boards), place);
  assert.deepEqual(nearest({ ...place, of: "city", round: 1, from: 51 }, boards), place && { ...place, round: 1 });
  assert.deepEqual(nearest({ ...place, of: "city", round: 4 }, boards), { ...place, of: "city" });
  assert.deepEqual(nearest({ ...place, of: "unit" }, []), { ...place, of: "unit" });
});

test("a word finds names and units", () => {
  const page = readPage({ ...head, of: "entry", round: 0, n: 2, from: 1, rows: [{ rank: 1, id: "1", name: "甲", unit: "成都市司法局" }, { rank: 2, id: "2", name: "Blue", unit: "" }] });
  assert.deepEqual(found(page?.rows ?? [], "成都").map(({ id }) => id), ["1"]);
  assert.deepEqual(found(page?.rows ?? [], " bLUE ").map(({ id }) => id), ["2"]);
  assert.equal(found(page?.rows ?? [], "  ").length, 2);
});

test("how it stands: frozen, revealed, not final, final", () => {
  const page = { ...head, n: 3 };
  assert.equal(stateOf(page, undefined, false), "moving");
  assert.equal(stateOf({ ...page, n: 0 }, undefined, false), "waiting");
  assert.equal(stateOf({ ...page, frozen: true }, undefined, false), "frozen");
  assert.equal(stateOf({ ...page, frozen: true }, 4, false), "revealing");
  assert.equal(stateOf(page, 9, true), "provisional");
  assert.equal(stateOf({ ...page, final: true }, 9, true), "final");
});
