// What one connection may and may not do, against a running server: `session.mjs PORT SECRET_FILE EVENT OTHER_EVENT CODE`.
// Prints "ok" or "not ok" a line. The event is a draft when it begins and final when it ends.
import assert from "node:assert/strict";
import crypto from "node:crypto";
import fs from "node:fs";
import { Ws } from "../../lib/ws.mjs";

const [port, secretFile, event, otherEvent, code] = process.argv.slice(2);
const secret = fs.readFileSync(secretFile, "utf8").trim();
const b64 = (x) => Buffer.from(JSON.stringify(x)).toString("base64url");
function ticket(sub, claims = {}) {
  const text = `${b64({ alg: "HS256", kid: "main" })}.${b64({ aud: "leitai", tid: "demo", sub, exp: Math.floor(Date.now() / 1000) + 600, ...claims })}`;
  return `${text}.${crypto.createHmac("sha256", secret).update(text).digest("base64url")}`;
}
const hostTicket = ticket("host"), playerTicket = ticket("p000001");
let failed = 0;
async function test(name, fn) {
  try {
    await fn();
    console.log(`ok ${name}`);
  } catch (e) {
    failed = 1;
    console.log(`not ok ${name}: ${String(e.message).replaceAll("\n", " ")}`);
  }
}
const error = (ws) => ws.next((m) => m.t === "error");
const hello = (role, extra) => ({ t: "hello", v: 1, role, ...extra });
async function enter(role, extra) {
  const ws = await Ws.connect(Number(port));
  ws.send(hello(role, extra));
  return [ws, await ws.next((m) => m.t === "welcome")];
}
async function refused(first, wire, close) {
  const ws = await Ws.connect(Number(port));
  if (Buffer.isBuffer(first)) ws.text(first);
  else ws.send(first);
  assert.equal((await error(ws)).code, wire);
  if (close) assert.equal(await ws.end_code(), close);
  ws.end();
}
let n = 0;
async function command(ws, action, q) {
  const id = `c${++n}`;
  ws.send({ t: "command", id, action, ...(q === undefined ? {} : { q }) });
  const m = await ws.next((x) => (x.t === "done" && x.id === id) || (x.t === "error" && x.re === id));
  return m.t === "done" ? "done" : m.code;
}

// ---- before anybody is known ----
await test("rubbish ends the connection with its code", async () => {
  await refused("{", "bad_message", 4400);
  await refused("[".repeat(9) + "]".repeat(9), "too_deep", 4400);
  await refused('{"t":"hello","v":1,"v":1,"role":"play"}', "bad_message", 4400);
});
await test("unknown messages and wrong types are refused by name", async () => {
  await refused({ t: "dance" }, "unknown_message");
  await refused({ t: "hello", v: "1", role: "play" }, "wrong_type");
  await refused({ t: "hello", role: "play" }, "missing");
  await refused({ t: "hello", v: 1, role: "king" }, "out_of_range");
});
await test("an oversized message and bytes that are no UTF-8 end the connection", async () => {
  const big = await Ws.connect(Number(port));
  big.send({ t: "hello", v: 1, role: "play", name: "x".repeat(9000) });
  assert.equal(await big.end_code(), 1009);
  const bad = await Ws.connect(Number(port));
  bad.text(Buffer.from([0x22, 0xff, 0xfe, 0x22]));
  assert.equal(await bad.end_code(), 1007);
});
await test("nothing happens before hello", async () => refused({ t: "answer", id: "a", q: 1, choice: [0] }, "hello_first", 4400));
await test("a forged ticket is refused", async () => {
  const parts = playerTicket.split(".");
  parts[1] = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(parts[1], "base64url")), sub: "host" })).toString("base64url");
  await refused(hello("desk", { ticket: parts.join("."), event }), "bad_ticket", 4401);
});
await test("a ticket opens no event of another tenant", async () => {
  await refused(hello("play", { ticket: playerTicket, event: otherEvent }), "no_event", 4404);
  await refused(hello("desk", { ticket: hostTicket, event: otherEvent }), "no_event", 4404);
});
await test("a ticket is good for its time, its tenant and its event only", async () => {
  await refused(hello("play", { ticket: ticket("p000001", { exp: 1700000000 }), event }), "ticket_expired", 4401);
  await refused(hello("play", { ticket: ticket("p000001", { tid: "other" }), event }), "bad_ticket", 4401);
  await refused(hello("play", { ticket: ticket("p000001", { event: otherEvent }), event }), "forbidden");
});
await test("a player's ticket opens no desk", async () => refused(hello("desk", { ticket: playerTicket, event }), "forbidden"));
await test("an unknown code is no event", async () => refused(hello("play", { code: "000000", name: "甲" }), "no_event", 4404));
await test("a draft admits nobody", async () => refused(hello("play", { ticket: playerTicket, event }), "not_open", 4404));

