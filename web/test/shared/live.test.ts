import assert from "node:assert/strict";
import test from "node:test";
import { type Live, NOTHING_YET, reduceLive } from "../../src/shared/live.ts";
import type { Frame, Ruling, Snapshot, Step } from "../../src/shared/protocol.gen.ts";
import { boardRow, question, seat, snapshot, team, teamState } from "../snapshots.ts";

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

test("an older standing never replaces a newer one", () => {
  const own = (v: number) => ({ v, points: v, correct: 1, rank: 1, of: 2 });
  const state = live(welcome(snapshot("running")), { t: "own", own: own(20) });
  assert.equal(reduceLive(state, { t: "own", own: own(19) }, 0).snap?.own?.v, 20);
  assert.equal(reduceLive(state, { t: "own", own: own(21) }, 0).snap?.own?.v, 21);
});

test("a welcome without standings, or with older ones, takes none away; another log or person does", () => {
  const own = (v: number) => ({ v, points: v, correct: 1, rank: 1, of: 2 }), board = (v: number) => ({ v, of: 1, final: false, rows: [boardRow(1)] });
  const state = live(welcome({ ...snapshot("running"), own: own(20), board: board(20) }));
  const seen = (frame: Frame) => {
    const snap = reduceLive(state, frame, 0).snap;
    return [snap?.own?.v, snap?.board?.v];
  };
  const { own: _, board: __, ...bare } = snapshot("running");
  assert.deepEqual(seen(welcome(bare)), [20, 20]);
  assert.deepEqual(seen(welcome({ ...bare, own: own(19), board: board(18) })), [20, 20]);
  assert.deepEqual(seen(welcome({ ...bare, own: own(21), board: board(22) })), [21, 22]);
  const again = welcome(bare);
  assert.ok(again.t === "welcome");
  assert.deepEqual(seen({ ...again, epoch: again.epoch + 1 }), [undefined, undefined]);
  assert.deepEqual(seen({ ...again, you: { ...again.you, entry: "777" } }), [undefined, undefined]);
});

test("writing the results is shown until the phase changes", () => {
  const writing = live(welcome(snapshot("finished")), { t: "finalising", epoch: 1, seq: 11 });
  assert.equal(writing.finalising, true);
  assert.equal(reduceLive(writing, { t: "phase", epoch: 1, seq: 12, phase: "final" }, 0).finalising, false);
});

const step = (q: number): Step => ({ q, at: q, of: 3, type: "single", stem: "?", options: ["a", "b"] });
const ruling = (no: number, over: Partial<Ruling> = {}): Ruling => ({ no, kind: "adjust", state: "done", by: "1", reason: "r", ...over });

test("a pause stops the clock of a team that answers, too", () => {
  const held = question(1, "held", { held: "e1", opened_ms: 1000, deadline_ms: 6000 });
  const paused = live(welcome(snapshot("running", held)), { t: "phase", epoch: 1, seq: 11, phase: "paused" });
  assert.equal(paused.snap?.question?.paused_ms, 5000);
});

test("the teams are replaced as a whole", () => {
  const state = live(welcome(snapshot("lobby", undefined, { teams: [team(1)] })), {
    t: "teams",
    advanced: 0,
    epoch: 1,
    seq: 11,
    teams: [team(2), team(1)],
  });
  assert.deepEqual(state.snap?.teams.map((t) => t.entry), ["e2", "e1"]);
  assert.equal(state.seq, 11);
});

test("a ruling that changes its state keeps its place on record", () => {
  const state = live(
    welcome(snapshot("running", undefined, { rulings: [ruling(1, { kind: "appeal", state: "open" })] })),
    { t: "ruling", epoch: 1, seq: 11, ruling: ruling(2) },
    { t: "ruling", epoch: 1, seq: 12, ruling: ruling(1, { kind: "appeal", state: "rejected" }) },
  );
  assert.deepEqual(
    state.snap?.rulings.map((r) => [r.no, r.state]),
    [
      [1, "rejected"],
      [2, "done"],
    ],
  );
});

