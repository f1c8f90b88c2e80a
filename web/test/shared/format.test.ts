import assert from "node:assert/strict";
import test from "node:test";
import { places, points } from "../../src/shared/format.ts";

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

test("a column of points has as many places as its longest", () => {
  const least = places([{ points: 25146 }, { points: 10800 }, { points: 4130 }]);
  assert.deepEqual([25146, 10800, 4130, -50].map((n) => points(n, least)), ["251.46", "108.00", "41.30", "\u22120.50"]);
  assert.equal(places([{ points: 25100 }]), 0);
  assert.equal(places([]), 0);
});
