// Two contests whose boards are frozen, played to a plan: who is right while it is hidden is drawn from the seed and from which twin it is, and
// everything else is the same in both twins: who comes when, who answers in which order, how long an answer is, what the desk does.
import { ticket } from "../lib/contest.mjs";
import { Random } from "../fault/random.mjs";
import { Ear, get } from "./ear.mjs";

const person = (n) => `p${String(n).padStart(6, "0")}`;
/** All over the province. */
const somebody = (i) => person(40 * i + 1);
const single = { types: ["single"] };
// One question each, worth 1, 2, 4, …: nobody has as many points as anybody else when the board freezes.
const open_rounds = (n) => Array.from({ length: n }, (_, k) => ({ title: `公开 ${k + 1}`, questions: 1, seconds: 120, points: { right: 10 * 2 ** k }, draw: single }));
const awards = [{ title: "一等奖", places: 1 }, { title: "二等奖", places: 3 }];
export const PERSONS = 24, TEAMS = 12;
const OPEN = { persons: 5, teams: 4 };

export const EVENTS = [
  {
    code: "persons", tenant: "demo", bank: "law", seed: 21, share: "SEEPERS0NS01",
    sheet: {
      version: 1, start_points: 0, ranking: ["points", "correct"], guests: true, late_join: true, board_rows: 50, freeze: { round: OPEN.persons + 1 }, awards,
      boards: [{ of: "unit", by: "sum" }, { of: "city", by: "mean" }, { of: "province", by: "weighted", floor: 0.5 }, { of: "audience", by: "best", best: 3 }],
      rounds: [
        ...open_rounds(OPEN.persons).map((r) => ({ ...r, mode: "live" })),
        { title: "封榜一", mode: "live", questions: 4, seconds: 120, points: { right: 30, wrong: -5 }, draw: single },
        { title: "封榜二", mode: "live", questions: 3, seconds: 120, points: { right: 20, speed: true }, draw: single },
      ],
    },
  },
  {
    code: "teams", tenant: "demo", bank: "law", seed: 22, share: "SEETEAMS0001",
    teams: Array.from({ length: TEAMS }, (_, t) => [person(1201 + 2 * t), person(1202 + 2 * t)]),
    sheet: {
      version: 1, entries: "team", start_points: 100, ranking: ["points", "correct"], board_rows: 50, freeze: { round: OPEN.teams + 1 }, awards, team: { policy: "captain" },
      rounds: [
        ...open_rounds(OPEN.teams).map((r) => ({ ...r, mode: "required" })),
        { title: "封榜必答", mode: "required", questions: 3, seconds: 120, points: { right: 30, wrong: -10 }, draw: single },
        { title: "封榜风险", mode: "wager", questions: 2, seconds: 120, stakes: [20], draw: single },
        { title: "封榜速答", mode: "speed", questions: 4, seconds: 120, points: { right: 5 }, draw: single },
      ],
    },
  },
];

/** What is asked over HTTP by nobody in particular. */
export function paths(event) {
  const board = `/api/board/${event.share}`, rounds = event.sheet.rounds.map((_, i) => i + 1);
  return [
    "/healthz", "/readyz", "/api/certificate/ABCDEFGHJKMN", "/api/none", board, ...["", ".csv", "?from=5&n=3"].map((x) => `${board}/entry${x}`),
    ...["unit", "county", "city", "province", "kind", "audience"].flatMap((of) => [`${board}/${of}`, `${board}/${of}.csv`]),
    ...rounds.flatMap((r) => [`${board}/entry/${r}`, `${board}/entry/${r}.csv`, `${board}/city/${r}`]),
  ];
}

/** One contest of one twin, with everything that was heard, asked and timed of it. */
export class Hall {
  /** Who heard: { who, role, port (0, 1), label, entry (index), ear }. */
  lines = [];
  /** Answers over HTTP while frozen: { node, path, station, raw, status, head, body, ms }. */
  answers = [];
  /** Per hidden question: { q, from, to, right: [bool…], gains: […], ack: [ms…], revealed_at, metrics: [[before, after] of each node] }. */
  windows = [];
  /** Per page of one entry: { station, place, ms }. */
  pages = [];

