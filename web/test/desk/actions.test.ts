import assert from "node:assert/strict";
import test from "node:test";
import { choices, count, type Known, needsConfirm, nextStep } from "../../src/desk/actions.ts";
import { pictureOf } from "../../src/desk/host.ts";
import type { Action, Phase, Round, Snapshot } from "../../src/shared/protocol.gen.ts";
import { contest, question, round, seat, snapshot, team } from "../snapshots.ts";

const ahead = { q: 2, round: 1, advance: false };

function primary(snap: Snapshot, known: Known = {}): string {
  const step = nextStep(snap, known);
  return step.kind === "act" ? step.action : step.label;
}

function whyNot(action: Action, snap: Snapshot): string | undefined {
  const choice = choices(snap).find((c) => c.action === action);
  assert.ok(choice, `${action} is not offered`);
  return choice.refused;
}

test("a whole contest is driven by the big button alone", () => {
  assert.equal(primary(snapshot("draft")), "lobby");
  assert.equal(primary(snapshot("lobby")), "start");
  assert.equal(primary(snapshot("running", undefined, { ahead })), "next");
  assert.equal(primary(snapshot("running", question(1, "armed"))), "open");
  assert.equal(primary(snapshot("running", question(1, "open"))), "wait.open");
  assert.equal(primary(snapshot("running", question(1, "closing"))), "wait.closing");
  assert.equal(primary(snapshot("running", question(1, "closed"))), "reveal");
  assert.equal(primary(snapshot("running", question(1, "revealed"))), "wait.settling");
  assert.equal(primary(snapshot("running", question(1, "revealed"), { ahead })), "next");
  assert.equal(primary(snapshot("running", question(10, "revealed"), { ahead: { advance: false } })), "finish");
  assert.equal(primary(snapshot("finished", question(10, "revealed"))), "finalise");
  assert.equal(primary(snapshot("final", question(10, "revealed"))), "wait.over");
});

test("the big button resumes a paused contest whatever the question's state", () => {
  for (const state of ["armed", "open", "closing", "closed", "revealed"] as const) {
    assert.equal(primary(snapshot("paused", question(2, state))), "resume", state);
  }
});

test("closing becomes the big button only when everybody online has answered", () => {
  const open = question(3, "open");
  const here = { players: 200, entries: 226, stages: 1, answered: 199, partial: false };
  assert.equal(primary(snapshot("running", open, { presence: here })), "wait.open");
  assert.equal(primary(snapshot("running", open, { presence: { ...here, answered: 200 } })), "close");
});

test("a partial or empty count never proves that everybody has answered", () => {
  const open = question(3, "open");
  const all = { players: 200, entries: 226, stages: 1, answered: 200, partial: false };
  assert.equal(primary(snapshot("running", open, { presence: { ...all, partial: true } })), "wait.open");
  assert.equal(primary(snapshot("running", open, { presence: { ...all, players: 0, answered: 0 } })), "wait.open");
});

test("closing early is offered while a question is open and says why not otherwise", () => {
  assert.equal(whyNot("close", snapshot("running", question(1, "open"))), undefined);
  assert.equal(whyNot("close", snapshot("running", question(1, "armed"))), "why.noneOpen");
  assert.equal(whyNot("close", snapshot("paused", question(1, "open"))), "why.noneOpen");
});

test("pausing turns into resuming in the same place", () => {
  const place = (snap: Snapshot) => choices(snap).map((c) => c.action)[1];
  assert.equal(place(snapshot("running", question(1, "open"))), "pause");
  assert.equal(place(snapshot("paused", question(1, "open"))), "resume");
  assert.equal(whyNot("pause", snapshot("lobby")), "why.beforeStart");
  assert.equal(whyNot("pause", snapshot("final")), "why.over");
});

test("a contest cannot be finished while a question is announced, open or unrevealed", () => {
  for (const state of ["armed", "open", "closing", "closed"] as const) {
    assert.equal(whyNot("finish", snapshot("running", question(2, state))), "why.unrevealed", state);
  }
  assert.equal(whyNot("finish", snapshot("running", question(2, "revealed"))), undefined);
  assert.equal(whyNot("finish", snapshot("running")), undefined);
  assert.equal(whyNot("finish", snapshot("paused", question(2, "revealed"))), "why.paused");
  assert.equal(whyNot("finish", snapshot("lobby")), "why.beforeStart");
});

test("results are confirmed after the end and only once", () => {
  assert.equal(whyNot("finalise", snapshot("running")), "why.notFinished");
  assert.equal(whyNot("finalise", snapshot("finished")), undefined);
  assert.equal(whyNot("finalise", snapshot("final")), "why.over");
});

