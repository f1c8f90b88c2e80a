import assert from "node:assert/strict";
import test from "node:test";
import { choices, needsConfirm, nextStep } from "../../src/desk/actions.ts";
import { pictureOf } from "../../src/desk/host.ts";
import { canResolve, gainedBy, hides, jumps, paceHolds, remembered, revealOf, revealState, stepTo } from "../../src/desk/reveal.ts";
import type { Action, Cue, CuesFrame, Phase, QState, Round, Snapshot } from "../../src/shared/protocol.gen.ts";
import { question, round, snapshot } from "../snapshots.ts";

const cue = (step: number, over: Partial<Cue> = {}): Cue => ({
  step,
  kind: "open",
  entry: `e${step}`,
  name: `第${step}队`,
  unit: "",
  rank_from: 10,
  rank_to: 4,
  points_from: 100,
  points_to: 900,
  ...over,
});
const cues = (step: number, steps: number, ...rows: number[]): CuesFrame => ({ t: "cues", step, steps, rows: rows.map((n) => cue(n)) });
const frozen = (step: number, done = false) => ({ step, done });

function at(phase: Phase, state: QState, step: number, over: Partial<Snapshot> = {}, done = false): Snapshot {
  return snapshot(phase, question(4, state, { hidden: true }), { frozen: frozen(step, done), ...over });
}

function withNext(next: Partial<Round>, over: Partial<Snapshot> = {}): Snapshot {
  const snap = at("running", "revealed", 0, { ahead: { q: 5, round: 2, advance: false }, ...over });
  return { ...snap, head: { ...snap.head, rounds: [snap.head.rounds[0] as Round, round({ questions: 6, ...next })] } };
}

function primary(snap: Snapshot): string {
  const step = nextStep(snap);
  return step.kind === "act" ? step.action : step.label;
}

function refused(action: Action, snap: Snapshot): string | undefined {
  const choice = choices(snap).find((one) => one.action === action);
  assert.ok(choice, `${action} is not offered`);
  return choice.refused;
}

test("a freeze is told from its reveal and from its end", () => {
  assert.equal(revealState({}), "not");
  assert.equal(revealState({ frozen: frozen(0) }), "frozen");
  assert.equal(revealState({ frozen: frozen(3) }), "going");
  assert.equal(revealState({ frozen: frozen(9, true) }), "done");
  assert.deepEqual([0, 3].map((step) => hides({ frozen: frozen(step) })), [true, true]);
  assert.equal(hides({ frozen: frozen(9, true) }), false);
});

test("a step is taken between questions only, and not once the results are final", () => {
  for (const state of ["armed", "open", "held", "closing", "closed"] as const) assert.equal(canResolve(at("running", state, 0)), false, state);
  for (const phase of ["running", "paused", "finished"] as const) assert.equal(canResolve(at(phase, "revealed", 0)), true, phase);
  assert.equal(canResolve(at("final", "revealed", 9, {}, true)), false);
  assert.equal(canResolve(snapshot("running", question(4, "revealed"))), false);
});

test("the next cue is the one that follows the step in the log, whichever frame comes first", () => {
  const snap = at("running", "revealed", 2);
  assert.equal(revealOf(snap, undefined)?.next, undefined);
  const reveal = revealOf(snap, cues(2, 9, 3, 4, 5));
  assert.equal(reveal?.next?.step, 3);
  assert.deepEqual(reveal?.coming.map(({ step }) => step), [4, 5]);
  assert.equal(reveal?.steps, 9);
  // Cues of the step before: what is over is left out.
  assert.equal(revealOf(snap, cues(1, 9, 2, 3, 4))?.next?.step, 3);
  // Cues of a later step: not yet.
  assert.equal(revealOf(snap, cues(4, 9, 5, 6))?.next, undefined);
  assert.equal(revealOf(snapshot("running"), cues(0, 9, 1)), undefined);
});

test("jumps go to the start, before the places with an award, and the end", () => {
  const head = { ...snapshot("running").head, awards: [{ title: "一等奖", places: 1 }, { title: "二等奖", places: 3 }] };
  const reveal = revealOf(at("running", "revealed", 2), cues(2, 230, 3));
  assert.ok(reveal);
  assert.deepEqual(jumps(reveal, head), { start: 0, awards: 222, end: 230 });
  assert.equal(jumps(reveal, { ...head, awards: [] }).awards, undefined);
  assert.equal(jumps({ ...reveal, steps: 6 }, head).awards, undefined, "fewer entries than places");
  assert.equal(jumps({ ...reveal, steps: undefined }, head).end, undefined);
});

test("a step never leaves what there is", () => {
  const reveal = revealOf(at("running", "revealed", 9), cues(9, 9));
  assert.ok(reveal);
  assert.equal(stepTo(reveal, 1), 9);
  assert.equal(stepTo(reveal, -1), 8);
  assert.equal(stepTo({ ...reveal, step: 0 }, -1), 0);
  assert.equal(stepTo({ ...reveal, step: 3, steps: undefined }, 1), 4);
});

