// Screens of a tenant on two nodes: `screens.mjs PORT_A PORT_B DIR EVENT EVENT_2`. Redis is on DIR/redis.sock; the test stops it and leaves another one
// behind. PSQL_URL: a superuser's connection. Prints "ok" or "not ok" a line, and how long a switch took.
import assert from "node:assert/strict";
import crypto from "node:crypto";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { ticket } from "../../lib/contest.mjs";
import { Ws } from "../../lib/ws.mjs";

const [portA, portB, dir, event, event2] = process.argv.slice(2);
const A = Number(portA), B = Number(portB);
const secret = fs.readFileSync(`${dir}/secret`, "utf8").trim();
const protocol = JSON.parse(fs.readFileSync(new URL("../../../schema/protocol/protocol.json", import.meta.url), "utf8"));
let failed = 0, n = 0;
async function test(name, fn) {
  try {
    const said = await fn();
    console.log(`ok ${name}${said ? `: ${said}` : ""}`);
  } catch (e) {
    failed = 1;
    console.log(`not ok ${name}: ${String(e.stack).replaceAll("\n", " ")}`);
  }
}
const sql = (text) => execFileSync("psql", [process.env.PSQL_URL, "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", text], { encoding: "utf8" }).trim();
const hello = (ws, role, extra = {}) => ws.send({ t: "hello", v: 1, role, ...extra });
async function enter(port, role, extra) {
  const ws = await Ws.connect(port);
  hello(ws, role, extra);
  return [ws, await ws.next((m) => m.t === "welcome")];
}
const desk = (port, of = event) => enter(port, "desk", { ticket: ticket(secret, "host"), event: of });
/** Sends a message of a desk; "done" or the code of the refusal. */
async function ask(ws, message) {
  const id = `s${++n}`;
  ws.send({ ...message, id });
  const m = await ws.next((x) => (x.t === "done" && x.id === id) || (x.t === "error" && x.re === id));
  return m.t === "done" ? "done" : m.code;
}
async function waiting(port) {
  const ws = await Ws.connect(port);
  hello(ws, "stage");
  return [ws, await ws.next((m) => m.t === "pairing")];
}
/** A screen that is taken in by `by`: its line, welcome and first view. */
async function paired(port, by, name) {
  const [ws, { code }] = await waiting(port);
  assert.equal(await ask(by, { t: "pair", code, name }), "done");
  const welcome = await ws.next((m) => m.t === "welcome");
  const { screen } = await ws.next((m) => m.t === "screen");
  return [ws, welcome, screen];
}
const shown = (ws, view) => ws.next((m) => m.t === "screen" && m.screen.view.view === view);
const rows = (ws, fits) => ws.next((m) => m.t === "screens" && fits(m.rows));
/** How long it takes from a desk's message to the screens, ms. */
async function switching(by, screens, message) {
  const from = performance.now();
  const told = Promise.all(screens.map((ws) => shown(ws, message.view)));
  assert.equal(await ask(by, { t: "show", ...message }), "done");
  await told;
  return performance.now() - from;
}
const redisUp = async (port) => (await (await fetch(`http://127.0.0.1:${port}/readyz`)).json()).redis;
async function until(fits, what) {
  for (const end = Date.now() + 10000; !(await fits()); ) {
    if (Date.now() > end) throw new Error(`in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
const redis = (...args) => execFileSync("redis-cli", ["-s", `${dir}/redis.sock`, ...args], { stdio: "ignore" });

const [host, hostWelcome] = await desk(A);
const [host2] = await desk(B, event2);
host.send({ t: "screens" });
await test("a tenant without screens has an empty list", async () => { await rows(host, (r) => r.length === 0); });

// ---- pairing ----
let west, westWelcome, east, eastWelcome, westId, eastId;
await test("a screen on one node is taken in by a desk on the other", async () => {
  let screen;
  [west, westWelcome, screen] = await paired(B, host, "西侧大屏");
  assert.deepEqual([screen.name, screen.view], ["西侧大屏", { view: "auto" }]);
  assert.equal(westWelcome.snapshot.head.event, event);
  westId = screen.screen;
  await rows(host, (r) => r.length === 1 && r[0].name === "西侧大屏" && r[0].online && r[0].event === event);
});
await test("a code is taken as people type it, once, and only while it is shown", async () => {
  const [ws, { code, until_ms, now_ms }] = await waiting(A);
  assert.match(code, /^[2-9A-HJKMNP-Z]{6}$/);
  assert.ok(until_ms > now_ms && until_ms - now_ms <= 300_000);
  assert.equal(await ask(host, { t: "pair", code: code.toLowerCase().replace(/^.../, "$& "), name: "东侧大屏" }), "done");
  eastWelcome = await ws.next((m) => m.t === "welcome");
  eastId = (await ws.next((m) => m.t === "screen")).screen.screen;
  east = ws;
  assert.equal(await ask(host, { t: "pair", code, name: "第三块" }), "no_such_screen");
  const [gone, { code: old }] = await waiting(A);
  gone.end();
  await until(() => sql(`SELECT count(*) FROM leitai.screen_pairing WHERE code = '${old}'`) === "0", "the code is withdrawn");
  assert.equal(await ask(host, { t: "pair", code: old, name: "第三块" }), "no_such_screen");
  const [expired, { code: late }] = await waiting(A);
  sql(`UPDATE leitai.screen_pairing SET expires_at = now() - interval '1 s' WHERE code = '${late}'`);
  assert.equal(await ask(host, { t: "pair", code: late, name: "第三块" }), "no_such_screen");
  expired.end();
});
await test("a name is as long as a screen can show", async () => {
  assert.equal(await ask(host, { t: "pair", code: "ABCDEF", name: "a".repeat(21) }), "bad_name");
  assert.equal(await ask(host, { t: "pair", code: "ABCDEF", name: " " }), "bad_name");
});
await test("wrong codes end a desk's line soon", async () => {
  const [guesser] = await desk(B);
  let code;
  for (let i = 0; i < 10 && guesser.closed === null; i++) {
    code = await ask(guesser, { t: "pair", code: `ABCDE${"23456789AB"[i]}`, name: "猜" }).catch((e) => e.message);
    if (code === "too_fast") break;
    assert.equal(code, "no_such_screen");
  }
  assert.equal(code, "too_fast");
  assert.equal(await guesser.end_code(), 4429);
});
await test("so do codes that one address has given out too often", async () => {
  const lines = [];
  for (let i = 0; i < 10; i++) {
    const ws = await Ws.connect(B);
    hello(ws, "stage");
    const m = await ws.next((x) => x.t === "pairing" || x.t === "error");
    lines.push(ws);
    if (m.t === "error") {
      assert.equal(m.code, "too_fast");
      break;
    }
    assert.ok(i < 9);
  }
  for (const ws of lines) ws.end();
});
await test("a screen that shows a code can do nothing else", async () => {
  const [ws] = await waiting(A);
  ws.send({ t: "time", c: 1 });
  await ws.next((m) => m.t === "time");
  ws.send({ t: "rules" });
  assert.equal((await ws.next((m) => m.t === "error")).code, "hello_first");
  assert.equal(await ws.end_code(), 4400);
});

// ---- looking only ----
/** A message with everything that must be in it. */
function sample(type) {
  const value = (t) => {
    const [, kind, arg] = /^(\w+)(?:[:(](.*?)\)?)?$/.exec(t);
    if (kind === "str") return "x";
    if (kind === "enum") return protocol.enums[arg][0];
    if (kind === "bool") return true;
    if (kind === "id") return "1";
    if (kind === "ints") return [0];
    return Number(/^(\d+)\.\./.exec(arg ?? "")?.[1] ?? 0);
  };
  return Object.fromEntries([["t", type], ...protocol.client[type].fields.filter(([, t]) => !t.includes("?")).map(([name, t]) => [name, value(t)])]);
}
for (const [name, line] of [["a paired screen", () => west], ["a stage opened from a desk", async () => (await enter(A, "stage", { session: hostWelcome.stage_session }))[0]]])
  await test(`${name} is refused everything but looking`, async () => {
    const ws = await line();
    for (const type of Object.keys(protocol.client)) {
      if (type === "hello") continue;
      await new Promise((resolve) => setTimeout(resolve, 60)); // so many a second may come
      ws.send(sample(type));
      const m = await ws.next((x) => x.t === "error" || x.t === "time" || x.t === "rules");
      if (type === "time" || type === "rules") assert.equal(m.t, type);
      else assert.deepEqual([type, m.code], [type, "forbidden"]);
    }
  });
await test("a screen's token opens no other page", async () => {
  for (const role of ["desk", "play", "judge", "home"]) {
    const ws = await Ws.connect(A);
    hello(ws, role, { session: westWelcome.session });
    assert.equal((await ws.next((m) => m.t === "error")).code, "bad_session", role);
    assert.equal(await ws.end_code(), 4401, role);
  }
});

// ---- views ----
await test("a view is on a screen of the other node in well under a second", async () => {
  const took = [];
  for (const view of ["board", "pages", "grid", "awards", "black"]) took.push(await switching(host, [west], { screen: westId, view }));
  assert.ok(Math.max(...took) < 500);
  return `${took.map((ms) => ms.toFixed(0)).join(", ")} ms`;
});
await test("a view for all is on every screen of the event, and on those without a name", async () => {
  const [plain] = await enter(B, "stage", { session: hostWelcome.stage_session });
  assert.equal((await shown(plain, "auto")).screen.screen, undefined);
  const ms = await switching(host, [west, east, plain], { view: "text", text: "中场休息 15 分钟", contrast: true, muted: true, calm: true });
  const [again] = await enter(A, "stage", { session: hostWelcome.stage_session });
  const { screen } = await shown(again, "text");
  assert.deepEqual(screen.view, { view: "text", text: "中场休息 15 分钟", contrast: true, muted: true, calm: true });
  again.end();
  plain.end();
  assert.ok(ms < 500);
  return `${ms.toFixed(0)} ms`;
});
await test("the next screen that is taken in shows it too", async () => {
  const [ws, , screen] = await paired(A, host, "门口");
  assert.equal(screen.view.text, "中场休息 15 分钟");
  assert.equal(await ask(host, { t: "unpair", screen: screen.screen }), "done");
  assert.equal((await ws.next((m) => m.t === "error")).code, "bad_session");
});
await test("each view of the list is taken with what it needs", async () => {
  const needs = { media: { media: "开幕.png" }, text: { text: "x" }, countdown: { until_ms: Date.now() + 1000 } };
  for (const view of protocol.enums.StageView) {
    if (view === "team") continue;
    assert.equal(await ask(host, { t: "show", screen: westId, view, ...needs[view] }), "done", view);
    await shown(west, view);
  }
});
await test("a view that this event cannot show is refused", async () => {
  const wrong = [
    [{ view: "team" }, "missing"], [{ view: "media" }, "missing"], [{ view: "text" }, "missing"], [{ view: "countdown" }, "missing"],
    [{ view: "team", entry: "999999" }, "out_of_range"], [{ view: "board", round: 16 }, "out_of_range"], [{ view: "media", media: "../secret" }, "out_of_range"],
    [{ view: "media", media: "a/b.png" }, "out_of_range"], [{ view: "media", media: ".hidden.png" }, "out_of_range"], [{ view: "media", media: "%2e%2e" }, "out_of_range"],
    [{ view: "countdown", until_ms: 9e15 }, "out_of_range"],
  ];
  for (const [view, code] of wrong) assert.equal(await ask(host, { t: "show", screen: westId, ...view }), code, JSON.stringify(view));
  host.send({ t: "show", id: "long", view: "text", text: "长".repeat(200) });
  assert.equal((await host.next((m) => m.t === "error")).code, "out_of_range");
  assert.equal(await ask(host, { t: "show", screen: "999999", view: "black" }), "no_such_screen");
});
await test("whoever is no desk assigns nothing", async () => {
  const [player] = await enter(A, "play", { ticket: ticket(secret, "p000001"), event }).catch(() => []);
  if (player) assert.equal(await ask(player, { t: "show", view: "black" }), "forbidden");
  const [listed] = await Promise.all([Ws.connect(A)]);
  hello(listed, "desk", { ticket: ticket(secret, "host") });
  await listed.next((m) => m.t === "events");
  listed.send({ t: "show", id: "x", view: "black" });
  assert.equal((await listed.next((m) => m.t === "error")).code, "hello_first");
});

// ---- coming back, other events, the end ----
await test("a screen that comes back shows what was assigned meanwhile", async () => {
  await switching(host, [east], { screen: eastId, view: "board" });
  east.end();
  host.send({ t: "screens" });
  await rows(host, (r) => r.some((x) => x.screen === eastId && !x.online));
  assert.equal(await ask(host, { t: "show", screen: eastId, view: "pages" }), "done");
  [east, eastWelcome] = await enter(B, "stage", { session: eastWelcome.session });
  await shown(east, "pages");
  await rows(host, (r) => r.some((x) => x.screen === eastId && x.online));
});
await test("a desk of another contest takes a screen over, and the page comes back to that one by its old token", async () => {
  const { epoch, seq } = eastWelcome;
  assert.equal(await ask(host2, { t: "show", screen: eastId, view: "black" }), "done");
  const bye = await east.next((m) => m.t === "bye");
  assert.equal(bye.code, "moving");
  assert.equal(await east.end_code(), 4503);
  let welcome;
  [east, welcome] = await enter(A, "stage", { session: eastWelcome.session, epoch, seq });
  assert.equal(welcome.snapshot.head.event, event2);
  await shown(east, "black");
  eastWelcome = welcome;
  host2.send({ t: "screens" });
  await rows(host2, (r) => r.some((x) => x.screen === eastId && x.event === event2 && x.title === "四队经典赛"));
});
await test("another tenant sees and changes none of them", async () => {
  const key = fs.readFileSync(`${dir}/secret.other`, "utf8").trim(), b64 = (x) => Buffer.from(JSON.stringify(x)).toString("base64url");
  const text = `${b64({ alg: "HS256", kid: "main" })}.${b64({ aud: "leitai", tid: "other", sub: "host", exp: Math.floor(Date.now() / 1000) + 600 })}`;
  const of = sql("SELECT event_id FROM leitai.event e JOIN leitai.tenant t USING (tenant_id) WHERE t.code = 'other' LIMIT 1");
  const [theirs] = await enter(A, "desk", { ticket: `${text}.${crypto.createHmac("sha256", key).update(text).digest("base64url")}`, event: of });
  theirs.send({ t: "screens" });
  await rows(theirs, (r) => r.length === 0);
  for (const screen of [westId, eastId]) {
    assert.equal(await ask(theirs, { t: "show", screen, view: "black" }), "no_such_screen");
    assert.equal(await ask(theirs, { t: "unpair", screen }), "no_such_screen");
  }
  assert.equal(await ask(theirs, { t: "show", view: "black" }), "done");
  assert.equal(await ask(host, { t: "show", screen: westId, view: "lobby" }), "done");
  assert.equal((await west.next((m) => m.t === "screen")).screen.view.view, "lobby"); // nothing came before
  theirs.end();
});
await test("a screen that is given up is nobody's again", async () => {
  assert.equal(await ask(host2, { t: "unpair", screen: eastId }), "done");
  assert.equal((await east.next((m) => m.t === "error")).code, "bad_session");
  assert.equal(await east.end_code(), 4401);
  const ws = await Ws.connect(B);
  hello(ws, "stage", { session: eastWelcome.session });
  assert.equal((await ws.next((m) => m.t === "error")).code, "bad_session");
  assert.equal(await ask(host2, { t: "unpair", screen: eastId }), "no_such_screen");
  assert.equal(await ask(host2, { t: "show", screen: eastId, view: "black" }), "no_such_screen");
  await rows(host2, (r) => r.length === 1 && r[0].screen === westId);
});

// ---- media ----
await test("pictures, sound and video are served by their plain names, and nothing else", async () => {
  const get = async (path) => fetch(`http://127.0.0.1:${A}/media/${path}`);
  const video = await get("law.mp4"), picture = await get(encodeURIComponent("开幕.png"));
  assert.deepEqual([video.status, video.headers.get("content-type"), await video.text()], [200, "video/mp4", "mp4"]);
  assert.deepEqual([picture.status, picture.headers.get("content-type")], [200, "image/png"]);
  for (const path of [".hidden.png", "notes.html", "notes", "..%2fsecret", "%2e%2e/secret", "law", "", "none.png"]) assert.equal((await get(path)).status, 404, path);
});

// ---- without Redis ----
await test("without Redis a screen switches within a second, and a new one is taken in", async () => {
  redis("shutdown", "nosave");
  await until(async () => !(await redisUp(A)) && !(await redisUp(B)), "Redis is away");
  const took = [];
  for (const view of ["board", "pages", "awards", "black"]) took.push(await switching(host, [west], { screen: westId, view }));
  assert.ok(Math.max(...took) < 1000);
  const [ws, , screen] = await paired(A, host2, "备用");
  assert.equal(screen.name, "备用");
  await rows(host, (r) => r.some((x) => x.name === "备用" && x.online));
  ws.end();
  await rows(host, (r) => r.some((x) => x.name === "备用" && !x.online));
  return `${took.map((ms) => ms.toFixed(0)).join(", ")} ms`;
});
execFileSync("redis-server", ["--port", "0", "--unixsocket", `${dir}/redis.sock`, "--save", "", "--dir", dir, "--daemonize", "yes"], { stdio: "ignore" });
await until(async () => (await redisUp(A)) && (await redisUp(B)), "Redis is up");
await test("and with a new Redis as before", async () => {
  const ms = await switching(host, [west], { screen: westId, view: "auto" });
  assert.ok(ms < 1000);
  return `${ms.toFixed(0)} ms`;
});
process.exit(failed);
