// One person of a contest, as their page is: a line that comes back to any node with jitter, answers that are sent again under the same
// id until they are settled. Everything that is sent and heard goes into the history, and what one connection can judge by itself is
// judged at once: order, gaps, acknowledgements. What a frame says is compared over all persons of the event (World.frame).
import crypto from "node:crypto";
import { Ws } from "../lib/ws.mjs";

const HELLO_MS = 3000, RESEND_MS = 1500, PROBE_MS = 1000, SILENCE_MS = 5000, BACKOFF_FIRST_MS = 100, BACKOFF_MOST_MS = 1000;
const TOO_LATE = ["question_closed", "no_such_question", "already_answered"]; // ways to say that an answer does not count
const id = () => crypto.randomBytes(12).toString("hex");

export function ticket(secret, tenant, sub) {
  const b64 = (x) => Buffer.from(JSON.stringify(x)).toString("base64url");
  const text = `${b64({ alg: "HS256", kid: "main" })}.${b64({ aud: "leitai", tid: tenant, sub, exp: Math.floor(Date.now() / 1000) + 3600 })}`;
  return `${text}.${crypto.createHmac("sha256", secret).update(text).digest("base64url")}`;
}

/** What all persons of one event share: history, violations, what each frame said first. */
export class World {
  history = []; violations = []; frames = new Map(); boards = new Map(); people = []; head = 0;
  pulse = 1; // how much more seldom a page asks for the time
  constructor(event, random, ports) { Object.assign(this, { event, random, ports }); }
  note(who, what, more) { this.history?.push({ at: Math.round(performance.now() * 1000) / 1000, who, what, ...more }); }
  violation(text) {
    if (this.violations.length < 200) this.violations.push(`${this.event.code}: ${text}`);
    this.note("", "violation", { text });
  }
  frame(who, m) {
    const text = JSON.stringify(m), first = this.frames.get(m.seq);
    if (m.seq > this.head) this.head = m.seq;
    if (!first) this.frames.set(m.seq, { text, who, at: performance.now(), t: m.t, m });
    else if (first.text !== text) this.violation(`frame ${m.seq} says to ${who}: ${text.slice(0, 300)} but said to ${first.who}: ${first.text.slice(0, 300)}`);
  }
  board(who, b) {
    const key = `${b.v}${b.final ? " final" : ""}`, text = JSON.stringify(b.rows.map(({ moved: _, ...r }) => r)), first = this.boards.get(key);
    if (!first) this.boards.set(key, { text, who, board: b });
    else if (first.text !== text) this.violation(`board ${key} of ${who} differs from that of ${first.who}: ${text.slice(0, 200)} / ${first.text.slice(0, 200)}`);
  }
}

export class Person {
  answers = new Map(); commands = new Map(); owns = []; phase; question; own; board; team; presence; you; entry; seq = 0; epoch = 0; welcomed = 0;
  status = "connecting"; lost_at = performance.now(); frame_at = []; final_at = 0; ended = false; teams = []; waited_at = 0; connects = []; welcomed_at = 0;
  #ws; #generation = 0; #attempt = 0; #session; #heard = 0; #tick; #seen = new Set(); #over = new Set();

  constructor(world, sub, role, credential) {
    Object.assign(this, { world, sub, role, credential });
    this.name = role === "play" ? sub : `${role} ${sub}`;
    world.people.push(this);
  }
  #note(what, more) { this.world.note(this.name, what, more); }
  #bad(text) { this.world.violation(`${this.name}: ${text}`); }

  // ---- the line ----

