// Duels on two nodes. `duels.mjs PORT_A PORT_B SUPERVISOR_A DIR EVENT`, and once the event is final `duels.mjs after PORT DIR EVENT`. Every frame that comes is looked at for keys. Stops Redis and starts it
// again, and kills node A's worker. Prints "ok" or "not ok" a line.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import { Ws } from "../../lib/ws.mjs";

const after = process.argv[2] === "after";
const [portA, portB, supervisor, dir, event] = after ? [process.argv[3], "", "", process.argv[4], process.argv[5]] : process.argv.slice(2);
const b64 = (x) => Buffer.from(JSON.stringify(x)).toString("base64url");
function ticket(sub, claims = {}, file = "secret") {
  const secret = fs.readFileSync(`${dir}/${file}`, "utf8").trim();
  const text = `${b64({ alg: "HS256", kid: "main" })}.${b64({ aud: "leitai", tid: "demo", sub, exp: Math.floor(Date.now() / 1000) + 600, ...claims })}`;
  return `${text}.${crypto.createHmac("sha256", secret).update(text).digest("base64url")}`;
}
const psql = (url, text) => execFileSync("psql", [url, "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", text], { encoding: "utf8" }).trim();
const sql = (text) => psql(process.env.PSQL_URL, text);
const redis = (...args) => execFileSync("redis-cli", ["-s", `${dir}/redis.sock`, ...args], { encoding: "utf8" }).trim();
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
/** Until it holds; at most 40 s. */
async function until(what, holds) {
  for (const end = Date.now() + 40000; !(await holds());) {
    if (Date.now() > end) throw new Error(`in vain: ${what}`);
    await new Promise((r) => setTimeout(r, 30));
  }
}

// ---- keys, as the bank has them, by stem ----
const bank = new Map();
for (const line of sql("SELECT body FROM leitai.question WHERE tenant_id = 1").split("\n")) {
  const q = JSON.parse(line);
  bank.set(q.stem, q);
}
const rightPlaces = (item) => bank.get(item.stem).key.map((k) => item.options.indexOf(bank.get(item.stem).options[k]));
const wrongPlaces = (item) => [item.options.map((_, k) => k).find((k) => !rightPlaces(item).includes(k))];

// ---- law 4: no key while the window is open; whether it was right only of what was answered or went by ----
const leaks = [];
function scan(m) {
  if (/"(key|accepted|explanation|source)":/.test(JSON.stringify(m))) leaks.push(m.t);
  if (m.t !== "paper" || m.paper.mode !== "duel") return;
  const p = m.paper;
  for (const item of p.items)
    if ("right" in item && !p.choices.some((c) => c.i === item.i)) leaks.push(`${p.round}/${p.attempt}/${item.i}: right`);
  if (p.state === "open" && p.at && p.items.length > p.at) leaks.push(`${p.round}/${p.attempt}: ${p.items.length} items at ${p.at}`);
}

