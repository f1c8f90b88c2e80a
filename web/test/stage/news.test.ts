import assert from "node:assert/strict";
import test from "node:test";
import type { Ruling, Seat } from "../../src/shared/protocol.gen.ts";
import { holds, news } from "../../src/stage/news.ts";
import { contest, seat } from "../snapshots.ts";

const before = contest("required", "open");
const ruling = (over: Partial<Ruling>): Ruling => ({ no: 1, kind: "void", state: "done", question: 3, by: "9", reason: "题目有误", ...over });
const told = (...rulings: Ruling[]) => news(before, { ...before, rulings }).map((item) => item.id);

test("a page that has just opened tells nothing old", () => {
  assert.deepEqual(news(undefined, { ...before, rulings: [ruling({})] }), []);
});

test("a help is told once, and which it was", () => {
  const at = (...seats: Seat[]) => contest("required", "open", { q: { seats } });
  const hall = at(seat("e1", { help: 0 }), seat("e2", { tried: true }));
  assert.deepEqual(news(before, hall), [{ kind: "help", id: "help 1 e1", q: 1, entry: "e1", help: 0 }]);
  assert.deepEqual(news(hall, hall), []);
  assert.deepEqual(news(hall, at(seat("e1", { help: 0 }), seat("e2", { help: 2 }))), [{ kind: "help", id: "help 1 e2", q: 1, entry: "e2", help: 2 }]);
  const next = contest("required", "open", { q: { q: 2, seats: [seat("e1", { help: 1 })] } });
  assert.equal(news(before, next).length, 1, "though its opening was missed");
});

test("a help is no news any more when its question is over, a ruling still is", () => {
  const help = { kind: "help" as const, id: "help 1 e1", q: 1, entry: "e1", help: 0 };
  assert.equal(holds(help, contest("required", "open")), true);
  assert.equal(holds(help, contest("required", "closed")), false);
  assert.equal(holds(help, contest("required", "open", { q: { q: 2 } })), false);
  assert.equal(holds({ kind: "ruling", id: "ruling 1 done", ruling: ruling({}) }, contest("required", "closed")), true);
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
