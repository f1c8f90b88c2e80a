import assert from "node:assert/strict";
import test from "node:test";
import { freezeOf, standsStill } from "../../src/play/freeze.ts";
import { outcomeOf } from "../../src/play/outcome.ts";
import { me } from "../../src/play/screen.ts";
import type { Own, Question, Snapshot } from "../../src/shared/protocol.gen.ts";
import { question, snapshot } from "../snapshots.ts";

const own = (over: Partial<Own> = {}): Own => ({ v: 1, points: 900, correct: 3, rank: 7, of: 226, ...over });

function outcome(over: Partial<Question>, mine: Own | undefined, snap: Partial<Snapshot> = {}): string {
  const current = question(1, "revealed", over);
  const all = snapshot("running", current, { ...snap, ...(mine ? { own: mine } : {}) });
  return outcomeOf(all, current, me(all, { entry: "e1", person: "11", guest: false })).at;
}

test("a freeze begins, is revealed and ends; the final results know none", () => {
  assert.equal(freezeOf(snapshot("running")), "off");
  assert.equal(freezeOf(snapshot("running", undefined, { frozen: { step: 0, done: false } })), "on");
  assert.equal(freezeOf(snapshot("running", undefined, { own: own({ frozen: true }) })), "on");
  assert.equal(freezeOf(snapshot("finished", undefined, { frozen: { step: 3, done: false } })), "going");
  assert.equal(freezeOf(snapshot("finished", undefined, { frozen: { step: 9, done: true } })), "over");
  assert.equal(freezeOf(snapshot("final", undefined, { frozen: { step: 9, done: true } })), "off");
  assert.equal(standsStill(snapshot("finished", undefined, { frozen: { step: 3, done: false }, own: own() })), true);
  assert.equal(standsStill(snapshot("finished", undefined, { frozen: { step: 9, done: true }, own: own() })), false);
});

test("of a question under the freeze nothing is told, and nobody waits for it to be counted", () => {
  const frozen = { step: 0, done: false };
  assert.equal(outcome({ hidden: true }, undefined, { frozen }), "hidden");
  assert.equal(outcome({ hidden: true }, own({ frozen: true }), { frozen }), "hidden");
  assert.equal(outcome({ hidden: true, voided: true }, own({ frozen: true }), { frozen }), "voided");
});

test("after the reveal the own answer is told again", () => {
  const frozen = { step: 9, done: true };
  assert.equal(outcome({ hidden: true }, own({ q: 1, right: true, gained: 100 }), { frozen }), "right");
  assert.equal(outcome({}, own({ q: 1, right: false })), "wrong");
});
