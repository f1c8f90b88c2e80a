/* Beside the question: what each team has done about it, those who matter now first. Pure. */
import { answered, asked, eligible, fouls, nextInTurn, presses, type SeatAt, seatViews, staked } from "../shared/contest.ts";
import type { Snapshot } from "../shared/protocol.gen.ts";

export interface SeatRow {
  entry: string;
  name: string;
  at: SeatAt;
  /** buzzer: place among the presses */
  order?: number;
  usedUs?: number;
  gapUs?: number;
  stake?: number;
  /** speed: answers of the burst that are saved; otherwise members whose answer is; of a queue only for whose turn it is */
  done?: number;
  /** in turn: whose turn it is, who comes after */
  queue?: "now" | "next";
}

export function seatRows(snap: Snapshot, nowMs: number): SeatRow[] {
  const question = snap.question;
  if (!question) return [];
  if (question.turn !== undefined) return queue(snap, question.turn);
  const pressed = new Map(presses(snap).map((press) => [press.entry, press]));
  const rows = seatViews(snap, nowMs).map((view): SeatRow => {
    const press = pressed.get(view.team.entry);
    return {
      entry: view.team.entry,
      name: view.team.name,
      at: view.at,
      ...(press ? { order: press.order } : {}),
      ...(press?.usedUs === undefined ? {} : { usedUs: press.usedUs }),
      ...(press?.gapUs === undefined ? {} : { gapUs: press.gapUs }),
      ...(view.stake === undefined ? {} : { stake: view.stake }),
      done: view.done,
    };
  });
  if (question.mode === "buzzer") return buzzerOrder(rows);
  if (question.mode === "speed") return rows.sort((a, b) => (b.done ?? 0) - (a.done ?? 0));
  if (question.mode === "wager" && question.state === "armed") {
    // Who has not chosen yet is who the host waits for.
    return rows.sort((a, b) => Number(a.at === "staked") - Number(b.at === "staked"));
  }
  return rows;
}

/* All who get their turn, in the order of the lot. */
function queue(snap: Snapshot, turn: string): SeatRow[] {
  const next = nextInTurn(snap)?.entry;
  const now = new Map(seatViews(snap, 0).map((view) => [view.team.entry, view]));
  return eligible(snap).map(({ entry, name }) => {
    const view = now.get(entry);
    return {
      entry,
      name,
      at: view?.at ?? "idle",
      ...(view?.stake === undefined ? {} : { stake: view.stake }),
      ...(view ? { done: view.done } : {}),
      ...(entry === turn ? { queue: "now" as const } : entry === next ? { queue: "next" as const } : {}),
    };
  });
}

/* Presses by their order, then fouls, then who has done nothing, in the order of the lot. */
function buzzerOrder(rows: SeatRow[]): SeatRow[] {
  const weight = (row: SeatRow) => row.order ?? (row.at === "fouled" || row.at === "locked" ? 1000 : 2000);
  return rows.sort((a, b) => weight(a) - weight(b));
}

/** One number for the whole list: how many have done what is waited for. */
export function seatCount(snap: Snapshot, judges: number | undefined): { key: SeatCountKey; n: number; of: number | undefined } | undefined {
  const question = snap.question;
  if (!question) return undefined;
  const of = asked(snap).length;
  switch (question.mode) {
    case "buzzer":
      return question.state === "armed"
        ? { key: "count.fouls", n: fouls(snap).length, of: undefined }
        : { key: "count.presses", n: question.seats.filter((seat) => seat.pressed).length, of };
    case "wager":
      return question.state === "armed"
        ? { key: "count.staked", ...staked(snap) }
        : undefined;
    case "speed":
      return { key: "count.done", ...answered(snap) };
    case "jury":
      return { key: "count.marks", n: question.marks, of: judges };
    case "live":
    case "required":
    case "tiebreak":
      return undefined;
  }
}

export type SeatCountKey = "count.fouls" | "count.presses" | "count.staked" | "count.done" | "count.marks";

/** The states a question passes through, by mode; the one that is now. */
export type TrackStep = "armed" | "reading" | "staking" | "calling" | "open" | "pressing" | "racing" | "marking" | "held" | "closed" | "revealed";

export function track(mode: string): TrackStep[] {
  switch (mode) {
    case "buzzer":
      return ["reading", "pressing", "held", "closed", "revealed"];
    case "wager":
      return ["staking", "open", "closed", "revealed"];
    case "speed":
      return ["armed", "racing", "closed", "revealed"];
    case "jury":
      return ["calling", "marking", "closed", "revealed"];
    default:
      return ["armed", "open", "closed", "revealed"];
  }
}

/** Index in `track` of where the question stands. */
export function trackAt(mode: string, state: string): number {
  const steps = track(mode).length;
  switch (state) {
    case "revealed":
      return steps - 1;
    case "closed":
    case "closing":
      return steps - 2;
    case "held":
      return 2;
    case "open":
      return 1;
    default:
      return 0;
  }
}