test("what cannot be taken back is asked first", () => {
  assert.equal(needsConfirm("finalise", snapshot("finished", question(10, "revealed"))), true);
  assert.equal(needsConfirm("finish", snapshot("running", question(4, "revealed"), { ahead: { q: 5, round: 2, advance: false } })), true);
  assert.equal(needsConfirm("finish", snapshot("running", question(10, "revealed"), { ahead: { advance: false } })), false);
  assert.equal(needsConfirm("reveal", snapshot("running", question(4, "closed"))), false);
});

/* ---- teams ---- */

test("the lot is drawn before the start; drawing again is asked first", () => {
  const lobby = contest("required", "none", { snap: { phase: "lobby" } });
  assert.equal(primary({ ...lobby, teams: [] }), "lot");
  assert.equal(primary(lobby), "start");
  assert.equal(whyNot("lot", lobby), undefined);
  assert.equal(needsConfirm("lot", lobby), true);
  assert.equal(needsConfirm("lot", { ...lobby, teams: [] }), false);
});

test("a wager is opened when all have chosen; not to wait has its own key", () => {
  const some = contest("wager", "armed", { q: { seats: [seat("e1", { staked: true })] } });
  assert.equal(primary(some), "wait.stakes");
  assert.equal(whyNot("open", some), undefined);
  const seats = ["e1", "e2", "e3", "e4"].map((entry) => seat(entry, { staked: true }));
  assert.equal(primary(contest("wager", "armed", { q: { seats } })), "open");
});

test("the host gives the signal, waits for a press and judges a spoken answer; a phone's answer is judged by its key", () => {
  assert.equal(primary(contest("buzzer", "armed")), "open");
  assert.equal(primary(contest("buzzer", "open")), "wait.press");
  assert.equal(primary(contest("buzzer", "held", { q: { held: "e1" }, round: { by_judge: true } })), "judge.spoken");
  assert.equal(primary(contest("buzzer", "held", { q: { held: "e1" } })), "wait.held");
  assert.equal(primary(contest("buzzer", "closed")), "reveal");
});

test("in turn the host judges, or the team's answer closes the question by itself", () => {
  assert.equal(primary(contest("required", "open", { q: { turn: "e1" }, round: { turns: "lot", by_judge: true } })), "judge.spoken");
  assert.equal(primary(contest("required", "open", { q: { turn: "e1" }, round: { turns: "lot" } })), "wait.turn");
});

test("a jury's part is closed when as many marks are in as the sheet expects", () => {
  const marked = contest("jury", "open", { q: { turn: "e1", marks: 5 } });
  assert.equal(primary(marked), "wait.marks");
  assert.equal(primary(marked, { judges: 7 }), "wait.marks");
  assert.equal(primary(marked, { judges: 5 }), "close");
});

test("a burst can be closed when every team is through", () => {
  const done = (last: number) =>
    contest("speed", "open", { q: { n: 5 }, snap: { progress: ["e1", "e2", "e3", "e4"].map((entry, i) => ({ entry, done: i === 3 ? last : 5 })) } });
  assert.equal(primary(done(4)), "wait.open");
  assert.equal(primary(done(5)), "close");
  assert.equal(primary({ ...done(4), teams: [team(1), team(2), team(3), team(4, { in: false })] }), "close");
});

test("where one speaks for a team, an answer of each that did not decline is all there can be", () => {
  const seats = [seat("e1", { stake: 1000 }), seat("e2", { stake: 0 }), seat("e3", { stake: 3000 })];
  const open = (...entries: string[]) => contest("wager", "open", { q: { seats }, snap: { progress: entries.map((entry) => ({ entry, done: 1 })) } });
  assert.deepEqual(count(open("e1")), { n: 1, of: 2 });
  assert.equal(primary(open("e1")), "wait.open");
  assert.equal(primary(open("e1", "e3")), "close");
});

test("where every member answers, all who are online are waited for", () => {
  const presence = { players: 12, entries: 4, stages: 1, answered: 4, partial: false };
  const open = (answered: number) => contest("required", "open", { round: { policy: "majority" }, snap: { presence: { ...presence, answered } } });
  assert.deepEqual(count(open(4)), { n: 4, of: 12 });
  assert.equal(primary(open(11)), "wait.open");
  assert.equal(primary(open(12)), "close");
});

