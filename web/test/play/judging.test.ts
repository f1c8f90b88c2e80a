import assert from "node:assert/strict";
import test from "node:test";
import { cases, dutyOf, typed } from "../../src/play/judging.ts";
import type { Phase, Question, Round, Ruling } from "../../src/shared/protocol.gen.ts";
import { question, round, snapshot } from "../snapshots.ts";

function duty(rules: Partial<Round>, state: Question["state"], over: Partial<Question>, phase: Phase = "running") {
  const snap = snapshot(phase, question(1, state, over));
  return dutyOf({ ...snap, head: { ...snap.head, rounds: [round(rules)] } });
}

test("a part is marked while it is open, with the round's most", () => {
  const part = { mode: "jury" as const, turn: "e2" };
  assert.deepEqual(duty({ marks_max: 5000 }, "open", part), { at: "mark", q: 1, who: "e2", most: 5000 });
  assert.deepEqual(duty({}, "armed", part), { at: "soon" });
  assert.deepEqual(duty({}, "closed", part), { at: "wait" });
});

test("a spoken answer is decided when somebody gives one", () => {
  assert.deepEqual(duty({ by_judge: true }, "held", { mode: "buzzer", held: "e1" }), { at: "verdict", q: 1, who: "e1" });
  assert.deepEqual(duty({ by_judge: true }, "open", { mode: "required", turn: "e2" }), { at: "verdict", q: 1, who: "e2" });
  assert.deepEqual(duty({ by_judge: true }, "open", { mode: "buzzer" }), { at: "wait" });
  assert.deepEqual(duty({}, "held", { mode: "buzzer", held: "e1" }), { at: "wait" });
});

test("in a pause and after the end there is nothing to decide", () => {
  const part = { mode: "jury" as const, turn: "e2" };
  assert.deepEqual(duty({}, "open", part, "paused"), { at: "wait" });
  assert.deepEqual(duty({}, "revealed", part, "final"), { at: "over" });
});

test("a mark is typed in whole points up to the most", () => {
  const type = (keys: string[], most = 10_000) => keys.reduce((digits, key) => typed(digits, key, most), "");
  assert.equal(type(["8", "6"]), "86");
  assert.equal(type(["1", "0", "0"]), "100");
  assert.equal(type(["1", "0", "1"]), "10");
  assert.equal(type(["0", "7"]), "7");
  assert.equal(type(["8", "6", "back"]), "8");
  assert.equal(type(["8", "6", "clear"]), "");
  assert.equal(type(["9"], 500), "");
});

test("cases are what waits for an answer", () => {
  const ruling = (no: number, state: Ruling["state"]): Ruling => ({ no, kind: "appeal", state, by: "1", reason: "r" });
  const snap = snapshot("running", undefined, { rulings: [ruling(1, "open"), ruling(2, "done"), ruling(3, "open")] });
  assert.deepEqual(cases(snap).map((r) => r.no), [1, 3]);
});
