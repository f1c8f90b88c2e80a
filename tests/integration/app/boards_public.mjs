// Public boards over HTTP while an event is played, frozen and revealed: `boards_public.mjs PORT DIR EVENT SHARE OTHER_SHARE`. OTHER_SHARE is that of
// an event that has not begun. Prints "ok" or "not ok" a line.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { ticket } from "../../lib/contest.mjs";
import { Line } from "./line.mjs";

const [port, dir, event, share, other] = process.argv.slice(2);
const base = `http://127.0.0.1:${port}`, secret = fs.readFileSync(`${dir}/secret`, "utf8").trim();
const questions = JSON.parse(fs.readFileSync(`${dir}/freeze.json`, "utf8"));
const redis = (...args) => execFileSync("redis-cli", ["-s", `${dir}/redis.sock`, ...args], { encoding: "utf8" }).trim();
let failed = 0;
async function test(name, fn) {
  try {
    const said = await fn();
    console.log(`ok ${name}${said ? `: ${said}` : ""}`);
  } catch (e) {
    failed = 1;
    console.log(`not ok ${name}: ${String(e.stack).replaceAll("\n", " ")}`);
  }
}
const get = (path, headers = {}) => fetch(`${base}/api/board/${path}`, { headers });
const json = async (path) => { const r = await get(path); assert.equal(r.status, 200, `${path}: ${r.status} ${await r.clone().text()}`); return r.json(); };
async function until(fits, what) {
  const end = Date.now() + 15_000;
  for (;;) {
    if (await fits()) return;
    assert.ok(Date.now() < end, `in vain: ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
const metric = async (name) => Number((await (await fetch(`${base}/metrics`)).text()).match(new RegExp(`^${name} (\\d+)`, "m"))[1]);
/** What is the same for whoever may not look; the date is not sent. */
async function no(path) {
  const before = await metric("leitai_board_lookups_total"), from = performance.now(), r = await get(path), took = performance.now() - from;
  return { said: `${r.status} ${await r.text()} ${JSON.stringify([...r.headers].filter(([k]) => k !== "date"))}`, lookups: (await metric("leitai_board_lookups_total")) - before, took };
}

const RIGHT = [[1, 1, 1, 1, 0, 0], [1, 1, 1, 0, 0, 0], [0, 0, 1, 0, 1, 1], [0, 0, 0, 0, 1, 1]];
const desk = await Line.enter(port, { role: "desk", ticket: ticket(secret, "host"), event });
const does = async (action, args = {}) => assert.equal(await desk.ask({ t: "command", action, ...args }), "done", action);
let players;
async function ask(q) {
  await does("next");
  await does("open");
  await Promise.all(players.map((l) => l.until(() => l.question?.q === q && l.question.state === "open", `question ${q}`)));
  const { key, options } = questions[q - 1], wrong = [...options.keys()].find((k) => !key.includes(k));
  for (const [i, l] of players.entries()) assert.equal(await l.ask({ t: "answer", q, choice: RIGHT[q - 1][i] ? key : [wrong] }), "saved");
  await does("close");
  await desk.until(() => desk.question?.state === "closed", "closed");
  await does("reveal");
  await desk.until(() => desk.question?.state === "revealed", "revealed");
}
const nos = [];
let shown, etag;

await test("an event that has not begun has a board with nobody on it", async () => {
  const board = await json(`${other}/entry`), list = await json(other);
  assert.deepEqual([board.n, board.rows, board.final, board.stale], [0, [], false, false]);
  assert.deepEqual(list.boards, [{ of: "entry", round: 0 }]);
});
await test("a board is there as soon as a question is revealed, with names and units", async () => {
  await does("lobby");
  // Somebody of the province's own agencies, who has no city, and others of several cities.
  const people = fs.readFileSync(`${dir}/people.csv`, "utf8").trim().split("\n").slice(1).map((line) => line.split(",")[0]);
  players = await Promise.all([0, 300, 301, 500, 700, 900].map((i) => Line.enter(port, { role: "play", ticket: ticket(secret, people[i]), event })));
  await does("start");
  await ask(1);
  await ask(2);
  await until(async () => (await json(`${share}/entry`)).rows[0]?.points === 2000, "a board of two questions");
  shown = await json(`${share}/entry`);
  assert.equal(shown.n, 6);
  assert.deepEqual(shown.rows.map((r) => [r.rank, r.points, r.correct]), [2000, 2000, 2000, 1000, 0, 0].map((p, i) => [shown.rows[i].rank, p, p / 1000]));
  assert.ok(shown.rows.every((r) => r.name && r.unit && r.rank >= 1));
});
await test("there is a list, with what each board ranks, and roll-ups with head counts and places in the grid", async () => {
  const list = await json(share);
  assert.deepEqual(list.boards.filter((b) => b.round === 0).map((b) => `${b.of} ${b.by ?? ""}`), ["entry ", "unit sum", "city mean", "audience best"]);
  assert.ok(list.boards.some((b) => b.of === "entry" && b.round === 1 && b.title === "公开"));
  const city = await json(`${share}/city`);
  assert.ok(city.rows.length > 0 && city.rows.every((r) => r.name && r.took > 0 && r.registered > 0 && r.x >= 0 && r.y >= 0));
  const all = await json(`${share}/audience`);
  assert.equal(all.rows.reduce((n, r) => n + r.took, 0), 6);
  assert.equal(city.rows.reduce((n, r) => n + r.took, 0), 5);
});
await test("pages begin at any rank, and a long one is cut", async () => {
  const second = await json(`${share}/entry?from=3&n=2`), far = await json(`${share}/entry?from=70&n=900`);
  assert.deepEqual(second.rows, shown.rows.slice(2, 4));
  assert.deepEqual([far.n, far.rows], [6, []]);
});
await test("the same is a table for a spreadsheet", async () => {
  const r = await get(`${share}/entry.csv`), lines = Buffer.from(await r.arrayBuffer()).toString("utf8").replace(/^\uFEFF/, "").trim().split("\r\n");
  assert.match(r.headers.get("content-type"), /^text\/csv/);
  assert.equal(lines[0], "rank,name,unit,points,correct,time_s");
  assert.equal(lines.length, 7);
  assert.equal(lines[1].split(",")[3], "20.00");
});
await test("who has a page asks whether it is still that one, and any site's script may read it", async () => {
  const r = await get(`${share}/entry?n=6`);
  etag = r.headers.get("etag");
  assert.equal((await get(`${share}/entry?n=6`, { "if-none-match": etag })).status, 304);
  assert.equal(r.headers.get("access-control-allow-origin"), "*");
  assert.equal(r.headers.get("cache-control"), "public, max-age=1");
});
await test("while it is frozen the board says so and stands still, and hidden rounds do not exist", async () => {
  await does("next");
  await until(async () => (await json(`${share}/entry`)).frozen, "a frozen board");
  const { version } = await json(`${share}/entry`);
  await does("open");
  await Promise.all(players.map((l) => l.until(() => l.question?.q === 3 && l.question.state === "open", "question 3")));
  const { key, options } = questions[2], wrong = [...options.keys()].find((k) => !key.includes(k));
  for (const [i, l] of players.entries()) await l.ask({ t: "answer", q: 3, choice: RIGHT[2][i] ? key : [wrong] });
  await does("close");
  await desk.until(() => desk.question?.state === "closed", "closed");
  await does("reveal");
  await ask(4);
  await until(() => Number(redis("zcard", `lt:{1:${event}}:full`)) === 6, "the restricted board");
  const now = await json(`${share}/entry`);
  assert.deepEqual([now.rows, now.version, now.frozen], [shown.rows, version, true]);
  assert.ok((await json(share)).boards.every((b) => b.round < 2));
  assert.deepEqual(redis("keys", `lt:{1:${event}}:*r2*`), "");
});
await test("every no is the same one, after the same work", async () => {
  for (const path of [`${share}/entry/2`, `${share}/entry/3`, `${share}/entry/9`, `${share}/province`, `${share}/county`, `${share}/unit/2`, "ZZZZZZZZZZZZ/entry", "ZZZZZZZZZZZZ",
    "nothing", `${share}/full`, `${share}/entry/0x`, `${other}/unit`, `${share.slice(0, 11)}0/entry`]) nos.push({ path, ...(await no(path)) });
  for (const n of nos) assert.equal(n.said, nos[0].said, n.path);
  assert.match(nos[0].said, /^404 \{"error":"not_found"\}/);
  for (const n of nos) assert.equal(n.lookups, 4, `${n.path}: ${n.lookups} look-ups`);
  return nos.map((n) => `${n.took.toFixed(1)} ms`).join(" ");
});
await test("what Redis lost is marked until it is there again", async () => {
  await json(`${share}/entry`);
  redis("flushall");
  await until(async () => { const b = await json(`${share}/entry`); return !b.stale && b.rows.length === 6; }, "the board again");
  assert.deepEqual((await json(`${share}/entry`)).rows, shown.rows);
});
await test("the reveal shows the truth, step by step, and all rounds at its end", async () => {
  await desk.until(() => desk.cues?.steps > 0, "cues");
  const steps = desk.cues.steps;
  await does("resolve", { value: 1 });
  await does("resolve", { value: steps });
  await until(async () => { const b = await json(`${share}/entry`); return !b.frozen && b.rows[0].points === 6000; }, "the true board");
  await until(async () => (await json(share)).boards.some((b) => b.round === 2), "the board of round 2");
  await until(() => redis("exists", `lt:{1:${event}}:full`) === "0", "the end of the restricted board");
  assert.equal((await json(`${share}/entry`)).final, false);
});
await test("final, it is said to be, and without Redis the results are there", async () => {
  await does("finish");
  await does("finalise");
  await until(async () => (await json(`${share}/entry?n=7`)).final, "a final board");
  const final = (await json(`${share}/entry`)).rows;
  redis("flushall");
  const again = await json(`${share}/entry?n=8`);
  assert.deepEqual(again.rows, final);
  assert.equal(again.stale, false);
});
await test("a page may be framed elsewhere, and only that one", async () => {
  const board = await fetch(`${base}/board.html`), play = await fetch(`${base}/play.html`);
  if (board.status === 404) return "no pages are built";
  assert.match(board.headers.get("content-security-policy"), /frame-ancestors \*/);
  assert.equal(board.headers.get("x-frame-options"), null);
  assert.match(play.headers.get("content-security-policy"), /frame-ancestors 'none'/);
  assert.equal(play.headers.get("x-frame-options"), "DENY");
});
await test("too many questions from one address are refused", async () => {
  let refused = 0;
  for (let i = 0; i < 700 && !refused; i++) refused = (await get(`${share}/entry`)).status === 429 ? i : 0;
  assert.ok(refused > 0);
});
for (const l of [desk, ...players]) l.end();
process.exit(failed);