test("a void in force is seen at the question on the screen, one that waits or means another is not", () => {
  const start = welcome(snapshot("running", open));
  const voided = (over: Partial<Ruling>) =>
    live(start, { t: "ruling", epoch: 1, seq: 11, ruling: ruling(1, { kind: "void", question: 1, ...over }) }).snap?.question?.voided;
  assert.equal(voided({}), true);
  assert.equal(voided({ state: "open" }), false);
  assert.equal(voided({ question: 2 }), false);
});

test("a disqualified team is out at once", () => {
  const state = live(welcome(snapshot("running", undefined, { teams: [team(1), team(2)] })), {
    t: "ruling",
    epoch: 1,
    seq: 11,
    ruling: ruling(1, { kind: "disqualify", entry: "e2" }),
  });
  assert.deepEqual(state.snap?.teams.map((t) => t.out), [false, true]);
});

test("a burst goes from step to step and ends without one", () => {
  const burst = question(1, "open", { mode: "speed", n: 3 });
  const asking = live(welcome(snapshot("running", burst)), { t: "step", step: step(2) });
  assert.equal(asking.snap?.step?.q, 2);
  assert.equal(reduceLive(asking, { t: "step" }, 0).snap?.step, undefined);
});

test("a step that is here before its question stays, one of the burst before goes", () => {
  const before = live(welcome(snapshot("running", question(1, "revealed"))), { t: "step", step: step(4) });
  const on = (q: number) =>
    reduceLive(before, { t: "question", epoch: 1, seq: 11, question: question(q, "open", { mode: "speed", n: 3 }) }, 0).snap?.step?.q;
  assert.equal(on(4), 4);
  assert.equal(on(7), undefined);
});

test("what the team did about the question before is gone with the next one, who it is stays", () => {
  const mine = teamState({ tally: [2, 0], stake: 2000, saved: true, by: "甲" });
  const state = live(welcome(snapshot("running", question(1, "revealed"), { team: mine, saved: { q: 1, state: "saved" } })), {
    t: "question",
    epoch: 1,
    seq: 11,
    question: question(2, "armed"),
  });
  assert.deepEqual(state.snap?.team, teamState());
  assert.equal(state.snap?.saved, undefined);
});

test("the script lasts as long as its question, wherever it came", () => {
  const early = live(welcome(snapshot("running", question(1, "revealed"))), { t: "script", script: step(2) });
  const armed = reduceLive(early, { t: "question", epoch: 1, seq: 11, question: question(2, "armed") }, 0);
  assert.equal(armed.snap?.script?.q, 2);
  const next = reduceLive(armed, { t: "question", epoch: 1, seq: 12, question: question(3, "armed") }, 0);
  assert.equal(next.snap?.script, undefined);
});

test("the count stands when a wrong answer opens the question again", () => {
  const held = snapshot("running", question(1, "held"), { presence: { players: 9, entries: 9, stages: 1, answered: 1, partial: false } });
  const state = live(welcome(held), { t: "question", epoch: 1, seq: 11, question: open });
  assert.equal(state.snap?.presence.answered, 1);
});

test("the sheet, once asked for, and the seal are kept", () => {
  const state = live(
    welcome(snapshot("final")),
    { t: "rules", sheet: "{}" },
    { t: "seal", seal: { seq: 90, hash: "ab" } },
    { t: "changes", id: "1", total: 0, rows: [] },
    { t: "evidence", question: 1, rows: [] },
    { t: "probe", n: 1 },
  );
  assert.equal(state.sheet, "{}");
  assert.equal(state.snap?.seal?.seq, 90);
});

test("a frame that this page is too old to know leaves the picture alone", () => {
  const state = live(welcome(snapshot("running", open)));
  assert.equal(reduceLive(state, { t: "hologram" } as unknown as Frame, 0), state);
});

