/* Snapshots for tests: a contest of ten questions in two rounds, changed where a test needs it. */
import type { BoardRow, Mode, Phase, QState, Question, Round, Seat, Snapshot, Team, TeamState } from "../src/shared/protocol.gen.ts";

export function question(q: number, state: QState, over: Partial<Question> = {}): Question {
  return {
    q,
    round: q <= 4 ? 1 : 2,
    in_round: q <= 4 ? q : q - 4,
    state,
    mode: "live",
    n: 1,
    seats: [],
    rebounds: 0,
    silent: false,
    marks: 0,
    voided: false,
    type: "single",
    topic: "宪法",
    points: 1000,
    speed: false,
    seconds: 20,
    ...over,
  };
}

export function round(over: Partial<Round> = {}): Round {
  return {
    title: "必答",
    mode: "live",
    turns: "all",
    policy: "captain",
    questions: 10,
    burst: 1,
    seconds: 20,
    by_judge: false,
    ...over,
  };
}

export function snapshot(phase: Phase, current?: Question, over: Partial<Snapshot> = {}): Snapshot {
  return {
    head: {
      event: "7",
      title: "学法竞赛",
      tenant: "示范省",
      code: "482913",
      questions: 10,
      guests: true,
      teams: false,
      appeals: false,
      approval: false,
      rounds: [round({ title: "必答", questions: 4 }), round({ title: "速答", questions: 6, seconds: 15 })],
      awards: [],
      boards: [],
    },
    phase,
    ...(current ? { question: current } : {}),
    teams: [],
    advanced: 0,
    progress: [],
    rulings: [],
    presence: { players: 200, entries: 226, stages: 1, answered: 0, partial: false },
    ...over,
  };
}

export function boardRow(rank: number, entry = `e${rank}`): BoardRow {
  return { entry, rank, name: `第${entry}队`, unit: "", points: 10000 - rank * 100, correct: 3, moved: 0 };
}

/** Team e1, e2 …, whose captain is person 11, 21 … */
export function team(n: number, over: Partial<Team> = {}): Team {
  return { entry: `e${n}`, name: `第${n}队`, unit: "", captain: `${n}1`, in: true, out: false, helped: false, ...over };
}

export function seat(entry: string, over: Partial<Seat> = {}): Seat {
  return { entry, staked: false, pressed: false, fouled: false, tried: false, right: false, ...over };
}

/** Team e1 as its members see it: 11 leads, 12 is here, 13 is away. */
export function teamState(over: Partial<TeamState> = {}): TeamState {
  const member = (person: string, captain: boolean, online: boolean) => ({
    person,
    name: `学员${person}`,
    captain,
    online,
    answered: false,
  });
  return { captain: true, members: [member("11", true, true), member("12", false, true), member("13", false, false)], saved: false, ...over };
}

/** Four teams in one round of `mode`, at its first question. */
export function contest(
  mode: Mode,
  state: QState,
  over: { q?: Partial<Question>; round?: Partial<Round>; snap?: Partial<Snapshot> } = {},
): Snapshot {
  const base = snapshot("running");
  return {
    ...base,
    head: { ...base.head, teams: true, questions: 8, rounds: [round({ mode, questions: 8, ...over.round })] },
    question: question(1, state, { mode, round: 1, in_round: 1, ...over.q }),
    teams: [1, 2, 3, 4].map((n) => team(n)),
    presence: { players: 4, entries: 4, stages: 1, answered: 0, partial: false },
    ...over.snap,
  };
}
