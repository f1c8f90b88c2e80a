import assert from "node:assert/strict";
import test from "node:test";
import type { Chart } from "../../src/shared/protocol.gen.ts";
import { cuesOf, nextTick } from "../../src/stage/sound.ts";
import { question, snapshot } from "../snapshots.ts";

const heard = (state: Parameters<typeof question>[1], q = 1) => ({ snap: snapshot("running", question(q, state)), chart: undefined });
const step = (n: number, kind: "open" | "award" = "open"): Chart => ({
  of: "entry", round: 0, v: n, n: 2, final: false, frozen: true, step: n, rows: [],
  cue: { step: n, kind, entry: "e1", name: "", unit: "", rank_from: 1, rank_to: 1, points_from: 0, points_to: 0 },
});

test("a page that opens is silent; a question that opens is not", () => {
  assert.deepEqual(cuesOf(undefined, heard("open")), []);
  assert.deepEqual(cuesOf(heard("armed"), heard("open")), ["signal"]);
  assert.deepEqual(cuesOf(heard("open"), heard("open")), []);
  // After a wrong answer at the buzzer the others may press.
  assert.deepEqual(cuesOf(heard("held"), heard("open")), ["signal"]);
  assert.deepEqual(cuesOf(heard("open", 1), heard("open", 2)), ["signal"]);
});

test("the end of answering is heard once", () => {
  assert.deepEqual(cuesOf(heard("open"), heard("closing")), ["lock"]);
  assert.deepEqual(cuesOf(heard("closing"), heard("closed")), []);
  assert.deepEqual(cuesOf(heard("open"), heard("held")), ["lock"]);
});

test("steps forward are heard, awards as such, a rewind is not", () => {
  const snap = snapshot("finished", question(10, "revealed"));
  assert.deepEqual(cuesOf({ snap, chart: step(3) }, { snap, chart: step(4) }), ["step"]);
  assert.deepEqual(cuesOf({ snap, chart: step(4) }, { snap, chart: step(5, "award") }), ["award"]);
  assert.deepEqual(cuesOf({ snap, chart: step(5) }, { snap, chart: step(4) }), []);
  assert.deepEqual(cuesOf({ snap, chart: undefined }, { snap, chart: step(4) }), []);
});

test("the last five seconds tick, and nothing before or after", () => {
  assert.deepEqual(nextTick(30_000, 0), { inMs: 25_000, cue: "tick" });
  assert.deepEqual(nextTick(30_000, 25_001), { inMs: 999, cue: "tick" });
  assert.deepEqual(nextTick(30_000, 28_500), { inMs: 500, cue: "last" });
  assert.equal(nextTick(30_000, 29_001), undefined);
  assert.equal(nextTick(30_000, 31_000), undefined);
});