  constructor(event, ports, twin, seed) {
    Object.assign(this, { event, ports, twin });
    this.teams = event.teams !== undefined;
    this.n = this.teams ? TEAMS : PERSONS;
    this.same = new Random(seed, event.code, "both twins");
    this.own = new Random(seed, event.code, "twin", twin);
    this.gains = Array(this.n).fill(0);
    this.ids = 0;
  }
  ticket(sub) { return ticket(this.event.secret, sub); }
  async line(role, label, port, hello, entry) {
    const ear = await Ear.enter(this.ports[port], { role, ...hello }, `${role} ${label}`);
    this.lines.push({ role, label, port, entry, ear, frozen: this.frozen === true });
    return ear;
  }
  play(i, port, label, more = {}) {
    const sub = this.teams ? this.event.teams[i][0] : somebody(i);
    return this.line("play", label, port, { ticket: this.ticket(sub), event: this.event.id, ...more }, i);
  }
  get walls() { return [this.stages, this.watchers, this.idle].flat(); }
  get everybody() { return [this.desk, ...this.players, ...this.stages, ...this.idle]; }
  /** In one order, so that the log of both twins is one. */
  async does(action, args = {}) {
    const { outcome } = await this.desk.ask({ t: "command", id: `d${++this.ids}`, action, ...args });
    if (outcome !== "done") throw new Error(`${action} ${JSON.stringify(args)}: ${outcome}`);
  }
  /** On all screens, and there with its chart, if it is of one. */
  async show(view, more = {}) {
    await this.desk.ask({ t: "show", id: `s${++this.ids}`, view, ...more });
    const { of = "entry", round = 0 } = more, charts = ["grid", "board", "pages", "reveal", "awards"].includes(view) && (of === "entry" || this.event.sheet.boards);
    await Promise.all(this.stages.map((l) => l.until(() => l.screen?.view.view === view && (!charts || l.charts.has(`${of}:${round}`)), view)));
  }
  all(fits, what) { return Promise.all(this.everybody.map((l) => l.until(() => fits(l), what))); }

  async enter() {
    const { event } = this;
    this.desk = await this.line("desk", "", 0, { ticket: this.ticket("host"), event: event.id });
    await this.does("lobby");
    this.players = [];
    for (let i = 0; i < this.n; i++) this.players.push(await this.play(i, i % 2, `player ${i}`));
    this.idle = [];
    if (this.teams) for (const i of [0, 7]) this.idle.push(await this.line("play", `mate of ${i}`, 1, { ticket: this.ticket(event.teams[i][1]), event: event.id }, i));
    else {
      this.idle.push(await this.line("play", "who answers nothing", 0, { ticket: this.ticket(person(90)), event: event.id }));
      this.idle.push(await this.line("play", "guest", 1, { code: this.players[0].welcome.snapshot.head.code, name: "路人" }));
    }
    this.entries = this.players.map((l) => l.welcome.you.entry);
    this.stages = [];
    for (const port of [0, 1]) this.stages.push(await this.line("stage", `of node ${port}`, port, { session: this.desk.welcome.stage_session }));
    if (this.teams) await this.does("lot"); // the server's own: not the same in both twins
    await this.does("start");
    this.watchers = [];
    for (const port of [0, 1]) this.watchers.push(await this.line("watch", `of node ${port}`, port, { code: event.share }));
    if (this.teams) await this.line("judge", "", 1, { ticket: this.ticket(person(31)), event: event.id });
    this.homes = [await this.line("home", "of somebody else", 0, { ticket: this.ticket(person(95)) })];
    this.homes.push(await this.line("home", "of a player", 1, { ticket: this.ticket(this.teams ? event.teams[2][0] : somebody(2)) }));
  }
  response(q, right) {
    const { key, options } = this.event.questions[q - 1];
    return { choice: right ? key : [[...options.keys()].find((k) => !key.includes(k))] };
  }
  async one_answer(i, q, right) {
    const { outcome, ms } = await this.players[i].ask({ t: "answer", id: `a${q}-${i}`, q, ...this.response(q, right) });
    if (outcome !== "saved") throw new Error(`answer of ${i} to ${q}: ${outcome}`);
    return ms;
  }
  /** One by one: nothing but the answer itself can make one slower than another. */
  async answer(q, right, ack) { for (const i of this.same.shuffle([...Array(this.n).keys()])) ack[i] = await this.one_answer(i, q, right[i]); }
  /** A speed round: everybody goes through it, one question after another. */
  async burst(q, n, right, ack) {
    for (let k = 0; k < n; k++)
      for (const i of this.same.shuffle([...Array(this.n).keys()])) {
        const l = this.players[i];
        await l.until(() => l.step?.q === q + k, `step ${q + k}`);
        ack.push({ i, k, ms: await this.one_answer(i, q + k, right[k][i]) });
      }
  }
  state(state, q) { return this.all((l) => l.question?.q === q && l.question.state === state, `question ${q} ${state}`); }

