import assert from "node:assert/strict";
import test from "node:test";
import { type Outcome, outcomeOf } from "../../src/play/outcome.ts";
import { me } from "../../src/play/screen.ts";
import type { Own, Question } from "../../src/shared/protocol.gen.ts";
import { question, seat, snapshot, team, teamState } from "../snapshots.ts";

const own = (over: Partial<Own> = {}): Own => ({ v: 1, points: 0, correct: 0, rank: 1, of: 2, q: 1, ...over });

function outcome(over: Partial<Question>, mine: Own | undefined): Outcome {
  const current = question(1, "revealed", { mode: "required", ...over });
  const snap = snapshot("running", current, { teams: [team(1), team(2)], team: teamState(), ...(mine ? { own: mine } : {}) });
  return outcomeOf(snap, current, me(snap, { entry: "e1", person: "11", guest: false }));
}

test("before the own standing is here it is being counted", () => {
  assert.deepEqual(outcome({}, undefined), { at: "settling" });
  assert.deepEqual(outcome({}, own({ q: 9 })), { at: "settling" });
});

test("an own answer is right, wrong or missing, with what it gained", () => {
  assert.deepEqual(outcome({}, own({ right: true, gained: 1000 })), { at: "right", gained: 1000 });
  assert.deepEqual(outcome({}, own({ right: false, gained: -500 })), { at: "wrong", gained: -500 });
  assert.deepEqual(outcome({}, own()), { at: "missed", gained: 0 });
});

test("a void wins over everything", () => {
  assert.deepEqual(outcome({ voided: true }, own({ right: true })), { at: "voided" });
});

test("where another team answered it is told how, and what a foul cost the own", () => {
  const theirs = { mode: "buzzer" as const, seats: [seat("e1", { fouled: true }), seat("e2", { pressed: true, right: true })] };
  assert.deepEqual(outcome(theirs, own({ gained: -1000 })), { at: "theirs", who: "e2", how: "right", gained: -1000 });
  const wrong = { turn: "e2", seats: [seat("e2", { tried: true })] };
  assert.deepEqual(outcome(wrong, own()), { at: "theirs", who: "e2", how: "wrong", gained: 0 });
});

test("of the team in turn the counts tell how it answered by hand", () => {
  const how = (answered: number, correct: number) => outcome({ turn: "e2", answered, correct }, own());
  assert.deepEqual(how(1, 1), { at: "theirs", who: "e2", how: "right", gained: 0 });
  assert.deepEqual(how(1, 0), { at: "theirs", who: "e2", how: "wrong", gained: 0 });
  assert.deepEqual(how(0, 0), { at: "theirs", who: "e2", how: "silent", gained: 0 });
});

test("who was not asked missed nothing", () => {
  assert.deepEqual(outcome({ mode: "tiebreak", field: ["e2"] }, own()), { at: "watched", gained: 0 });
  assert.deepEqual(outcome({ mode: "tiebreak", field: ["e1"] }, own()), { at: "missed", gained: 0 });
});

test("a spoken answer of the own team is its answer", () => {
  assert.deepEqual(outcome({ turn: "e1", seats: [seat("e1", { right: true })] }, own({ gained: 1000 })), { at: "right", gained: 1000 });
  assert.deepEqual(outcome({ turn: "e1", seats: [seat("e1", { tried: true })] }, own()), { at: "wrong", gained: 0 });
});

test("nobody pressed, or the own team declined", () => {
  assert.deepEqual(outcome({ mode: "buzzer", silent: true }, own()), { at: "silent" });
  assert.deepEqual(outcome({ mode: "buzzer", silent: true }, undefined), { at: "silent" });
  assert.deepEqual(outcome({ mode: "wager", seats: [seat("e1", { staked: true, stake: 0 })] }, own()), { at: "declined", gained: 0 });
});

test("a burst has no right or wrong but points; another team's has neither", () => {
  assert.deepEqual(outcome({ mode: "speed", n: 3 }, own({ right: false, gained: 2000 })), { at: "burst", gained: 2000 });
  assert.deepEqual(outcome({ mode: "speed", n: 3, turn: "e2" }, own()), { at: "burstTheirs", who: "e2" });
});

test("a part before the judges has its mark, for all to see", () => {
  assert.deepEqual(outcome({ mode: "jury", turn: "e2", points_given: 9250 }, own()), { at: "marked", who: "e2", points: 9250 });
});
