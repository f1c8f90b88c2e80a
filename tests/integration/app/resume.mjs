// Coming back, in every way that people do: `resume.mjs PORT_A PORT_B PID_A DIR LIVE_EVENT BURST_EVENT`. Two nodes hold the same events; Redis is on
// DIR/redis.sock. Prints "ok" or "not ok" a line. Stops Redis and starts it again, and ends node A.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { ticket } from "../../lib/contest.mjs";
import { Ws } from "../../lib/ws.mjs";

const [portA, portB, pidA, dir, live, burst] = process.argv.slice(2);
const A = Number(portA), B = Number(portB);
const secret = fs.readFileSync(`${dir}/secret`, "utf8").trim();
let failed = 0;
async function test(name, fn) {
  try {
    await fn();
    console.log(`ok ${name}`);
  } catch (e) {
    failed = 1;
    console.log(`not ok ${name}: ${String(e.stack).replaceAll("\n", " ")}`);
  }
}
async function enter(port, role, extra) {
  const ws = await Ws.connect(port);
  ws.send({ t: "hello", v: 1, role, ...extra });
  return [ws, await ws.next((m) => m.t === "welcome")];
}
const join = (port, sub, event = live) => enter(port, "play", { ticket: ticket(secret, sub), event });
/** Where a page that has heard `welcome` and every frame up to `seq` takes up again. */
const again = (port, welcome, seq) => enter(port, "play", { session: welcome.session, ...(seq === undefined ? {} : { epoch: welcome.epoch, seq }) });
let n = 0;
async function command(ws, action, q) {
  const id = `c${++n}`;
  ws.send({ t: "command", id, action, ...(q === undefined ? {} : { q }) });
  const m = await ws.next((x) => (x.t === "done" && x.id === id) || (x.t === "error" && x.re === id));
  assert.equal(m.t === "done" ? "done" : m.code, "done", action);
}
const state = (ws, wanted) => ws.next((m) => m.t === "question" && m.question.state === wanted);
const send = (ws, id, q, choice = [0]) => ws.send({ t: "answer", id, q, choice });
async function acked(ws, id) {
  const m = await ws.next((x) => (x.t === "ack" && x.id === id) || (x.t === "error" && x.re === id));
  return m.t === "ack" ? m.state : m.code;
}
async function replaced(ws) {
  assert.equal((await ws.next((m) => m.t === "bye")).code, "replaced");
  assert.equal(await ws.end_code(), 4409);
}
async function alive(ws) {
  ws.send({ t: "time", c: ++n });
  await ws.next((m) => m.t === "time" && m.c === n);
}
async function until(fits, what) {
  for (const end = Date.now() + 10000; !(await fits()); ) {
    if (Date.now() > end) throw new Error(`in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
const redisUp = async (port) => (await (await fetch(`http://127.0.0.1:${port}/readyz`)).json()).redis;
const redis = (...args) => execFileSync("redis-cli", ["-s", `${dir}/redis.sock`, ...args], { stdio: "ignore" });
async function redisStop() {
  redis("shutdown", "nosave");
  await until(async () => !(await redisUp(A)) && !(await redisUp(B)), "Redis is away");
}
async function redisStart() {
  execFileSync("redis-server", ["--port", "0", "--unixsocket", `${dir}/redis.sock`, "--save", "", "--dir", dir, "--daemonize", "yes"], { stdio: "ignore" });
  await until(async () => (await redisUp(A)) && (await redisUp(B)), "Redis is up");
}

const [desk] = await enter(B, "desk", { ticket: ticket(secret, "host"), event: live });
await command(desk, "lobby");

// ---- reloads and tabs ----
await test("a reload takes the place of the older line", async () => {
  const [old, w] = await join(A, "p000001");
  const [fresh] = await again(A, w);
  await replaced(old);
  await alive(fresh);
  fresh.end();
});
for (const [name, second] of [["on one node", A], ["on two nodes", B]]) {
  await test(`of a double reload one line is left, ${name}`, async () => {
    const [first, w] = await join(A, "p000002");
    const lines = await Promise.all([Ws.connect(A), Ws.connect(second)]);
    for (const ws of lines) ws.send({ t: "hello", v: 1, role: "play", session: w.session });
    await replaced(first);
    await until(() => lines.filter((ws) => ws.closed === 4409).length === 1, "one is replaced");
    await alive(lines.find((ws) => ws.closed === null));
    for (const ws of lines) ws.end();
  });
}
await test("of two tabs the one that came last stays, wherever it is", async () => {
  const [one, w] = await join(A, "p000003");
  await until(async () => { // what nodes tell each other of who came takes up to 50 ms
    desk.send({ t: "roster", find: w.you.name });
    return (await desk.next((m) => m.t === "roster")).rows.some((row) => row.online);
  }, "node B knows of the first");
  const [two] = await again(B, w);
  await replaced(one);
  const [three] = await again(A, w);
  await replaced(two);
  await alive(three);
  three.end();
});
await test("who moves at once is the newer one, though what a node says of the older comes later and clocks differ", async () => {
  for (let i = 0; i < 20; i++) {
    const [from, to] = i % 2 ? [A, B] : [B, A], [old, w] = await join(from, `p00005${i % 10}`), [fresh] = await again(to, w);
    await replaced(old);
    await alive(fresh);
    fresh.end();
  }
});

// ---- mid-question ----
const [watcher, watcherWelcome] = await join(A, "p000009");
await command(desk, "start", 0);
await command(desk, "next", 0);
await command(desk, "open", 1);
const { seq: openSeq } = await state(watcher, "open");
await test("who changes the node in an open question misses nothing and is told nothing twice", async () => {
  const [ws, w] = await join(A, "p000004");
  send(ws, "n1", 1);
  assert.equal(await acked(ws, "n1"), "saved");
  ws.end();
  const [moved, welcome] = await again(B, w, w.seq);
  assert.equal(welcome.snapshot, undefined);
  send(moved, "n1", 1);
  assert.equal(await acked(moved, "n1"), "saved");
  send(moved, "n2", 1, [1]);
  assert.equal(await acked(moved, "n2"), "already_answered");
  const [reloaded, snap] = await again(B, w);
  assert.deepEqual(snap.snapshot.saved, { q: 1, state: "saved", choice: [0] });
  reloaded.end();
});
await test("the frames that were missed come from the other node, in order", async () => {
  const [ws, w] = await again(B, watcherWelcome, watcherWelcome.seq);
  assert.equal(w.snapshot, undefined);
  for (let seq = watcherWelcome.seq + 1; seq <= openSeq; seq++) assert.equal((await ws.next((m) => m.seq !== undefined)).seq, seq);
  ws.end();
});
await test("a client that has seen more of the log than a node waits for it; nobody's contest goes back", async () => {
  for (const more of [{ epoch: watcherWelcome.epoch + 1, seq: watcherWelcome.seq }, { epoch: watcherWelcome.epoch, seq: openSeq + 1000 }]) {
    const ws = await Ws.connect(B);
    ws.send({ t: "hello", v: 1, role: "play", session: watcherWelcome.session, ...more });
    const refused = await ws.next((m) => m.t === "error");
    assert.equal(refused.code, "busy");
    assert.ok(refused.retry_ms > 0);
    ws.end();
  }
});
await test("an answer whose line died is sent again elsewhere and stands once", async () => {
  for (let i = 0; i < 5; i++) {
    const sub = `p00002${i}`, [ws, w] = await join(i % 2 ? A : B, sub);
    send(ws, `lost-${i}`, 1, [1]);
    if (i === 0) ws.end();
    else setTimeout(() => ws.end(), i);
    const [next] = await again(i % 2 ? B : A, w, w.seq);
    send(next, `lost-${i}`, 1, [1]);
    assert.equal(await acked(next, `lost-${i}`), "saved");
    next.end();
  }
});

// ---- with Redis stopped ----
const [pA, wA] = await join(A, "p000005"), [pB] = await join(B, "p000006"), [onA] = await join(A, "p000008");
await redisStop();
await test("without Redis an answer is taken, and found on the other node", async () => {
  send(pA, "r1", 1);
  assert.equal(await acked(pA, "r1"), "saved");
  const [moved, w] = await again(B, wA);
  assert.deepEqual(w.snapshot.saved, { q: 1, state: "saved", choice: [0] });
  assert.equal(w.snapshot.presence.stale, true);
  moved.end();
});
await test("without Redis the contest goes on, on both nodes", async () => {
  await command(desk, "close", 1);
  await desk.next((m) => m.t === "question" && m.question.state === "closed");
  await command(desk, "reveal", 1);
  for (const ws of [onA, pB]) await state(ws, "revealed");
  await command(desk, "next", 1);
  await command(desk, "open", 2);
  for (const ws of [onA, pB]) await state(ws, "open");
  send(pB, "r2", 2);
  assert.equal(await acked(pB, "r2"), "saved");
});
const [tab1, wTab] = await join(A, "p000007"), [tab2] = await again(B, wTab);
await test("two tabs on two nodes cannot know of each other without Redis, and do when it is back", async () => {
  await alive(tab1);
  await alive(tab2);
  await redisStart();
  await replaced(tab1);
  await alive(tab2);
});

// ---- in a burst of a team ----
const [burstDesk] = await enter(A, "desk", { ticket: ticket(secret, "host"), event: burst });
await command(burstDesk, "lobby");
const [m1, w1] = await join(A, "p000011", burst), [m2, w2] = await join(B, "p000012", burst);
await command(burstDesk, "lot", 0).catch(() => {});
await command(burstDesk, "start", 0);
await command(burstDesk, "next", 0);
await command(burstDesk, "open", 1);
const step = (ws, q) => ws.next((m) => m.t === "step" && m.step?.q === q);
await test("a step of a burst that one member took is the other's, on the other node", async () => {
  await state(m1, "open");
  await state(m2, "open");
  send(m1, "b1", 1);
  assert.equal(await acked(m1, "b1"), "saved");
  await step(m2, 2);
});
let moved1, reload2;
await test("who changes the node, or reloads, in a burst goes on with the next step", async () => {
  m1.end();
  [moved1] = await again(B, w1, w1.seq);
  await step(moved1, 2);
  send(moved1, "b2", 2);
  assert.equal(await acked(moved1, "b2"), "saved");
  await step(moved1, 3);
  let w;
  [reload2, w] = await again(A, w2);
  assert.equal(w.snapshot.step.q, 3);
  await replaced(m2);
});
await redisStop();
await test("and without Redis", async () => {
  send(moved1, "b3", 3);
  assert.equal(await acked(moved1, "b3"), "saved");
  await step(reload2, 4);
  const [ws, w] = await again(A, w2);
  assert.equal(w.snapshot.step.q, 4);
  ws.end();
});
await redisStart();
moved1.end();
burstDesk.end();

// ---- a node that ends ----
await test("a node that ends serves to the last, and says where to go", async () => {
  const movers = [];
  let served = 0;
  for (let i = 0; i < 12; i++) movers.push(await join(A, `p0000${30 + i}`));
  process.kill(Number(pidA), "SIGTERM");
  const gone = movers.map(async ([ws, w], i) => {
    send(ws, `d${i}`, 2);
    // Whose turn came first may not have been heard, and asks again; nobody is refused.
    const first = await ws.next((m) => m.t === "ack" || m.t === "error" || m.t === "bye");
    served += first.t === "ack";
    const bye = first.t === "bye" ? first : await ws.next((m) => m.t === "bye");
    assert.equal(bye.code, "moving");
    assert.ok(bye.retry_ms > 0 && bye.retry_ms < 1000, String(bye.retry_ms));
    assert.equal(await ws.end_code(), 4503);
    const at = Date.now();
    const [next, welcome] = await again(B, w, w.seq);
    assert.equal(welcome.snapshot, undefined);
    send(next, `d${i}`, 2);
    assert.equal(await acked(next, `d${i}`), "saved");
    next.end();
    return at;
  });
  const at = (await Promise.all(gone)).sort((x, y) => x - y);
  assert.ok(served >= 10, `${served} were served`);
  assert.ok(at.at(-1) - at[0] > 300, `moved within ${at.at(-1) - at[0]} ms`);
});
await test("the contest goes on where everybody is now", async () => {
  await command(desk, "close", 2);
  await state(pB, "closed");
  await command(desk, "reveal", 2);
  await state(pB, "revealed");
});
try {
  redis("shutdown", "nosave");
} catch {
  // it is gone
}
process.exit(failed);
