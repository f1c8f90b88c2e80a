import assert from "node:assert/strict";
import test from "node:test";
import type { Mode, QState } from "../../src/shared/protocol.gen.ts";
import {
  BOARD_AFTER_MS,
  boardColumns,
  boardPage,
  boardPages,
  chipColumns,
  lotPages,
  podium,
  seats,
  stageView,
  tileColumns,
  tileSize,
} from "../../src/stage/view.ts";
import { boardRow, contest, question, snapshot, team } from "../snapshots.ts";

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

/* ---- teams ---- */

const STATES = ["armed", "open", "closing", "closed", "revealed"] as const;
const views = (mode: Mode, states: readonly QState[] = STATES) => states.map((state) => stageView(contest(mode, state), undefined, 0));

test("every mode has its pictures from the announcement to the reveal", () => {
  assert.deepEqual(views("required"), ["armed", "question", "question", "question", "question"]);
  assert.deepEqual(views("wager"), ["wager", "question", "question", "question", "question"]);
  assert.deepEqual(views("speed"), ["armed", "race", "race", "race", "race"]);
  assert.deepEqual(views("jury"), ["jury", "jury", "jury", "jury", "jury"]);
  assert.deepEqual(views("tiebreak"), ["duel", "question", "question", "question", "question"]);
  assert.deepEqual(views("buzzer"), ["reading", "question", "question", "outcome", "question"]);
});

test("while a team holds the question it is the picture, also while its answer is read", () => {
  assert.equal(stageView(contest("buzzer", "held", { q: { held: "e2" } }), undefined, 0), "held");
  assert.equal(stageView(contest("buzzer", "closing", { q: { held: "e2" } }), undefined, 0), "held");
});

test("the lot is shown in the lobby once it is drawn", () => {
  const lobby = contest("required", "none", { snap: { phase: "lobby" } });
  assert.equal(stageView(lobby, undefined, 0), "lot");
  assert.equal(stageView({ ...lobby, teams: [] }, undefined, 0), "lobby");
});

test("who goes on is shown once it is decided until the next question, and a key still wins", () => {
  const over = { round: { advance: 2, questions: 1 }, snap: { advanced: 1, board } };
  assert.equal(stageView(contest("required", "revealed", over), undefined, 0), "advance");
  assert.equal(stageView(contest("required", "revealed", over), { q: 1, view: "board" }, 0), "board");
  assert.equal(stageView(contest("required", "armed", over), undefined, 0), "armed");
  assert.equal(stageView(contest("required", "revealed", { ...over, snap: { board } }), undefined, 0), "question");
});

test("rules lie over everything, the seal only where there is one", () => {
  const snap = contest("required", "open");
  assert.equal(stageView(snap, undefined, 0, "rules"), "rules");
  assert.equal(stageView(snap, undefined, 0, "seal"), "question");
  assert.equal(stageView({ ...snap, phase: "final", seal: { seq: 9, hash: "ab" } }, undefined, 0, "seal"), "seal");
});

test("up to fourteen teams stand on one board, persons on pages", () => {
  assert.equal(boardColumns(true, 12), 2);
  assert.equal(boardColumns(true, 7), 1);
  assert.equal(boardColumns(true, 15), 1);
  assert.equal(boardColumns(false, 12), 1);
});

test("few short groups stand side by side, and every team of a large lot is on one page", () => {
  const grouped = Array.from({ length: 12 }, (_, i) => team(i + 1, { group: (i % 3) + 1 }));
  const [page, ...more] = lotPages(grouped);
  assert.deepEqual(page?.columns.map((column) => column.group), [1, 2, 3]);
  assert.equal(more.length, 0);
  for (const n of [1, 4, 7, 16, 17, 226]) {
    const pages = lotPages(Array.from({ length: n }, (_, i) => team(i + 1)));
    const places = pages.flatMap((one) => one.columns.flatMap((column) => column.teams.map(({ place }) => place)));
    assert.deepEqual(places, Array.from({ length: n }, (_, i) => i + 1), `${n} teams`);
    for (const one of pages) {
      assert.ok(one.columns.length <= 3, `${n} teams in ${one.columns.length} columns`);
      for (const column of one.columns) assert.ok(column.teams.length <= 8, `${n} teams, ${column.teams.length} in a column`);
    }
  }
});

test("up to four names stand in one row below a question, more in two", () => {
  assert.deepEqual([1, 4, 5, 6, 11, 12].map(chipColumns), [1, 4, 3, 3, 6, 6]);
});

test("names of a grid share one size, which falls with their number and length and stays readable", () => {
  const short = Array.from({ length: 4 }, () => ["红队"]);
  const long = Array.from({ length: 24 }, () => ["甘孜藏族自治州", "人民政府", "办公室", "代表队"]);
  const few = tileSize(short, tileColumns(4), true);
  const many = tileSize(long, tileColumns(24), true);
  assert.ok(few > many, `${few} for four, ${many} for twenty-four`);
  assert.ok(many >= 1.5, `${many}`);
  // Only what fits nowhere whole is broken within its parts, and only what fits nowhere at all is cut.
  const part = "高新技术产业开发区住房和城乡建设局";
  assert.equal(tileSize(Array.from({ length: 12 }, () => ["广元市", part]), 4, true), 1.75);
  assert.equal(tileSize([["x".repeat(4000)]], 1, false), 1.5);
});
