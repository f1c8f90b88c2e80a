/* What a page knows of its event: a fold over the server's frames. Pure; the only writer of this state.
 *
 * The log frames carry a gap-free seq. One that was seen already is dropped; after a gap the picture is not to be trusted and `gap` asks
 * for a new connection, which resumes from `{epoch, seq}` and so gets what was missed.
 */
import type {
  Board,
  Chart,
  CuesFrame,
  EventRow,
  Frame,
  LogFrame,
  Own,
  PhaseFrame,
  Question,
  Ruling,
  Screen,
  ScreenRow,
  Snapshot,
  Step,
  Team,
  TeamsFrame,
  TeamState,
  WelcomeFrame,
  You,
} from "./protocol.gen.ts";

export interface Live {
  you: You | undefined;
  snap: Snapshot | undefined;
  /** a desk that has not chosen an event */
  events: EventRow[] | undefined;
  /** desk: what opens a stage */
  stageSession: string | undefined;
  /** the rule sheet, JSON, once it was asked for; it does not change while an event is open */
  sheet: string | undefined;
  epoch: number;
  seq: number;
  finalising: boolean;
  gap: boolean;
  /** stage: what it is to show */
  screen: Screen | undefined;
  /** stage: the board of its view; desk: the board it asked for */
  chart: Chart | undefined;
  /** stage: all boards that came, by what and which round, see `chartKey` */
  charts: Readonly<Record<string, Chart>>;
  /** stage that is nobody's yet: what to type at a desk */
  pairing: { code: string; untilMs: number } | undefined;
  /** desk: the tenant's screens, once asked for */
  screens: ScreenRow[] | undefined;
  /** desk, while the board is frozen: the next steps of the reveal */
  cues: CuesFrame | undefined;
}

export const NOTHING_YET: Live = {
  you: undefined,
  snap: undefined,
  events: undefined,
  stageSession: undefined,
  sheet: undefined,
  epoch: 0,
  seq: 0,
  finalising: false,
  gap: false,
  screen: undefined,
  chart: undefined,
  charts: {},
  pairing: undefined,
  screens: undefined,
  cues: undefined,
};

/** `nowMs`: server time when the frame arrived. */
export function reduceLive(live: Live, frame: Frame, nowMs: number): Live {
  switch (frame.t) {
    case "welcome":
      return {
        ...live,
        snap: welcomed(live, frame),
        you: frame.you,
        stageSession: frame.stage_session ?? live.stageSession,
        epoch: frame.epoch,
        seq: frame.seq,
        gap: false,
        pairing: undefined,
        ...(frame.snapshot ? { finalising: false } : {}),
        // Of another event nothing stays.
        ...(frame.snapshot && frame.snapshot.head.event !== live.snap?.head.event ? { chart: undefined, charts: {}, cues: undefined } : {}),
      };
    case "events":
      return { ...live, you: frame.you, events: frame.rows };
    case "phase":
    case "question":
    case "teams":
    case "ruling":
    case "resolve":
    case "driver":
    case "finalising":
      return logged(live, frame, nowMs);
    case "screen":
      return { ...live, screen: frame.screen };
    case "chart":
      return { ...live, chart: frame.chart, charts: { ...live.charts, [`${frame.chart.of}:${frame.chart.round}`]: frame.chart } };
    case "pairing":
      return { ...live, pairing: { code: frame.code, untilMs: frame.until_ms } };
    case "screens":
      return { ...live, screens: frame.rows };
    case "cues":
      return { ...live, cues: frame };
    case "board":
      return withSnap(live, (snap) => ({ ...snap, board: newerBoard(snap.board, frame.board) }));
    case "own":
      return withSnap(live, (snap) => ({ ...snap, own: newerOwn(snap.own, frame.own) }));
    case "presence":
      return withSnap(live, (snap) => ({ ...snap, presence: frame.presence }));
    case "team":
      return withSnap(live, (snap) => ({ ...snap, team: frame.team }));
    case "step":
      return withSnap(live, (snap) => stepped(snap, frame.step));
    case "script":
      return withSnap(live, (snap) => ({ ...snap, script: frame.script }));
    case "ahead":
      return withSnap(live, (snap) => ({ ...snap, ahead: frame.ahead }));
    case "progress":
      return withSnap(live, (snap) => (snap.question?.q === frame.q ? { ...snap, progress: frame.rows } : snap));
    case "seal":
      return withSnap(live, (snap) => ({ ...snap, seal: frame.seal }));
    case "rules":
      return { ...live, sheet: frame.sheet };
    case "changes":
    case "evidence":
    case "findings":
    case "probe":
    case "ack":
    case "done":
    case "roster":
    case "time":
    case "error":
    case "bye":
      return live;
    case "home":
    case "paper":
    case "saved":
    case "matching":
    case "duel":
    case "history":
    case "certificate":
    case "ranks":
      return live; // of the individuals' part, which folds them by itself
    default:
      return unheardOf(frame, live);
  }
}

