import assert from "node:assert/strict";
import test from "node:test";
import { answered, blank, type Mine, underSnapshot } from "../../src/play/mine.ts";
import { question, snapshot } from "../snapshots.ts";

const open = question(2, "open", { options: ["a", "b", "c"] });

test("a new question begins blank, the same one keeps the draft", () => {
  const mine: Mine = { at: "draft", q: 2, draft: { choice: [1], text: "" }, refused: undefined };
  assert.equal(underSnapshot(mine, snapshot("running", open)), mine);
  assert.deepEqual(underSnapshot(mine, snapshot("running", question(3, "armed"))), blank(3));
});

test("what the server has stored is taken over after a reload", () => {
  const snap = snapshot("running", open, { saved: { q: 2, state: "saved", choice: [2] } });
  assert.deepEqual(underSnapshot(blank(2), snap), { at: "saved", q: 2, draft: { choice: [2], text: "" } });
  const late = snapshot("running", open, { saved: { q: 2, state: "late", text: "x" } });
  assert.equal(underSnapshot(blank(2), late).at, "late");
});

test("an answer ends saved, late or open again with a reason; a late word about another question changes nothing", () => {
  const sending: Mine = { at: "sending", q: 2, draft: { choice: [1], text: "" } };
  assert.equal(answered(sending, 2, undefined).at, "saved");
  assert.equal(answered(sending, 2, "question_closed").at, "late");
  const again = answered(sending, 2, "bad_answer");
  assert.equal(again.at === "draft" && again.refused, "bad_answer");
  assert.equal(answered(sending, 1, undefined), sending);
  assert.equal(answered(blank(3), 2, undefined).at, "draft");
});

test("where one answer is the team's, a teammate's is not taken for mine", () => {
  const sending: Mine = { at: "sending", q: 2, draft: { choice: [1], text: "" } };
  assert.equal(answered(sending, 2, "already_answered").at, "saved");
  const shared = answered(sending, 2, "already_answered", true);
  assert.equal(shared.at === "draft" && shared.refused, "already_answered");
});

test("each step of a burst begins blank", () => {
  const burst = question(4, "open", { mode: "speed", n: 3 });
  const step = { q: 5, at: 2, of: 3, type: "single", stem: "?", options: ["a", "b"] } as const;
  const before: Mine = { at: "saved", q: 4, draft: { choice: [1], text: "" } };
  assert.deepEqual(underSnapshot(before, snapshot("running", burst, { step: { ...step, options: ["a", "b"] } })), blank(5));
});