  /** Before the freeze: entry i is right where its number has a 1. */
  async open_part() {
    for (let k = 0; k < OPEN[this.event.code]; k++) {
      const q = k + 1;
      await this.does("next");
      await this.does("open");
      await this.state("open", q);
      await Promise.all(this.entries.map((_, i) => this.one_answer(i, q, (((i * 5 + 3) % 32) >> k) % 2 === 1)));
      await this.does("close");
      await this.state("closed", q);
      await this.does("reveal");
      await this.state("revealed", q);
    }
  }
  /** The first hidden question is armed; everything that is public says so. */
  async freeze() {
    const before = this.players[0].seq;
    await this.does("next");
    await Promise.all([...this.players, ...this.walls].map((l) => l.until(() => l.board?.frozen === true, "a frozen board")));
    await Promise.all([...this.players, ...this.idle].map((l) => l.until(() => l.own?.frozen === true, "a frozen own standing")));
    await Promise.all(this.stages.map((l) => l.until(() => l.charts.get("entry:0")?.frozen, "a frozen chart")));
    for (const path of paths(this.event).filter((p) => p.startsWith("/api/board/")))
      for (const port of this.ports) {
        const end = performance.now() + 10_000;
        for (let a; (a = await get(port, path)).body.includes('"frozen":false') || a.status >= 429; ) if (performance.now() > end) throw new Error(`${path} does not freeze: ${a.raw}`);
      }
    this.frozen = true;
    this.freeze_seq = before;
    for (const l of this.lines) l.mark = l.ear.heard.length;
    this.frozen_board = this.players[0].board.rows.map((r) => this.entries.indexOf(r.entry)).filter((i) => i >= 0);
  }
  /** Newcomers and those who come back look around, on both nodes; pages are asked for. */
  async station(label, thorough) {
    const k = this.stations = (this.stations ?? 0) + 1, port = k % 2;
    const gone = [];
    const stage = await this.line("stage", `new at ${label}`, port, { session: this.desk.welcome.stage_session });
    await stage.until(() => stage.charts.get("entry:0"), "a chart");
    const watch = await this.line("watch", `new at ${label}`, 1 - port, { code: this.event.share });
    await watch.until(() => watch.board, "a board");
    gone.push(stage, watch);
    for (const i of [(2 * k) % this.n, (2 * k + 1) % this.n]) {
      const { session } = this.players[i].welcome;
      const fresh = await this.line("play", `player ${i} new at ${label}`, port, { session }, i);
      await fresh.until(() => fresh.own && fresh.board, "standings");
      await fresh.quiet();
      const back = await this.line("play", `player ${i} back at ${label}`, port, { session, epoch: fresh.epoch, seq: this.freeze_seq }, i);
      await back.until(() => back.own && back.board, "standings");
      await back.quiet();
      back.question = fresh.question; // what it missed came before the acknowledgement
      this.players[i].end();
      fresh.end();
      this.players[i] = back;
    }
    for (const l of gone) l.end();
    if (thorough) await this.ask_all(label);
  }
  async ask_all(label) {
    for (const home of this.homes)
      for (const [ask, reply] of [[{ t: "list" }, "home"], [{ t: "history" }, "history"], [{ t: "ranks", event: this.event.id }, "ranks"], [{ t: "certificate", event: this.event.id }, "certificate"]]) {
        const mark = home.heard.length;
        home.send(ask);
        await home.until(() => home.heard.slice(mark).some(({ m }) => m.t === reply || m.t === "error"), reply);
      }
    for (const path of paths(this.event))
      for (const [node, port] of this.ports.entries()) this.answers.push({ node, path, station: label, ...(await get(port, path)) });
    for (const place of this.same.shuffle([...Array(this.frozen_board.length).keys()]))
      this.pages.push({ station: label, place, i: this.frozen_board[place], gained: [...this.gains], ...(await get(this.ports[0], `/api/board/${this.event.share}/entry?from=${place + 1}&n=1`)) });
  }
  metrics() { return Promise.all(this.ports.map((port) => get(port, "/metrics").then((a) => a.body))); }

