import assert from "node:assert/strict";
import test from "node:test";
import { choices, needsConfirm, nextStep } from "../../src/desk/actions.ts";
import type { Action, Snapshot } from "../../src/shared/protocol.gen.ts";
import { question, snapshot } from "../snapshots.ts";

function primary(snap: Snapshot): string {
  const step = nextStep(snap);
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
  assert.equal(primary(snapshot("running")), "next");
  assert.equal(primary(snapshot("running", question(1, "armed"))), "open");
  assert.equal(primary(snapshot("running", question(1, "open"))), "wait.open");
  assert.equal(primary(snapshot("running", question(1, "closing"))), "wait.closing");
  assert.equal(primary(snapshot("running", question(1, "closed"))), "reveal");
  assert.equal(primary(snapshot("running", question(1, "revealed"))), "next");
  assert.equal(primary(snapshot("running", question(10, "revealed"))), "finish");
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
  assert.equal(needsConfirm("finish", snapshot("running", question(4, "revealed"))), true);
  assert.equal(needsConfirm("finish", snapshot("running", question(10, "revealed"))), false);
  assert.equal(needsConfirm("reveal", snapshot("running", question(4, "closed"))), false);
});
