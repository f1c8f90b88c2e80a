// A seed's numbers: everything that a run decides comes from here, each part with a stream of its own, so that one more draw in one
// part does not change what another does.
import crypto from "node:crypto";

export class Random {
  #state;
  constructor(...seed) { this.#state = crypto.createHash("sha256").update(seed.join("/")).digest(); }
  /** In [0, 1). */
  next() {
    this.#state = crypto.createHash("sha256").update(this.#state).digest();
    return this.#state.readUInt32BE(0) / 2 ** 32;
  }
  below(n) { return Math.floor(this.next() * n); }
  between(low, high) { return low + this.next() * (high - low); }
  chance(p) { return this.next() < p; }
  pick(list) { return list[this.below(list.length)]; }
  shuffle(list) {
    const a = [...list];
    for (let i = a.length - 1; i > 0; i--) {
      const k = this.below(i + 1);
      [a[i], a[k]] = [a[k], a[i]];
    }
    return a;
  }
}
