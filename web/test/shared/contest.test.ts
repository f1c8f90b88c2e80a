import assert from "node:assert/strict";
import test from "node:test";
import {
  answered,
  answeredAlone,
  asked,
  buzzerEnd,
  goingOn,
  justCut,
  manyAnswer,
  nextInTurn,
  owing,
  presses,
  seatViews,
  staked,
  stakes,
  wentOn,
} from "../../src/shared/contest.ts";
import type { Snapshot } from "../../src/shared/protocol.gen.ts";
import { boardRow, contest, question, round, seat, team } from "../snapshots.ts";

const entries = (list: { entry: string }[]) => list.map(({ entry }) => entry);

function at(snap: Snapshot, entry: string, nowMs = 0): string | undefined {
  return seatViews(snap, nowMs).find((view) => view.team.entry === entry)?.at;
}

test("whom a question is put to: whose turn it is, who is tied, or all of the group that are in", () => {
  assert.deepEqual(entries(asked(contest("required", "open", { q: { turn: "e3" } }))), ["e3"]);
  assert.deepEqual(entries(asked(contest("tiebreak", "open", { q: { field: ["e4", "e2"] } }))), ["e2", "e4"]);
  const teams = [team(1, { group: 1 }), team(2, { group: 2 }), team(3, { group: 1, in: false }), team(4, { group: 1, out: true })];
  assert.deepEqual(entries(asked(contest("required", "open", { round: { group: 1 }, snap: { teams } }))), ["e1"]);
});

test("the strongest fact about a seat is what is seen", () => {
  const seats = [seat("e1", { pressed: true, order: 1 }), seat("e2", { pressed: true, tried: true, order: 2 }), seat("e3", { fouled: true })];
  const held = contest("buzzer", "held", { q: { held: "e1", seats } });
  assert.equal(at(held, "e1"), "held");
  assert.equal(at(held, "e2"), "wrong");
  assert.equal(at(held, "e3"), "fouled");
  assert.equal(at(held, "e4"), "idle");
});

test("a lock ends with its time, and before the signal it has none", () => {
  const seats = [seat("e1", { fouled: true, locked_ms: 5000 })];
  assert.equal(at(contest("buzzer", "armed", { q: { seats } }), "e1", 9000), "locked");
  assert.equal(at(contest("buzzer", "open", { q: { seats } }), "e1", 4999), "locked");
  assert.equal(at(contest("buzzer", "open", { q: { seats } }), "e1", 5000), "idle");
});

test("a stake is secret until the opening; not to choose is to decline", () => {
  const armed = contest("wager", "armed", { q: { seats: [seat("e1", { staked: true }), seat("e4", { staked: true })] } });
  assert.deepEqual(staked(armed), { n: 2, of: 4 });
  assert.equal(at(armed, "e1"), "staked");
  const open = contest("wager", "open", { q: { seats: [seat("e1", { stake: 1000 }), seat("e3", { stake: 3000 }), seat("e4", { stake: 0 })] } });
  assert.deepEqual(
    stakes(open).map((pile) => [pile.points, entries(pile.teams)]),
    [
      [3000, ["e3"]],
      [1000, ["e1"]],
      [0, ["e2", "e4"]],
    ],
  );
  assert.equal(at(open, "e4"), "declined");
});

test("presses come in the order in which they were judged, with what the later ones were behind", () => {
  const seats = [seat("e4", { pressed: true, order: 2, used_us: 450_000 }), seat("e2", { pressed: true, order: 1, used_us: 412_000 }), seat("e1", { fouled: true })];
  assert.deepEqual(
    presses(contest("buzzer", "held", { q: { held: "e2", seats } })).map((press) => [press.entry, press.order, press.gapUs]),
    [
      ["e2", 1, 0],
      ["e4", 2, 38_000],
    ],
  );
});

test("a buzzer question ends right, wrong, or in silence", () => {
  assert.deepEqual(buzzerEnd(question(1, "closed", { seats: [seat("e1", { tried: true }), seat("e2", { right: true })] })), { kind: "right", entry: "e2" });
  assert.deepEqual(buzzerEnd(question(1, "closed", { seats: [seat("e1", { tried: true })] })), { kind: "wrong" });
  assert.deepEqual(buzzerEnd(question(1, "closed", { silent: true, seats: [seat("e1", { fouled: true })] })), { kind: "silent" });
});

test("how far a team is comes from the progress, of a burst and of members who answer", () => {
  const progress = [{ entry: "e1", done: 5 }, { entry: "e2", done: 2 }];
  const burst = contest("speed", "open", { q: { n: 5 }, snap: { progress } });
  assert.deepEqual(seatViews(burst, 0).map(({ done, at }) => [done, at]), [[5, "idle"], [2, "idle"], [0, "idle"], [0, "idle"]]);
  assert.deepEqual(answered(burst), { n: 1, of: 4 });
  const all = contest("required", "open", { round: { policy: "majority" }, snap: { progress: [{ entry: "e2", done: 2 }] } });
  assert.deepEqual(seatViews(all, 0).map(({ at }) => at), ["idle", "answered", "idle", "idle"]);
  assert.deepEqual(answered(all), { n: 1, of: 4 });
  assert.equal(manyAnswer(all), true);
  assert.equal(manyAnswer(contest("required", "open", { round: { policy: "first" } })), false);
  assert.equal(manyAnswer(contest("speed", "open", { q: { n: 5 }, round: { policy: "majority" } })), false);
});

