import assert from "node:assert/strict";
import test from "node:test";
import { type Live, NOTHING_YET, reduceLive } from "../../src/shared/live.ts";
import type { Frame, Snapshot } from "../../src/shared/protocol.gen.ts";
import { boardRow, question, snapshot } from "../snapshots.ts";

function welcome(snap: Snapshot | undefined, seq = 10): Frame {
  return {
    t: "welcome",
    session: "s",
    you: { guest: false },
    epoch: 1,
    seq,
    now_ms: 1000,
    ...(snap ? { snapshot: snap } : {}),
  };
}

function live(...frames: Frame[]): Live {
  return frames.reduce((state, frame) => reduceLive(state, frame, 5000), NOTHING_YET);
}

const open = question(1, "open", { opened_ms: 1000, deadline_ms: 21_000 });

test("a welcome with a snapshot replaces everything, one without keeps the picture", () => {
  const first = live(welcome(snapshot("lobby")));
  assert.equal(first.snap?.phase, "lobby");
  const resumed = reduceLive(first, welcome(undefined, 10), 5000);
  assert.equal(resumed.snap, first.snap);
  assert.equal(live(welcome(snapshot("lobby")), welcome(snapshot("running"), 12)).snap?.phase, "running");
});

test("log frames move the picture one by one", () => {
  const state = live(
    welcome(snapshot("running")),
    { t: "question", epoch: 1, seq: 11, question: question(1, "armed") },
    { t: "question", epoch: 1, seq: 12, question: open },
  );
  assert.equal(state.snap?.question?.state, "open");
  assert.equal(state.seq, 12);
  assert.equal(state.gap, false);
});

test("a frame that was seen already changes nothing", () => {
  const state = live(welcome(snapshot("running", open)));
  assert.equal(reduceLive(state, { t: "phase", epoch: 1, seq: 10, phase: "lobby" }, 5000), state);
});

test("a missing frame or another epoch is a gap and leaves the picture alone", () => {
  const state = live(welcome(snapshot("running", open)));
  for (const frame of [
    { t: "phase", epoch: 1, seq: 12, phase: "finished" },
    { t: "phase", epoch: 2, seq: 11, phase: "finished" },
  ] as const) {
    const next = reduceLive(state, frame, 5000);
    assert.equal(next.gap, true);
    assert.equal(next.snap, state.snap);
    assert.equal(next.seq, 10);
  }
});

test("a pause stops the clock when it arrives and the end of it brings new times", () => {
  const paused = live(welcome(snapshot("running", open)), { t: "phase", epoch: 1, seq: 11, phase: "paused" });
  assert.equal(paused.snap?.question?.paused_ms, 5000);
  const on = reduceLive(
    paused,
    { t: "phase", epoch: 1, seq: 12, phase: "running", opened_ms: 4000, deadline_ms: 24_000 },
    8000,
  );
  assert.equal(on.snap?.question?.paused_ms, undefined);
  assert.equal(on.snap?.question?.deadline_ms, 24_000);
  assert.equal(on.snap?.question?.opened_ms, 4000);
});

test("the count of the question before never shows under the new one", () => {
  const counted = snapshot("running", question(1, "revealed"), {
    presence: { players: 9, entries: 9, stages: 1, answered: 7, partial: false },
  });
  const armed = live(welcome(counted), { t: "question", epoch: 1, seq: 11, question: question(2, "armed") });
  assert.equal(armed.snap?.presence.answered, 0);
});

test("the count stands while its question closes", () => {
  const counted = snapshot("running", open, {
    presence: { players: 9, entries: 9, stages: 1, answered: 7, partial: false },
  });
  const closing = live(welcome(counted), { t: "question", epoch: 1, seq: 11, question: question(1, "closing") });
  assert.equal(closing.snap?.presence.answered, 7);
});

test("an older board never replaces a newer one and a provisional one never a final one", () => {
  const board = (v: number, final: boolean) => ({ v, of: 1, final, rows: [boardRow(1)] });
  const state = live(welcome(snapshot("running")), { t: "board", board: board(20, false) });
  assert.equal(reduceLive(state, { t: "board", board: board(19, false) }, 0).snap?.board?.v, 20);
  const final = reduceLive(state, { t: "board", board: board(20, true) }, 0);
  assert.equal(final.snap?.board?.final, true);
  assert.equal(reduceLive(final, { t: "board", board: board(20, false) }, 0).snap?.board?.final, true);
});

test("writing the results is shown until the phase changes", () => {
  const writing = live(welcome(snapshot("finished")), { t: "finalising", epoch: 1, seq: 11 });
  assert.equal(writing.finalising, true);
  assert.equal(reduceLive(writing, { t: "phase", epoch: 1, seq: 12, phase: "final" }, 0).finalising, false);
});
