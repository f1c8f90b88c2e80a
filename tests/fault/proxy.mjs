// The line between one node and one store: a unix socket that passes bytes on, until a test cuts it.
//   pass    as it is
//   refuse  connections end, new ones too: the cable is out and somebody says so
//   stall   nothing comes through; it all does when the line is whole again
//   late    as it is until something with `late_word` goes to the store: that, and all after it, is stalled
//   half    the store's side has ended and the node's side is never told: half-open
//   slow    everything comes `slow_ms` late
import net from "node:net";

export class Proxy {
  mode = "pass";
  slow_ms = 0;
  late_word = "";
  #pairs = new Set(); #server; #to;

  static async open(path, to) {
    const p = new Proxy();
    p.#to = to;
    p.#server = net.createServer({ allowHalfOpen: false }, (near) => p.#accept(near));
    await new Promise((done, fail) => p.#server.on("error", fail).listen(path, done));
    return p;
  }
  #accept(near) {
    near.on("error", () => {});
    if (this.mode === "refuse") { near.destroy(); return; }
    const far = net.connect(this.#to), pair = { near, far, dead: false };
    this.#pairs.add(pair);
    far.on("error", () => {});
    near.on("data", (d) => this.#pass(pair, far, d));
    far.on("data", (d) => this.#pass(pair, near, d));
    near.on("close", () => this.#end(pair, far));
    far.on("close", () => { if (!pair.dead) this.#end(pair, near); });
    if (this.mode === "stall") { near.pause(); far.pause(); }
    if (this.mode === "half") { pair.dead = true; far.destroy(); }
  }
  #pass(pair, to, d) {
    if (pair.dead) return; // half-open: what the node says goes nowhere
    if (this.mode === "late" && to === pair.far && d.includes(this.late_word)) {
      pair.held = d;
      this.set("stall");
      return;
    }
    const late = this.mode === "slow" ? this.slow_ms : 0;
    to.queue ??= [];
    if (late === 0 && to.queue.length === 0) { to.write(d); return; }
    // In order, also when the line is fast again: whoever is due hands on the first that waits.
    to.queue.push(d);
    to.due = Math.max(performance.now() + late, to.due ?? 0);
    setTimeout(() => { const first = to.queue.shift(); if (!to.destroyed) to.write(first); }, to.due - performance.now());
  }
  #end(pair, other) {
    other.destroy();
    this.#pairs.delete(pair);
  }
  set(mode, slow_ms = 0) {
    const was = this.mode;
    this.mode = mode;
    this.slow_ms = slow_ms;
    for (const pair of [...this.#pairs]) {
      if (mode === "refuse") { pair.near.destroy(); pair.far.destroy(); }
      else if (mode === "half") { pair.dead = true; pair.far.destroy(); }
      else if (mode === "stall") { pair.near.pause(); pair.far.pause(); }
      else if (was === "stall") {
        if (pair.held) pair.far.write(pair.held);
        delete pair.held;
        pair.near.resume();
        pair.far.resume();
      }
    }
    // A half-open line stays dead for ever; the node has to notice by itself.
  }
  close() {
    this.#server.close();
    for (const { near, far } of this.#pairs) { near.destroy(); far.destroy(); }
  }
}