test("what comes next is said between questions and gone when one is announced", () => {
  const ahead: Frame = { t: "ahead", ahead: { q: 2, round: 1, advance: false } };
  const between = live(welcome(snapshot("running", question(1, "closed"))), { t: "question", epoch: 1, seq: 11, question: question(1, "revealed") }, ahead);
  assert.deepEqual(between.snap?.ahead, { q: 2, round: 1, advance: false });
  const next = reduceLive(between, { t: "question", epoch: 1, seq: 12, question: question(2, "armed") }, 5000);
  assert.equal(next.snap?.ahead, undefined);
});

test("once it is decided who goes on, what was said of it no longer holds", () => {
  const ahead = { q: 2, round: 2, advance: true, on: ["e1"] };
  const due = live(welcome(snapshot("running", question(1, "revealed"), { ahead, teams: [team(1), team(2)] })));
  const teams = (advanced: number) => reduceLive(due, { t: "teams", epoch: 1, seq: 11, advanced, teams: [team(1)] }, 0).snap;
  assert.equal(teams(1)?.ahead, undefined);
  assert.equal(teams(1)?.advanced, 1);
  assert.deepEqual(teams(0)?.ahead, ahead, "another captain changes nothing");
});

test("a help outlasts its question", () => {
  const before = live(welcome(snapshot("running", open, { teams: [team(1), team(2)] })));
  const helped = { ...open, seats: [seat("e2", { help: 1 })] };
  const asked = reduceLive(before, { t: "question", epoch: 1, seq: 11, question: helped }, 0);
  const next = reduceLive(asked, { t: "question", epoch: 1, seq: 12, question: question(2, "armed") }, 0);
  assert.deepEqual(next.snap?.teams.map((t) => t.helped), [false, true]);
});

test("progress is of the question that is asked now, and gone with the next one", () => {
  const asking = live(welcome(snapshot("running", open)), { t: "progress", q: open.q, rows: [{ entry: "e1", done: 2 }] });
  assert.deepEqual(asking.snap?.progress, [{ entry: "e1", done: 2 }]);
  assert.deepEqual(reduceLive(asking, { t: "progress", q: open.q + 1, rows: [] }, 0).snap?.progress, [{ entry: "e1", done: 2 }]);
  const next = reduceLive(asking, { t: "question", epoch: 1, seq: 11, question: question(open.q + 1, "armed") }, 0);
  assert.deepEqual(next.snap?.progress, []);
});

const chartOf = (of: "entry" | "city", v: number, round = 0): Frame => ({ t: "chart", chart: { of, round, v, n: 0, final: false, frozen: false, step: 0, rows: [] } });

test("a stage keeps the newest board of each kind, and none of another event", () => {
  const state = live(welcome(snapshot("running")), chartOf("entry", 1), chartOf("city", 1), chartOf("entry", 2), chartOf("entry", 1, 3));
  assert.deepEqual(Object.keys(state.charts).sort(), ["city:0", "entry:0", "entry:3"]);
  assert.equal(state.charts["entry:0"]?.v, 2);
  assert.equal(state.chart?.round, 3);
  assert.equal(reduceLive(state, welcome(snapshot("running"), 12), 5000).charts, state.charts);
  const moved = reduceLive(state, welcome({ ...snapshot("lobby"), head: { ...snapshot("lobby").head, event: "8" } }), 5000);
  assert.deepEqual(moved.charts, {});
  assert.equal(moved.chart, undefined);
});

test("a code is shown until the screen is somebody's", () => {
  const state = live({ t: "pairing", code: "K7WQ4M", until_ms: 300_000, now_ms: 0 });
  assert.deepEqual(state.pairing, { code: "K7WQ4M", untilMs: 300_000 });
  assert.equal(reduceLive(state, welcome(snapshot("lobby")), 5000).pairing, undefined);
});
