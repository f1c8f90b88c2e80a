import assert from "node:assert/strict";
import test from "node:test";
import { runSheet } from "../../src/desk/runsheet.ts";
import { question, snapshot } from "../snapshots.ts";

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
