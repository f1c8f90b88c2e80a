import assert from "node:assert/strict";
import test from "node:test";
import { runSheet } from "../../src/desk/runsheet.ts";
import { contest, question, snapshot } from "../snapshots.ts";

function states(snap: Parameters<typeof runSheet>[0]): string {
  return runSheet(snap)
    .map((round) => round.items.map((item) => item.state[0]).join(""))
    .join(" ");
}

test("before the first question everything is ahead", () => {
  assert.equal(states(snapshot("lobby")), "aaaa aaaaaa");
  assert.equal(runSheet(snapshot("lobby"))[0]?.state, "ahead");
});

test("numbers run on through the rounds and the current one stands out", () => {
  const sheet = runSheet(snapshot("running", question(6, "open")));
  assert.equal(states(snapshot("running", question(6, "open"))), "dddd dcaaaa");
  assert.deepEqual(
    sheet[1]?.items.map((item) => item.q),
    [5, 6, 7, 8, 9, 10],
  );
  assert.equal(sheet[0]?.state, "done");
  assert.equal(sheet[1]?.state, "current");
});

test("a round whose last question is revealed is still the current one until the next is announced", () => {
  assert.equal(runSheet(snapshot("running", question(4, "revealed")))[0]?.state, "current");
});

test("after an early end the unplayed questions are marked as not used", () => {
  const snap = snapshot("finished", question(4, "revealed"));
  assert.deepEqual(
    runSheet(snap).map((round) => round.items.map((item) => item.state)),
    [Array(4).fill("done"), Array(6).fill("dropped")],
  );
});

test("of a burst all questions are current, and a voided one says so", () => {
  const rulings = [{ no: 1, kind: "void" as const, state: "done" as const, question: 2, by: "9", reason: "" }];
  const [burst] = runSheet(contest("speed", "open", { q: { q: 2, in_round: 2, n: 3 }, snap: { rulings } }));
  assert.deepEqual(
    burst?.items.map((item) => item.state),
    ["done", "current", "current", "current", "ahead", "ahead", "ahead", "ahead"],
  );
  assert.deepEqual(burst?.items.filter((item) => item.voided).map((item) => item.q), [2]);
  assert.equal(burst?.done, 1);
});

test("questions of an earlier round that were left out are behind us", () => {
  const [first] = runSheet(snapshot("running", question(5, "armed")));
  assert.equal(first?.done, 4);
  const [skipped] = runSheet(snapshot("running", question(7, "armed", { round: 2, in_round: 3 })));
  assert.equal(skipped?.state, "done");
});

test("of a self-paced round nobody is asked a question", () => {
  const snap = snapshot("running");
  const rounds = snap.head.rounds.map((round) => ({ ...round, mode: "timed" as const }));
  assert.equal(states({ ...snap, head: { ...snap.head, rounds } }), " ");
});
