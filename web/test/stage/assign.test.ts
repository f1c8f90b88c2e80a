import assert from "node:assert/strict";
import test from "node:test";
import type { Chart, StageView as Named, View } from "../../src/shared/protocol.gen.ts";
import { assignedView, chartFor, entryChart, markOf } from "../../src/stage/assign.ts";
import { awardPages } from "../../src/stage/AwardsView.tsx";
import { shortName, tierOf } from "../../src/stage/GridView.tsx";
import { revealLines, winners } from "../../src/stage/lines.ts";
import { arrivals } from "../../src/stage/LobbyView.tsx";
import { clockWords, mediaAddress, mediaKind } from "../../src/stage/ShowViews.tsx";
import { stageView } from "../../src/stage/view.ts";
import { boardRow, question, snapshot } from "../snapshots.ts";

const chart = (over: Partial<Chart> = {}): Chart => ({
  of: "entry",
  round: 0,
  v: 1,
  n: 5,
  final: false,
  frozen: false,
  step: 0,
  rows: [1, 2, 2, 4, 5].map((rank, i) => ({ id: `e${i}`, rank, name: `第${i}队`, unit: "", points: 100 - rank, correct: 0, moved: 0 })),
  ...over,
});

test("a screen shows what it was told, and follows the contest otherwise", () => {
  const snap = snapshot("running", question(1, "open"));
  const auto = stageView(snap, undefined, 0);
  assert.equal(assignedView({ view: "auto" }, snap, auto), "question");
  assert.equal(assignedView({ view: "board" }, snap, auto), "chart");
  assert.equal(assignedView({ view: "buzzer" }, snap, auto), "presses");
  assert.equal(assignedView({ view: "question" }, snap, auto), "question");
  assert.equal(assignedView({ view: "question" }, snapshot("running"), "ready"), "ready");
  const same: Named[] = ["lobby", "media", "countdown", "distribution", "stakes", "pages", "grid", "team", "reveal", "awards", "text", "black"];
  for (const view of same) assert.equal(assignedView({ view }, snap, auto), view);
});

test("while the board is frozen nobody stands on a podium, and the reveal is what auto shows", () => {
  const frozen = (step: number, done = false) => ({ frozen: { step, done } });
  assert.equal(stageView(snapshot("finished", question(10, "revealed"), frozen(0)), undefined, 0), "pages");
  assert.equal(stageView(snapshot("finished", question(10, "revealed"), frozen(3)), undefined, 0), "reveal");
  assert.equal(stageView(snapshot("finished", question(10, "revealed"), frozen(9, true)), undefined, 0), "reveal");
  assert.equal(stageView(snapshot("running", question(5, "revealed"), frozen(1)), undefined, 0), "reveal");
  assert.equal(stageView(snapshot("running", question(5, "revealed"), frozen(0)), undefined, 0), "question");
  assert.equal(stageView(snapshot("final", question(10, "revealed")), undefined, 0), "podium");
});

test("how the board stands is said until it is final", () => {
  assert.equal(markOf(snapshot("running")), undefined);
  assert.equal(markOf(snapshot("running", undefined, { frozen: { step: 0, done: false } })), "frozen");
  assert.equal(markOf(snapshot("finished", undefined, { frozen: { step: 4, done: false } })), "revealing");
  assert.equal(markOf(snapshot("finished", undefined, { frozen: { step: 9, done: true } })), "provisional");
  assert.equal(markOf(snapshot("final", undefined, { frozen: { step: 9, done: true } })), undefined);
});

test("a view takes its own board; of entries the top that everybody has does until the whole is here", () => {
  const snap = snapshot("running", undefined, { board: { v: 3, of: 9, final: false, rows: [boardRow(1), boardRow(2)] } });
  const city = chart({ of: "city" });
  const charts = { "city:0": city, "entry:2": chart({ round: 2 }) };
  const view = (over: Partial<View>): View => ({ view: "pages", ...over });
  assert.equal(chartFor(view({ of: "city" }), snap, charts), city);
  assert.equal(chartFor({ view: "grid" }, snap, charts), city);
  assert.equal(chartFor(view({ of: "entry", round: 2 }), snap, charts)?.round, 2);
  assert.equal(chartFor(view({ of: "county" }), snap, charts), undefined);
  assert.equal(chartFor(view({}), snap, charts)?.n, 9);
  assert.equal(entryChart(snap, { "entry:0": chart() })?.n, 5);
});

