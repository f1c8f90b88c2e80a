// A connection that keeps everything it hears, and what of it is shown now. For the tests of the stage.
import crypto from "node:crypto";
import { Ws } from "../../lib/ws.mjs";

const DEADLINE_MS = 15_000;

export class Line {
  #ws; #wakers = [];
  /** Every frame, in order. */
  heard = [];
  closed = null;
  static async open(port, hello) {
    const line = new Line();
    line.#ws = await Ws.connect(port);
    line.#ws.on_message = (m) => line.#take(m);
    line.#ws.on_close = () => { line.closed = line.#ws.closed; line.#wake(); };
    line.send({ t: "hello", v: 1, ...hello });
    return line;
  }
  static async enter(port, hello) {
    const line = await Line.open(port, hello);
    await line.until(() => line.welcome || line.errors.length > 0, "a welcome");
    if (!line.welcome) throw new Error(`refused: ${line.errors}`);
    return line;
  }
  errors = []; charts = new Map();
  #take(m) {
    this.heard.push(m);
    if (m.t === "probe") this.send({ t: "echo", n: m.n });
    if (m.t === "welcome") {
      this.welcome = m;
      this.epoch = m.epoch;
      this.seq = m.seq;
      if (m.snapshot) Object.assign(this, { own: undefined, board: undefined, question: undefined, frozen: undefined }, m.snapshot);
    }
    if (m.seq !== undefined && m.t !== "welcome") this.seq = m.seq;
    if (m.t === "error") this.errors.push(m.code);
    if (m.t === "chart") this.charts.set(`${m.chart.of}:${m.chart.round}`, m.chart);
    if (m.t === "resolve") this.frozen = m.frozen;
    for (const part of ["own", "board", "question", "phase", "presence", "seal", "screen"]) if (m.t === part) this[part] = m[part];
    if (m.t === "cues") this.cues = m;
    if (m.t === "bye") this.bye = m;
    this.#wake();
  }
  #wake() { for (const w of this.#wakers.splice(0)) w(); }
  send(m) { this.#ws.send(m); }
  pause() { this.#ws.pause(); }
  resume() { this.#ws.resume(); }
  end() { this.#ws.end(); }
  async until(fits, what) {
    const end = Date.now() + DEADLINE_MS;
    while (!fits()) {
      if (this.closed !== null || Date.now() > end) throw new Error(`in vain (${this.closed ?? "open"}): ${what}; last ${JSON.stringify(this.heard.slice(-3)).slice(0, 600)}`);
      await new Promise((done) => {
        const timer = setTimeout(done, 100);
        this.#wakers.push(() => { clearTimeout(timer); done(); });
      });
    }
  }
  /** Sends a message with an id; "done", "saved" or the code of the refusal. */
  async ask(m) {
    const id = m.id ?? crypto.randomUUID();
    let answer;
    this.send({ ...m, id });
    const is = (x) => (x.t === "done" && x.id === id) || (x.t === "ack" && x.id === id) || (x.t === "error" && x.re === id);
    await this.until(() => (answer = this.heard.find(is)), `an answer to ${JSON.stringify(m)}`);
    return answer.t === "done" ? "done" : answer.t === "ack" ? answer.state : answer.code;
  }
  /** The board as it is, which only a desk may ask for. */
  async chart(of = "entry", round = 0) {
    for (;;) {
      const from = this.heard.length;
      this.send({ t: "chart", of, round });
      let m;
      await this.until(() => (m = this.heard.slice(from).find((x) => x.t === "chart" || x.t === "error")), "a chart");
      if (m.t === "chart") return m.chart;
      if (m.code !== "busy") throw new Error(m.code);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
