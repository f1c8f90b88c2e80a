import assert from "node:assert/strict";
import test from "node:test";
import { bestOffset, PROBES_KEPT, type Probe, probe, remember, sleptMs } from "../../src/shared/clock.ts";

test("the server's time is taken to be that of the middle of the round trip", () => {
  assert.deepEqual(probe(100, 140, 5120), { rttMs: 40, offsetMs: 5000 });
});

test("the shortest round trip is believed", () => {
  const probes = [probe(0, 400, 9000), probe(1000, 1020, 6010), probe(2000, 2300, 7500)];
  assert.equal(bestOffset(probes), 5000);
  assert.equal(bestOffset([]), undefined);
});

test("old probes are forgotten", () => {
  let probes: Probe[] = [{ rttMs: 0, offsetMs: -1 }];
  for (let i = 0; i < PROBES_KEPT; i++) probes = remember(probes, { rttMs: 10, offsetMs: i });
  assert.equal(probes.length, PROBES_KEPT);
  assert.equal(bestOffset(probes), 0);
});

test("a sleep is noticed, small steps of the wall clock are not", () => {
  assert.equal(sleptMs(1000, 1400), 0);
  assert.equal(sleptMs(1000, 61_000), 60_000);
  assert.equal(sleptMs(1000, -9000), -10_000); // the wall clock was set back
});