  start() {
    this.#tick = setInterval(() => this.#tend(), PROBE_MS * this.world.pulse);
    void this.#connect();
    return this;
  }
  end() {
    this.ended = true;
    clearInterval(this.#tick);
    this.#ws?.end();
  }
  async #connect() {
    if (this.ended) return;
    const mine = ++this.#generation, port = this.world.random.pick(this.world.ports());
    const [ws, open] = Ws.begin(port);
    this.connects.push([performance.now(), port]);
    this.#ws = ws;
    const timer = setTimeout(() => { if (this.#generation === mine && this.status !== "live") this.lose("hello"); }, HELLO_MS);
    try {
      await open;
    } catch {
      clearTimeout(timer);
      if (this.#generation === mine) this.lose("refused");
      return;
    }
    if (this.#generation !== mine) { ws.end(); return; }
    this.#heard = performance.now();
    this.#note("connected", { port });
    ws.on_message = (m) => { if (this.#generation === mine) this.#take(m, () => clearTimeout(timer)); };
    ws.on_close = () => { clearTimeout(timer); if (this.#generation === mine) this.lose(`closed ${ws.closed}`); };
    ws.send({
      t: "hello", v: 1, role: this.role, event: String(this.world.event.id), ...(this.#session ? { session: this.#session } : { ticket: this.credential }),
      ...(this.epoch ? { epoch: this.epoch, seq: this.seq } : {}),
    });
  }
  /** The line is gone, or believed to be: come back somewhere. `abandon`: the old one is left open and unread. */
  lose(why, abandon = false) {
    const most = Math.min(BACKOFF_MOST_MS, BACKOFF_FIRST_MS * 2 ** this.#attempt++), delay = (this.retry_ms ?? 0) + this.world.random.between(0, most);
    this.#note("lost", { why });
    this.retry_ms = 0;
    this.#generation++;
    if (abandon) this.#ws?.pause();
    else this.#ws?.end();
    if (this.status === "live") this.lost_at = performance.now();
    this.status = "lost";
    if (!this.ended) setTimeout(() => this.#connect(), delay);
  }
  /** Reads nothing for a while. */
  stall(ms) {
    const ws = this.#ws;
    ws?.pause();
    this.#heard = performance.now() + ms;
    setTimeout(() => ws?.resume(), ms);
  }
  /** Asks for more and more and reads nothing, until `cut` says that the server has had enough. */
  async gorge(cut, patience_ms) {
    const ws = this.#ws, end = performance.now() + patience_ms;
    ws.pause();
    this.#heard = end;
    let was_cut = await cut();
    while (this.#ws === ws && !was_cut && performance.now() < end) {
      for (let i = 0; i < 400; i++) ws.send({ t: "rules" });
      await new Promise((done) => setTimeout(done, 450)); // within the rate of messages
      was_cut = await cut();
    }
    if (this.#ws === ws && !was_cut) throw new Error(`${this.name} asked for ${patience_ms / 1000} s without reading and was not cut`);
    this.#heard = performance.now();
    ws.resume();
  }
  #tend() {
    if (this.status !== "live") return;
    if (performance.now() - this.#heard > SILENCE_MS * this.world.pulse) this.lose("silence");
    else this.#send({ t: "time", c: Math.round(performance.now()) });
  }
  #send(m) {
    if (this.status === "live") this.#ws.send(m);
    return this.status === "live";
  }

  // ---- what is heard ----

  #take(m, welcomed) {
    this.#heard = Math.max(this.#heard, performance.now());
    if (m.t === "probe") { this.#ws.send({ t: "echo", n: m.n }); return; }
    if (m.t === "presence") this.#presence(m.presence);
    if (["time", "presence", "progress", "rules"].includes(m.t)) return;
    this.#note("heard", { m });
    if (m.t === "welcome") { welcomed(); this.#welcome(m); }
    else if (m.t === "ack") this.#ack(m);
    else if (m.t === "done") this.#settle(m.id, "done");
    else if (m.t === "error") this.#error(m);
    else if (m.t === "bye") this.retry_ms = m.retry_ms;
    else if (m.seq !== undefined && m.epoch !== undefined) this.#log(m);
    else this.#fold(m);
  }
  #welcome(m) {
    const resumed = this.epoch !== 0;
    this.#attempt = 0;
    this.#session = m.session;
    this.you = m.you;
    this.status = "live";
    this.welcomed++;
    this.welcomed_at = performance.now();
    if (this.role === "play") {
      if (!m.you.entry || (this.entry && this.entry !== m.you.entry)) this.#bad(`welcomed as entry ${m.you.entry}, was ${this.entry}`);
      this.entry = m.you.entry;
    }
    if (!m.snapshot && (!resumed || m.epoch !== this.epoch || m.seq !== this.seq)) this.#bad(`welcomed at ${m.epoch}/${m.seq} without a snapshot, had ${this.epoch}/${this.seq}`);
    if (m.snapshot && resumed && (m.epoch < this.epoch || (m.epoch === this.epoch && m.seq < this.seq))) this.#bad(`the log went back from ${this.epoch}/${this.seq} to ${m.epoch}/${m.seq}`);
    this.epoch = m.epoch;
    this.seq = m.seq;
    const s = m.snapshot;
    if (s) {
      if (String(s.head.event) !== String(this.world.event.id)) this.#bad(`a snapshot of event ${s.head.event}`);
      this.phase = s.phase;
      this.team = s.team;
      this.teams = s.teams;
      this.#presence(s.presence);
      if (s.board) this.#fold({ t: "board", board: s.board });
      if (s.own) this.#fold({ t: "own", own: s.own });
      if (s.question) this.#question(s.question);
      this.#saved(s);
      if (s.phase === "final") this.final_at ||= performance.now();
    }
    for (const a of this.answers.values()) if (a.state === "sent") this.#send_answer(a);
    for (const c of this.commands.values()) if (!c.once) this.#send_command(c);
  }
  /** What was acknowledged is in a snapshot that shows its question. */
  #saved(s) {
    if (this.role !== "play" || this.world.event.teams || !s.question || ["none", "armed", "revealed"].includes(s.question.state)) return;
    const mine = [...this.answers.values()].find((a) => a.q === s.question.q && (a.state === "saved" || a.state === "late"));
    if (mine && (s.saved?.q !== mine.q || JSON.stringify(s.saved.choice) !== JSON.stringify(mine.choice)))
      this.#bad(`acknowledged ${JSON.stringify(mine)}, the snapshot shows ${JSON.stringify(s.saved)}`);
  }
  #log(m) {
    if (m.epoch !== this.epoch || m.seq !== this.seq + 1) {
      this.#bad(`frame ${m.epoch}/${m.seq} (${m.t}) after ${this.epoch}/${this.seq}`);
      if (m.seq <= this.seq) return;
    }
    this.seq = m.seq;
    this.frame_at.push([m.seq, performance.now()]);
    this.world.frame(this.name, m);
    if (m.t === "phase") this.phase = m.phase;
    else if (m.t === "question") this.#question(m.question);
    else if (m.t === "teams") this.teams = m.teams;
    if (this.phase === "final") this.final_at ||= performance.now();
    this.on_log?.(m);
  }
  #fold(m) {
    if (m.t === "own") {
      if (m.own.v > this.seq) this.#bad(`standing of frame ${m.own.v} before that frame (${this.seq})`);
      if (this.own && m.own.v < this.own.v) this.#bad(`standing of frame ${m.own.v} after that of ${this.own.v}`);
      this.own = m.own;
      if (this.role === "play") this.owns.push(m.own);
    } else if (m.t === "board") {
      if (m.board.v > this.seq) this.#bad(`board of frame ${m.board.v} before that frame (${this.seq})`);
      if (this.board && m.board.v < this.board.v) this.#bad(`board of frame ${m.board.v} after that of ${this.board.v}`);
      this.board = m.board;
      this.world.board(this.name, m.board);
    } else if (m.t === "team") this.team = m.team;
  }
  #presence(presence) {
    this.presence = presence;
    if (presence.waiting) this.waited_at = performance.now();
  }
  #question(question) {
    this.question = question;
    if (this.role === "play") this.on_question?.(question);
  }

  // ---- answers ----

  answer(q, choice) {
    const a = { id: id(), q, choice, state: "sent", sends: 0, acks: 0, first_at: performance.now() };
    this.answers.set(a.id, a);
    this.#send_answer(a);
    return a;
  }
  #send_answer(a) {
    clearTimeout(a.timer);
    if (a.state !== "sent" || this.ended) return;
    if (this.#send({ t: "answer", id: a.id, q: a.q, choice: a.choice })) {
      a.sends++;
      this.#note("answer", { id: a.id, q: a.q, choice: a.choice });
    }
    this.#later(a, RESEND_MS);
  }
  #later(a, ms) {
    clearTimeout(a.timer);
    a.timer = setTimeout(() => this.#send_answer(a), ms);
    Object.defineProperty(a, "timer", { enumerable: false });
  }
  #ack(m) {
    const a = this.answers.get(m.id);
    if (!a || m.q !== a.q) { this.#bad(`acknowledgement of what was not sent: ${JSON.stringify(m)}`); return; }
    if (++a.acks > a.sends) this.#bad(`answer ${a.id} was sent ${a.sends} times and acknowledged ${a.acks} times`);
    // Refused as too late by one node while another still had it under way: stored as late now. Both say that it does not count.
    const late = m.state === "late" && TOO_LATE.includes(a.state) && a.state !== "already_answered";
    if (a.state !== "sent" && a.state !== m.state && !late) this.#bad(`answer ${a.id} to ${a.q} was ${a.state} and is now ${m.state}`);
    a.state = m.state;
    a.settled_at ??= performance.now();
  }
  #error(m) {
    const a = m.re && this.answers.get(m.re);
    if (m.re && this.commands.has(m.re)) {
      if (m.retry_ms === undefined) this.#settle(m.re, m.code);
    } else if (this.#over.has(m.re)) return; // patience had ended
    else if (a && m.retry_ms !== undefined) this.#later(a, m.retry_ms);
    else if (a) {
      const again = TOO_LATE.includes(a.state) && TOO_LATE.includes(m.code);
      if (a.state !== "sent" && a.state !== m.code && !again) this.#bad(`answer ${a.id} to ${a.q} was ${a.state} and is now refused: ${m.code}`);
      a.state = m.code;
      a.settled_at ??= performance.now();
    } else if (this.status !== "live") {
      this.#note("not admitted", { code: m.code });
      this.retry_ms = m.retry_ms ?? 200;
      if (m.code === "bad_session") this.#session = undefined;
      this.lose(m.code);
    } else this.#bad(`told ${JSON.stringify(m)}`);
  }

  // ---- commands ----

  /** "done", or the code of the refusal, or "patience". */
  command(action, args = {}, { once = false, patience_ms = 30_000 } = {}) {
    const c = { id: id(), action, args, once };
    return new Promise((done) => {
      c.done = done;
      this.commands.set(c.id, c);
      c.patience = setTimeout(() => this.#settle(c.id, "patience"), patience_ms);
      this.#send_command(c);
    });
  }
  #send_command(c) {
    clearTimeout(c.timer);
    if (!this.commands.has(c.id)) return;
    if (this.#send({ t: "command", id: c.id, action: c.action, ...c.args })) this.#note("command", { id: c.id, action: c.action, ...c.args });
    if (!c.once) c.timer = setTimeout(() => this.#send_command(c), RESEND_MS);
  }
  #settle(id, outcome) {
    const c = this.commands.get(id);
    if (!c) return;
    this.commands.delete(id);
    this.#over.add(id);
    clearTimeout(c.timer);
    clearTimeout(c.patience);
    c.done(outcome);
  }
  /** Once for each of these. */
  first(key) {
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }
}
