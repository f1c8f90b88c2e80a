/* A hall to look at stages without a contest: serves the built pages, answers every hello of a stage, and says what the script tells it. */
import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";

const dist = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../../dist");
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png", ".wav": "audio/wav" };
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** `hello(frame, send)` answers the first message of each connection; `files` are served besides, by their path; `api(path, request, response)` what begins with /api/. */
export async function startHall({ hello, files = {}, api } = {}) {
  const sockets = new Set();
  const server = http.createServer((request, response) => {
    const where = decodeURIComponent(request.url.split("?")[0]);
    if (where.startsWith("/api/") && api) return api(request.url, request, response);
    if (files[where]) {
      response.setHeader("content-type", TYPES[path.extname(where)] ?? "application/octet-stream");
      return response.end(files[where]);
    }
    const file = path.join(dist, where);
    if (!file.startsWith(dist) || !existsSync(file)) {
      response.statusCode = 404;
      return response.end();
    }
    response.setHeader("content-type", TYPES[path.extname(file)] ?? "application/octet-stream");
    createReadStream(file).pipe(response);
  });
  let away = false;
  server.on("upgrade", (request, socket) => {
    if (away) return socket.destroy();
    const accept = createHash("sha1").update(request.headers["sec-websocket-key"] + GUID).digest("base64");
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    const send = (frame) => socket.writable && socket.write(framed(JSON.stringify(frame)));
    let waiting = Buffer.alloc(0);
    socket.on("data", (bytes) => {
      waiting = Buffer.concat([waiting, bytes]);
      for (let message = unframed(waiting); message; message = unframed(waiting)) {
        waiting = waiting.subarray(message.size);
        if (message.opcode === 8) return socket.end();
        if (message.opcode === 1) heard(JSON.parse(message.text), send, socket);
      }
    });
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
  const heard = (frame, send, socket) => {
    if (frame.t === "hello") {
      sockets.add(socket);
      socket.say = send;
      hello?.(frame, send);
    } else if (frame.t === "time") send({ t: "time", c: frame.c, s: Date.now() });
  };
  await new Promise((up) => server.listen(0, "127.0.0.1", up));
  return {
    base: `http://127.0.0.1:${server.address().port}`,
    say: (frame) => [...sockets].forEach((socket) => socket.say(frame)),
    /** The line is lost until it is back. */
    leave: () => {
      away = true;
      [...sockets].forEach((socket) => socket.destroy());
    },
    back: () => (away = false),
    stop: () => {
      [...sockets].forEach((socket) => socket.destroy());
      server.closeAllConnections();
      return new Promise((down) => server.close(down));
    },
  };
}

function framed(text) {
  const body = Buffer.from(text);
  const head = body.length < 126 ? Buffer.from([0x81, body.length]) : body.length < 65536 ? Buffer.from([0x81, 126, body.length >> 8, body.length & 255]) : Buffer.alloc(10);
  if (body.length >= 65536) {
    head[0] = 0x81;
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(body.length), 2);
  }
  return Buffer.concat([head, body]);
}

/* One client's message, which is masked; undefined: not all of it is here. */
function unframed(bytes) {
  if (bytes.length < 2) return undefined;
  let length = bytes[1] & 127;
  let at = 2;
  if (length === 126) {
    if (bytes.length < 4) return undefined;
    length = bytes.readUInt16BE(2);
    at = 4;
  } else if (length === 127) {
    if (bytes.length < 10) return undefined;
    length = Number(bytes.readBigUInt64BE(2));
    at = 10;
  }
  if (bytes.length < at + 4 + length) return undefined;
  const mask = bytes.subarray(at, at + 4);
  const body = Buffer.from(bytes.subarray(at + 4, at + 4 + length).map((byte, i) => byte ^ mask[i & 3]));
  return { opcode: bytes[0] & 15, text: body.toString(), size: at + 4 + length };
}