test("a wager that everybody declined is closed at once, in turn, too", () => {
  assert.equal(primary(contest("wager", "open")), "close");
  assert.equal(primary(contest("wager", "open", { q: { turn: "e1", seats: [seat("e1", { stake: 0 })] } })), "close");
  assert.equal(primary(contest("wager", "open", { q: { turn: "e1", seats: [seat("e1", { stake: 1000 })] } })), "wait.turn");
});

/** Rounds of 8 and 2 questions, after the given one of the first. */
function twoRounds(inRound: number, over: Partial<Snapshot> = {}, rules: Partial<Round> = {}): Snapshot {
  const base = contest("required", "revealed", { q: { q: inRound, in_round: inRound }, snap: over });
  return { ...base, head: { ...base.head, questions: 10, rounds: [round({ mode: "required", questions: 8, ...rules }), round({ questions: 2 })] } };
}

test("after the round it is said who goes on, before the next round is announced", () => {
  const due = twoRounds(8, { ahead: { q: 9, round: 2, advance: true, on: ["e1", "e2"] } }, { advance: 2 });
  assert.equal(primary(due), "advance");
  assert.equal(needsConfirm("advance", due), true);
  assert.equal(primary(twoRounds(8, { advanced: 1, ahead: { q: 9, round: 2, advance: false } }, { advance: 2 })), "next");
  // With fewer teams there may be questions again.
  assert.equal(primary(twoRounds(8, { ahead: { advance: true, on: ["e1", "e2"] } }, { advance: 2 })), "advance");
});

test("a round that says who goes on is left by saying so, before its end too; another is skipped", () => {
  const middle = { ahead: { q: 4, round: 1, advance: false } };
  const owing = twoRounds(3, middle, { advance: 2 });
  assert.equal(primary(owing), "next");
  assert.equal(whyNot("advance", owing), undefined);
  assert.equal(choices(owing).some((choice) => choice.action === "skip"), false);
  assert.equal(whyNot("skip", twoRounds(3, middle)), undefined);
  assert.equal(whyNot("skip", twoRounds(8, { advanced: 1, ahead: { q: 9, round: 2, advance: false } }, { advance: 2 })), undefined);
});

test("a round can be left between questions, if another follows, and never over unplayed questions without asking", () => {
  const base = contest("required", "revealed", { q: { q: 3, in_round: 3 } });
  const more = { ...base, head: { ...base.head, questions: 12, rounds: [...base.head.rounds, round({ questions: 4 })] }, ahead: { q: 4, round: 1, advance: false } };
  assert.equal(whyNot("skip", base), "why.lastRound");
  assert.equal(whyNot("skip", more), undefined);
  assert.equal(needsConfirm("skip", more), true);
  assert.equal(whyNot("skip", { ...more, question: { ...more.question!, state: "open" } }), "why.unrevealed");
});

test("an open clock can be extended, that of a holding team too", () => {
  assert.equal(whyNot("extend", contest("required", "open")), undefined);
  assert.equal(whyNot("extend", contest("buzzer", "held", { q: { held: "e1" } })), undefined);
  assert.equal(whyNot("extend", contest("required", "armed")), "why.noneOpen");
});

test("results are not confirmed over an open ruling or appeal", () => {
  const rulings = [{ no: 1, kind: "appeal" as const, state: "open" as const, question: 1, entry: "e1", by: "11", reason: "x" }];
  const finished = contest("required", "revealed", { snap: { phase: "finished", rulings } });
  assert.equal(primary(finished), "look.rulings");
  assert.equal(whyNot("finalise", finished), "why.rulings");
  assert.equal(primary({ ...finished, rulings: [] }), "finalise");
});

test("the buttons rest when another team holds the question, so that one verdict is not given twice", () => {
  const held = (entry: string, rebounds: number) => pictureOf(contest("buzzer", "held", { q: { held: entry, rebounds } }));
  assert.notEqual(held("e1", 0), held("e2", 1));
  assert.equal(held("e1", 0), held("e1", 0));
});

test("a self-paced event is published, opened, ended and confirmed; there is nothing to ask", () => {
  const alone = (phase: Phase) => {
    const snap = snapshot(phase);
    return { ...snap, head: { ...snap.head, teams: false, rounds: snap.head.rounds.map((round) => ({ ...round, mode: "timed" as const })) } };
  };
  const steps = (["draft", "lobby", "running", "finished", "final"] as const).map((phase) => nextStep(alone(phase)).label);
  assert.deepEqual(steps, ["step.publish", "step.openNow", "wait.window", "step.finalise", "wait.over"]);
  assert.deepEqual(choices(alone("running")), [{ action: "finish" }, { action: "finalise", refused: "why.notFinished" }]);
  assert.equal(needsConfirm("finish", alone("running")), true);
});
