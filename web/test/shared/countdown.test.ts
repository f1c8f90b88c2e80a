import assert from "node:assert/strict";
import test from "node:test";
import { secondsLeft } from "../../src/shared/countdown.ts";

test("the number is 1 until the very end and never negative", () => {
  assert.equal(secondsLeft(20_000, 0), 20);
  assert.equal(secondsLeft(20_000, 1), 20);
  assert.equal(secondsLeft(20_000, 19_999), 1);
  assert.equal(secondsLeft(20_000, 20_000), 0);
  assert.equal(secondsLeft(20_000, 25_000), 0);
});
