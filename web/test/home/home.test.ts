import assert from "node:assert/strict";
import test from "node:test";
import { cards, left, NO_HOME, reduceHome, stateOf } from "../../src/home/home.ts";
import type { HistoryFrame, HomeFrame, PastEvent } from "../../src/shared/protocol.gen.ts";
import { event, paper, round } from "./papers.ts";

const home = (person: string): HomeFrame => ({ t: "home", session: "s", you: { person, guest: false }, tenant: "", now_ms: 0, events: [] });

test("an event says what there is to do about it", () => {
  assert.deepEqual(stateOf(event(), 0), { at: "open", closesMs: undefined });
  assert.deepEqual(stateOf(event({ rounds: [round({ open: 2, may: true })] }), 0), { at: "goOn", round: 1, attempt: 2 });
  assert.deepEqual(stateOf(event({ phase: "lobby", opens_ms: 5 }), 0), { at: "soon", opensMs: 5 });
  assert.equal(stateOf(event({ rounds: [round({ may: false, why: "limit_reached" })] }), 0).at, "used");
  assert.equal(stateOf(event({ rounds: [round({ may: false, why: "not_these_hours" })] }), 0).at, "hours");
  assert.equal(stateOf(event({ closes_ms: 10 }), 10).at, "counting");
  assert.equal(stateOf(event({ phase: "finished" }), 0).at, "counting");
  assert.equal(stateOf(event({ phase: "final" }), 0).at, "results");
  assert.equal(stateOf(event({ self_paced: false, rounds: [] }), 0).at, "live");
  assert.equal(stateOf(event({ self_paced: false, rounds: [], phase: "final" }), 0).at, "results");
});

test("what is to be gone on with comes first, what is over last", () => {
  const list = [
    event({ event: "1", phase: "final" }),
    event({ event: "2" }),
    event({ event: "3", rounds: [round({ open: 1 })] }),
    event({ event: "4", phase: "lobby" }),
  ];
  assert.deepEqual(
    cards(list, 0).map(({ part, cards }) => [part, cards.map((card) => card.event.event)]),
    [["now", ["3", "2"]], ["later", ["4"]], ["over", ["1"]]],
  );
});

test("attempts left, of the day and in all", () => {
  assert.deepEqual(left(round({ attempts: 3, per_day: 1, used: 1, used_today: 1 })), { today: 0, all: 2 });
  assert.deepEqual(left(round()), { today: undefined, all: undefined });
});

test("another person's list leaves nothing of the one before", () => {
  const before = reduceHome(reduceHome(NO_HOME, home("1")), { t: "history", credits: 5, rows: [], more: false });
  assert.equal(reduceHome(before, home("1")).history?.credits, 5);
  assert.equal(reduceHome(before, home("2")).history, undefined);
});

test("looking for an opponent ends with the duel, or when it is stopped", () => {
  const looking = reduceHome(NO_HOME, { t: "matching", id: "a", event: "9", round: 1, waiting: 1, needed: 2, stopped: false });
  assert.equal(looking.matching?.waiting, 1);
  assert.equal(reduceHome(looking, { t: "paper", now_ms: 0, paper: paper({ mode: "duel" }) }).matching, undefined);
  assert.equal(reduceHome(looking, { t: "matching", id: "b", event: "9", round: 1, waiting: 0, needed: 2, stopped: true }).matching, undefined);
});

test("pages of the record follow each other, and a first page begins anew", () => {
  const row = (id: string, on: number): PastEvent => ({ event: id, title: "", on_ms: on, final: true, credits: 0, papers: 0, certificate: false });
  const page = (more: boolean, ...rows: PastEvent[]): HistoryFrame => ({ t: "history", credits: 0, rows, more });
  let state = reduceHome(NO_HOME, page(true, row("c", 30), row("b", 20)));
  state = reduceHome(state, page(false, row("a", 10)));
  assert.deepEqual(state.history?.rows.map((one) => one.event), ["c", "b", "a"]);
  assert.equal(state.history?.more, false);
  state = reduceHome(state, page(true, row("c", 30), row("b", 20)));
  assert.deepEqual(state.history?.rows.map((one) => one.event), ["c", "b"]);
});
