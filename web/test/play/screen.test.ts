import assert from "node:assert/strict";
import test from "node:test";
import { asked, droppedFor, helpsAsked, helpsNow, me, type Screen, screenOf } from "../../src/play/screen.ts";
import type { Question, Round, Snapshot, Step, TeamState } from "../../src/shared/protocol.gen.ts";
import { question, round, seat, snapshot, team, teamState } from "../snapshots.ts";

const YOU = { person: "11", entry: "e1", guest: false };

/** Team e1 of four, in a contest with one kind of round. */
function contest(rules: Partial<Round>, current: Question | undefined, over: Partial<Snapshot> = {}): Snapshot {
  const head = { ...snapshot("running").head, teams: true, rounds: [round({ questions: 4, ...rules }), round({ title: "抢答" })] };
  return snapshot("running", current, {
    head,
    teams: [team(2), team(1), team(3), team(4)],
    team: teamState(),
    ...over,
  });
}

function screen(rules: Partial<Round>, current: Question | undefined, over: Partial<Snapshot> = {}): Screen {
  const snap = contest(rules, current, over);
  return screenOf(snap, me(snap, YOU));
}

const member = (over: Partial<TeamState> = {}) => ({ team: teamState({ captain: false, ...over }) });
const q = (state: Question["state"], over: Partial<Question> = {}) => question(1, state, { mode: "required", options: ["a", "b"], ...over });

test("the phases lead to the hall, the pause and the end", () => {
  assert.equal(screen({}, undefined, { phase: "lobby" }).at, "lobby");
  assert.equal(screen({}, q("open"), { phase: "paused" }).at, "paused");
  assert.equal(screen({}, q("revealed"), { phase: "finished" }).at, "end");
  assert.equal(screen({}, undefined).at, "ready");
  assert.equal(screen({}, q("none")).at, "ready");
});

test("the lot gives the own place", () => {
  assert.equal(me(contest({}, undefined), YOU).lot, 2);
});

test("a question goes from announced over open and closed to its answer", () => {
  assert.deepEqual(screen({}, q("armed")), { at: "armed" });
  assert.deepEqual(screen({}, q("open")), { at: "answer", hand: "free", own: false });
  assert.deepEqual(screen({}, q("closing")), { at: "closed" });
  assert.deepEqual(screen({}, q("closed")), { at: "closed" });
  assert.deepEqual(screen({}, q("revealed")), { at: "reveal" });
});

test("where the captain answers, the others' taps do not count", () => {
  assert.deepEqual(screen({ policy: "captain" }, q("open"), member()), { at: "answer", hand: "captain", own: false });
});

test("where the first answer counts, nobody answers after it", () => {
  assert.equal((screen({ policy: "first" }, q("open"), member()) as { hand: string }).hand, "free");
  assert.equal((screen({ policy: "first" }, q("open"), member({ saved: true, by: "乙" })) as { hand: string }).hand, "answered");
});

test("where members are added up, everybody answers, whatever the others did", () => {
  for (const policy of ["majority", "mean", "best", "sum"] as const) {
    assert.equal((screen({ policy }, q("open"), member({ saved: true })) as { hand: string }).hand, "free", policy);
  }
});

test("in turn only one team answers, the others watch it", () => {
  assert.deepEqual(screen({}, q("open", { turn: "e1" })), { at: "answer", hand: "free", own: true });
  assert.deepEqual(screen({}, q("open", { turn: "e2" })), { at: "watch", why: "turn", who: "e2" });
  assert.deepEqual(screen({}, q("armed", { turn: "e2" })), { at: "watch", why: "turn", who: "e2" });
  assert.deepEqual(screen({ by_judge: true }, q("open", { turn: "e1" })), { at: "spoken" });
});

test("who did not go on, is disqualified or of another group watches", () => {
  const teams = (over: Parameters<typeof team>[1]) => ({ teams: [team(1, over), team(2)] });
  assert.deepEqual(screen({}, q("open"), teams({ in: false })), { at: "watch", why: "gone", who: undefined });
  assert.deepEqual(screen({}, q("open"), teams({ out: true })), { at: "watch", why: "out", who: undefined });
  assert.deepEqual(screen({ group: 2 }, q("open"), teams({ group: 1 })), { at: "watch", why: "group", who: undefined });
  assert.equal(screen({ group: 1 }, q("open"), teams({ group: 1 })).at, "answer");
});