test("what the last step showed is known, also after going back", () => {
  let seen = remembered(new Map(), cues(0, 9, 1, 2, 3));
  const same = cues(1, 9, 2, 3, 4);
  seen = remembered(seen, same);
  assert.equal(seen.get(1)?.step, 1);
  assert.equal(seen.get(4)?.step, 4);
  assert.equal(remembered(seen, same), seen, "nothing new, nothing copied");
  assert.equal(remembered(seen, undefined), seen);
});

test("places gained are told where there was a rank and is one", () => {
  assert.equal(gainedBy(cue(1)), 6);
  assert.equal(gainedBy(cue(1, { rank_from: 4, rank_to: 10 })), -6);
  assert.equal(gainedBy(cue(1, { rank_from: 0, rank_to: 10 })), 0);
});

test("the automatic pace holds only while steps can be taken", () => {
  const snap = at("running", "revealed", 2);
  const reveal = revealOf(snap, cues(2, 9, 3));
  assert.equal(paceHolds(reveal, snap, true), true);
  assert.equal(paceHolds(reveal, snap, false), false);
  assert.equal(paceHolds(reveal, at("running", "armed", 2), true), false);
  const over = at("running", "revealed", 9, {}, true);
  assert.equal(paceHolds(revealOf(over, cues(9, 9)), over, true), false);
});

test("under a freeze the big button asks on where the round tells nothing, and else reveals", () => {
  assert.equal(primary(withNext({ mode: "live" })), "next");
  assert.equal(primary(withNext({ mode: "speed" })), "next");
  assert.equal(primary(withNext({ mode: "required" })), "next");
  assert.equal(primary(withNext({ mode: "wager" })), "next");
  assert.equal(primary(withNext({ mode: "required", turns: "lot" })), "resolve");
  assert.equal(primary(withNext({ mode: "wager", by_judge: true })), "resolve");
  assert.equal(primary(withNext({ mode: "buzzer" })), "resolve");
  assert.equal(primary(withNext({ mode: "tiebreak" })), "resolve");
  assert.equal(primary(withNext({}, { ahead: { advance: true } })), "resolve", "who goes on would be told");
  assert.equal(primary(withNext({}, { ahead: { advance: false } })), "resolve", "nothing is left");
  assert.equal(primary(at("running", "revealed", 0)), "wait.settling");
});

test("once begun it is seen through, and the end gives the button back", () => {
  const ahead = { q: 5, round: 2, advance: false };
  assert.equal(primary(at("running", "revealed", 3, { ahead })), "resolve");
  assert.equal(primary(at("running", "revealed", 3)), "resolve", "whatever comes afterwards");
  assert.equal(primary(at("running", "revealed", 9, { ahead }, true)), "next");
  assert.equal(primary(at("running", "revealed", 9, { ahead: { advance: false } }, true)), "finish");
  assert.equal(primary(at("finished", "revealed", 0)), "resolve");
  assert.equal(primary(at("finished", "revealed", 9, {}, true)), "finalise");
  assert.equal(primary(at("paused", "revealed", 3)), "resume");
});

test("a question that is under way comes before the reveal", () => {
  assert.equal(primary(at("running", "armed", 0)), "open");
  assert.equal(primary(at("running", "closed", 0)), "reveal");
});

test("what must wait for the reveal says so", () => {
  assert.equal(refused("finalise", at("finished", "revealed", 0)), "why.frozen");
  assert.equal(refused("finalise", at("finished", "revealed", 9, {}, true)), undefined);
  assert.equal(refused("skip", withNext({ mode: "buzzer" })), "why.frozen");
  assert.equal(refused("skip", withNext({ mode: "live" })), undefined);
  assert.equal(refused("skip", at("running", "revealed", 3)), "why.revealing");
  const cut = withNext({}, { ahead: { advance: true } });
  cut.head.rounds[0] = { ...(cut.head.rounds[0] as Round), advance: 3 };
  assert.equal(refused("advance", cut), "why.frozen");
  assert.equal(refused("finish", at("running", "revealed", 3)), "why.revealing");
  assert.equal(refused("finish", at("running", "revealed", 0)), undefined, "it may be revealed afterwards");
});

test("the reveal is offered beside the big button while another question comes first", () => {
  assert.equal(refused("resolve", withNext({ mode: "live" })), undefined);
  assert.ok(!choices(at("running", "open", 0)).some(({ action }) => action === "resolve"), "not while a question is open");
  assert.ok(!choices(snapshot("running", question(4, "revealed"))).some(({ action }) => action === "resolve"), "not without a freeze");
});

test("one tap too many neither ends the contest nor thaws the board", () => {
  const over = at("running", "revealed", 9, { ahead: { advance: false } }, true);
  assert.equal(needsConfirm("finish", over), true);
  assert.equal(needsConfirm("next", over), true);
  assert.equal(needsConfirm("next", at("running", "revealed", 0)), false);
  assert.equal(needsConfirm("resolve", over), false);
  assert.notEqual(pictureOf(over), pictureOf(at("running", "revealed", 9)), "the buttons rest when the last step is taken");
  assert.equal(pictureOf(at("running", "revealed", 3)), pictureOf(at("running", "revealed", 4)), "and not between two steps");
});
