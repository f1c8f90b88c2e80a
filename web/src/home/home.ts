/* What an individual's page knows beside the papers: the events that address this person, the search for an opponent, the history. A fold
 * over the server's frames, and what follows from it. Pure.
 */
import { isSelfPaced } from "../shared/modes.ts";
import type {
  CertificateFrame,
  Frame,
  HistoryFrame,
  HomeFrame,
  MatchingFrame,
  OpenEvent,
  OpenRound,
  RanksFrame,
} from "../shared/protocol.gen.ts";

export interface Home {
  frame: HomeFrame | undefined;
  matching: MatchingFrame | undefined;
  history: HistoryFrame | undefined;
  /** by event */
  ranks: Readonly<Record<string, RanksFrame>>;
  certificates: Readonly<Record<string, CertificateFrame>>;
}

export const NO_HOME: Home = { frame: undefined, matching: undefined, history: undefined, ranks: {}, certificates: {} };

export function reduceHome(home: Home, frame: Frame): Home {
  switch (frame.t) {
    case "home":
      // Somebody else's phone now: nothing of the one before is shown.
      if (home.frame && home.frame.you.person !== frame.you.person) return { ...NO_HOME, frame };
      return { ...home, frame };
    case "matching":
      return { ...home, matching: frame.stopped ? undefined : frame };
    case "paper":
      return frame.paper.mode === "duel" ? { ...home, matching: undefined } : home;
    case "history":
      return { ...home, history: more(home.history, frame) };
    case "ranks":
      return { ...home, ranks: { ...home.ranks, [frame.event]: frame } };
    case "certificate":
      return { ...home, certificates: { ...home.certificates, [frame.event]: frame } };
    default:
      return home;
  }
}

/* A page that begins anew replaces what was there, a later one is added to it. */
function more(before: HistoryFrame | undefined, page: HistoryFrame): HistoryFrame {
  const last = before?.rows[before.rows.length - 1];
  const first = page.rows[0];
  const follows = before && last && first && first.on_ms <= last.on_ms && !before.rows.some((row) => row.event === first.event);
  return follows ? { ...page, rows: [...before.rows, ...page.rows] } : page;
}

/** What there is to do about an event now. */
export type EventState =
  | { at: "live" } // a host leads it: enter
  | { at: "goOn"; round: number; attempt: number } // a paper is open
  | { at: "open"; closesMs: number | undefined }
  | { at: "soon"; opensMs: number | undefined }
  | { at: "hours" } // not at this time of the day
  | { at: "used" } // today's or all attempts
  | { at: "counting" } // over, results are being made
  | { at: "results" };

export function stateOf(event: OpenEvent, nowMs: number): EventState {
  if (!event.self_paced) return event.phase === "finished" || event.phase === "final" ? { at: "results" } : { at: "live" };
  if (event.phase === "final") return { at: "results" };
  const going = event.rounds.find((round) => round.open !== undefined);
  if (going?.open !== undefined && event.phase === "running") return { at: "goOn", round: going.round, attempt: going.open };
  if (event.phase === "finished" || (event.closes_ms !== undefined && nowMs >= event.closes_ms)) return { at: "counting" };
  if (event.phase === "draft" || event.phase === "lobby") return { at: "soon", opensMs: event.opens_ms };
  if (event.rounds.some((round) => round.may)) return { at: "open", closesMs: event.closes_ms };
  return { at: event.rounds.some((round) => round.why === "not_these_hours") ? "hours" : "used" };
}

/** The list in the order of what to do: go on, live, open, later, over. */
export type Part = "now" | "later" | "over";
export interface Card {
  event: OpenEvent;
  state: EventState;
}

const ORDER: Record<EventState["at"], [Part, number]> = {
  goOn: ["now", 0],
  live: ["now", 1],
  open: ["now", 2],
  hours: ["later", 0],
  used: ["later", 1],
  soon: ["later", 2],
  counting: ["over", 0],
  results: ["over", 1],
};

export function cards(events: readonly OpenEvent[], nowMs: number): { part: Part; cards: Card[] }[] {
  const all = events.map((event) => ({ event, state: stateOf(event, nowMs) }));
  const parts: Part[] = ["now", "later", "over"];
  return parts
    .map((part) => ({
      part,
      cards: all.filter(({ state }) => ORDER[state.at][0] === part).sort((a, b) => ORDER[a.state.at][1] - ORDER[b.state.at][1]),
    }))
    .filter((group) => group.cards.length > 0);
}

/** Papers that may still be started: of the day, and in all; undefined: any number. */
export function left(round: OpenRound): { today: number | undefined; all: number | undefined } {
  const minus = (most: number | undefined, used: number) => (most === undefined ? undefined : Math.max(0, most - used));
  return { today: minus(round.per_day, round.used_today), all: minus(round.attempts, round.used) };
}

/** How long a paper of this round takes at most, in minutes; undefined: until the window closes. */
export function minutesOf(round: OpenRound): number | undefined {
  if (round.minutes !== undefined) return round.minutes;
  return round.seconds === undefined ? undefined : Math.ceil((round.seconds * round.questions) / 60);
}

export function modesOf(event: OpenEvent): ("timed" | "survival" | "duel")[] {
  return [...new Set(event.rounds.map((round) => round.mode).filter(isSelfPaced))];
}