test("a tie-break is for its field, though it did not go on", () => {
  const tie = (field: string[]) => q("open", { mode: "tiebreak", field });
  assert.equal(screen({ mode: "tiebreak" }, tie(["e1", "e2"])).at, "answer");
  assert.deepEqual(screen({ mode: "tiebreak" }, tie(["e3", "e2"])), { at: "watch", why: "field", who: undefined });
});

test("the buzzer is under the thumb while it is read and while presses count", () => {
  assert.equal(screen({ mode: "buzzer" }, q("armed", { mode: "buzzer" })).at, "press");
  assert.equal(screen({ mode: "buzzer" }, q("open", { mode: "buzzer" })).at, "press");
});

test("who holds the question answers by hand or aloud, the others see who it is", () => {
  const held = (entry: string, over: Partial<Question> = {}) => q("held", { mode: "buzzer", held: entry, ...over });
  assert.deepEqual(screen({ mode: "buzzer" }, held("e1")), { at: "answer", hand: "free", own: true });
  assert.deepEqual(screen({ mode: "buzzer", by_judge: true }, held("e1")), { at: "spoken" });
  assert.deepEqual(screen({ mode: "buzzer" }, held("e2")), { at: "watch", why: "held", who: "e2" });
});

test("after a wrong answer the own team waits while the others may press again", () => {
  const again = q("open", { mode: "buzzer", rebounds: 1, seats: [seat("e1", { pressed: true, tried: true })] });
  assert.deepEqual(screen({ mode: "buzzer" }, again), { at: "watch", why: "tried", who: undefined });
  const theirs = { ...again, state: "held" as const, held: "e2" };
  assert.deepEqual(screen({ mode: "buzzer" }, theirs), { at: "watch", why: "tried", who: "e2" });
});

test("a stake is the captain's to choose, once; who declined watches", () => {
  const armed = q("armed", { mode: "wager", stakes: [1000, 2000] });
  assert.deepEqual(screen({ mode: "wager" }, armed), { at: "stake", hand: "free" });
  assert.deepEqual(screen({ mode: "wager" }, armed, member()), { at: "stake", hand: "captain" });
  assert.deepEqual(screen({ mode: "wager" }, armed, member({ stake: 0 })), { at: "stake", hand: "chosen" });
  const open = (stake: number) => q("open", { mode: "wager", seats: [seat("e1", { staked: true, stake })] });
  assert.equal(screen({ mode: "wager" }, open(1000)).at, "answer");
  assert.deepEqual(screen({ mode: "wager" }, open(0)), { at: "watch", why: "declined", who: undefined });
});

test("a burst asks its steps one after the other, until all are answered", () => {
  const burst = question(1, "open", { mode: "speed", n: 3 });
  const step: Step = { q: 2, at: 2, of: 3, type: "truefalse", stem: "?", options: ["对", "错"] };
  assert.equal(screen({ mode: "speed" }, burst, { step }).at, "answer");
  assert.deepEqual(screen({ mode: "speed" }, burst), { at: "done" });
  const snap = contest({ mode: "speed" }, burst, { step });
  assert.deepEqual([asked(snap)?.q, asked(snap)?.type, asked(snap)?.options], [2, "truefalse", ["对", "错"]]);
  assert.equal(asked({ ...snap, step: { ...step, q: 9 } })?.q, 1);
});

test("a part before the judges calls its team to the stage and the others to watch", () => {
  const part = q("open", { mode: "jury", type: "task", turn: "e1" });
  assert.deepEqual(screen({ mode: "jury" }, part), { at: "perform" });
  assert.deepEqual(screen({ mode: "jury" }, { ...part, turn: "e2" }), { at: "watch", why: "turn", who: "e2" });
});

