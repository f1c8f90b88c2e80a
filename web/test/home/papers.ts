/* Papers and events as tests need them. */
import type { OpenEvent, OpenRound, Paper, PaperItem } from "../../src/shared/protocol.gen.ts";

export function item(i: number, more: Partial<PaperItem> = {}): PaperItem {
  return { i, type: "single", topic: "", stem: `question ${i}`, options: ["a", "b", "c"], points: 500, ...more };
}

export function paper(more: Partial<Paper> = {}): Paper {
  return {
    event: "9",
    round: 1,
    attempt: 1,
    title: "",
    round_title: "",
    mode: "timed",
    state: "open",
    practice: false,
    forward: false,
    one_by_one: false,
    n: 4,
    started_ms: 0,
    deadline_ms: 100_000,
    items: [1, 2, 3, 4].map((i) => item(i)),
    choices: [],
    duel: [],
    ...more,
  };
}

export function round(more: Partial<OpenRound> = {}): OpenRound {
  return {
    round: 1,
    title: "",
    mode: "timed",
    questions: 20,
    minutes: 30,
    counts: "best",
    practice: false,
    forward: false,
    used: 0,
    used_today: 0,
    may: true,
    ...more,
  };
}

export function event(more: Partial<OpenEvent> = {}): OpenEvent {
  return { event: "9", title: "", phase: "running", self_paced: true, at_once: false, rounds: [round()], entries: 0, ...more };
}
