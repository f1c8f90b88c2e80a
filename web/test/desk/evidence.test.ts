import assert from "node:assert/strict";
import test from "node:test";
import { evidenceRows, UNKNOWN } from "../../src/desk/evidence.ts";
import type { Press } from "../../src/shared/protocol.gen.ts";
import { millis } from "../../src/shared/elapsed.ts";
import { contest } from "../snapshots.ts";

const press = (entry: string, over: Partial<Press> = {}): Press => ({
  entry,
  person: "1",
  foul: false,
  turn: 0,
  arrival_us: 1_000_000,
  elapsed_us: 460_000,
  rtt_min_us: 38_000,
  rtt_max_us: 92_000,
  probes: 16,
  claim_us: 412_000,
  used_us: 412_000,
  verdict: "first",
  ...over,
});
const rows = (...list: Press[]) => evidenceRows(contest("buzzer", "closed"), list);

test("the order is that of the judged time, not of the arrival; fouls stand at the end", () => {
  const table = rows(
    press("e1", { foul: true, arrival_us: 1, used_us: -1, verdict: "foul" }),
    press("e2", { arrival_us: 1_000_000, used_us: 450_000, verdict: "later" }),
    press("e3", { arrival_us: 1_008_000, used_us: 412_000, held: 1 }),
  );
  assert.deepEqual(
    table.map((row) => [row.entry, row.order, row.arrival, row.verdict]),
    [
      ["e3", 1, "+8", "first"],
      ["e2", 2, "+0", "later"],
      ["e1", undefined, UNKNOWN, "foul"],
    ],
  );
  assert.equal(table[2]?.used, UNKNOWN);
});

test("a press after the reopening stands below those before, however fast it was", () => {
  const table = rows(
    press("e1", { used_us: 450_000, verdict: "first" }),
    press("e2", { used_us: 470_000, verdict: "later" }),
    press("e2", { turn: 1, arrival_us: 9_000_000, used_us: 210_000, verdict: "first" }),
  );
  assert.deepEqual(
    table.map((row) => [row.entry, row.order, row.verdict]),
    [
      ["e1", 1, "first"],
      ["e2", 2, "later"],
      ["e2", 3, "rebound"],
    ],
  );
});

test("who held the question by a draw stands above a shorter time", () => {
  const table = rows(
    press("e1", { used_us: 410_000, verdict: "later" }),
    press("e2", { used_us: 412_000, verdict: "drawn", held: 1 }),
  );
  assert.deepEqual(
    table.map((row) => [row.entry, row.order, row.verdict]),
    [
      ["e2", 1, "drawn"],
      ["e1", 2, "later"],
    ],
  );
});

test("each row says which figure its time rests on", () => {
  const basis = (over: Partial<Press>) => rows(press("e1", over))[0]?.basis;
  assert.equal(basis({}), "claim");
  assert.equal(basis({ claim_us: 200_000, used_us: 417_000 }), "band");
  assert.equal(basis({ claim_us: -1, used_us: 460_000 }), "elapsed");
  assert.equal(basis({ elapsed_us: -1, used_us: 400_000 }), "arrival");
});

test("what was not measured is not a number", () => {
  const [row] = rows(press("e1", { rtt_min_us: -1, rtt_max_us: -1, claim_us: -1, used_us: 460_000, verdict: "?" }));
  assert.deepEqual([row?.band, row?.claim, row?.verdict], [UNKNOWN, UNKNOWN, "other"]);
});

test("milliseconds have a decimal only where it tells presses apart", () => {
  assert.equal(millis(412_300), "412");
  assert.equal(millis(5_700), "5.7");
  assert.equal(millis(8_000), "8");
  assert.equal(millis(0), "0");
});

test("who got the question after a wrong answer was not the first of all", () => {
  const table = rows(press("e1"), press("e2", { used_us: 500_000 }));
  assert.deepEqual(table.map((row) => row.verdict), ["first", "rebound"]);
});