// ---- the contest ----
const [desk, deskWelcome] = await enter("desk", { ticket: hostTicket, event });
await test("a command out of its phase is refused", async () => assert.equal(await command(desk, "open"), "wrong_phase"));
await command(desk, "lobby");
const [player, playerWelcome] = await enter("play", { ticket: playerTicket, event });
await test("a guest joins by code and needs a name", async () => {
  await refused(hello("play", { code, name: "  " }), "bad_name");
  const [guest, welcome] = await enter("play", { code, name: "路人甲" });
  assert.equal(welcome.you.guest, true);
  guest.end();
});
await test("a player's line is measured: a while after joining five probes close together, each after the echo of the last", async () => {
  const [ws] = await enter("play", { code, name: "测速甲" });
  const numbers = new Set();
  let begun;
  while (numbers.size < 5) {
    const { n: number } = await ws.next((m) => m.t === "probe");
    begun ??= Date.now();
    assert.ok(Number.isSafeInteger(number) && number >= 0 && !numbers.has(number), String(number));
    numbers.add(number);
    ws.send({ t: "echo", n: number });
  }
  assert.ok(Date.now() - begun < 8000);
  ws.end();
});
await test("an echo that nobody asked for measures nothing and is no error", async () => {
  const [ws] = await enter("play", { code, name: "测速乙" });
  for (const to of [ws, desk]) {
    for (const number of [0, 1]) to.send({ t: "echo", n: number });
    to.send({ t: "time", c: 5 });
    assert.equal((await to.next((m) => m.t === "time" || m.t === "error")).t, "time");
  }
  ws.end();
});
await test("the stage's token only looks", async () => {
  const [stage] = await enter("stage", { session: deskWelcome.stage_session });
  stage.send({ t: "command", id: "s1", action: "start" });
  assert.equal((await error(stage)).code, "forbidden");
  stage.send({ t: "answer", id: "s2", q: 1, choice: [0] });
  assert.equal((await error(stage)).code, "forbidden");
  stage.end();
  await refused(hello("desk", { session: deskWelcome.stage_session, event }), "bad_session", 4401);
});
await test("a player cannot command", async () => {
  for (const action of ["start", "press", "help"]) assert.equal(await command(player, action), "forbidden");
});
await command(desk, "start", 0);
await command(desk, "next", 0);
await test("an armed question shows nothing of its content", async () => {
  const f = await player.next((m) => m.t === "question" && m.question.state === "armed");
  assert.deepEqual(["stem", "options", "key", "accepted", "explanation"].filter((k) => k in f.question), []);
});
await test("an answer before opening is refused", async () => {
  player.send({ t: "answer", id: "early", q: 1, choice: [0] });
  assert.equal((await error(player)).code, "no_such_question");
});
await command(desk, "open", 1);
let options = 0;
await test("an open question shows no key", async () => {
  const f = await player.next((m) => m.t === "question" && m.question.state === "open");
  options = f.question.options?.length ?? 0;
  assert.deepEqual(["key", "accepted", "explanation", "correct", "dist"].filter((k) => k in f.question), []);
});
await test("a double click opens once", async () => assert.equal(await command(desk, "open", 1), "done"));
await test("an action meant for another question is stale", async () => assert.equal(await command(desk, "close", 7), "stale_command"));
await test("an answer that does not fit is refused", async () => {
  player.send({ t: "answer", id: "odd", q: 1, choice: [options + 1] });
  assert.equal((await error(player)).code, "bad_answer");
  player.send({ t: "answer", id: "foreign", q: 9, choice: [0] });
  assert.equal((await error(player)).code, "no_such_question");
});
await test("an answer is acknowledged once for each sending, and the first stands", async () => {
  player.send({ t: "answer", id: "a1", q: 1, choice: [0] });
  assert.equal((await player.next((m) => m.t === "ack" && m.id === "a1")).state, "saved");
  player.send({ t: "answer", id: "a1", q: 1, choice: [0] });
  assert.equal((await player.next((m) => m.t === "ack" && m.id === "a1")).state, "saved");
  player.send({ t: "answer", id: "a2", q: 1, choice: [1] });
  assert.equal((await error(player)).code, "already_answered");
});
await test("a reload finds the stored answer, and the older line is told", async () => {
  const [again, welcome] = await enter("play", { session: playerWelcome.session });
  assert.deepEqual(welcome.snapshot.saved, { q: 1, state: "saved", choice: [0] });
  assert.equal((await player.next((m) => m.t === "bye")).code, "replaced");
  assert.equal(await player.end_code(), 4409);
  again.end();
});
await test("a short gap is filled with the frames, not a snapshot", async () => {
  const [ws, welcome] = await enter("play", { session: playerWelcome.session, epoch: playerWelcome.epoch, seq: playerWelcome.seq });
  assert.equal(welcome.snapshot, undefined);
  for (let seq = playerWelcome.seq + 1, state = ""; state !== "open"; seq++) {
    const f = await ws.next((m) => m.seq === seq);
    state = f.question?.state ?? "";
  }
  ws.end();
});
await test("who has seen more of the log than the node is not taken back, but asked to come again", async () => {
  const ws = await Ws.connect(Number(port));
  ws.send(hello("play", { session: playerWelcome.session, epoch: playerWelcome.epoch, seq: 1_000_000 }));
  const refused = await error(ws);
  assert.equal(refused.code, "busy");
  assert.ok(refused.retry_ms > 0);
  ws.end();
});
await test("the roster pages and finds", async () => {
  desk.send({ t: "roster", find: "路人" });
  const r = await desk.next((m) => m.t === "roster");
  assert.equal(r.rows.length, 1);
  assert.equal(r.rows[0].online, false);
});
await command(desk, "close", 1);
await desk.next((m) => m.t === "question" && m.question.state === "closed");
await command(desk, "reveal", 1);
await command(desk, "finish", 1);
await test("finalising twice finalises once", async () => {
  assert.equal(await command(desk, "finalise", 1), "done");
  await desk.next((m) => m.t === "phase" && m.phase === "final");
  assert.equal(await command(desk, "finalise", 1), "done");
});
await test("who was in it sees the result with a new ticket, too; who was not is too late", async () => {
  const [back, welcome] = await enter("play", { ticket: playerTicket, event });
  assert.equal(welcome.snapshot.phase, "final");
  assert.equal(welcome.you.entry, playerWelcome.you.entry);
  back.end();
  await refused(hello("play", { ticket: ticket("p000777"), event }), "no_late_join", 4403);
});
await test("an answer that is sent again when its question has gone by is acknowledged on every node", async () => {
  for (let i = 0; i < 8; i++) {
    const [ws] = await enter("play", { session: playerWelcome.session });
    ws.send({ t: "answer", id: "a1", q: 1, choice: [0] });
    assert.equal((await ws.next((m) => m.t === "ack" || m.t === "error")).state, "saved");
    ws.send({ t: "answer", id: "a3", q: 1, choice: [0] });
    assert.equal((await error(ws)).code, "already_answered");
    ws.end();
  }
});
await test("a flood is cut", async () => {
  const [ws] = await enter("play", { session: playerWelcome.session });
  for (let i = 0; i < 200; i++) ws.send({ t: "time", c: i });
  assert.equal(await ws.end_code(), 4429);
});
desk.end();
process.exit(failed);
