// The events that a run plays, and who plays them how: a host who looks at the contest and does what comes next, players who answer
// when they like. Nothing here waits for a particular frame, so that nothing depends on which one a fault took away.
import { Person, ticket, World } from "./person.mjs";
import { sleep, until } from "./stack.mjs";

const SECONDS = 5, FRAME_MS = 25_000;
const draw = { types: ["single", "truefalse", "multiple"] };
const credits = { participation: { amount: 1, min_answers: 2 }, placement: [{ ranks: [1, 1], amount: 10 }, { ranks: [2, 5], amount: 3 }] };
const sheet = (counts) => ({
  version: 1, guests: false, late_join: true, board_rows: 10, credits,
  rounds: counts.map((questions, i) => ({
    title: `round ${i + 1}`, mode: "live", questions, seconds: SECONDS, draw,
    points: [{ right: 10 }, { right: 20, wrong: -5, speed: true }, { right: 30, wrong: -10 }][i],
  })),
});
const person = (n) => `p${String(n).padStart(6, "0")}`;
const TEAMS = Array.from({ length: 6 }, (_, t) => [0, 1, 2].map((k) => person(1200 + t * 3 + k)));
/** Every event of the template. The second and third are played beside the first: nothing of one may be heard in another. */
export const EVENTS = [
  { code: "crowd", tenant: "demo", bank: "law", seed: 11, sheet: sheet([4, 4, 4]) },
  { code: "beside", tenant: "demo", bank: "law", seed: 12, sheet: sheet([3, 3]) },
  { code: "elsewhere", tenant: "other", bank: "law", seed: 13, sheet: sheet([2]) },
  {
    code: "teams", tenant: "demo", bank: "law", seed: 14, teams: TEAMS,
    sheet: {
      version: 1, entries: "team", start_points: 100, board_rows: 10, team: { policy: "first" }, credits: { ...credits, participation: { amount: 1, min_answers: 1 } },
      buzzer: { timing: "arrival", window_ms: 100 },
      rounds: [
        { title: "all", mode: "required", questions: 4, seconds: SECONDS, points: { right: 10 }, draw: { types: ["single", "truefalse"] } },
        { title: "buzzer", mode: "buzzer", questions: 4, seconds: 6, answer_seconds: 5, rebounds: 1, points: { right: 10, wrong: -10 }, draw: { types: ["single"] } },
      ],
    },
  },
];

export class Contest {
  faults_over = true; // the host plays the last question only then
  pace = 1;
  to_deadline = false; // questions are left to it
  quiet = false; // nobody answers any more

