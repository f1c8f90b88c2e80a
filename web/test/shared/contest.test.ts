import assert from "node:assert/strict";
import test from "node:test";
import {
  advanceDue,
  advanced,
  asked,
  buzzerEnd,
  cut,
  fellOut,
  mayCut,
  nextInTurn,
  nextNumber,
  presses,
  roundOver,
  seatViews,
  staked,
  stakes,
} from "../../src/shared/contest.ts";
import type { Snapshot } from "../../src/shared/protocol.gen.ts";
import { boardRow, contest, question, round, seat, team } from "../snapshots.ts";

const entries = (list: { entry: string }[]) => list.map(({ entry }) => entry);

function at(snap: Snapshot, entry: string, nowMs = 0): string | undefined {
  return seatViews(snap, nowMs).find((view) => view.team.entry === entry)?.at;
}

/** Rounds of 8 and 4 questions, at the given question of the first, revealed. */
function twoRounds(inRound: number, first: Partial<Parameters<typeof round>[0]>, snap: Partial<Snapshot> = {}): Snapshot {
  const base = contest("required", "revealed", { q: { q: inRound, in_round: inRound }, snap });
  return { ...base, head: { ...base.head, questions: 12, rounds: [round({ questions: 8, mode: "required", ...first }), round({ questions: 4 })] } };
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

test("by the lot the next team is the one after, until all had the same number of questions", () => {
  const turn = (inRound: number, entry: string) =>
    nextInTurn(contest("required", "open", { round: { turns: "lot", questions: 9 }, q: { in_round: inRound, turn: entry } }))?.entry;
  assert.equal(turn(1, "e1"), "e2");
  assert.equal(turn(4, "e4"), "e1");
  assert.equal(turn(8, "e4"), undefined);
});

test("nothing is guessed about who is next by reverse rank or after a void; what the engine says is believed", () => {
  const reverse = contest("required", "revealed", { round: { turns: "reverse" }, q: { turn: "e4" } });
  assert.equal(nextInTurn(reverse), undefined);
  assert.equal(nextInTurn({ ...reverse, ahead: { q: 2, round: 1, turn: "e2", advance: false } })?.entry, "e2");
  assert.equal(nextInTurn(contest("required", "open", { round: { turns: "lot" }, q: { turn: "e1", voided: true } })), undefined);
});

test("a round is over when no further question of it will be asked", () => {
  assert.equal(roundOver(contest("required", "revealed", { q: { in_round: 7 } })), false);
  assert.equal(roundOver(contest("required", "revealed", { q: { in_round: 8 } })), true);
  assert.equal(roundOver(contest("required", "closed", { q: { in_round: 8 } })), false);
  assert.equal(roundOver(contest("speed", "revealed", { q: { in_round: 1, n: 8 } })), true);
});

test("in turn, spare questions are for those that were voided", () => {
  const lot = { round: { turns: "lot" as const, questions: 6 }, q: { in_round: 4, turn: "e4" } };
  assert.equal(roundOver(contest("required", "revealed", lot)), true);
  const rulings = [{ no: 1, kind: "void" as const, state: "done" as const, question: 2, by: "9", reason: "" }];
  assert.equal(roundOver(contest("required", "revealed", { ...lot, snap: { rulings } })), false);
});

test("a tie-break is over when nobody in it is tied any more", () => {
  const board = (ranks: number[]) => ({ v: 1, of: 2, final: false, rows: ranks.map((rank, i) => boardRow(rank, `e${i + 1}`)) });
  const tied = (ranks: number[]) => contest("tiebreak", "revealed", { q: { field: ["e1", "e2"] }, snap: { board: board(ranks) } });
  assert.equal(roundOver(tied([1, 1])), false);
  assert.equal(roundOver(tied([1, 2])), true);
  assert.equal(roundOver(contest("tiebreak", "revealed", { q: { field: ["e1", "e2"] } })), false);
});

test("the next question is the next of the round, then the first of the next round, then none", () => {
  assert.equal(nextNumber(twoRounds(3, {})), 4);
  assert.equal(nextNumber(twoRounds(4, { turns: "lot", questions: 6 })), 7);
  assert.equal(nextNumber(contest("required", "revealed", { q: { q: 8, in_round: 8 } })), undefined);
  assert.equal(nextNumber(contest("required", "none", { snap: { question: undefined as never } })), 1);
});

test("who goes on is due after the round, and done when no more are in", () => {
  assert.equal(advanceDue(twoRounds(7, { advance: 2 })), false);
  assert.equal(advanceDue(twoRounds(8, { advance: 2 })), true);
  assert.equal(mayCut(twoRounds(3, { advance: 2 })), true);
  assert.equal(advanced(twoRounds(8, { advance: 2 })), false);
  const teams = [team(1), team(2), team(3, { in: false }), team(4, { in: false })];
  assert.equal(advanceDue(twoRounds(8, { advance: 2 }, { teams })), false);
  assert.equal(advanced(twoRounds(8, { advance: 2 }, { teams })), true);
});

test("the engine's word on what comes next wins over what was worked out", () => {
  const ties = [team(1), team(2), team(3), team(4, { in: false })];
  const said = twoRounds(8, { advance: 2 }, { teams: ties, ahead: { q: 9, round: 2, advance: false } });
  assert.equal(advanceDue(said), false);
  assert.equal(mayCut(said), false);
  assert.equal(nextNumber({ ...said, ahead: { advance: false } }), undefined);
  // In the middle of a round it may end by an advancement; it need not.
  const middle = twoRounds(3, { advance: 2 }, { ahead: { q: 4, round: 1, advance: true, on: ["e1", "e2"] } });
  assert.equal(advanceDue(middle), false);
  assert.equal(mayCut(middle), true);
});

test("who would go on: the best, and whoever shares the last place", () => {
  const rows = [boardRow(1, "e3"), boardRow(2, "e1"), boardRow(2, "e2"), boardRow(4, "e4")];
  const snap = twoRounds(8, { advance: 2 }, { board: { v: 1, of: 4, final: false, rows } });
  assert.deepEqual(entries(cut(snap).on), ["e3", "e1", "e2"]);
  assert.equal(cut(snap).tied, true);
  const told = cut({ ...snap, ahead: { advance: true, on: ["e2", "e3"] } });
  assert.deepEqual(entries(told.on), ["e2", "e3"]);
  assert.equal(told.tied, false);
});

test("a stage sees an advancement, not a disqualification and not another question's", () => {
  const before = contest("required", "revealed");
  const out = (over: object) => ({ ...before, teams: [team(1), team(2), team(3), team(4, over)] });
  assert.equal(fellOut(before, out({ in: false })), true);
  assert.equal(fellOut(before, out({ in: false, out: true })), false);
  assert.equal(fellOut(undefined, out({ in: false })), false);
  assert.equal(fellOut({ ...before, question: question(9, "revealed") }, out({ in: false })), false);
});
