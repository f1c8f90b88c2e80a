import assert from "node:assert/strict";
import test from "node:test";
import { rosterAsked, rosterNext, rosterReduce, rosterStart, type RosterState } from "../../src/desk/roster.ts";
import type { RosterRow } from "../../src/shared/protocol.gen.ts";

function rows(from: number, to: number, online = true): RosterRow[] {
  const list: RosterRow[] = [];
  for (let i = from; i <= to; i++) {
    list.push({ entry: String(i), name: `队${i}`, unit: "", guest: false, online, points: 0, members: [] });
  }
  return list;
}

/** Sends what the list wants to ask and answers it. */
function answer(s: RosterState, page: RosterRow[], more: boolean): RosterState {
  const asked = rosterNext(s);
  assert.ok(asked, "nothing is asked");
  return rosterReduce(rosterAsked(s, asked), { t: "rows", rows: page, more });
}

const entries = (s: RosterState) => s.rows.map((row) => row.entry).join();

test("the first page is asked at the start and the next one on demand", () => {
  let s = rosterStart();
  assert.deepEqual(rosterNext(s), {});
  s = answer(s, rows(1, 3), true);
  assert.equal(s.loaded, true);
  assert.equal(rosterNext(s), undefined);
  s = rosterReduce(s, { t: "more" });
  assert.deepEqual(rosterNext(s), { after: "3" });
  s = answer(s, rows(4, 5), false);
  assert.equal(entries(s), "1,2,3,4,5");
  assert.equal(s.more, false);
  assert.equal(rosterNext(rosterReduce(s, { t: "more" })), undefined);
});

test("only one request is under way", () => {
  const s = rosterAsked(rosterStart(), {});
  assert.equal(rosterNext(rosterReduce(s, { t: "find", find: "司法" })), undefined);
});

test("rows of an older search are thrown away", () => {
  let s = rosterAsked(rosterStart(), {});
  s = rosterReduce(s, { t: "find", find: "司法" });
  s = rosterReduce(s, { t: "rows", rows: rows(1, 3), more: true });
  assert.equal(s.loaded, false);
  assert.deepEqual(rosterNext(s), { find: "司法" });
  s = answer(s, rows(2, 2), false);
  assert.equal(entries(s), "2");
  assert.equal(s.find, "司法");
});

test("a refresh walks all pages that are shown and never empties the list", () => {
  let s = answer(rosterStart(), rows(1, 3), true);
  s = answer(rosterReduce(s, { t: "more" }), rows(4, 6), true);
  s = rosterReduce(s, { t: "refresh" });
  s = answer(s, rows(1, 3, false), true);
  assert.equal(entries(s), "1,2,3,4,5,6");
  assert.deepEqual(rosterNext(s), { after: "3" });
  s = answer(s, rows(4, 6, false), true);
  assert.equal(entries(s), "1,2,3,4,5,6");
  assert.ok(s.rows.every((row) => !row.online));
  assert.equal(rosterNext(s), undefined);
  assert.equal(s.more, true);
});

test("an entry that joined between two old ones appears in its place", () => {
  let s = answer(rosterStart(), [...rows(1, 1), ...rows(3, 3)], false);
  s = answer(rosterReduce(s, { t: "refresh" }), rows(1, 3), false);
  assert.equal(entries(s), "1,2,3");
});

test("after a lost line the list is asked again from its beginning", () => {
  let s = answer(rosterStart(), rows(1, 3), true);
  s = rosterAsked(rosterReduce(s, { t: "more" }), { after: "3" });
  s = rosterReduce(s, { t: "lost" });
  assert.deepEqual(rosterNext(s), {});
});

test("an answer nobody asked for changes nothing", () => {
  const s = answer(rosterStart(), rows(1, 3), false);
  assert.equal(rosterReduce(s, { t: "rows", rows: rows(7, 9), more: true }), s);
});
