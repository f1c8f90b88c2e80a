import assert from "node:assert/strict";
import test from "node:test";
import { about, blankDraft, type Draft, hundredths, isSeen, listed, mayAnswer, missing, missingForPreview, previewKey } from "../../src/desk/rulings.ts";
import type { Ruling } from "../../src/shared/protocol.gen.ts";
import { contest } from "../snapshots.ts";

const snap = contest("required", "revealed", { q: { q: 3 } });
const draft = (over: Partial<Draft>): Draft => ({ ...blankDraft(snap, "adjust", "e1"), ...over });

test("points are read as people write them, and nothing else is", () => {
  assert.equal(hundredths("-5"), -500);
  assert.equal(hundredths("\u22125"), -500);
  assert.equal(hundredths("+10.5"), 1050);
  assert.equal(hundredths("0.07"), 7);
  for (const wrong of ["", "0", "-0", "1.234", "1e3", "五", "--1", "1234567"]) assert.equal(hundredths(wrong), undefined, wrong);
});

test("a ruling begins with the question on the screen", () => {
  assert.equal(blankDraft(snap, "void").question, 3);
  assert.equal(blankDraft(contest("speed", "revealed", { q: { q: 3, n: 5 } }), "void").question, 7);
});

test("the effect can be seen before the reason is written, but nothing is made without one", () => {
  assert.equal(missingForPreview(draft({ points: "" })), "need.points");
  assert.equal(missingForPreview(draft({ points: "-5" })), undefined);
  assert.equal(missing(draft({ points: "-5" }), "第1队"), "need.reason");
  assert.equal(missing(draft({ points: "-5", reason: " " }), "第1队"), "need.reason");
  assert.equal(missing(draft({ points: "-5", reason: "违纪" }), "第1队"), undefined);
});

test("a team is only disqualified after its name was typed", () => {
  const out = draft({ kind: "disqualify", reason: "违纪" });
  assert.equal(missing({ ...out, typed: "第2队" }, "第1队"), "need.typed");
  assert.equal(missing({ ...out, typed: " 第1队 " }, "第1队"), undefined);
});

test("only a ruling whose effect has been seen can be made, and the reason is no part of the effect", () => {
  const seen = { at: "here" as const, key: previewKey(draft({ points: "-5" })), total: 1, rows: [] };
  assert.equal(isSeen(seen, draft({ points: "-5", reason: "违纪" })), true);
  assert.equal(isSeen(seen, draft({ points: "-10" })), false);
  assert.equal(isSeen({ at: "asked", key: seen.key }, draft({ points: "-5" })), false);
});

test("what it is about on the wire is what its kind needs", () => {
  assert.deepEqual(about(draft({ points: "-5" })), { entry: "e1", value: -500 });
  assert.deepEqual(about(draft({ kind: "void" })), { question: 3 });
  assert.deepEqual(about(draft({ kind: "accept", choice: [1] })), { question: 3, choice: [1] });
  assert.deepEqual(about(draft({ kind: "accept", text: " 十五 " })), { question: 3, text: "十五" });
  assert.equal(missingForPreview(draft({ kind: "accept" })), "need.answer");
});

test("what waits is listed first, then the newest; nobody answers the own ruling", () => {
  const ruling = (no: number, over: Partial<Ruling> = {}): Ruling => ({ no, kind: "void", state: "done", by: "9", reason: "", ...over });
  const open = ruling(2, { state: "open" });
  assert.deepEqual(
    listed([ruling(1), open, ruling(3)]).map(({ no }) => no),
    [2, 3, 1],
  );
  assert.equal(mayAnswer(open, "9"), false);
  assert.equal(mayAnswer(open, "12"), true);
  assert.equal(mayAnswer(ruling(1), "12"), false);
});