  /** `event` is one of EVENTS with its ids from the database. */
  constructor(stack, event, random, n_players, base) {
    this.world = new World(event, random, () => stack.nodes.map((n) => n.port));
    this.event = event;
    this.random = random;
    this.host = new Person(this.world, "host", "desk", ticket(event.secret, event.tenant, "host"));
    const subs = event.teams ? event.teams.flat() : Array.from({ length: n_players }, (_, i) => person(base + i));
    this.players = subs.map((sub) => this.#player(sub));
  }
  get phase() { return this.host.phase; }
  get n_questions() { return this.event.sheet.rounds.reduce((n, r) => n + r.questions, 0); }

  #player(sub) {
    const p = new Person(this.world, sub, "play", ticket(this.event.secret, this.event.tenant, sub));
    p.on_question = (q) => {
      if (this.event.teams) this.#as_member(p, q);
      else if (q.state === "open" && p.first(`answer ${q.q}`) && this.random.chance(0.95)) this.#answer_soon(p, q);
    };
    return p;
  }
  #choice(q) {
    const n = q.options?.length ?? 2;
    if (q.type !== "multiple") return [this.random.below(n)];
    const some = [...Array(n).keys()].filter(() => this.random.chance(0.5));
    return some.length ? some : [0];
  }
  #answer_soon(p, q) {
    const open = () => p.question?.q === q.q && p.question.state === "open";
    setTimeout(() => {
      if (p.ended || this.quiet || p.phase === "final") return;
      p.answer(q.q, this.#choice(q));
      // Two thumbs: another answer right behind. One of the two stands.
      if (open() && this.random.chance(0.05)) p.answer(q.q, this.#choice(q));
      if (this.random.chance(0.02)) p.lose("sleep");
    }, this.random.between(0, 1400 * this.pace));
  }
  #as_member(p, q) {
    if (q.state === "open" && q.mode === "buzzer" && p.first(`press ${q.q} ${q.rebounds}`) && this.random.chance(0.4))
      setTimeout(() => !p.ended && p.command("press", { q: q.q }, { once: true }), this.random.between(0, 1500));
    const asked = q.mode === "buzzer" ? q.state === "held" && q.held === p.entry : q.state === "open";
    if (asked && p.first(`answer ${q.q} ${q.rebounds}`) && this.random.chance(0.6))
      setTimeout(() => !p.ended && p.answer(q.q, this.#choice(q)), this.random.between(0, 1200));
  }

  start() {
    this.host.start();
    for (const p of this.players) p.start();
  }
  end() {
    for (const p of this.world.people) p.end();
  }
  /** What the host would do now: [action, after ms], or nothing but wait. */
  #next() {
    const h = this.host, q = h.question, pace = this.pace;
    const between = !q || q.state === "none" || q.state === "revealed";
    switch (h.phase) {
      case "draft": return ["lobby", 0];
      case "lobby":
        if (!this.players.every((p) => p.welcomed)) return undefined;
        return [this.event.teams && !h.teams?.length ? "lot" : "start", 100];
      case "paused": return ["resume", 300];
      case "finished": return ["finalise", 100];
      case "running":
        if (between && (q?.q ?? 0) >= this.n_questions) return ["finish", 200];
        if (between && (q?.q ?? 0) === this.n_questions - 1 && !this.faults_over) return undefined;
        if (between) return ["next", this.random.between(50, 400) * pace];
        if (q.state === "armed") return ["open", 100 * pace];
        if (q.state === "open" && q.mode === "buzzer") return ["close", 2500];
        // Some questions are left to their deadline: the driver closes them by itself.
        if (q.state === "open" && (q.q % 6 === 0 || this.to_deadline)) return undefined;
        if (q.state === "open") return ["close", this.random.between(500, 1700) * pace];
        if (q.state === "closed") return ["reveal", 100 * pace];
    }
    return undefined;
  }
  /** Leads the event to its end; throws when it comes to a stand for `patience_ms` with nothing broken. */
  async lead(patience_ms) {
    const h = this.host;
    let moved_at = performance.now(), seen = "";
    while (h.phase !== "final") {
      const now = `${h.phase} ${h.question?.q} ${h.question?.state} ${h.seq}`;
      if (now !== seen || !this.faults_over) moved_at = performance.now();
      seen = now;
      if (performance.now() - moved_at > patience_ms) throw new Error(`${this.event.code} stands still at ${now}; the host's line is ${h.status}`);
      const next = this.#next();
      if (!next) { await sleep(30); continue; }
      const shown = () => `${h.phase} ${h.question?.q ?? 0} ${h.question?.state}${h.teams?.length ? " drawn" : ""}`;
      const [action, after] = next, at = h.question?.q ?? 0, state = shown(), same = () => shown() === state;
      await sleep(after);
      if (!same()) continue;
      const outcome = await h.command(action, { q: at });
      if (outcome !== "done" && !["stale_command", "wrong_phase", "busy", "patience", "no_such_question", "question_closed"].includes(outcome))
        this.world.violation(`the host's ${action} at ${state} was refused: ${outcome}`);
      // What is done is shown, to whoever waits without doing anything more.
      if (outcome === "done") await until(() => !same(), FRAME_MS, "a frame", 10).catch(() => this.world.violation(`STUCK: ${action} at ${state} was done, and ${FRAME_MS / 1000} s later nothing of it is seen`));
      else await sleep(100);
    }
  }
  /** Everybody has heard everything: final, the last board and the own standing of the last reveal. */
  settled() {
    return this.world.people.filter((p) => p.phase !== "final" || p.seq < this.world.head || !p.board?.final ||
      (p.role === "play" && p.own?.v !== p.board.v) || p.presence?.waiting || [...p.answers.values()].some((a) => a.state === "sent"));
  }
}
