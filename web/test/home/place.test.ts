import assert from "node:assert/strict";
import test from "node:test";
import { LIST, placeOf, swiped } from "../../src/home/place.ts";
import { clock } from "../../src/home/times.ts";

test("only what is a place is gone back to", () => {
  assert.deepEqual(placeOf({ place: { at: "event", event: "9" } }), { at: "event", event: "9" });
  assert.deepEqual(placeOf(null), LIST);
  assert.deepEqual(placeOf({ place: { at: "elsewhere" } }), LIST);
});

test("a swipe is mostly sideways, and far enough", () => {
  const from = { x: 200, y: 300 };
  assert.equal(swiped(from, { x: 100, y: 320 }), 1);
  assert.equal(swiped(from, { x: 300, y: 310 }), -1);
  assert.equal(swiped(from, { x: 170, y: 300 }), 0);
  assert.equal(swiped(from, { x: 100, y: 380 }), 0);
});

test("a span is read as a clock shows it", () => {
  assert.equal(clock(59_001), "01:00");
  assert.equal(clock(3_900_000), "1:05:00");
  assert.equal(clock(-5), "00:00");
});
