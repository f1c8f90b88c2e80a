// Who hears everything, as bytes and with the moment it came; and who asks for pages, as bytes.
import net from "node:net";
import { Ws } from "../lib/ws.mjs";

const DEADLINE_MS = 20_000;

export class Ear {
  #ws; #wakers = [];
  /** { at, text, m } of every frame. */
  heard = [];
  errors = []; charts = new Map(); closed = null;
  static async enter(port, hello, who) {
    const ear = new Ear();
    ear.who = who;
    ear.#ws = await Ws.connect(port);
    ear.#ws.on_message = (m, text) => ear.#take(m, text);
    ear.#ws.on_close = () => { ear.closed = ear.#ws.closed; ear.#wake(); };
    ear.asked_at = performance.now();
    ear.send({ t: "hello", v: 1, ...hello });
    await ear.until(() => ear.welcome || ear.errors.length > 0, "a welcome");
    if (!ear.welcome) throw new Error(`${who} is refused: ${ear.errors}`);
    return ear;
  }
  #take(m, text) {
    const at = performance.now();
    this.heard.push({ at, text, m });
    if (m.t === "probe") this.send({ t: "echo", n: m.n });
    if (m.t === "welcome") {
      Object.assign(this, { welcome: m, epoch: m.epoch, seq: m.seq, welcome_ms: at - this.asked_at });
      if (m.snapshot) Object.assign(this, { own: undefined, board: undefined, question: undefined, frozen: undefined, step: undefined }, m.snapshot);
    } else if (m.seq !== undefined) this.seq = m.seq;
    if (m.t === "home" && !this.welcome) this.welcome = m;
    if (m.t === "error") this.errors.push(m.code);
    if (m.t === "chart") this.charts.set(`${m.chart.of}:${m.chart.round}`, m.chart);
    if (m.t === "step") this.step = m.step;
    for (const part of ["own", "board", "question", "phase", "screen"]) if (m.t === part) this[part] = m[part];
    this.#wake();
  }
  #wake() { for (const w of this.#wakers.splice(0)) w(); }
  send(m) { this.#ws.send(m); }
  end() { this.#ws.end(); }
  async until(fits, what) {
    const end = performance.now() + DEADLINE_MS;
    while (!fits()) {
      if (this.closed !== null || performance.now() > end) throw new Error(`${this.who} waits in vain (${this.closed ?? "open"}) for ${what}; last ${this.heard.slice(-3).map((h) => h.text).join(" ").slice(0, 600)}`);
      await new Promise((done) => {
        const timer = setTimeout(done, 100);
        this.#wakers.push(() => { clearTimeout(timer); done(); });
      });
    }
  }
  /** Sends a message with an id; the outcome, and after how long it came. */
  async ask(m) {
    const from = performance.now(), mark = this.heard.length;
    let h;
    this.send(m);
    const is = ({ m: x }) => ((x.t === "done" || x.t === "ack") && x.id === m.id) || (x.t === "error" && x.re === m.id);
    await this.until(() => (h = this.heard.slice(mark).find(is)), JSON.stringify(m));
    return { outcome: h.m.t === "done" ? "done" : h.m.t === "ack" ? h.m.state : h.m.code, ms: h.at - from };
  }
  /** Everything that was sent before this has come. */
  async quiet() {
    const mark = this.heard.length;
    this.send({ t: "time", c: 1 });
    await this.until(() => this.heard.slice(mark).some((h) => h.m.t === "time"), "the time");
  }
  /** The true board, which a desk may ask for. */
  async chart() {
    const mark = this.heard.length;
    let h;
    this.send({ t: "chart", of: "entry", round: 0 });
    await this.until(() => (h = this.heard.slice(mark).find((x) => x.m.t === "chart")), "a chart");
    return h.m.chart;
  }
}

let peers = 0;
/** One request on a connection of its own, from an address of its own: the whole answer as bytes, and after how long it came. */
export function get(port, path, { method = "GET" } = {}) {
  const n = ++peers, peer = `10.${n >> 16 & 255}.${n >> 8 & 255}.${n & 255}`;
  return new Promise((done, fail) => {
    const from = performance.now(), socket = net.connect(port, "127.0.0.1"), parts = [];
    let sent = from;
    socket.setNoDelay(true);
    socket.on("connect", () => {
      sent = performance.now();
      socket.write(`${method} ${path} HTTP/1.1\r\nHost: leitai\r\nX-Forwarded-For: ${peer}\r\nConnection: close\r\n\r\n`);
    });
    let first = 0;
    socket.on("data", (d) => { first ||= performance.now(); parts.push(d); });
    socket.on("error", fail);
    socket.on("close", () => {
      const raw = Buffer.concat(parts).toString("utf8"), cut = raw.indexOf("\r\n\r\n");
      done({ raw, status: Number(raw.slice(9, 12)), head: raw.slice(0, cut), body: raw.slice(cut + 4), ms: first - sent });
    });
  });
}