test("only who staked is waited for, and what became of an answer is stronger than that it is there", () => {
  const seats = [seat("e1", { stake: 1000 }), seat("e3", { stake: 2000 }), seat("e4", { stake: 0 })];
  assert.deepEqual(answered(contest("wager", "open", { q: { seats }, snap: { progress: [{ entry: "e3", done: 1 }] } })), { n: 1, of: 2 });
  const wrong = contest("buzzer", "open", { q: { rebounds: 1, seats: [seat("e1", { pressed: true, tried: true })] }, snap: { progress: [{ entry: "e1", done: 1 }] } });
  assert.equal(at(wrong, "e1"), "wrong");
});

test("by the lot the next team is the one after, as far as it can be seen", () => {
  const turn = (entry: string, over: Partial<Snapshot> = {}) =>
    nextInTurn(contest("required", "open", { round: { turns: "lot", questions: 9 }, q: { turn: entry }, snap: over }))?.entry;
  assert.equal(turn("e1"), "e2");
  assert.equal(turn("e1", { teams: [team(1), team(2, { out: true }), team(3)] }), "e3");
  assert.equal(turn("e4"), undefined, "whether there is another pass is not told");
  const rulings = [{ no: 1, kind: "void" as const, state: "done" as const, question: 2, by: "9", reason: "" }];
  assert.equal(turn("e1", { rulings }), undefined, "a voided question comes back to its team");
  assert.equal(turn("e1", { rulings: [{ ...rulings[0]!, question: 20 }] }), "e2");
});

test("nothing is guessed about who is next by reverse rank; what the engine says is believed", () => {
  const reverse = contest("required", "revealed", { round: { turns: "reverse" }, q: { turn: "e4" } });
  assert.equal(nextInTurn(reverse), undefined);
  assert.equal(nextInTurn({ ...reverse, ahead: { q: 2, round: 1, turn: "e2", advance: false } })?.entry, "e2");
  assert.equal(nextInTurn({ ...reverse, ahead: { q: 9, round: 2, turn: "e2", advance: false } }), undefined);
});

test("an advancement is news from when it is made until the next question", () => {
  const cut = (state: "revealed" | "armed", advanced: number, q = 1) =>
    justCut(contest("required", state, { q: { q, round: q }, round: { advance: 2 }, snap: { advanced } }));
  assert.equal(cut("revealed", 0), undefined);
  assert.equal(cut("revealed", 1), 1);
  assert.equal(cut("armed", 1), undefined);
  assert.equal(cut("revealed", 1, 2), undefined, "it was the round before");
  assert.equal(cut("revealed", 2), 2, "a tie-break between that nobody needed");
});

test("who went on are those of the round's group that are still in", () => {
  const teams = [team(1, { group: 1 }), team(2, { group: 1, in: false, left: 1 }), team(3, { group: 2 }), team(4, { group: 1, out: true })];
  const snap = contest("required", "revealed", { round: { advance: 1, group: 1 }, snap: { teams, advanced: 1 } });
  assert.deepEqual(entries(wentOn(snap)), ["e1"]);
  assert.deepEqual(wentOn({ ...snap, advanced: 0 }), []);
});

test("who would go on is the engine's word, with how they stand", () => {
  const board = { v: 1, of: 2, final: false, rows: [boardRow(1, "e3"), boardRow(2, "e1")] };
  const snap = contest("required", "revealed", { snap: { board, ahead: { advance: true, on: ["e3", "e2"] } } });
  assert.deepEqual(goingOn(snap).map(({ name, row }) => [name, row?.rank]), [["第3队", 1], ["第2队", undefined]]);
  assert.deepEqual(goingOn({ ...snap, ahead: { q: 2, round: 1, advance: false } }), []);
});

test("a round owes who goes on until it is said", () => {
  const owes = (now: number, advanced: number, due = false) => {
    const base = contest("required", "revealed", { q: { round: now }, snap: { advanced, ahead: { advance: due } } });
    return owing({ ...base, head: { ...base.head, rounds: [round({ title: "一" }), round({ title: "二", advance: 4 }), round({ title: "三", advance: 2 })] } })?.title;
  };
  assert.equal(owes(1, 0), undefined);
  assert.equal(owes(2, 0), "二");
  assert.equal(owes(2, 2), undefined);
  assert.equal(owes(2, 2, true), "三", "its round was not needed");
  assert.equal(owes(3, 2), "三");
});

test("shares are told where many answer, not where one team does", () => {
  assert.equal(answeredAlone(question(1, "revealed", { mode: "required" })), false);
  assert.equal(answeredAlone(question(1, "revealed", { mode: "required", turn: "e1" })), true);
  assert.equal(answeredAlone(question(1, "revealed", { mode: "buzzer" })), true);
});
