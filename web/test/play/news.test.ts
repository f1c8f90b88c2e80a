import assert from "node:assert/strict";
import test from "node:test";
import { heard, heardAll, news, opened } from "../../src/play/news.ts";
import type { Ruling } from "../../src/shared/protocol.gen.ts";
import { question } from "../snapshots.ts";

const ruling = (no: number, over: Partial<Ruling> = {}): Ruling => ({ no, kind: "void", state: "done", by: "1", reason: "r", ...over });
const numbers = (rulings: Ruling[]) => rulings.map((r) => r.no);

test("what was decided before the page opened is no news", () => {
  assert.deepEqual(news([ruling(1)], undefined, "e1"), []);
  assert.deepEqual(news([ruling(1)], heardAll([ruling(1)]), "e1"), []);
});

test("a decision is news until it was heard", () => {
  const before = heardAll([]);
  assert.deepEqual(numbers(news([ruling(1), ruling(2)], before, "e1")), [1, 2]);
  assert.deepEqual(numbers(news([ruling(1), ruling(2)], heard(before, ruling(1)), "e1")), [2]);
});

test("a ruling that waits for its second person is news when it has it", () => {
  const waiting = ruling(1, { state: "open" });
  const before = heardAll([waiting]);
  assert.deepEqual(news([waiting], before, "e1"), []);
  assert.deepEqual(numbers(news([ruling(1)], before, "e1")), [1]);
  assert.deepEqual(news([ruling(1, { state: "rejected" })], before, "e1"), []);
});

test("the answer to an appeal is news for who made it", () => {
  const before = heardAll([]);
  for (const state of ["done", "rejected"] as const) {
    const appeal = ruling(1, { kind: "appeal", entry: "e1", state });
    assert.deepEqual(numbers(news([appeal], before, "e1")), [1], state);
    assert.deepEqual(news([appeal], before, "e2"), [], state);
  }
  assert.deepEqual(news([ruling(1, { kind: "appeal", entry: "e1", state: "open" })], before, "e1"), []);
});

test("a question that opens ends the news, one that opens again after a wrong answer does not", () => {
  assert.equal(opened(question(1, "armed"), question(1, "open")), true);
  assert.equal(opened(question(1, "revealed"), question(2, "open")), true);
  assert.equal(opened(question(1, "held"), question(1, "open")), false);
  assert.equal(opened(question(1, "open"), question(1, "open")), false);
  assert.equal(opened(question(1, "armed"), question(1, "armed")), false);
});