class Home {
  #inbox = []; #wake = []; #n = 0;
  static async enter(port, hello) {
    const h = new Home();
    h.ws = await Ws.connect(Number(port));
    h.ws.on_message = (m) => { scan(m); h.#inbox.push(m); for (const w of h.#wake.splice(0)) w(); };
    h.ws.on_close = () => { for (const w of h.#wake.splice(0)) w(); };
    h.ws.send({ t: "hello", v: 1, role: "home", ...hello });
    h.home = await h.next((x) => x.t === "home" || x.t === "error");
    assert.equal(h.home.t, "home", h.home.code);
    h.person = h.home.you.person;
    return h;
  }
  async next(fits, ms = 20000) {
    for (const end = Date.now() + ms; ;) {
      const i = this.#inbox.findIndex(fits);
      if (i >= 0) return this.#inbox.splice(i, 1)[0];
      if (this.ws.closed !== null) throw new Error(`closed with ${this.ws.closed}`);
      if (Date.now() > end) throw new Error(`no such message in ${ms} ms: ${fits}`);
      await new Promise((r) => { this.#wake.push(r); setTimeout(r, Math.max(1, end - Date.now())); });
    }
  }
  has(fits) { return this.#inbox.some(fits); }
  id() { return `${Math.random().toString(36).slice(2)}${++this.#n}`; }
  async ask(message) {
    const id = this.id();
    this.ws.send({ id, event, ...message });
    return this.next((m) => m.re === id || m.id === id);
  }
  /** Looks for an opponent; the answer is `matching`, `paper` or `error`. */
  match(round, more = {}) { return this.ask({ t: "match", round, device: "d1", ...more }); }
  /** The same without waiting for what it says. */
  look(round) { this.ws.send({ t: "match", id: this.id(), event, round, device: "d1" }); }
  /** The duel's paper, now that somebody was found. */
  async found(round) { return (await this.next((m) => m.t === "paper" && m.paper.round === round && m.paper.state === "open")).paper; }
  /** Answers question i of the open duel; the paper after it. */
  async answer(p, right) {
    const i = p.at, item = p.items[i - 1];
    const m = await this.ask({ t: "save", round: p.round, attempt: p.attempt, i, rev: i, choice: right ? rightPlaces(item) : wrongPlaces(item) });
    assert.equal(m.t, "saved", m.code);
    return (await this.next((x) => x.t === "paper" && x.paper.attempt === p.attempt && (x.paper.at !== i || x.paper.state !== "open"))).paper;
  }
  sides(round, fits) { return this.next((m) => m.t === "duel" && m.round === round && fits(m.sides)); }
  over(p) { return this.next((m) => m.t === "paper" && m.paper.round === p.round && m.paper.attempt === p.attempt && m.paper.state !== "open").then((m) => m.paper); }
  leave(p) { return this.ask({ t: "leave", round: p.round, attempt: p.attempt }); }
  end() { this.ws.end(); }
}
const enter = (port, n) => Home.enter(port, { ticket: ticket(`p${String(n).padStart(6, "0")}`) });
const code = (m) => (m.t === "error" ? m.code : m.t);
const me = (p) => p.duel.find((s) => s.you), other = (p) => p.duel.find((s) => !s.you);
const duelsOf = (h) => Number(sql(`SELECT count(*) FROM leitai.paper WHERE event_id = ${event} AND person_id = ${h.person} AND duel_id IS NOT NULL`));
const rating = (h) => sql(`SELECT rating || ' ' || games FROM leitai.duel_rating WHERE person_id = ${h.person}`);

if (after) {
  const desk = async (hello) => {
    const ws = await Ws.connect(Number(portA));
    ws.send({ t: "hello", v: 1, event, ...hello });
    return ws;
  };
  await test("a desk sees what was found, with names", async () => {
    const ws = await desk({ role: "desk", ticket: ticket("host") });
    await ws.next((m) => m.t === "welcome");
    ws.send({ t: "findings" });
    const m = await ws.next((x) => x.t === "findings" || x.t === "error");
    assert.equal(m.t, "findings", m.code);
    const f = m.rows.find((r) => r.kind === "shared_device");
    assert.ok(f.of_subjects >= 4 && f.subjects.length > 0 && f.subjects.every((s) => s.person && s.name), JSON.stringify(f));
    assert.equal(m.more, false);
    ws.end();
  });
  await test("nobody else does", async () => {
    const h = await enter(portA, 1);
    h.ws.send({ t: "findings" });
    assert.equal((await h.next((m) => m.t === "error")).code, "forbidden");
    h.end();
  });
  process.exit(failed);
}

// ---- two ----
const a = await enter(portA, 1), b = await enter(portB, 2);
let pa, pb;
await test("somebody who waits is told how many there are", async () => {
  const m = await a.match(1);
  assert.deepEqual([m.t, m.waiting, m.needed, m.stopped, m.robot_ms, m.why], ["matching", 1, 2, false, undefined, undefined]);
  assert.deepEqual(await a.match(1).then((x) => [x.t, x.waiting]), ["matching", 1]); // asked again: the same
});
await test("who stops is not matched any more", async () => {
  const m = await a.match(1, { stop: true });
  assert.deepEqual([m.t, m.stopped], ["matching", true]);
  assert.equal((await b.match(1)).waiting, 1);
  await b.match(1, { stop: true });
  assert.equal(duelsOf(a) + duelsOf(b), 0);
});
await test("two people on two nodes are matched once, with the same questions", async () => {
  a.look(1);
  await a.next((m) => m.t === "matching" && !m.stopped);
  b.look(1);
  [pa, pb] = await Promise.all([a.found(1), b.found(1)]);
  assert.deepEqual([pa.items, pa.started_ms, pa.deadline_ms, pa.n], [pb.items, pb.started_ms, pb.deadline_ms, 8]);
  assert.deepEqual(pa.duel.map((s) => [s.right, s.done, s.robot, s.left, s.place]), [[0, 0, false, false, undefined], [0, 0, false, false, undefined]]);
  assert.equal(me(pa).person, a.person);
  assert.equal(other(pa).person, b.person);
  assert.ok(other(pa).name.length > 0);
  assert.equal(sql(`SELECT count(*) FROM leitai.duel WHERE event_id = ${event}`), "1");
  assert.equal(duelsOf(a) + duelsOf(b), 2);
});
await test("a duel is open: looking again shows it, another round's is refused, and it is not handed in by hand", async () => {
  assert.equal((await a.match(1)).paper.attempt, pa.attempt);
  assert.equal(code(await a.match(2)), "busy");
  assert.equal(code(await a.ask({ t: "submit", round: 1, attempt: pa.attempt })), "forbidden");
});
await test("each side sees what the other has, from the other node", async () => {
  pa = await a.answer(pa, true);
  assert.equal(pa.items[0].right, true);
  await b.sides(1, (s) => s.find((x) => !x.you).right === 1 && s.find((x) => !x.you).done === 1);
  pb = await b.answer(pb, false);
  await a.sides(1, (s) => s.find((x) => !x.you).done === 1 && s.find((x) => !x.you).right === 0);
  assert.equal(code(await b.ask({ t: "save", round: 1, attempt: 1, i: 1, rev: 9, choice: rightPlaces(pb.items[0]) })), "already_answered");
});
await test("another tab of the same person follows", async () => {
  const tab = await Home.enter(portB, { session: a.home.session });
  tab.ws.send({ t: "open", event, round: 1, attempt: 1 });
  const p = (await tab.next((m) => m.t === "paper")).paper;
  assert.deepEqual([p.at, me(p).right], [2, 1]);
  pa = await a.answer(pa, true);
  await tab.next((m) => m.t === "paper" && m.paper.at === 3);
  await tab.sides(1, (s) => s.find((x) => x.you).right === 2);
  tab.end();
});
await test("Redis forgets all while they race, and they race on", async () => {
  redis("flushall");
  pb = await b.answer(pb, true);
  await a.sides(1, (s) => s.find((x) => !x.you).right === 1);
});
await test("who has the target first wins; both papers are handed in with it, and the ratings move once", async () => {
  pa = await a.answer(pa, true);
  const [ea, eb] = await Promise.all([pa.state === "open" ? a.over(pa) : pa, b.over(pb)]);
  assert.deepEqual([me(ea).place, other(ea).place, me(ea).points, other(ea).points, me(ea).right], [1, 2, 300, 100, 3]);
  assert.deepEqual([me(eb).place, eb.state], [2, "submitted"]);
  assert.equal(ea.result, undefined); // the window is open
  assert.deepEqual([rating(a), rating(b)], ["1216 1", "1184 1"]);
  assert.equal(sql(`SELECT string_agg(state || ' ' || points_c || ' ' || correct, ',' ORDER BY person_id) FROM leitai.paper WHERE event_id = ${event}`), "1 300 3,1 100 1");
  assert.equal(sql(`SELECT count(*) FROM leitai.duel WHERE event_id = ${event} AND ended_us IS NULL`), "0");
});
await test("both at once, on two nodes, many times: always one duel", async () => {
  for (let k = 0; k < 5; k++) {
    const x = await enter(portA, 100 + 2 * k), y = await enter(portB, 101 + 2 * k);
    x.look(1);
    y.look(1);
    const [px, py] = await Promise.all([x.found(1), y.found(1)]);
    assert.equal(other(px).person, y.person);
    assert.deepEqual(px.items, py.items);
    assert.deepEqual([duelsOf(x), duelsOf(y)], [1, 1]);
    x.end();
    y.end();
  }
});

// ---- forfeits ----
await test("who leaves forfeits, the other one wins", async () => {
  const x = await enter(portA, 21), y = await enter(portB, 22);
  x.look(1);
  y.look(1);
  const [px, py] = await Promise.all([x.found(1), y.found(1)]);
  assert.equal(code(await x.leave({ ...px, attempt: 7 })), "no_such_paper");
  const left = await x.leave(px);
  assert.deepEqual([left.paper.state, me(left.paper).left], ["forfeited", true].map((v, i) => (i ? me(left.paper).left : v)));
  await y.sides(1, (s) => s.find((q) => !q.you).left);
  const end = await y.over(py);
  assert.deepEqual([me(end).place, me(end).points, other(end).place, other(end).left, other(end).points], [1, 300, 2, true, 0]);
  assert.equal(sql(`SELECT string_agg(state || ' ' || points_c, ',' ORDER BY state) FROM leitai.paper WHERE event_id = ${event} AND person_id IN (${x.person}, ${y.person})`), "1 300,3 0");
  assert.deepEqual([rating(y), rating(x)], ["1216 1", "1184 1"]);
  x.end();
  y.end();
});
await test("a dropped line is no forfeit: the duel goes on and can be come back to", async () => {
  const x = await enter(portA, 23), y = await enter(portB, 24);
  x.look(1);
  y.look(1);
  const [, py] = await Promise.all([x.found(1), y.found(1)]);
  x.end();
  const p2 = await y.answer(py, true);
  const again = await Home.enter(portB, { session: x.home.session });
  const m = await again.match(1);
  assert.deepEqual([m.t, m.paper.state, other(m.paper).right, other(m.paper).left], ["paper", "open", 1, false]);
  await y.answer(await y.answer(p2, true), true);
  assert.equal(me(await again.over(m.paper)).place, 2);
  again.end();
  y.end();
});

// ---- robot ----
let withRobot;
await test("a robot plays after the declared wait, and is marked as one", async () => {
  const x = await enter(portA, 31), m = await x.match(3);
  assert.ok(Math.abs(m.robot_ms - Date.now() - 3000) < 1500, `${m.robot_ms - Date.now()}`);
  const p = await x.found(3);
  assert.ok(p.started_ms >= m.robot_ms, "not before it was said");
  assert.deepEqual(p.duel.map((s) => [s.you, s.robot, s.person]), [[true, false, x.person], [false, true, undefined]]);
  assert.equal(sql(`SELECT robots FROM leitai.duel d JOIN leitai.paper p USING (tenant_id, event_id, duel_id) WHERE p.person_id = ${x.person}`), "1");
  let q = await x.answer(p, true);
  q = await x.answer(q, true);
  const end = q.state === "open" ? await x.over(q) : q;
  assert.deepEqual([me(end).place, other(end).robot], [1, true]);
  assert.equal(rating(x), "");
  withRobot = x;
});
await test("Redis is away: a race goes on, it is said to who looks for somebody, and the robot comes", async () => {
  const one = await enter(portA, 33), two = await enter(portB, 34);
  one.look(1);
  two.look(1);
  const [p1] = await Promise.all([one.found(1), two.found(1)]);
  redis("shutdown", "nosave");
  await one.answer(p1, true);
  await two.sides(1, (s) => s.find((q) => !q.you).right === 1);
  const x = await enter(portB, 32);
  const first = await x.match(3);
  assert.equal(first.t, "matching");
  if (first.why === undefined) await x.next((m) => m.t === "matching" && m.why === "redis_away");
  else assert.equal(first.why, "redis_away");
  const p = await x.found(3);
  assert.equal(other(p).robot, true);
  spawn("redis-server", ["--port", "0", "--unixsocket", `${dir}/redis.sock`, "--save", "", "--dir", dir], { stdio: "ignore", detached: true }).unref();
  await until("Redis is back", async () => { try { return redis("ping") === "PONG"; } catch { return false; } });
  for (const port of [portA, portB])
    await until("the nodes have it", async () => (await (await fetch(`http://127.0.0.1:${port}/readyz`)).json()).redis === true);
  for (const h of [x, one, two]) h.end();
});

// ---- four ----
let four;
await test("four are matched though Redis forgets them while they wait", async () => {
  four = await Promise.all([enter(portA, 41), enter(portB, 42), enter(portA, 43), enter(portB, 44)]);
  for (const h of four.slice(0, 3)) h.look(2);
  await four[0].next((m) => m.t === "matching" && m.waiting === 3 && m.needed === 4);
  redis("flushall");
  four[3].look(2);
  const papers = await Promise.all(four.map((h) => h.found(2)));
  for (const p of papers) assert.deepEqual(p.duel.map((s) => s.person), papers[0].duel.map((s) => s.person));
  assert.equal(new Set(papers[0].duel.map((s) => s.person)).size, 4);
  assert.equal(sql(`SELECT count(*) FROM leitai.duel WHERE event_id = ${event} AND round_no = 2`), "1");
  four.papers = papers;
});
await test("four race to the target", async () => {
  const [p0, p1] = four.papers;
  await four[1].answer(p1, true);
  await four[3].leave(four.papers[3]);
  await four[0].answer(await four[0].answer(p0, true), true);
  const end = await four[2].over(four.papers[2]);
  const of = (h) => end.duel.find((s) => s.person === h.person);
  assert.deepEqual(four.map((h) => [of(h).place, of(h).points]), [[1, 300], [2, 200], [3, 0], [4, 0]]);
  for (const h of four) h.end();
});

// ---- the creator dies ----
const worker = () => Number(execFileSync("pgrep", ["-P", supervisor], { encoding: "utf8" }).trim().split("\n")
  .find((pid) => execFileSync("ls", ["-l", `/proc/${pid}/fd`], { encoding: "utf8" }).includes("eventpoll")));
const waiting = () => sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%INSERT INTO leitai.duel%' AND datname = current_database()");
/** Holds back every new duel until it is called. */
async function hold() {
  const p = spawn("psql", [process.env.PSQL_URL, "-qAtX"], { stdio: ["pipe", "pipe", "ignore"] });
  p.stdin.write("BEGIN; LOCK TABLE leitai.duel IN SHARE ROW EXCLUSIVE MODE; SELECT 'held';\n");
  await new Promise((r) => p.stdout.once("data", r));
  return () => new Promise((r) => { p.once("exit", r); p.stdin.end("COMMIT;\n"); });
}
for (const [name, n, loses] of [["the node that took them out dies with the duel unwritten: who waits goes back in", 51, true],
  ["the node that took them out dies before it can say so: who waits finds the duel", 53, false]])
  await test(name, async () => {
    const y = await enter(portB, n + 1);
    await y.match(1);
    const x = await enter(portA, n), release = await hold();
    try {
      x.look(1);
      await until("the duel is being written", () => waiting() === "1");
      process.kill(worker(), "SIGKILL");
      if (loses) sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%INSERT INTO leitai.duel%'");
    } finally {
      await release();
    }
    const again = await Home.enter(portB, { session: x.home.session });
    again.look(1);
    const [px, py] = await Promise.all([again.found(1), y.found(1)]);
    assert.equal(other(py).person, x.person);
    assert.deepEqual(px.items, py.items);
    assert.deepEqual([duelsOf(x), duelsOf(y)], [1, 1]);
    assert.equal(y.has((m) => m.t === "error"), false);
    again.end();
    y.end();
    await until("node A serves again", async () => { try { return (await fetch(`http://127.0.0.1:${portA}/readyz`)).ok; } catch { return false; } });
  });

// ---- two tabs look ----
await test("two tabs of one person that look are one person", async () => {
  const x = await enter(portA, 61), tab = await Home.enter(portB, { session: x.home.session }), y = await enter(portB, 62);
  x.look(1);
  tab.look(1);
  await Promise.all([x, tab].map((h) => h.next((m) => m.t === "matching")));
  assert.equal(duelsOf(x), 0);
  y.look(1);
  const [p1, p2, py] = await Promise.all([x.found(1), tab.found(1), y.found(1)]);
  assert.deepEqual([p1.attempt, p1.items], [p2.attempt, p2.items]);
  assert.equal(other(py).person, x.person);
  assert.deepEqual([duelsOf(x), duelsOf(y)], [1, 1]);
  for (const h of [x, tab, y]) h.end();
});

// ---- limits ----
await test("nobody looks: questions go by, the sweeper ends the duel", async () => {
  const x = await enter(portA, 71), y = await enter(portB, 72);
  x.look(4);
  y.look(4);
  await Promise.all([x.found(4), y.found(4)]);
  x.end();
  y.end();
  await until("both papers are handed in, and the duel has ended", () => sql(`SELECT string_agg(p.state || ' ' || (d.ended_us = p.deadline_us), ',')
    FROM leitai.paper p JOIN leitai.duel d USING (tenant_id, event_id, duel_id) WHERE p.person_id IN (${x.person}, ${y.person})`) === "2 true,2 true");
  assert.deepEqual([rating(x), rating(y)], ["1200 1", "1200 1"]);
  const again = await Home.enter(portB, { session: x.home.session });
  assert.equal(code(await again.match(4)), "limit_reached"); // one a day
  again.end();
});
await test("what cannot be played is refused", async () => {
  const x = await enter(portA, 81);
  assert.equal(code(await x.match(9)), "no_such_paper");
  assert.equal(code(await x.match(1, { event: "999999" })), "no_such_paper");
  x.end();
  const foreign = await Home.enter(portA, { ticket: ticket("somebody", { tid: "other" }, "secret.other") });
  assert.equal(code(await foreign.match(1)), "no_such_paper");
  foreign.end();
});
await test("a queue that is left is empty", async () => {
  const x = await enter(portA, 82);
  await x.match(1);
  x.end();
  await until("nobody is in it", () => redis("keys", "*:wait").split("\n").filter(Boolean).every((k) => redis("zcard", k) === "0"));
});

await test("each duel that ended has its papers handed in, and each person one paper in it", () => {
  assert.equal(sql(`SELECT count(*) FROM leitai.duel d WHERE d.event_id = ${event} AND d.size - d.robots <> (SELECT count(DISTINCT person_id) FROM leitai.paper p
    WHERE p.event_id = d.event_id AND p.duel_id = d.duel_id)`), "0");
  assert.equal(sql(`SELECT count(*) FROM leitai.duel d JOIN leitai.paper p USING (tenant_id, event_id, duel_id) WHERE d.ended_us IS NOT NULL AND p.state = 0`), "0");
});
await test("no frame told a key before its time", async () => assert.deepEqual(leaks, []));
for (const h of [a, b, withRobot]) h?.end();
process.exit(failed);
