import assert from "node:assert/strict";
import test from "node:test";
import { complete, EMPTY, tapped } from "../../src/phone/draft.ts";
import { question } from "../snapshots.ts";

const open = question(2, "open", { options: ["a", "b", "c"] });

test("taps choose as the type of the question asks", () => {
  assert.deepEqual(tapped({ choice: [0], text: "" }, "single", 2).choice, [2]);
  assert.deepEqual(tapped({ choice: [2], text: "" }, "multiple", 0).choice, [0, 2]);
  assert.deepEqual(tapped({ choice: [0, 2], text: "" }, "multiple", 0).choice, [2]);
  assert.deepEqual(tapped({ choice: [2], text: "" }, "order", 0).choice, [2, 0]);
  assert.deepEqual(tapped({ choice: [2, 0, 1], text: "" }, "order", 0).choice, [2, 1]);
});

test("only a whole answer can be handed in", () => {
  assert.equal(complete(EMPTY, open), false);
  assert.equal(complete({ choice: [0, 1], text: "" }, { ...open, type: "order" }), false);
  assert.equal(complete({ choice: [0, 1, 2], text: "" }, { ...open, type: "order" }), true);
  assert.equal(complete({ choice: [], text: "  " }, { ...open, type: "fill" }), false);
});
