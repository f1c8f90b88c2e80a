// Papers of self-paced events, on two nodes. `papers.mjs PORT_A PORT_B SUPERVISOR_A DIR EVENT LEADERS DISJOINT LEADER FOLLOWER DESK`, and once the
// event is final `papers.mjs after PORT DIR EVENT`. Every frame that comes is looked at for keys that are not public yet. Prints "ok" or
// "not ok" a line.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import { Ws } from "../../lib/ws.mjs";

// `papers.mjs watch …` looks at an open paper while the event is ended.
const after = process.argv[2] === "after", watching = process.argv[2] === "watch";
const [portA, portB, supervisor, dir, event, leadersEvent, disjoint, leader, follower, deskEvent] = after || watching
  ? [process.argv[3], process.argv[3], "", process.argv[4], process.argv[5]] : process.argv.slice(2);
const b64 = (x) => Buffer.from(JSON.stringify(x)).toString("base64url");
function ticket(sub, claims = {}, file = "secret") {
  const secret = fs.readFileSync(`${dir}/${file}`, "utf8").trim();
  const text = `${b64({ alg: "HS256", kid: "main" })}.${b64({ aud: "leitai", tid: "demo", sub, exp: Math.floor(Date.now() / 1000) + 600, ...claims })}`;
  return `${text}.${crypto.createHmac("sha256", secret).update(text).digest("base64url")}`;
}
const psql = (url, text) => execFileSync("psql", [url, "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", text], { encoding: "utf8" }).trim();
const sql = (text) => psql(process.env.PSQL_URL, text);
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
/** Until it holds; at most 15 s. */
async function until(what, holds) {
  for (const end = Date.now() + 15000; !(await holds());) {
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
/** Places of the right options as this person sees them. */
const rightPlaces = (item) => {
  const q = bank.get(item.stem), options = q.options ?? ["正确", "错误"];
  return q.key.map((k) => item.options.indexOf(options[k])).sort((a, b) => a - b);
};
const wrongPlaces = (item) => [item.options.map((_, k) => k).find((k) => !rightPlaces(item).includes(k))];

// ---- law 4 ----
const leaks = [];
/** A frame of a paper shows keys when it was handed in and is practice, at once, or final; else nothing that tells. */
function scan(m) {
  if (m.t !== "paper") {
    if (/"(key|accepted|explanation)"/.test(JSON.stringify(m))) leaks.push(m.t);
    return;
  }
  const p = m.paper, atOnce = p.event === disjoint;
  const open = p.state === "open", may = !open && (p.practice || atOnce || after);
  for (const item of p.items) {
    const tells = ["key", "accepted", "explanation", "source"].filter((k) => k in item);
    if (tells.length && !may) leaks.push(`${p.round}/${p.attempt}/${item.i}: ${tells}`);
    if ("right" in item && !may && !(p.mode === "survival" && p.choices.some((c) => c.i === item.i))) leaks.push(`${p.round}/${p.attempt}/${item.i}: right`);
  }
  if (p.result && !may) leaks.push(`${p.round}/${p.attempt}: result`);
  if (open && p.one_by_one && p.items.length > p.at) leaks.push(`${p.round}/${p.attempt}: ${p.items.length} items at ${p.at}`);
}

class Home {
  #inbox = []; #wake = [];
  static async enter(port, hello) {
    const h = new Home();
    h.ws = await Ws.connect(Number(port));
    h.ws.on_message = (m) => { scan(m); h.#inbox.push(m); for (const w of h.#wake.splice(0)) w(); };
    h.ws.on_close = () => { for (const w of h.#wake.splice(0)) w(); };
    h.ws.send({ t: "hello", v: 1, role: "home", ...hello });
    const m = await h.next((x) => x.t === "home" || x.t === "error");
    if (m.t === "error") throw Object.assign(new Error(m.code), { code: m.code });
    h.home = m;
    return h;
  }
  async next(fits, ms = 10000) {
    for (const end = Date.now() + ms; ;) {
      const i = this.#inbox.findIndex(fits);
      if (i >= 0) return this.#inbox.splice(i, 1)[0];
      if (this.ws.closed !== null) throw new Error(`closed with ${this.ws.closed}`);
      if (Date.now() > end) throw new Error(`no such message in ${ms} ms`);
      await new Promise((r) => { this.#wake.push(r); setTimeout(r, Math.max(1, end - Date.now())); });
    }
  }
  has(fits) { return this.#inbox.some(fits); }
  #n = 0;
  id() { return `${Math.random().toString(36).slice(2)}${++this.#n}`; }
  async ask(message) {
    const id = this.id();
    this.ws.send({ id, ...message });
    return this.next((m) => m.re === id || m.id === id);
  }
  async start(round, of = event) { return this.ask({ t: "start", event: of, round, device: "d1" }); }
  async open(round, attempt, of = event) {
    this.ws.send({ t: "open", event: of, round, attempt });
    return this.next((m) => (m.t === "paper" && m.re === undefined && m.paper.round === round && m.paper.attempt === attempt) || m.t === "error");
  }
  save(p, i, rev, response) { return this.ask({ t: "save", event: p.event, round: p.round, attempt: p.attempt, i, rev, ...response }); }
  submit(p) { return this.ask({ t: "submit", event: p.event, round: p.round, attempt: p.attempt }); }
  async list() {
    this.ws.send({ t: "list" });
    return this.next((m) => m.t === "home");
  }
  end() { this.ws.end(); }
}
const code = (m) => (m.t === "error" ? m.code : m.t);
const choicesOf = (m) => Object.fromEntries(m.paper.choices.map((c) => [c.i, c.choice ?? c.text]));
const stored = (person, round, attempt) => JSON.parse(sql(`SELECT p.choices FROM leitai.paper p JOIN leitai.person USING (tenant_id, person_id)
  WHERE event_id = ${event} AND ext_id = '${person}' AND round_no = ${round} AND attempt = ${attempt}`));

if (watching) {
  const h = await Home.enter(portA, { ticket: ticket("p000011") }), p = (await h.start(1)).paper;
  await h.save(p, 1, 1, { choice: [0] });
  await test("who looks on while the event is ended is told, without doing anything", async () => {
    execFileSync(process.env.LEITAI, ["event", "close", "--tenant", "demo", "--event", "papers"]);
    const m = await h.next((x) => x.t === "paper" && x.paper.state !== "open", 25000);
    assert.equal(m.paper.state, "expired");
    assert.deepEqual(choicesOf(m), { 1: [0] });
    assert.equal(code(await h.start(1)), "wrong_phase");
  });
  h.end();
  process.exit(failed);
}
if (after) {
  const h = await Home.enter(portA, { ticket: ticket("p000001") });
  await test("when the event is final, keys and results are shown", async () => {
    const m = await h.open(1, 1);
    assert.ok(m.paper.items.every((i) => i.key && i.explanation !== undefined), JSON.stringify(m).slice(0, 300));
    assert.equal(m.paper.result.points, 8000);
    assert.equal(m.paper.result.full, 8000);
    assert.equal(m.paper.result.counted, true);
  });
  await test("the list has the own points and rank", async () => {
    const e = (await h.list()).events.find((x) => x.event === event);
    assert.equal(e.phase, "final");
    assert.equal(e.rank, 1);
    assert.ok(e.of >= 8 && e.points >= 8000, JSON.stringify(e));
    assert.ok(e.rounds.every((r) => !r.may && r.why === "wrong_phase"));
  });
  await test("the board has everybody in order", async () => {
    h.ws.send({ t: "ranks", event });
    const m = await h.next((x) => x.t === "ranks");
    assert.equal(m.own, 1);
    assert.equal(m.top.length, m.of);
    assert.ok(m.top.every((r, i) => i === 0 || (r.points <= m.top[i - 1].points && r.rank >= m.top[i - 1].rank)));
    assert.deepEqual(m.around[0], m.top[0]);
    assert.equal(m.top[0].you, true);
  });
  await test("the history has the event with its credits", async () => {
    h.ws.send({ t: "history" });
    const m = await h.next((x) => x.t === "history"), row = m.rows.find((r) => r.event === event);
    assert.deepEqual([row.final, row.rank, row.credits, row.certificate, row.papers], [true, 1, 1200, true, row.papers]);
    assert.ok(m.credits >= 1200);
    assert.ok(m.rows.every((r, i) => i === 0 || r.on_ms <= m.rows[i - 1].on_ms));
  });
  await test("a certificate is made once, for who passed", async () => {
    const asked = async (x) => { x.ws.send({ t: "certificate", event }); return x.next((m) => m.t === "certificate" || m.t === "error"); };
    const one = await asked(h), two = await asked(h);
    assert.match(one.code, /^[0-9A-HJKMNP-TV-Z]{16}$/);
    assert.equal(two.code, one.code);
    const failedOne = await Home.enter(portA, { ticket: ticket("p000002") });
    assert.equal(code(await asked(failedOne)), "not_yet");
    failedOne.end();
    const check = async (c) => { const r = await fetch(`http://127.0.0.1:${portA}/api/certificate/${c}`); return [r.status, await r.json()]; };
    const [status, shown] = await check(one.code);
    assert.equal(status, 200);
    assert.deepEqual([shown.name, shown.points, shown.rank], [one.name, one.points, 1]);
    const [unknown, said] = await check("0123456789ABCDEF"), [odd, saidOdd] = await check("x");
    assert.deepEqual([unknown, odd], [404, 404]);
    assert.deepEqual(said, saidOdd);
  });
  await test("a photographed screen tells whose paper it is", async () => {
    const { items } = (await h.open(1, 1)).paper;
    const codes = new Map(sql(`SELECT DISTINCT q.body->>'stem', q.code FROM leitai.question q JOIN leitai.question_instance USING (tenant_id, question_id) WHERE tenant_id = 1 AND event_id = ${event}`).split("\n").map((l) => l.split("|")));
    const seen = items.slice(0, 5).map((item) => {
      const q = bank.get(item.stem), options = q.options ?? ["正确", "错误"];
      return codes.get(item.stem) + (item.options ? `:${item.options.map((o) => "ABCDEFGH"[options.indexOf(o)]).join("")}` : "");
    });
    const trace = (order) => execFileSync(process.env.LEITAI, ["event", "trace", "--tenant", "demo", "--event", event, "--order", order.join(",")], { encoding: "utf8" });
    const found = trace(seen).trim().split("\n");
    assert.equal(found.length, 1, found.join(" / "));
    assert.match(found[0], new RegExp(`^p\\S+  ${h.home.you.name}  round 1  attempt 1  `));
    assert.equal(trace([...seen].reverse()), "");
    assert.throws(() => trace(["NO-SUCH-CODE"]), /does not ask these questions/);
  });
  await test("who did not take part is told so", async () => {
    const x = await Home.enter(portA, { ticket: ticket("p000700") });
    x.ws.send({ t: "ranks", event });
    const m = await x.next((y) => y.t === "ranks");
    assert.equal(m.own, undefined);
    assert.deepEqual(m.around, []);
    assert.equal(code(await x.open(1, 1)), "no_such_paper");
    assert.equal(code(await x.start(1)), "wrong_phase");
    x.end();
  });
  h.end();
  process.exit(failed);
}

// ---- who may come ----
await test("a guest has no home page", async () => {
  const ws = await Ws.connect(Number(portA));
  ws.send({ t: "hello", v: 1, role: "home", code: "202611", name: "客" });
  assert.equal((await ws.next((m) => m.t === "error")).code, "no_guests");
  ws.end();
});
const a = await Home.enter(portA, { ticket: ticket("p000001") });
await test("the list has the events that address the person, with what may be started", async () => {
  const e = a.home.events.find((x) => x.event === event);
  assert.equal(e.self_paced, true);
  assert.equal(e.at_once, false);
  assert.deepEqual(e.rounds.map((r) => [r.mode, r.may, r.used]), [["timed", true, 0], ["survival", true, 0], ["timed", true, 0], ["timed", true, 0]]);
});
await test("a session token comes back without a ticket, as home only", async () => {
  const again = await Home.enter(portB, { session: a.home.session });
  assert.deepEqual(again.home.you, a.home.you);
  again.end();
  const ws = await Ws.connect(Number(portA));
  ws.send({ t: "hello", v: 1, role: "play", session: a.home.session, event });
  assert.equal((await ws.next((m) => m.t === "error")).code, "bad_session");
  ws.end();
});
await test("messages of a home page belong there, and others do not", async () => {
  assert.equal(code(await a.ask({ t: "match", event, round: 2 })), "no_such_paper");
  a.ws.send({ t: "command", id: "c1", action: "start" });
  assert.equal((await a.next((m) => m.t === "error" && m.re === "c1")).code, "forbidden");
  const ws = await Ws.connect(Number(portA));
  ws.send({ t: "hello", v: 1, role: "play", ticket: ticket("p000001"), event });
  assert.equal((await ws.next((m) => m.t === "error")).code, "forbidden");
  ws.end();
});
await test("somebody new is made known", async () => {
  const h = await Home.enter(portA, { ticket: ticket("brand-new", { name: "新来的" }) });
  assert.equal(h.home.you.name, "新来的");
  assert.equal(code(await h.start(4)), "paper");
  h.end();
});
await test("whom an event does not address cannot see it nor start", async () => {
  const no = await Home.enter(portA, { ticket: ticket(follower) }), yes = await Home.enter(portB, { ticket: ticket(leader) });
  assert.equal(no.home.events.find((e) => e.event === leadersEvent), undefined);
  assert.equal(code(await no.start(1, leadersEvent)), "not_addressed");
  assert.ok(yes.home.events.find((e) => e.event === leadersEvent));
  assert.equal(code(await yes.start(1, leadersEvent)), "paper");
  no.end();
  yes.end();
});
await test("another tenant's person finds no such event", async () => {
  const h = await Home.enter(portA, { ticket: ticket("somebody", { tid: "other" }, "secret.other") });
  assert.equal(h.home.events.find((e) => e.event === event), undefined);
  assert.equal(code(await h.start(1)), "no_such_paper");
  assert.equal(code(await h.open(1, 1)), "no_such_paper");
  h.end();
});
await test("a ticket for one event is good for it only", async () => {
  const h = await Home.enter(portA, { ticket: ticket("p000900", { event: leadersEvent }) });
  assert.equal(code(await h.start(1)), "forbidden");
  h.end();
});

// ---- starting ----
const b = await Home.enter(portB, { session: a.home.session });
let paper;
await test("starts at once on two nodes give one paper", async () => {
  const got = await Promise.all([a.start(1), b.start(1), a.start(1), b.start(1)]);
  assert.deepEqual(got.map(code), ["paper", "paper", "paper", "paper"]);
  for (const m of got) assert.deepEqual([m.paper.attempt, m.paper.items], [1, got[0].paper.items]);
  paper = got[0].paper;
  assert.equal(sql(`SELECT count(*) FROM leitai.paper WHERE event_id = ${event} AND round_no = 1`), "1");
  assert.equal(paper.items.length, 6);
});
await test("starts at once of different rounds give one paper each", async () => {
  const x = await Home.enter(portA, { ticket: ticket("p000003") }), y = await Home.enter(portB, { session: x.home.session });
  const got = await Promise.all([x.start(1), y.start(2), x.start(4), y.start(1)]);
  assert.deepEqual(got.map(code), ["paper", "paper", "paper", "paper"]);
  assert.equal(sql(`SELECT count(*), count(DISTINCT no), max(no) FROM leitai.paper p JOIN leitai.person USING (tenant_id, person_id) WHERE event_id = ${event} AND ext_id = 'p000003'`), "3|3|3");
  x.end();
  y.end();
});
await test("two people see other orders", async () => {
  const x = await Home.enter(portA, { ticket: ticket("p000004") });
  const other = (await x.start(1)).paper;
  assert.notDeepEqual(other.items.map((i) => [i.stem, i.options]), paper.items.map((i) => [i.stem, i.options]));
  x.end();
});

// ---- saving ----
await test("two tabs on two nodes: every choice ends in the paper", async () => {
  const got = await Promise.all([a.save(paper, 1, 1, { choice: rightPlaces(paper.items[0]) }), b.save(paper, 2, 1, { choice: rightPlaces(paper.items[1]) }),
    a.save(paper, 3, 2, { choice: rightPlaces(paper.items[2]) }), b.save(paper, 4, 2, { choice: wrongPlaces(paper.items[3]) }), a.save(paper, 5, 3, { choice: rightPlaces(paper.items[4]) })]);
  assert.deepEqual(got.map(code), ["saved", "saved", "saved", "saved", "saved"]);
  assert.equal(stored("p000001", 1, 1).filter((c) => c !== 0).length, 5);
  for (const h of [a, b]) assert.deepEqual(Object.keys(choicesOf(await h.open(1, 1))), ["1", "2", "3", "4", "5"]);
});
await test("the newer choice stands, and an older one does not come back", async () => {
  assert.equal(code(await b.save(paper, 4, 7, { choice: rightPlaces(paper.items[3]) })), "saved");
  assert.equal(code(await b.save(paper, 4, 7, { choice: rightPlaces(paper.items[3]) })), "saved"); // sent again
  assert.equal(code(await a.save(paper, 4, 6, { choice: wrongPlaces(paper.items[3]) })), "already_answered");
  assert.deepEqual(choicesOf(await a.open(1, 1))[4], rightPlaces(paper.items[3]));
});
await test("what does not fit is refused by name", async () => {
  assert.equal(code(await a.save(paper, 1, 20, { choice: [9] })), "bad_answer");
  assert.equal(code(await a.save(paper, 9, 20, { choice: [0] })), "no_such_question");
  assert.equal(code(await a.save({ ...paper, attempt: 5 }, 1, 20, { choice: [0] })), "no_such_paper");
  assert.equal(code(await a.save({ ...paper, round: 9 }, 1, 20, { choice: [0] })), "no_such_paper");
  assert.equal(code(await a.save({ ...paper, event: "999999" }, 1, 20, { choice: [0] })), "no_such_paper");
});
await test("many choices at once are few writes, each acknowledged", async () => {
  const rev = () => Number(sql(`SELECT rev FROM leitai.paper WHERE event_id = ${event} AND round_no = 1 AND person_id = ${a.home.you.person}`));
  const before = rev(), got = await Promise.all(Array.from({ length: 30 }, (_, k) => a.save(paper, 6, 30 + k, { choice: [k % 2] })));
  assert.ok(got.every((m) => m.t === "saved" || m.code === "already_answered"), JSON.stringify(got.find((m) => m.t !== "saved")));
  assert.ok(rev() - before < 15, `${rev() - before} writes`);
  assert.equal(code(await a.save(paper, 6, 90, { choice: rightPlaces(paper.items[5]) })), "saved");
});
await test("kill -9 of a worker loses nothing that was acknowledged", async () => {
  const x = await Home.enter(portA, { ticket: ticket("p000005") }), p = (await x.start(1)).paper;
  const acked = new Map();
  const victim = () => execFileSync("pgrep", ["-P", supervisor], { encoding: "utf8" }).trim().split("\n")
    .find((pid) => fs.readFileSync(`/proc/${pid}/net/unix`) && execFileSync("ls", ["-l", `/proc/${pid}/fd`], { encoding: "utf8" }).includes("eventpoll"));
  let rev = 0;
  for (let k = 0; k < 12; k++) {
    const i = 1 + (k % 6), r = ++rev, response = { choice: [(k + i) % 2] };
    x.save(p, i, r, response).then((m) => { if (m.t === "saved") acked.set(i, Math.max(r, acked.get(i) ?? 0)); }, () => {});
    if (k === 8) process.kill(Number(victim()), "SIGKILL");
    await new Promise((done) => setImmediate(done));
  }
  await until("the line ends", () => x.ws.closed !== null);
  const back = await Home.enter(portB, { session: x.home.session }), m = await back.open(1, 1);
  const revs = Object.fromEntries(m.paper.choices.map((c) => [c.i, c.rev]));
  for (const [i, r] of acked) assert.ok(revs[i] >= r, `item ${i}: acknowledged ${r}, stored ${revs[i]}`);
  for (let i = 1; i <= 6; i++) assert.equal(code(await back.save(p, i, 100 + i, { choice: [0] })), "saved");
  back.end();
  await until("the worker is back", async () => { try { return (await fetch(`http://127.0.0.1:${portA}/readyz`)).ok; } catch { return false; } });
});
await test("while the database is away choices wait, and are told when they are stored", async () => {
  const db = sql("SELECT current_database()"), x = await Home.enter(portB, { ticket: ticket("p000006") }), p = (await x.start(1)).paper;
  psql(process.env.ADMIN_URL, `ALTER DATABASE ${db} ALLOW_CONNECTIONS false`);
  try {
    psql(process.env.ADMIN_URL, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '${db}'`);
    const saves = [1, 2, 3].map((i) => x.save(p, i, i, { choice: [0] }));
    await assert.rejects(x.next((m) => m.t === "saved" || m.t === "error", 700));
    psql(process.env.ADMIN_URL, `ALTER DATABASE ${db} ALLOW_CONNECTIONS true`);
    assert.deepEqual((await Promise.all(saves)).map(code), ["saved", "saved", "saved"]);
  } finally {
    psql(process.env.ADMIN_URL, `ALTER DATABASE ${db} ALLOW_CONNECTIONS true`);
  }
  assert.equal(stored("p000006", 1, 1).length, 3);
  x.end();
});

// ---- handing in ----
const a2 = await Home.enter(portA, { session: a.home.session });
await test("what is handed in stays so, told to every tab, without a key", async () => {
  await a2.open(1, 1);
  const m = await a2.submit(paper);
  assert.deepEqual([code(m), m.paper.state, m.paper.result], ["paper", "submitted", undefined]);
  assert.ok(m.paper.results_ms > Date.now());
  assert.equal(code(await a2.submit(paper)), "paper"); // again: the same
  assert.equal(code(await b.save(paper, 1, 200, { choice: [0] })), "question_closed");
  assert.equal((await b.next((x) => x.t === "paper" && x.paper.state === "submitted")).paper.attempt, 1);
  assert.equal(sql(`SELECT points_c, correct, answered FROM leitai.paper WHERE event_id = ${event} AND round_no = 1 AND person_id = ${a.home.you.person}`), "8000|6|6");
});
await test("a practice paper shows its result and key at once", async () => {
  const p = (await a2.start(4)).paper;
  await a2.save(p, 1, 1, { choice: rightPlaces(p.items[0]) });
  const m = await a2.submit(p);
  assert.deepEqual([m.paper.result.points, m.paper.result.counted], [100, false]);
  assert.ok(m.paper.items.every((i) => i.key.length === 1));
  assert.deepEqual(m.paper.items.map((i) => i.key), p.items.map(rightPlaces));
});
await test("a day's limit holds", async () => {
  for (const n of [2, 3]) {
    const p = (await a2.start(1)).paper;
    assert.equal(p.attempt, n);
    await a2.submit(p);
  }
  assert.equal(code(await a2.start(1)), "limit_reached");
  const r = (await a2.list()).events.find((e) => e.event === event).rounds[0];
  assert.deepEqual([r.used, r.used_today, r.may, r.why], [3, 3, false, "limit_reached"]);
});
await test("a choice after the deadline is refused, and the node hands the paper in", async () => {
  const x = await Home.enter(portB, { ticket: ticket("p000002") }), p = (await x.start(1)).paper;
  assert.equal(code(await x.save(p, 1, 1, { choice: wrongPlaces(p.items[0]) })), "saved");
  sql(`UPDATE leitai.paper SET deadline_us = (extract(epoch FROM clock_timestamp()) * 1000000)::bigint - 10000000 WHERE event_id = ${event} AND person_id = ${x.home.you.person}`);
  assert.equal(code(await x.save(p, 2, 2, { choice: [0] })), "question_closed");
  assert.ok(["expired", "submitted"].includes((await x.next((m) => m.t === "paper" && m.paper.state !== "open")).paper.state));
  assert.equal(code(await x.save(p, 3, 3, { choice: [0] })), "question_closed");
  assert.equal(stored("p000002", 1, 1).length, 1);
  x.end();
});
await test("nobody is there, and the sweeper hands it in", async () => {
  const x = await Home.enter(portB, { ticket: ticket("p000007") }), p = (await x.start(1)).paper;
  await x.save(p, 1, 1, { choice: rightPlaces(p.items[0]) });
  x.end();
  sql(`UPDATE leitai.paper SET deadline_us = started_us + 1 + (extract(epoch FROM clock_timestamp()) * 1000000)::bigint - started_us WHERE event_id = ${event} AND person_id = ${x.home.you.person}`);
  await until("it is handed in", () => sql(`SELECT state, points_c, correct FROM leitai.paper WHERE event_id = ${event} AND person_id = ${x.home.you.person}`) === "2|1000|1");
});

// ---- one by one ----
await test("survival: one question at a time, told right or wrong, ends at the second wrong answer", async () => {
  const x = await Home.enter(portA, { ticket: ticket("p000008") });
  let m = await x.start(2);
  assert.deepEqual([m.paper.items.length, m.paper.at, m.paper.lives], [1, 1, 1]);
  const step = async (i, response) => {
    assert.equal(code(await x.save(m.paper, i, i, response)), "saved");
    m = await x.next((y) => y.t === "paper" && (y.paper.at === i + 1 || y.paper.state !== "open"));
  };
  await step(1, { choice: rightPlaces(m.paper.items[0]) });
  assert.equal(m.paper.items[0].right, true);
  await step(2, { choice: wrongPlaces(m.paper.items[1]) });
  assert.deepEqual([m.paper.items[1].right, m.paper.lives], [false, 0]);
  assert.equal(code(await x.save(m.paper, 5, 50, { choice: [0] })), "no_such_question");
  await step(3, { choice: rightPlaces(m.paper.items[2]) });
  await step(4, { choice: wrongPlaces(m.paper.items[3]) });
  assert.equal(m.paper.state, "submitted");
  assert.equal(sql(`SELECT state, points_c FROM leitai.paper WHERE event_id = ${event} AND person_id = ${x.home.you.person}`), "1|200");
  x.end();
});
await test("a question's clock runs on the server: it goes by, the next one is sent, and the paper ends by itself", async () => {
  const x = await Home.enter(portB, { ticket: ticket("p000009") }), p = (await x.start(3)).paper, begun = Date.now();
  assert.equal(p.items.length, 1);
  const second = await x.next((m) => m.t === "paper" && m.paper.at === 2, 9000);
  assert.ok(Date.now() - begun > 4500 && Date.now() - begun < 8000, `${Date.now() - begun}`);
  assert.equal(code(await x.save(p, 1, 1, { choice: [0] })), "question_closed");
  assert.equal(code(await x.save(p, 2, 2, { choice: rightPlaces(second.paper.items[1]) })), "saved");
  await x.next((m) => m.t === "paper" && m.paper.at === 3);
  assert.equal(code(await x.save(p, 3, 3, {})), "saved"); // passed
  assert.equal((await x.next((m) => m.t === "paper" && m.paper.state !== "open")).paper.state, "submitted");
  assert.equal(sql(`SELECT points_c, answered FROM leitai.paper WHERE event_id = ${event} AND person_id = ${x.home.you.person}`), "500|1");
  x.end();
});

// ---- a desk ----
await test("a desk publishes a self-paced event and ends it; about questions it has nothing to say", async () => {
  const ws = await Ws.connect(Number(portA));
  ws.send({ t: "hello", v: 1, role: "desk", ticket: ticket("host"), event: deskEvent });
  await ws.next((m) => m.t === "welcome");
  const command = async (action) => {
    ws.send({ t: "command", id: `d-${action}`, action });
    const m = await ws.next((x) => x.id === `d-${action}` || x.re === `d-${action}`);
    return m.t === "done" ? "done" : m.code;
  };
  assert.equal(await command("start"), "wrong_phase");
  assert.equal(await command("lobby"), "done");
  await until("the window has opened it", () => sql(`SELECT phase FROM leitai.event_head WHERE event_id = ${deskEvent}`) === "running");
  await ws.next((m) => m.t === "phase" && m.phase === "running");
  assert.equal(await command("next"), "wrong_phase");
  assert.equal(await command("pause"), "wrong_phase");
  const x = await Home.enter(portB, { ticket: ticket("p000020") });
  assert.equal(code(await x.start(4, deskEvent)), "paper");
  assert.equal(await command("finish"), "done");
  await ws.next((m) => m.t === "phase" && m.phase === "final");
  assert.equal(sql(`SELECT state FROM leitai.paper WHERE event_id = ${deskEvent}`), "2");
  assert.equal(sql(`SELECT count(*) FROM leitai.event_log WHERE event_id = ${deskEvent} AND kind = 'driver'`), "0");
  x.end();
  ws.end();
});

// ---- disjoint ----
await test("disjoint papers share no question, show their key at once, and come to an end", async () => {
  const seen = new Set();
  let n = 0, last;
  for (let k = 0; k < 6; k++) {
    const x = await Home.enter(k % 2 ? portA : portB, { ticket: ticket(`p0001${k}0`) });
    last = await x.start(1, disjoint);
    if (last.t === "paper") {
      n++;
      for (const i of last.paper.items) {
        assert.ok(!seen.has(i.stem), "twice");
        seen.add(i.stem);
      }
      const m = await x.submit(last.paper);
      assert.ok(m.paper.items.every((i) => i.accepted.length > 0) && m.paper.result.points === 0);
    }
    x.end();
  }
  assert.ok(n >= 1 && n < 6, `${n}`);
  assert.equal(code(last), "limit_reached");
});
await test("the board of an event that shows results at once moves with each paper", async () => {
  const x = await Home.enter(portA, { ticket: ticket("p000100") }), y = await Home.enter(portB, { ticket: ticket("p000110") });
  const ask = async (h) => { h.ws.send({ t: "ranks", event: disjoint }); return h.next((m) => m.t === "ranks" || m.t === "error"); };
  let m;
  await until("the board is there", async () => { m = await ask(x); return m.t === "ranks" && !m.stale && m.own > 0 && (await ask(y)).own > 0; });
  assert.ok(m.of >= 2 && m.top.every((r) => r.points === 0 && r.rank === 1 && r.name), JSON.stringify(m));
  assert.equal(m.around.filter((r) => r.you).length, 1);
  x.ws.send({ t: "ranks", event });
  assert.equal(code(await x.next((z) => z.t === "ranks" || z.t === "error")), "not_yet");
  x.end();
  y.end();
});
await test("no frame told a key before its time", async () => assert.deepEqual(leaks, []));
for (const h of [a, b, a2]) h.end();
process.exit(failed);
