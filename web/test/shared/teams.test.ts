import assert from "node:assert/strict";
import test from "node:test";
import { lotPlace, nameOf, takesPart } from "../../src/shared/teams.ts";
import { boardRow, question, round, snapshot, team } from "../snapshots.ts";

const snap = snapshot("running", undefined, {
  teams: [team(2), team(1, { group: 2 }), team(3, { in: false }), team(4, { out: true })],
});

test("the lot gives the place, which is 1 for the first and 0 for who was not drawn", () => {
  assert.equal(lotPlace(snap, "e2"), 1);
  assert.equal(lotPlace(snap, "e1"), 2);
  assert.equal(lotPlace(snap, "e9"), 0);
});

test("a name is that of the team, else of the board", () => {
  assert.equal(nameOf(snap, "e1"), "第1队");
  const board = { v: 1, of: 1, final: false, rows: [boardRow(1, "e7")] };
  assert.equal(nameOf({ ...snap, board }, "e7"), "第e7队");
  assert.equal(nameOf(snap, undefined), "");
});

test("a question is for the team in turn, the field, the group, or all that are in", () => {
  const who = (over: Parameters<typeof question>[2], rounds = snap.head.rounds) =>
    snap.teams.filter((t) => takesPart({ ...snap, head: { ...snap.head, rounds } }, question(1, "open", over), t)).map((t) => t.entry);
  assert.deepEqual(who({}), ["e2", "e1"]);
  assert.deepEqual(who({ turn: "e1" }), ["e1"]);
  assert.deepEqual(who({ field: ["e3", "e4"] }), ["e3"]);
  assert.deepEqual(who({}, [round({ group: 2 })]), ["e1"]);
});
