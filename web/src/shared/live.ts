/* What a page knows of its event: a fold over the server's frames. Pure; the only writer of this state.
 *
 * The log frames carry a gap-free seq. One that was seen already is dropped; after a gap the picture is not to be trusted and `gap` asks
 * for a new connection, which resumes from `{epoch, seq}` and so gets what was missed.
 */
import type { Board, EventRow, Frame, LogFrame, PhaseFrame, Question, Snapshot, You } from "./protocol.gen.ts";

export interface Live {
  you: You | undefined;
  snap: Snapshot | undefined;
  /** a desk that has not chosen an event */
  events: EventRow[] | undefined;
  /** desk: what opens a stage */
  stageSession: string | undefined;
  epoch: number;
  seq: number;
  finalising: boolean;
  gap: boolean;
}

export const NOTHING_YET: Live = {
  you: undefined,
  snap: undefined,
  events: undefined,
  stageSession: undefined,
  epoch: 0,
  seq: 0,
  finalising: false,
  gap: false,
};

/** `nowMs`: server time when the frame arrived. */
export function reduceLive(live: Live, frame: Frame, nowMs: number): Live {
  switch (frame.t) {
    case "welcome":
      return {
        ...live,
        you: frame.you,
        stageSession: frame.stage_session ?? live.stageSession,
        epoch: frame.epoch,
        seq: frame.seq,
        gap: false,
        ...(frame.snapshot ? { snap: frame.snapshot, finalising: false } : {}),
      };
    case "events":
      return { ...live, you: frame.you, events: frame.rows };
    case "phase":
    case "question":
    case "driver":
    case "finalising":
      return logged(live, frame, nowMs);
    case "board":
      return withSnap(live, (snap) => ({ ...snap, board: newer(snap.board, frame.board) }));
    case "own":
      return withSnap(live, (snap) => ({ ...snap, own: frame.own }));
    case "presence":
      return withSnap(live, (snap) => ({ ...snap, presence: frame.presence }));
    case "ack":
    case "done":
    case "roster":
    case "time":
    case "error":
    case "bye":
      return live;
  }
}

function withSnap(live: Live, change: (snap: Snapshot) => Snapshot): Live {
  return live.snap ? { ...live, snap: change(live.snap) } : live;
}

function logged(live: Live, frame: LogFrame, nowMs: number): Live {
  if (!live.snap) return live;
  if (frame.epoch === live.epoch && frame.seq <= live.seq) return live;
  if (frame.epoch !== live.epoch || frame.seq !== live.seq + 1) return { ...live, gap: true };
  const next = { ...live, seq: frame.seq };
  switch (frame.t) {
    case "phase":
      return { ...withSnap(next, (snap) => phased(snap, frame, nowMs)), finalising: false };
    case "question":
      return withSnap(next, (snap) => asked(snap, frame.question));
    case "finalising":
      return { ...next, finalising: true };
    case "driver":
      return next;
  }
}

/* The frame of a pause carries no time of its own: the clock is stopped where it stands as the frame arrives. */
function phased(snap: Snapshot, frame: PhaseFrame, nowMs: number): Snapshot {
  const question = snap.question;
  if (!question || question.state !== "open") return { ...snap, phase: frame.phase };
  if (frame.phase === "paused") return { ...snap, phase: frame.phase, question: { ...question, paused_ms: nowMs } };
  const { paused_ms: _, ...running } = question;
  return {
    ...snap,
    phase: frame.phase,
    question: {
      ...running,
      ...(frame.opened_ms === undefined ? {} : { opened_ms: frame.opened_ms }),
      ...(frame.deadline_ms === undefined ? {} : { deadline_ms: frame.deadline_ms }),
    },
  };
}

/* Counts of the question before must not flash up under the new one. */
function asked(snap: Snapshot, question: Question): Snapshot {
  const fresh = snap.question?.q !== question.q || (question.state === "open" && snap.question?.state !== "open");
  return { ...snap, question, ...(fresh ? { presence: { ...snap.presence, answered: 0 } } : {}) };
}

function newer(old: Board | undefined, board: Board): Board {
  return old && (old.v > board.v || (old.v === board.v && old.final && !board.final)) ? old : board;
}
