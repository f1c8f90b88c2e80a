// Players, captains, judges and hosts for tests of a whole contest over sockets: each folds what it hears and acts like its page.
import crypto from "node:crypto";
import { Ws } from "./ws.mjs";

const DEADLINE_MS = 20_000;

export function ticket(secret, sub) {
  const b64 = (x) => Buffer.from(JSON.stringify(x)).toString("base64url");
  const text = `${b64({ alg: "HS256", kid: "main" })}.${b64({ aud: "leitai", tid: "demo", sub, exp: Math.floor(Date.now() / 1000) + 600 })}`;
  return `${text}.${crypto.createHmac("sha256", secret).update(text).digest("base64url")}`;
}

export class Client {
  #ws; #waiters = []; #asked = new Map(); #answers = new Map(); #replies = []; #n = 0;
  #heard;
  phase; question; own; team; step; teams = []; rulings = []; board; seal; script; you; session; errors = [];

  /** `heard` is given each frame as it comes. */
  static async enter(port, hello, heard) {
    const c = new Client();
    c.#heard = heard;
    c.#ws = await Ws.connect(port);
    c.#ws.on_message = (m) => c.#take(m); // however long nothing is said
    c.#ws.on_close = () => {
      c.closed = c.#ws.closed;
      c.#wake();
    };
    c.#ws.send({ t: "hello", v: 1, ...hello });
    await c.until(() => c.you || c.errors.length, "welcome");
    return c;
  }
  #take(m) {
    this.#heard?.(m);
    if (m.t === "probe") this.#ws.send({ t: "echo", n: m.n });
    else if (m.t === "welcome") {
      ({ you: this.you, session: this.session } = m);
      const s = m.snapshot;
      if (s) Object.assign(this, { head: s.head, phase: s.phase, question: s.question, own: s.own, team: s.team, step: s.step, teams: s.teams, rulings: s.rulings, board: s.board, seal: s.seal, script: s.script });
    } else if (m.t === "phase") this.phase = m.phase;
    else if (m.t === "ruling") this.rulings = [...this.rulings.filter((r) => r.no !== m.ruling.no), m.ruling];
    else if (m.t === "done") this.#settle(m.id, "done");
    else if (m.t === "ack") { this.#answers.get(m.id)?.(m.state); this.#answers.delete(m.id); }
    else if (m.t === "error" && m.re && this.#asked.has(m.re)) this.#settle(m.re, m.code);
    else if (m.t === "error" && m.re && this.#answers.has(m.re)) { this.#answers.get(m.re)(m.code); this.#answers.delete(m.re); }
    else if (m.t === "error") this.errors.push(m.code);
    else if (m.t === "changes" || m.t === "evidence" || m.t === "rules") this.#replies.push(m);
    else if (m.t === "step") this.step = m.step;
    else for (const part of ["question", "own", "team", "teams", "board", "seal", "script"]) if (m.t === part) this[part] = m[part];
    this.#wake();
  }
  #settle(id, outcome) { this.#asked.get(id)?.(outcome); this.#asked.delete(id); }
  #wake() { for (const w of this.#waiters.splice(0)) w(); }
  /** Waits until it is so. */
  async until(fits, what) {
    const end = Date.now() + DEADLINE_MS;
    while (!fits()) {
      if (this.closed || Date.now() > end) throw new Error(`${this.you?.name ?? "somebody"} waits in vain for: ${what ?? fits}; question ${JSON.stringify(this.question)?.slice(0, 400)}`);
      await new Promise((done) => {
        const timer = setTimeout(done, 200);
        this.#waiters.push(() => { clearTimeout(timer); done(); });
      });
    }
  }
  state(state, q) { return this.until(() => this.question?.state === state && (q === undefined || this.question.q === q), `${state} ${q ?? ""}`); }
  /** Sends a command; "done" or the code of the refusal. `id` again: the same command once more. */
  command(action, args = {}, id = `${this.you.name ?? "x"}-${++this.#n}`.replace(/[^\x21-\x7e]/g, "_") + crypto.randomUUID().slice(0, 8)) {
    return new Promise((resolve) => {
      this.#asked.set(id, resolve);
      this.#ws.send({ t: "command", id, action, ...args });
    });
  }
  /** Sends an answer; "saved", "late" or the code of the refusal. */
  answer(q, response) {
    const id = crypto.randomUUID();
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.#ws.send({ t: "answer", id, q, ...response });
    });
  }
  /** The reply to a message; fails with the code when it is refused by its id. */
  async ask(message, reply) {
    let refused;
    if (message.id) this.#asked.set(message.id, (code) => { refused = code; });
    this.#ws.send(message);
    await this.until(() => refused || this.#replies.some((m) => m.t === reply), reply);
    if (refused) throw new Error(refused);
    this.#asked.delete(message.id);
    return this.#replies.splice(this.#replies.findIndex((m) => m.t === reply), 1)[0];
  }
  together(fn) { return this.#ws.together(fn); }
  end() { this.#ws.end(); }
}

/** What is right, or not, about a question as the database has it. */
export function respond(question, right) {
  if (question.type === "fill") return { text: right ? question.accepted[0] : "不知道" };
  if (right) return { choice: question.key };
  const n = (question.options ?? ["", ""]).length;
  return { choice: question.type === "order" ? [...question.key].reverse() : [[...Array(n).keys()].find((i) => !question.key.includes(i)) ?? question.key[0]] };
}