  async hidden_question(q, round, first) {
    const n = round.mode === "speed" ? round.questions : 1;
    const w = { q, mode: round.mode, from: performance.now(), gains: Array(this.n).fill(0), ack: [], right: [] };
    const level = this.own.pick([0.1, 0.3, 0.5, 0.7, 0.9]);
    for (let k = 0; k < n; k++) w.right.push(this.gains.map(() => this.own.chance(level)));
    w.before = await this.metrics();
    if (!first) await this.does("next");
    await this.state("armed", q);
    if (round.mode === "wager") for (const [i, l] of this.players.entries()) await l.ask({ t: "command", id: `w${q}-${i}`, action: "stake", q, value: 2000 });
    await this.does("open");
    await this.state("open", q);
    await this.station(`${q} open`);
    if (n > 1) await this.burst(q, n, w.right, w.ack);
    else await this.answer(q, w.right[0], w.ack);
    await this.station(`${q} answered`);
    await this.does("close");
    await this.state("closed", q);
    w.reveal_at = performance.now();
    await this.does("reveal");
    await this.state("revealed", q);
    for (const right of w.right)
      for (const [i, is] of right.entries()) {
        const points = round.mode === "wager" ? (is ? 20 : -20) : is ? round.points.right : (round.points.wrong ?? 0);
        w.gains[i] += points;
      }
    for (const [i, x] of w.gains.entries()) this.gains[i] += x;
    w.after = await this.metrics();
    await this.station(`${q} revealed`, true);
    w.to = performance.now();
    this.windows.push(w);
  }
  async hidden_part() {
    let q = OPEN[this.event.code] + 1, first = true, n = 0;
    for (const round of this.event.sheet.rounds.slice(OPEN[this.event.code])) {
      for (let k = 0; k < (round.mode === "speed" ? 1 : round.questions); k++) {
        await this.hidden_question(q, round, first);
        first = false;
        q += round.mode === "speed" ? round.questions : 1;
        if (++n === 2) await this.rulings();
        await this.show(...[["grid", { of: "city" }], ["board", { round: OPEN[this.event.code] + 1 }], ["pages", { of: "unit" }], ["board", { round: 1 }], ["reveal"], ["awards"], ["auto"]][n % 7]);
      }
    }
    for (const l of this.lines.filter((x) => x.ear.closed === null && x.role !== "watch")) await l.ear.quiet();
  }
  /** A correction that the hall may not attribute: in each twin to somebody else, of as many digits. */
  async rulings() {
    const i = this.own.below(this.n), value = 1000 * (1 + this.own.below(9));
    await this.does("adjust", { entry: this.entries[i], value, reason: `补分给第${String(i).padStart(2, "0")}` });
    this.gains[i] += value / 100;
  }
  /** The plan was played: what the desk is told is what was drawn. */
  async check() {
    const { rows } = await this.desk.chart(), speed = this.event.sheet.rounds.some((r) => r.points?.speed);
    const board = new Map(this.players[0].board.rows.map((r) => [r.entry, r.points]));
    const truth = new Map(rows.map((r) => [r.id, r.points]));
    const wrong = this.entries.filter((e, i) => !speed && truth.get(e) - board.get(e) !== this.gains[i] * 100);
    if (wrong.length) throw new Error(`${this.event.code}: the plan was not played: ${wrong.length} of ${this.n}; ${this.entries.map((e, i) => `${truth.get(e) - board.get(e)}/${this.gains[i] * 100}`)}`);
    if (speed) this.entries.forEach((e, i) => { this.gains[i] = (truth.get(e) - board.get(e)) / 100; });
    this.truth = rows;
  }
  async run() {
    await this.enter();
    await this.open_part();
    await this.freeze();
    await this.hidden_part();
    await this.check();
    for (const l of this.lines) l.ear.end();
  }
}
