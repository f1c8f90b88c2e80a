// A plain WebSocket client for tests: real masked frames over a socket, and raw bytes when a test wants them.
import crypto from "node:crypto";
import net from "node:net";

function frame(opcode, payload) {
  const n = payload.length, mask = crypto.randomBytes(4);
  const head = n < 126 ? Buffer.from([0x80 | opcode, 0x80 | n]) : Buffer.from([0x80 | opcode, 0x80 | 126, n >> 8, n & 255]);
  const body = Buffer.from(payload);
  for (let i = 0; i < n; i++) body[i] ^= mask[i & 3];
  return Buffer.concat([head, mask, body]);
}

export class Ws {
  #socket; #data = Buffer.alloc(0); #open = false; #waiters = []; #messages = [];
  closed = null; // close code, 1006 when the line just ended
  /** Gets each message as it comes, instead of next(); and its text. */
  on_message = null;
  on_close = null;

  static connect(port) {
    const ws = new Ws();
    return ws.#connect(port);
  }
  /** The connection before it is open, to be given up early: `[ws, promise]`. */
  static begin(port) {
    const ws = new Ws();
    return [ws, ws.#connect(port)];
  }
  #connect(port) {
    return new Promise((resolve, reject) => {
      const ws = this;
      ws.#socket = net.connect(port, "127.0.0.1", () => {
        const key = crypto.randomBytes(16).toString("base64");
        ws.#socket.write(`GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`);
      });
      ws.#socket.on("error", reject);
      ws.#socket.on("data", (d) => {
        ws.#data = Buffer.concat([ws.#data, d]);
        if (!ws.#open) {
          const end = ws.#data.indexOf("\r\n\r\n");
          if (end < 0) return;
          if (!ws.#data.subarray(0, 12).toString().endsWith("101")) return reject(new Error(ws.#data.toString()));
          ws.#data = ws.#data.subarray(end + 4);
          ws.#open = true;
          resolve(ws);
        }
        ws.#read();
      });
      ws.#socket.on("close", () => { ws.closed ??= 1006; reject(new Error("closed")); ws.#wake(); ws.on_close?.(); });
    });
  }
  #read() {
    for (;;) {
      const d = this.#data;
      if (d.length < 2) return;
      let n = d[1] & 127, at = 2;
      if (n === 126) { if (d.length < 4) return; n = d.readUInt16BE(2); at = 4; }
      else if (n === 127) { if (d.length < 10) return; n = Number(d.readBigUInt64BE(2)); at = 10; }
      if (d.length < at + n) return;
      const payload = d.subarray(at, at + n), opcode = d[0] & 15;
      this.#data = d.subarray(at + n);
      if (opcode === 1 && this.on_message) this.on_message(JSON.parse(payload.toString()), payload.toString());
      else if (opcode === 1) this.#messages.push(JSON.parse(payload.toString()));
      else if (opcode === 8) {
        this.closed = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
        this.#socket.end(frame(8, payload)); // the server waits for the answer, as for a browser's
      }
      else if (opcode === 9) this.#socket.write(frame(10, payload));
      this.#wake();
    }
  }
  #wake() { for (const w of this.#waiters.splice(0)) w(); }
  send(message) { this.raw(frame(1, Buffer.from(typeof message === "string" ? message : JSON.stringify(message)))); }
  raw(bytes) { this.#socket.write(bytes); }
  text(bytes) { this.raw(frame(1, Buffer.from(bytes))); }
  /** What `fn` sends leaves in one piece, and so is read in one turn of the server's loop. */
  together(fn) {
    this.#socket.cork();
    try { return fn(); } finally { this.#socket.uncork(); }
  }
  end() { this.#socket.destroy(); }
  /** Reads nothing more until resume(): the server's output piles up. */
  pause() { this.#socket.pause(); }
  resume() { this.#socket.resume(); }
  /** The first message that fits, taken out of the queue; fails after 10 s or when the line ends. */
  async next(fits) {
    const until = Date.now() + 10000;
    for (;;) {
      const i = this.#messages.findIndex(fits);
      if (i >= 0) return this.#messages.splice(i, 1)[0];
      if (this.closed !== null) throw new Error(`closed with ${this.closed}`);
      await this.#event(until, "no such message in 10 s");
    }
  }
  /** The close code. */
  async end_code() {
    const until = Date.now() + 10000;
    while (this.closed === null) await this.#event(until, "not closed in 10 s");
    return this.closed;
  }
  #event(until, why) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(why)), Math.max(0, until - Date.now()));
      this.#waiters.push(() => { clearTimeout(timer); resolve(); });
    });
  }
}
