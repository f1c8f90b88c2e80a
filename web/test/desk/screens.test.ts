import assert from "node:assert/strict";
import test from "node:test";
import {
  asSent,
  assign,
  boardChoices,
  boardsOf,
  confirmed,
  flagged,
  flagState,
  freeNames,
  halls,
  isCode,
  meant,
  minutesOf,
  palette,
  remember,
  stillThere,
  toggled,
  typedCode,
  viewState,
} from "../../src/desk/screens.ts";
import type { EventHead, ScreenRow, View } from "../../src/shared/protocol.gen.ts";
import { round, snapshot } from "../snapshots.ts";

const row = (screen: string, view: View = { view: "auto" }, event = "7"): ScreenRow => ({ screen, name: `屏${screen}`, online: true, event, title: "", view });
const head = (over: Partial<EventHead> = {}): EventHead => ({ ...snapshot("running").head, ...over });

test("all screens are meant until some are chosen, and again when none is left", () => {
  const here = [row("1"), row("2"), row("3")];
  assert.deepEqual(meant(here, []), here);
  const one = toggled([], "2");
  assert.deepEqual(meant(here, one).map(({ screen }) => screen), ["2"]);
  const two = toggled(one, "3");
  assert.deepEqual(meant(here, two).map(({ screen }) => screen), ["2", "3"]);
  assert.deepEqual(meant(here, toggled(toggled(two, "2"), "3")), here);
});

test("who was unpaired is not chosen any more, so that all are meant again", () => {
  assert.deepEqual(stillThere([row("1")], ["1", "9"]), ["1"]);
  assert.deepEqual(stillThere([row("1")], ["9"]), []);
});

test("screens of another event are in another hall", () => {
  const rows = [row("1"), row("2", { view: "auto" }, "8"), { ...row("3"), event: undefined } as unknown as ScreenRow];
  const { here, elsewhere } = halls(rows, "7");
  assert.deepEqual([here.length, elsewhere.length], [1, 2]);
});

test("one message assigns a view to all, and to those without a name", () => {
  assert.deepEqual(assign([row("1"), row("2")], [], { view: "black" }), [{ view: "black" }]);
  assert.deepEqual(assign([], [], { view: "board", of: "city", round: 2 }), [{ view: "board", of: "city", round: 2 }]);
});

test("each screen keeps its flags whatever is assigned", () => {
  const here = [row("1", { view: "auto", contrast: true }), row("2", { view: "lobby", muted: true }), row("3", { view: "text", text: "x", contrast: true })];
  assert.deepEqual(assign(here, [], { view: "question" }), [
    { view: "question", contrast: true },
    { screen: "2", view: "question", muted: true },
  ]);
  assert.deepEqual(assign(here, ["2"], { view: "question" }), [{ screen: "2", view: "question", muted: true }]);
});

test("a view is told only what it has use for", () => {
  const all: View = { view: "auto", of: "city", round: 2, page: 1, entry: "5", text: "字", media: "a.jpg", until_ms: 9 };
  const told = (view: View["view"]) => assign([], [], { ...all, view })[0];
  assert.deepEqual(told("auto"), { view: "auto" });
  assert.deepEqual(told("board"), { view: "board", of: "city", round: 2 });
  assert.deepEqual(told("pages"), { view: "pages", of: "city", round: 2, page: 1 });
  assert.deepEqual(told("team"), { view: "team", entry: "5" });
  assert.deepEqual(told("countdown"), { view: "countdown", text: "字", until_ms: 9 });
  assert.deepEqual(told("media"), { view: "media", text: "字", media: "a.jpg" });
  assert.deepEqual(told("text"), { view: "text", text: "字" });
});

test("a flag changes nothing else, and never takes the picture of one screen to another", () => {
  const here = [row("1", { view: "board", of: "city" }), row("2", { view: "lobby", calm: true })];
  assert.deepEqual(flagged(here, [], "muted", true, { view: "auto" }), [
    { screen: "1", view: "board", of: "city", muted: true },
    { screen: "2", view: "lobby", calm: true, muted: true },
  ]);
  assert.deepEqual(flagged(here, ["2"], "calm", false, { view: "auto" }), [{ screen: "2", view: "lobby" }]);
  const alike = [row("1", { view: "lobby" }), row("2", { view: "lobby" })];
  assert.deepEqual(flagged(alike, [], "contrast", true, { view: "auto" }), [{ view: "lobby", contrast: true }], "also those without a name");
  assert.deepEqual(flagged([], [], "calm", true, { view: "text", text: "请稍候" }), [{ view: "text", text: "请稍候", calm: true }]);
});

