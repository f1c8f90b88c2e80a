import assert from "node:assert/strict";
import test from "node:test";
import type { Ruling } from "../../src/shared/protocol.gen.ts";
import { news } from "../../src/stage/news.ts";
import { contest, team } from "../snapshots.ts";

const before = contest("required", "open");
const ruling = (over: Partial<Ruling>): Ruling => ({ no: 1, kind: "void", state: "done", question: 3, by: "9", reason: "题目有误", ...over });
const told = (...rulings: Ruling[]) => news(before, { ...before, rulings }).map((item) => item.id);

test("a page that has just opened tells nothing old", () => {
  assert.deepEqual(news(undefined, { ...before, rulings: [ruling({})] }), []);
});

test("a help is told once, and whether options were dropped by it", () => {
  const teams = [team(1, { helped: true }), team(2), team(3), team(4)];
  const now = { ...before, teams };
  assert.deepEqual(news(before, now), [{ kind: "help", id: "help e1", team: teams[0], dropped: false }]);
  assert.deepEqual(news(now, now), []);
  const dropped = { ...now, question: { ...now.question!, dropped: [1, 2] } };
  assert.equal((news(before, dropped)[0] as { dropped: boolean }).dropped, true);
});

test("a ruling is told when it comes into force, not while it waits for its second person", () => {
  assert.deepEqual(told(ruling({ state: "open" })), []);
  assert.deepEqual(told(ruling({})), ["ruling 1 done"]);
  const open = { ...before, rulings: [ruling({ state: "open" })] };
  assert.equal(news(open, { ...before, rulings: [ruling({})] }).length, 1);
});

test("what was turned down is told of appeals only", () => {
  assert.deepEqual(told(ruling({ state: "rejected" })), []);
  assert.deepEqual(told(ruling({ kind: "appeal", state: "rejected" })), ["ruling 1 rejected"]);
  assert.deepEqual(told(ruling({ kind: "appeal", state: "open" })), []);
});