test("ties that begin within an award's places get it, and the next one's places begin after them", () => {
  const awards = [{ title: "一等奖", places: 2 }, { title: "二等奖", places: 1 }, { title: "三等奖", places: 9 }];
  const ids = (lists: { id: string }[][]) => lists.map((list) => list.map(({ id }) => id));
  assert.deepEqual(ids(winners(chart().rows, awards, false)), [["e0", "e1", "e2"], ["e3"], ["e4"]]);
  assert.deepEqual(ids(winners(chart({ rows: [] }).rows, awards, false)), [[], [], []]);
  const shown = chart().rows.map((row, i) => (i === 3 ? { ...row, award: 1 } : row));
  assert.deepEqual(ids(winners(shown, awards, true)), [[], ["e3"], []]);
});

test("no award is said before the reveal has said it", () => {
  const snap = snapshot("finished", undefined, { frozen: { step: 0, done: false } });
  snap.head.awards = [{ title: "一等奖", places: 1 }];
  assert.deepEqual(awardPages(chart(), snap), []);
  assert.equal(awardPages(chart(), { ...snap, frozen: { step: 9, done: true } }).length, 1);
});

test("the reveal veils who is not opened, and says the move of this step only", () => {
  const cue = { step: 1, kind: "open" as const, entry: "e1", name: "", unit: "", rank_from: 4, rank_to: 2, points_from: 0, points_to: 9 };
  const rows = chart().rows.map((row) => (row.id === "e1" ? { ...row, opened: true, moved: 2 } : { ...row, moved: -1 }));
  const lines = revealLines(chart({ rows, cue, step: 1, frozen: true }), [], false);
  assert.deepEqual(lines.map(({ veiled }) => veiled), [true, false, true, true, true]);
  assert.deepEqual(lines.map(({ moved }) => moved), [undefined, 2, undefined, undefined, undefined]);
  assert.ok(revealLines(chart({ rows }), [], true).every(({ veiled }) => veiled === false));
});

test("who arrives comes first, and who is known keeps the place", () => {
  const of = (...ids: string[]) => chart({ rows: ids.map((id) => ({ id, rank: 0, name: id, unit: "", points: 0, correct: 0, moved: 0 })) });
  const first = arrivals([], of("7", "12", "101"));
  assert.deepEqual(first, ["101", "12", "7"]);
  const second = arrivals(first, of("7", "12", "101", "102", "55"));
  assert.deepEqual(second, ["102", "55", "101", "12", "7"]);
  assert.deepEqual(arrivals(second, of("7", "102")), ["102", "7"]);
});

test("cities are named as on a map and shaded by where they stand", () => {
  assert.equal(shortName("成都市"), "成都");
  assert.equal(shortName("阿坝藏族羌族自治州"), "阿坝州");
  assert.equal(shortName("凉山彝族自治州"), "凉山州");
  assert.equal(shortName("攀枝花市"), "攀枝花");
  assert.equal(shortName("省直机关"), "省直机关");
  assert.equal(tierOf(0, 21), "tier-none");
  assert.equal(tierOf(2, 21), "tier-top tier-2");
  assert.deepEqual([4, 12, 21].map((rank) => tierOf(rank, 21)), ["tier-high", "tier-middle", "tier-low"]);
});

test("a file is what its name says, and no other path can be reached by it", () => {
  assert.deepEqual(["a.png", "b.MP4", "c.mp3", "d"].map(mediaKind), ["image", "video", "audio", "image"]);
  assert.equal(mediaAddress("宣传片 1.mp4"), "/media/%E5%AE%A3%E4%BC%A0%E7%89%87%201.mp4");
  assert.equal(mediaAddress("a?b#c"), "/media/a%3Fb%23c");
});

test("a clock says seconds while they are few, then minutes, then hours", () => {
  assert.deepEqual([0, 7, 99, 100, 754, 3661].map(clockWords), ["0", "7", "99", "1:40", "12:34", "1:01:01"]);
});
