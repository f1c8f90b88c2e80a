/* Snapshots for tests: a contest of ten questions in two rounds, changed where a test needs it. */
import type { BoardRow, Phase, QState, Question, Snapshot } from "../src/shared/protocol.gen.ts";

export function question(q: number, state: QState, over: Partial<Question> = {}): Question {
  return {
    q,
    round: q <= 4 ? 1 : 2,
    in_round: q <= 4 ? q : q - 4,
    state,
    type: "single",
    topic: "宪法",
    points: 1000,
    speed: false,
    seconds: 20,
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
      rounds: [
        { title: "必答", questions: 4, seconds: 20 },
        { title: "速答", questions: 6, seconds: 15 },
      ],
    },
    phase,
    ...(current ? { question: current } : {}),
    presence: { players: 200, entries: 226, stages: 1, answered: 0, partial: false },
    ...over,
  };
}

export function boardRow(rank: number, entry = `e${rank}`): BoardRow {
  return { entry, rank, name: `第${entry}队`, unit: "", points: 10000 - rank * 100, correct: 3, moved: 0 };
}
