// A weak line between browsers and the server: everything comes late and slowly, and connections break at random, after which nothing gets
// through for a while. What happens follows from the seed; a test prints it.
import net from "node:net";

const SLICE_MS = 50;

/** Random numbers in [0, 1), for ever the same from a seed (mulberry32). */
export function random(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** `late_ms` is added each way, `bits_per_s` is what a direction carries of all connections together. */
export class WeakLine {
  #server; #to; #pairs = new Set(); #tick; #budget = { up: 0, down: 0 }; #per_slice; #late_ms; #pauses = new Set();
  away = false;
  /** What went through: of HTTP the requests, and bytes of both directions; `drops` counts outages. */
  seen = { requests: [], down: 0, up: 0, drops: 0 };

  static async open(port, { late_ms = 0, bits_per_s = Infinity } = {}) {
    const w = new WeakLine();
    w.#to = port;
    w.#late_ms = late_ms;
    w.#per_slice = (bits_per_s / 8) * (SLICE_MS / 1000);
    w.#server = net.createServer((near) => w.#accept(near));
    await new Promise((done, fail) => w.#server.on("error", fail).listen(0, "127.0.0.1", done));
    w.#tick = setInterval(() => w.#carry(), SLICE_MS);
    return w;
  }
  get port() { return this.#server.address().port; }

  #accept(near) {
    near.on("error", () => {});
    if (this.away) { near.destroy(); return; }
    const far = net.connect(this.#to, "127.0.0.1");
    far.on("error", () => {});
    const pair = { near, far, up: [], down: [], ends: 0 };
    this.#pairs.add(pair);
    const take = (way, bytes) => {
      this.seen[way] += bytes.length;
      if (way === "up") this.#read(bytes);
      pair[way].push({ at: performance.now() + this.#late_ms, bytes });
    };
    near.on("data", (bytes) => take("up", bytes));
    far.on("data", (bytes) => take("down", bytes));
    near.on("close", () => { pair.gone = true; });
    far.on("close", () => { pair.over = true; });
  }
  #read(bytes) {
    const line = /^(GET|POST|HEAD) (\S+) HTTP\/1\.1\r\n/.exec(bytes.subarray(0, 300).toString("latin1"));
    if (line) this.seen.requests.push(line[2]);
  }
  /** What is due and what the line can carry, of each connection in turn. */
  #carry() {
    const now = performance.now();
    for (const way of ["up", "down"]) {
      this.#budget[way] = Math.min(this.#per_slice, this.#budget[way]) + this.#per_slice;
      for (const pair of this.#pairs) {
        const to = way === "up" ? pair.far : pair.near;
        while (pair[way].length > 0 && pair[way][0].at <= now && this.#budget[way] >= 1) {
          const head = pair[way][0];
          const n = Math.min(head.bytes.length, Math.floor(this.#budget[way]));
          this.#budget[way] -= n;
          if (!to.destroyed) to.write(head.bytes.subarray(0, n));
          if (n === head.bytes.length) pair[way].shift();
          else head.bytes = head.bytes.subarray(n);
        }
      }
    }
    for (const pair of this.#pairs) {
      if ((pair.over && pair.down.length === 0) || (pair.gone && pair.up.length === 0)) this.#end(pair);
    }
  }
  #end(pair) {
    pair.near.destroy();
    pair.far.destroy();
    this.#pairs.delete(pair);
  }
  /** All connections break; for `ms` none can be made. */
  drop(ms) {
    this.seen.drops += 1;
    this.away = true;
    for (const pair of [...this.#pairs]) this.#end(pair);
    return this.#pause(ms).then(() => {
      this.away = false;
    });
  }
  /** Ends early when the line is closed. */
  #pause(ms) {
    return new Promise((done) => {
      const pause = { done, timer: setTimeout(() => { this.#pauses.delete(pause); done(); }, ms) };
      this.#pauses.add(pause);
    });
  }
  /** Breaks at random until it is closed: so long up, so long away, at most. */
  async breaks(seed, { up_ms, away_ms }) {
    const next = random(seed);
    this.broken = [];
    while (this.#server.listening) {
      await this.#pause(up_ms[0] + next() * (up_ms[1] - up_ms[0]));
      const ms = Math.round(away_ms[0] + next() * (away_ms[1] - away_ms[0]));
      if (!this.#server.listening) return;
      this.broken.push(ms);
      await this.drop(ms);
    }
  }
  close() {
    clearInterval(this.#tick);
    this.#server.close();
    for (const { timer, done } of this.#pauses) {
      clearTimeout(timer);
      done();
    }
    for (const pair of [...this.#pairs]) this.#end(pair);
  }
}