/* A page may be older than its server: what it does not know takes nothing from what it does. The compiler still asks for every frame. */
function unheardOf(_frame: never, live: Live): Live {
  return live;
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
    case "teams":
      return withSnap(next, (snap) => drawn(snap, frame));
    case "ruling":
      return withSnap(next, (snap) => ruled(snap, frame.ruling));
    case "resolve":
      return withSnap(next, (snap) => ({ ...snap, frozen: frame.frozen }));
    case "finalising":
      return { ...next, finalising: true };
    case "driver":
      return next;
  }
}

/* The frame of a pause carries no time of its own: the clock is stopped where it stands as the frame arrives. */
function phased(snap: Snapshot, frame: PhaseFrame, nowMs: number): Snapshot {
  const question = snap.question;
  if (!question || (question.state !== "open" && question.state !== "held")) return { ...snap, phase: frame.phase };
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

/* Once it is decided who goes on, what was said of it before no longer holds; what comes now follows. */
function drawn(snap: Snapshot, { teams, advanced }: TeamsFrame): Snapshot {
  if (advanced === snap.advanced) return { ...snap, teams };
  const { ahead: _, ...rest } = snap;
  return { ...rest, teams, advanced };
}

/* What belonged to the question before must not flash up under the new one. */
function asked(snap: Snapshot, question: Question): Snapshot {
  const fresh = snap.question?.q !== question.q;
  const opened = question.state === "open" && (snap.question?.state === "armed" || snap.question === undefined);
  const { step, script, saved, team, frozen, ahead: _, ...rest } = snap;
  return {
    ...rest,
    question,
    ...(question.hidden ? { frozen: { step: 0, done: false } } : frozen && !frozen.done ? { frozen } : {}),
    teams: snap.teams.map((team) => (used(question, team) ? { ...team, helped: true } : team)),
    // These frames have no seq and may be here before their question.
    ...(step && asks(question, step.q) ? { step } : {}),
    ...(script?.q === question.q ? { script } : {}),
    ...(saved && !(fresh && saved.q < question.q) ? { saved } : {}),
    ...(team ? { team: fresh ? unasked(team) : team } : {}),
    ...(fresh ? { progress: [] } : {}),
    ...(fresh || opened ? { presence: { ...snap.presence, answered: 0 } } : {}),
  };
}

/* A help is told with its question only, and outlasts it. */
function used(question: Question, team: Team): boolean {
  return !team.helped && question.seats.some((seat) => seat.entry === team.entry && seat.help !== undefined);
}

/** Whether a question is one of those that are asked now: of a burst there are several. */
export function asks(question: Question, q: number | undefined): boolean {
  return q !== undefined && q >= question.q && q < question.q + question.n;
}

function unasked(team: TeamState): TeamState {
  return {
    captain: team.captain,
    members: team.members.map((member) => ({ ...member, answered: false })),
    saved: false,
  };
}

/* Without a step the team has answered all of the burst. */
function stepped(snap: Snapshot, step: Step | undefined): Snapshot {
  const { step: _, ...rest } = snap;
  return step ? { ...rest, step } : rest;
}

/* A ruling comes once more when its state changes. Its effect on points comes by `board` and `own`; what it does to the question on the
 * screen and to the team is shown with it. */
function ruled(snap: Snapshot, ruling: Ruling): Snapshot {
  const rulings = [...snap.rulings.filter((old) => old.no !== ruling.no), ruling].sort((a, b) => a.no - b.no);
  const next = { ...snap, rulings };
  if (ruling.state !== "done") return next;
  const { question } = snap;
  if (ruling.kind === "void" && question && question.q === ruling.question) {
    return { ...next, question: { ...question, voided: true } };
  }
  if (ruling.kind === "disqualify") {
    return { ...next, teams: snap.teams.map((team) => (team.entry === ruling.entry ? { ...team, out: true } : team)) };
  }
  return next;
}

function newerBoard(old: Board | undefined, board: Board): Board {
  return old && (old.v > board.v || (old.v === board.v && old.final && !board.final)) ? old : board;
}

function newerOwn(old: Own | undefined, own: Own): Own {
  return old && old.v > own.v ? old : own;
}

/* A node that has the log but not yet the answers to what was revealed tells no standings: what is known already stays until it does. */
function welcomed(live: Live, { you, epoch, snapshot }: WelcomeFrame): Snapshot | undefined {
  if (!snapshot) return live.snap;
  if (!live.snap || epoch !== live.epoch || snapshot.head.event !== live.snap.head.event || you.entry !== live.you?.entry) return snapshot;
  const { board, own } = live.snap;
  const kept = snapshot.board && board ? newerBoard(board, snapshot.board) : (snapshot.board ?? board);
  const mine = snapshot.own && own ? newerOwn(own, snapshot.own) : (snapshot.own ?? own);
  return { ...snapshot, ...(kept ? { board: kept } : {}), ...(mine ? { own: mine } : {}) };
}
