import assert from "node:assert/strict";
import test from "node:test";
import { BOARD_AFTER_MS, boardPage, boardPages, podium, seats, stageView } from "../../src/stage/view.ts";
import { boardRow, question, snapshot } from "../snapshots.ts";

const board = { v: 9, of: 3, final: false, rows: [boardRow(1), boardRow(2), boardRow(3)] };

test("every phase has its picture", () => {
  assert.equal(stageView(snapshot("draft"), undefined, 0), "draft");
  assert.equal(stageView(snapshot("lobby"), undefined, 0), "lobby");
  assert.equal(stageView(snapshot("running"), undefined, 0), "ready");
  assert.equal(stageView(snapshot("finished"), undefined, 0), "podium");
  assert.equal(stageView(snapshot("final"), undefined, 0), "podium");
});

test("a question is one picture from its opening to its reveal", () => {
  assert.equal(stageView(snapshot("running", question(1, "armed")), undefined, 0), "armed");
  for (const state of ["open", "closing", "closed", "revealed"] as const) {
    assert.equal(stageView(snapshot("running", question(1, state)), undefined, 0), "question", state);
  }
});

test("a pause keeps the picture it interrupts", () => {
  assert.equal(stageView(snapshot("paused", question(1, "open")), undefined, 0), "question");
  assert.equal(stageView(snapshot("paused", question(1, "armed")), undefined, 0), "armed");
});

test("the board follows the reveal after its time and not before", () => {
  const snap = snapshot("running", question(2, "revealed"), { board });
  assert.equal(stageView(snap, undefined, BOARD_AFTER_MS - 1), "question");
  assert.equal(stageView(snap, undefined, BOARD_AFTER_MS), "board");
});

test("without a board the answer stays", () => {
  assert.equal(stageView(snapshot("running", question(2, "revealed")), undefined, BOARD_AFTER_MS), "question");
  const empty = { ...board, rows: [] };
  assert.equal(
    stageView(snapshot("running", question(2, "revealed"), { board: empty }), { q: 2, view: "board" }, 0),
    "question",
  );
});

test("the presenter's key wins over the clock, for that question only", () => {
  const snap = snapshot("running", question(2, "revealed"), { board });
  assert.equal(stageView(snap, { q: 2, view: "board" }, 0), "board");
  assert.equal(stageView(snap, { q: 2, view: "reveal" }, BOARD_AFTER_MS * 2), "question");
  assert.equal(stageView(snap, { q: 1, view: "board" }, 0), "question");
});

test("the old board is never shown over a question that is not revealed", () => {
  for (const state of ["open", "closing", "closed"] as const) {
    const snap = snapshot("running", question(3, state), { board });
    assert.equal(stageView(snap, { q: 3, view: "board" }, BOARD_AFTER_MS * 2), "question", state);
  }
});

test("pages of the board wrap around in both directions", () => {
  const rows = Array.from({ length: 16 }, (_, i) => boardRow(i + 1));
  assert.equal(boardPages(rows.length), 3);
  assert.deepEqual(
    boardPage(rows, 2).map((row) => row.rank),
    [15, 16],
  );
  assert.deepEqual(boardPage(rows, 3), boardPage(rows, 0));
  assert.deepEqual(boardPage(rows, -1), boardPage(rows, 2));
  assert.deepEqual(boardPage([], 4), []);
});

test("the first stands in the middle, the second left of it, the third right", () => {
  const { steps, rest, unshown } = podium([1, 2, 3, 4, 5].map((rank) => boardRow(rank)));
  assert.deepEqual(
    steps.map((row) => row.rank),
    [2, 1, 3],
  );
  assert.deepEqual(
    rest.map((row) => row.rank),
    [4, 5],
  );
  assert.equal(unshown, 0);
});

test("tied entries all stand on the podium as far as there is room, and the others are counted", () => {
  const tied = Array.from({ length: 7 }, (_, i) => boardRow(1, `t${i}`));
  const { steps, rest, unshown } = podium([...tied, boardRow(8)]);
  assert.equal(steps.length, 5);
  assert.equal(unshown, 2);
  assert.deepEqual(
    rest.map((row) => row.rank),
    [8],
  );
});

test("an empty board gives an empty podium", () => {
  assert.deepEqual(podium([]), { steps: [], unshown: 0, rest: [] });
});

test("the band of seats never overflows and its scale is a round number", () => {
  assert.deepEqual(seats(3, 3, 176), { per: 1, lit: 3, total: 176 });
  assert.deepEqual(seats(201, 226, 176), { per: 2, lit: 101, total: 176 });
  for (const players of [0, 1, 176, 177, 9_999, 1_200_000]) {
    const { per, lit, total } = seats(players, players, 176);
    assert.ok(lit <= total, `${players} players light ${lit} of ${total}`);
    assert.ok(players === 0 ? lit === 0 : lit > 0, `${players} players light ${lit}`);
    assert.match(String(per), /^[125]0*$/);
  }
});
