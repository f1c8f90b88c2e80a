import assert from "node:assert/strict";
import test from "node:test";
import { points } from "../../src/shared/format.ts";

test("hundredths are written with no more places than needed", () => {
  assert.equal(points(10000), "100");
  assert.equal(points(11890), "118.9");
  assert.equal(points(11805), "118.05");
  assert.equal(points(5), "0.05");
  assert.equal(points(0), "0");
  assert.equal(points(123456789), "1,234,567.89");
});

test("points below zero keep their sign", () => {
  assert.equal(points(-500), "\u22125");
  assert.equal(points(-5), "\u22120.05");
});
