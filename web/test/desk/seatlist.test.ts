import assert from "node:assert/strict";
import test from "node:test";
import { seatCount, seatRows, track, trackAt } from "../../src/desk/seatlist.ts";
import type { Mode, QState } from "../../src/shared/protocol.gen.ts";
import { contest, seat } from "../snapshots.ts";

const order = (snap: ReturnType<typeof contest>) => seatRows(snap, 0).map((row) => row.entry);

test("a buzzer's list starts with the presses, then the fouls, then who has done nothing", () => {
  const seats = [seat("e4", { pressed: true, order: 1 }), seat("e3", { fouled: true }), seat("e2", { pressed: true, order: 2 })];
  assert.deepEqual(order(contest("buzzer", "held", { q: { held: "e4", seats } })), ["e4", "e2", "e3", "e1"]);
});

test("while stakes are chosen, those who have not chosen stand first", () => {
  assert.deepEqual(order(contest("wager", "armed", { q: { seats: [seat("e1", { staked: true })] } })), ["e2", "e3", "e4", "e1"]);
});

test("in a burst who is further stands first", () => {
  const progress = [{ entry: "e2", done: 1 }, { entry: "e4", done: 3 }];
  const rows = seatRows(contest("speed", "open", { q: { n: 5 }, snap: { progress } }), 0);
  assert.deepEqual(rows.map((row) => [row.entry, row.done]), [["e4", 3], ["e2", 1], ["e1", 0], ["e3", 0]]);
});

test("in turn the whole queue is shown, with who is next", () => {
  const rows = seatRows(contest("required", "open", { round: { turns: "lot" }, q: { turn: "e2", in_round: 2 } }), 0);
  assert.deepEqual(
    rows.map((row) => [row.entry, row.queue]),
    [
      ["e1", undefined],
      ["e2", "now"],
      ["e3", "next"],
      ["e4", undefined],
    ],
  );
});

test("what is counted fits the mode", () => {
  assert.deepEqual(seatCount(contest("wager", "armed", { q: { seats: [seat("e1", { staked: true })] } }), undefined), { key: "count.staked", n: 1, of: 4 });
  assert.deepEqual(seatCount(contest("buzzer", "armed", { q: { seats: [seat("e1", { fouled: true })] } }), undefined), { key: "count.fouls", n: 1, of: undefined });
  assert.deepEqual(seatCount(contest("jury", "open", { q: { marks: 3 } }), 5), { key: "count.marks", n: 3, of: 5 });
  const progress = [{ entry: "e1", done: 2 }, { entry: "e2", done: 1 }];
  assert.deepEqual(seatCount(contest("speed", "open", { q: { n: 2 }, snap: { progress } }), undefined), { key: "count.done", n: 1, of: 4 });
  assert.equal(seatCount(contest("required", "open"), undefined), undefined);
});

test("every state of every mode has a place on the track, and never goes back but for a rebound", () => {
  const states: Partial<Record<Mode, QState[]>> = { buzzer: ["armed", "open", "held", "closing", "closed", "revealed"] };
  for (const mode of ["live", "required", "buzzer", "wager", "speed", "jury", "tiebreak"] as const) {
    let last = -1;
    for (const state of states[mode] ?? (["armed", "open", "closing", "closed", "revealed"] as QState[])) {
      const at = trackAt(mode, state);
      assert.ok(at >= last && at < track(mode).length, `${mode} ${state} at ${at} after ${last}`);
      last = at;
    }
    assert.equal(last, track(mode).length - 1, mode);
  }
});