test("a tile says whether all, some or none of those who are meant show it", () => {
  const rows = [row("1", { view: "board" }), row("2", { view: "board", muted: true })];
  assert.equal(viewState(rows, "board"), "on");
  assert.equal(viewState([...rows, row("3")], "board"), "some");
  assert.equal(viewState(rows, "black"), "off");
  assert.equal(flagState(rows, "muted"), "some");
  assert.equal(flagState(rows.slice(1), "muted"), "on");
  assert.equal(viewState([], "auto"), "off");
});

test("only views that make sense in the event are offered", () => {
  const plain = palette(head());
  for (const view of ["buzzer", "stakes", "grid", "reveal", "awards"] as const) assert.ok(!plain.includes(view), view);
  const full = palette(
    head({
      rounds: [round({ mode: "buzzer" }), round({ mode: "wager" })],
      freeze: true,
      awards: [{ title: "一等奖", places: 1 }],
      boards: [{ of: "city", by: "mean", least: 1 }],
    }),
  );
  assert.equal(full.length, 16);
  assert.equal(new Set(full).size, 16);
});

test("boards are those of the sheet, each once; the map is of cities", () => {
  const two = head({ boards: [{ of: "city", by: "mean", least: 1 }, { of: "city", by: "sum", least: 1 }, { of: "unit", by: "best", best: 3, least: 1 }] });
  assert.deepEqual(boardsOf(two), ["entry", "city", "unit"]);
  assert.deepEqual(boardChoices(two, "pages"), ["entry", "city", "unit"]);
  assert.deepEqual(boardChoices(two, "grid"), ["city"]);
});

test("codes, names and minutes as people type them", () => {
  assert.equal(typedCode(" ab-c 23x9"), "ABC23X");
  assert.ok(isCode("ABC23X"));
  assert.ok(!isCode("ABC23"));
  assert.deepEqual(freeNames([row("1")], ["屏1", "左屏"]), ["左屏"]);
  assert.equal(minutesOf("2,5"), 2.5);
  assert.equal(minutesOf(" 10 "), 10);
  for (const text of ["", "0", "-3", "999", "五"]) assert.equal(minutesOf(text), undefined, text);
});

test("what was sent holds until the list tells something else, so that two clicks do not undo each other", () => {
  const rows = [row("1", { view: "lobby" }), row("2", { view: "board", of: "city" })];
  const shown = (list: ScreenRow[], sent = {}) => asSent(list, sent).map(({ view }) => view);
  let sent = remember(rows, rows, {}, [{ screen: "2", view: "board", of: "city", contrast: true }]);
  assert.deepEqual(shown(rows, sent), [{ view: "lobby" }, { view: "board", of: "city", contrast: true }]);
  // The second click keeps the flag of the first.
  const shows = assign(asSent(rows, sent), [], { view: "auto" });
  assert.deepEqual(shows, [{ view: "auto" }, { screen: "2", view: "auto", contrast: true }]);
  sent = remember(rows, asSent(rows, sent), sent, shows);
  assert.deepEqual(shown(rows, sent), [{ view: "auto" }, { view: "auto", contrast: true }]);
  // The list lags: it has the first click by now.
  const lagging = [rows[0] as ScreenRow, row("2", { view: "board", of: "city", contrast: true })];
  sent = confirmed(lagging, sent);
  assert.deepEqual(shown(lagging, sent), [{ view: "auto" }, { view: "auto", contrast: true }]);
  // Somebody else's choice, and what came as sent, hold from then on.
  const others = [row("1", { view: "black" }), row("2", { view: "auto", contrast: true })];
  sent = confirmed(others, sent);
  assert.deepEqual(sent, {});
  assert.deepEqual(shown([rows[0] as ScreenRow, others[1] as ScreenRow], sent), [{ view: "lobby" }, { view: "auto", contrast: true }]);
  assert.equal(confirmed(others, sent), sent);
});