test("who goes on is told when it is decided and not before", () => {
  const last = q("revealed", { in_round: 4 });
  const teams = (over: Parameters<typeof team>[1]) => ({ advanced: 1, teams: [team(1, over), team(2)] });
  assert.deepEqual(screen({ advance: 2 }, last, teams({})), { at: "advance", on: true, next: "抢答" });
  assert.deepEqual(screen({ advance: 2 }, last, teams({ in: false, left: 1 })), { at: "advance", on: false, next: undefined });
  assert.equal(screen({ advance: 2 }, last, { ...teams({}), advanced: 0 }).at, "reveal");
  assert.equal(screen({ advance: 2 }, q("armed"), teams({})).at, "armed");
});

test("who left after an earlier round, is disqualified or of another group is not told again", () => {
  const last = question(5, "revealed", { mode: "required", round: 2 });
  const told = (over: Parameters<typeof team>[1], rules: Partial<Round> = {}) => {
    const snap = contest({}, last, { advanced: 2, teams: [team(1, over), team(2)] });
    const [first, second] = snap.head.rounds;
    const head = { ...snap.head, rounds: [{ ...first!, advance: 3 }, { ...second!, advance: 1, ...rules }] };
    return screenOf({ ...snap, head }, me(snap, YOU)).at;
  };
  assert.equal(told({ in: false, left: 2 }), "advance");
  assert.equal(told({ in: false, left: 1 }), "reveal");
  assert.equal(told({ out: true }), "reveal");
  assert.equal(told({ group: 1 }, { group: 2 }), "reveal");
  assert.equal(told({ group: 2 }, { group: 2 }), "advance");
});

test("a round is said to be next only to a team that will take part in it", () => {
  const last = q("revealed", { in_round: 4 });
  const next = (...rounds: Round[]) => {
    const snap = contest({ advance: 2 }, last, { advanced: 1, teams: [team(1, { group: 1 }), team(2)] });
    const found = screenOf({ ...snap, head: { ...snap.head, rounds: [snap.head.rounds[0]!, ...rounds] } }, me(snap, YOU));
    return found.at === "advance" ? found.next : found.at;
  };
  assert.equal(next(round({ title: "加赛", mode: "tiebreak" }), round({ title: "乙组", group: 2 }), round({ title: "决赛" })), "决赛");
  assert.equal(next(round({ title: "甲组", group: 1 })), "甲组");
  assert.equal(next(), undefined);
});

test("persons without a team answer as ever", () => {
  const snap = snapshot("running", question(1, "open"));
  assert.deepEqual(screenOf(snap, me(snap, { ...YOU })), { at: "answer", hand: "free", own: false });
});

test("help is the captain's, once, where it helps", () => {
  const helps = (rules: Partial<Round>, current: Question, over: Partial<Snapshot> = {}) => {
    const snap = contest(rules, current, over);
    return helpsNow({ ...snap, head: { ...snap.head, helps: [0, 1, 2] } }, me(snap, YOU));
  };
  const four = { options: ["a", "b", "c", "d"], turn: "e1" };
  assert.deepEqual(helps({}, q("open", four)), [0, 1, 2]);
  assert.deepEqual(helps({}, q("open", { turn: "e1" })), [0, 1]);
  assert.deepEqual(helps({}, q("open", { options: four.options })), [0, 1], "what is dropped would be seen by all who answer");
  assert.deepEqual(helps({}, q("open", four), member()), []);
  assert.deepEqual(helps({}, q("open", four), { teams: [team(1, { helped: true })] }), []);
  assert.deepEqual(helps({ mode: "buzzer" }, q("open", { ...four, mode: "buzzer" })), []);
  assert.deepEqual(helps({ mode: "buzzer" }, q("held", { options: four.options, mode: "buzzer", held: "e1" })), [0, 1, 2]);
  assert.deepEqual(helps({ mode: "speed" }, q("open", { ...four, mode: "speed" })), []);
});

test("dropped options are dropped for who asked; the others hear of it", () => {
  const asked = q("open", { dropped: [0, 1], dropped_for: "e2", seats: [seat("e2", { help: 2 }), seat("e3", { tried: true })] });
  const self = me(contest({}, asked), YOU);
  assert.deepEqual(droppedFor(asked, self), []);
  assert.deepEqual(droppedFor({ ...asked, dropped_for: "e1" }, self), [0, 1]);
  assert.deepEqual(helpsAsked(asked), [{ entry: "e2", help: 2 }]);
});
