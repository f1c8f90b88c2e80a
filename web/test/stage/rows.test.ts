import assert from "node:assert/strict";
import test from "node:test";
import type { Chart, ChartRow, Cue } from "../../src/shared/protocol.gen.ts";
import { counted } from "../../src/stage/RowList.ts";
import { follow, nextUp, passed, type Phase, reveal } from "../../src/stage/rows.ts";

function rows(...ids: string[]): ChartRow[] {
  return ids.map((id, i) => ({ id, rank: i + 1, name: id, unit: "", points: 1000 - i, correct: 1, moved: 0 }));
}

function chart(step: number, ids: string[], cue?: Partial<Cue>, opened: string[] = []): Chart {
  const whole: Cue | undefined = cue && { step, kind: "open", name: "", unit: "", rank_from: 0, rank_to: 0, points_from: 100, points_to: 300, ...cue };
  return {
    of: "entry",
    round: 0,
    v: step,
    n: ids.length,
    final: false,
    frozen: true,
    step,
    ...(whole ? { cue: whole } : {}),
    rows: rows(...ids).map((row) => (opened.includes(row.id) ? { ...row, opened: true } : row)),
  };
}

const kinds = (phases: Phase[] | "cut") => (phases === "cut" ? phases : phases.map(({ kind }) => kind));

test("whoever is passed makes room by one place, and only while it is passed", () => {
  // From place 5 to place 2: the rows at 2, 3 and 4 end one lower.
  for (const at of [5, 4.5, 4.2, 3.7, 3, 2.4, 2]) {
    const places = [0, 1, 2, 3, 4, 6].map((index) => passed(index, 5, 2, at));
    assert.deepEqual([places[0], places[1], places[5]], [0, 1, 6]);
    // In order, one row apart at least, except for the one that is being passed.
    for (let i = 1; i < places.length; i++) assert.ok((places[i] as number) - (places[i - 1] as number) > 0.99, `${at}: ${places}`);
  }
  assert.deepEqual([2, 3, 4].map((index) => passed(index, 5, 2, 5)), [2, 3, 4]);
  assert.deepEqual([2, 3, 4].map((index) => passed(index, 5, 2, 2)), [3, 4, 5]);
  assert.equal(passed(4, 5, 2, 4.5), 4.5);
});

test("down it is the same the other way round", () => {
  assert.deepEqual([3, 4, 5].map((index) => passed(index, 2, 5, 2)), [3, 4, 5]);
  assert.deepEqual([3, 4, 5].map((index) => passed(index, 2, 5, 5)), [2, 3, 4]);
  assert.equal(passed(6, 2, 5, 5), 6);
});

test("the window keeps what it follows in its middle and never leaves the list", () => {
  assert.equal(follow(100, 7, 226), 97);
  assert.equal(follow(1, 7, 226), 0);
  assert.equal(follow(225, 7, 226), 219);
  assert.equal(follow(2, 7, 5), 0);
});

test("a step opens, counts and moves, and then points at who is next", () => {
  const before = chart(3, ["a", "b", "c", "d", "e"], undefined, ["e"]);
  const after = chart(4, ["a", "d", "b", "c", "e"], { entry: "d", rank_from: 4, rank_to: 2 }, ["d", "e"]);
  const phases = reveal(before, after);
  assert.deepEqual(kinds(phases), ["award", "focus", "count", "move", "settle", "hold", "focus"]);
  assert.deepEqual(phases.slice(-1), [{ kind: "focus", key: "c" }]);
  assert.equal(nextUp(after.rows), "c");
});

test("a rewind goes back by the same way: down, and then the points are hidden", () => {
  const after = chart(4, ["a", "d", "b", "c", "e"], { entry: "d" }, ["d", "e"]);
  const before = chart(3, ["a", "b", "c", "d", "e"], undefined, ["e"]);
  const phases = reveal(after, before);
  assert.deepEqual(kinds(phases), ["award", "focus", "move", "count", "settle", "focus"]);
  const count = phases !== "cut" && phases.find((phase) => phase.kind === "count");
  assert.ok(count && count.kind === "count");
  assert.deepEqual([count.from, count.to], [300, 100]);
});

test("an award is shown after its row, and the award before it comes back with a rewind", () => {
  const plain = chart(7, ["a", "b"], { entry: "b" }, ["a", "b"]);
  const first = chart(8, ["a", "b"], { kind: "award", entry: "b", award: 1 }, ["a", "b"]);
  const second = chart(9, ["a", "b"], { kind: "award", entry: "a", award: 0 }, ["a", "b"]);
  assert.deepEqual(kinds(reveal(plain, first)), ["focus", "settle", "award"]);
  const back = reveal(second, first);
  assert.ok(back !== "cut" && back[0]?.kind === "award");
  assert.equal(back[0].cue, first.cue);
  const gone = reveal(first, plain);
  assert.ok(gone !== "cut" && gone[0]?.kind === "award");
  assert.equal(gone[0].cue, undefined);
});

test("a jump is a cut, and so is a board that this stage has not seen before", () => {
  const one = chart(1, ["a", "b"], { entry: "b" }, ["b"]);
  const five = chart(5, ["b", "a"], { entry: "a" }, ["a", "b"]);
  assert.equal(reveal(one, five), "cut");
  assert.equal(reveal(five, one), "cut");
  assert.equal(reveal(undefined, one), "cut");
  assert.equal(reveal({ ...one, of: "city" }, { ...one, step: 2 }), "cut");
});

test("where others change places, too, all rows glide: one that moves would not tell what happened", () => {
  const before = chart(0, ["a", "b", "c", "d"]);
  const after = chart(1, ["d", "b", "a", "c"], { entry: "d" }, ["d"]);
  assert.ok(kinds(reveal(before, after)).includes("glide"));
  assert.deepEqual(kinds(reveal(before, { ...before, v: 9 })), ["glide", "settle"]);
  assert.ok(kinds(reveal(before, chart(1, ["b", "a", "c", "d"], { kind: "others" }))).includes("glide"));
});

test("points count with no more places than they have, and end where they are to end", () => {
  for (const share of [0.1, 0.33, 0.5, 0.99]) {
    assert.equal(counted(100, 900, share) % 100, 0);
    assert.equal(counted(110, 900, share) % 10, 0);
  }
  assert.equal(counted(111, 934, 1), 934);
  assert.equal(counted(900, 100, 0), 900);
});
