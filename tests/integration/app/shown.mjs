// Boards of self-paced events on stages and for spectators: `shown.mjs PORT_A PORT_B DIR EVENT LATER PERSON,PERSON,PERSON,PERSON`. EVENT shows results at once and
// freezes a minute before its end, LATER only with its end. Redis is on DIR/redis.sock; PSQL_URL: a superuser's connection. Prints "ok" or "not ok" a line.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import { ticket } from "../../lib/contest.mjs";
import { Ws } from "../../lib/ws.mjs";
import { Line } from "./line.mjs";

const [portA, portB, dir, event, later, people] = process.argv.slice(2);
const A = Number(portA), B = Number(portB), persons = people.split(",");
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
const sql = (text) => execFileSync("psql", [process.env.PSQL_URL, "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", text], { encoding: "utf8" }).trim();
const redis = (...args) => execFileSync("redis-cli", ["-s", `${dir}/redis.sock`, ...args], { encoding: "utf8" }).trim();
const leitai = (...args) => execFileSync(process.env.LEITAI, args, { encoding: "utf8" });
/** Roll-ups are written whole, which the server does by itself once a minute. */
const rebuild = (of) => leitai("boards", "rebuild", "--tenant", "demo", "--event", of);
async function until(fits, what) {
  for (const end = Date.now() + 15000; !(await fits()); ) {
    if (Date.now() > end) throw new Error(`in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
const bank = new Map(sql("SELECT body FROM leitai.question WHERE tenant_id = 1").split("\n").map((line) => [JSON.parse(line).stem, JSON.parse(line)]));
/** A paper of this person, with so many right answers. */
async function handIn(person, of, right) {
  const ws = await Ws.connect(B);
  const ask = async (m) => {
    const id = crypto.randomUUID();
    ws.send({ ...m, id, event: of, round: 1 });
    const answer = await ws.next((x) => x.re === id || x.id === id);
    if (answer.t === "error") throw new Error(`${m.t}: ${answer.code}`);
    return answer;
  };
  ws.send({ t: "hello", v: 1, role: "home", ticket: ticket(secret, person) });
  await ws.next((m) => m.t === "home");
  const { paper } = await ask({ t: "start", device: "d1" });
  for (let i = 0; i < right; i++) {
    const item = paper.items[i], { key, options } = bank.get(item.stem);
    await ask({ t: "save", attempt: 1, i: item.i, rev: i + 1, choice: key.map((k) => item.options.indexOf(options[k])) });
  }
  await ask({ t: "submit", attempt: 1 });
  ws.end();
}
const watch = (port, code) => Line.enter(port, { role: "watch", code });
const points = (rows) => rows?.map((r) => r.points);
const names = (rows) => rows?.map((r) => r.name);
const personName = (ext) => sql(`SELECT name FROM leitai.person WHERE tenant_id = 1 AND ext_id = '${ext}'`);
const cityName = (ext) => sql(`SELECT r.name FROM leitai.person p JOIN leitai.membership m USING (tenant_id, person_id) JOIN leitai.event_unit v USING (tenant_id, unit_id)
  JOIN leitai.region r ON (r.tenant_id, r.region_id) = (v.tenant_id, v.city_id) WHERE v.event_id = ${event} AND m.valid_to IS NULL AND p.ext_id = '${ext}'`);

const desk = await Line.enter(A, { role: "desk", ticket: ticket(secret, "host"), event });
const does = async (m) => assert.equal(await desk.ask(m), "done", JSON.stringify(m));
/** A screen of its own, with a view. */
async function screen(port, name, view) {
  const line = await Line.open(port, { role: "stage" });
  await line.until(() => line.heard.some((m) => m.t === "pairing"), "a code");
  await does({ t: "pair", code: line.heard.find((m) => m.t === "pairing").code, name });
  await line.until(() => line.screen, "its first view");
  desk.send({ t: "screens" });
  let row;
  await desk.until(() => (row = desk.heard.findLast((m) => m.t === "screens")?.rows.find((r) => r.name === name)), "the list");
  await does({ t: "show", screen: row.screen, ...view });
  await line.until(() => line.screen.view.view === view.view, "the view");
  line.from = line.heard.length;
  return line;
}
const wall = await screen(B, "总榜", { view: "board" }), cities = await screen(A, "地市", { view: "grid", of: "city" });
const dark = await screen(A, "黑屏", { view: "black" });
const watchers = [await watch(A, "SHWNSHWNSH22"), await watch(B, "SHWNSHWNSH22")];
const entries = () => wall.charts.get("entry:0"), byCity = () => cities.charts.get("city:0");
/** That the wall and the spectators show these points, best first. */
async function shows(want, what) {
  for (const [line, rows] of [[wall, () => entries()?.rows], ...watchers.map((w) => [w, () => w.board?.rows])])
    await line.until(() => JSON.stringify(points(rows())) === JSON.stringify(want), `${what}: ${want}`);
}

await test("a paper that is handed in is on the wall and with spectators of both nodes", async () => {
  await handIn(persons[0], event, 2);
  rebuild(event);
  await shows([2000], "the first");
  await handIn(persons[1], event, 4);
  await shows([4000, 2000], "the second");
  assert.deepEqual(names(entries().rows), [personName(persons[1]), personName(persons[0])]);
  assert.deepEqual(entries().rows.map((r) => [r.rank, r.correct]), [[1, 4], [2, 2]]);
  assert.deepEqual([entries().n, entries().final, entries().frozen], [2, false, false]);
  assert.deepEqual(watchers.map((w) => names(w.board.rows)), watchers.map(() => names(entries().rows)));
});
await test("cities follow when their board is written", async () => {
  rebuild(event);
  await cities.until(() => byCity()?.rows.length === 2, "two cities");
  assert.deepEqual(byCity().rows.map((r) => [r.rank, r.name, r.points, r.took]), [[1, cityName(persons[1]), 4000, 1], [2, cityName(persons[0]), 2000, 1]]);
  assert.ok(byCity().rows.every((r) => r.registered > 0));
});
await test("each is told what it shows, when it is another than before, and who comes later has it at once", async () => {
  const kinds = (line) => [...new Set(line.heard.slice(line.from).filter((m) => m.t === "chart").map((m) => m.chart.of))];
  assert.deepEqual([kinds(wall), kinds(cities), kinds(dark)], [["entry"], ["city"], []]);
  for (const line of [wall, cities]) {
    const all = line.heard.slice(line.from).filter((m) => m.t === "chart").map((m) => JSON.stringify(m.chart));
    assert.equal(new Set(all).size, all.length, "none twice");
  }
  const fresh = await watch(A, "SHWNSHWNSH22");
  assert.deepEqual(points(fresh.welcome.snapshot.board?.rows), [4000, 2000]);
  assert.equal(fresh.welcome.snapshot.question, undefined);
  fresh.end();
});
await test("what Redis loses stays as it was, until it is there again", async () => {
  const marks = [wall, ...watchers].map((l) => l.heard.length), mark = redis("get", "lt:generation");
  redis("flushall");
  await until(() => ![mark, ""].includes(redis("get", "lt:generation")), "another mark");
  await handIn(persons[2], event, 3); // moves a board that is not whole
  await until(() => redis("zcard", `lt:{1:${event}}:board`) !== "0", "it is written");
  rebuild(event);
  await shows([4000, 3000, 2000], "all three");
  for (const [i, line] of [wall, ...watchers].entries())
    for (const m of line.heard.slice(marks[i])) {
      const rows = m.chart?.rows ?? m.board?.rows;
      if (rows) assert.ok(rows.length >= 2, "never less");
    }
});
await test("in the last minute it stands still", async () => {
  // Two seconds ahead, since nodes read the window once a second.
  const freezes = Number(sql(`UPDATE leitai.event SET closes_at = clock_timestamp() + interval '62 seconds' WHERE event_id = ${event}
    RETURNING (extract(epoch FROM closes_at) * 1000)::bigint - 60000`));
  await until(() => Date.now() > freezes, "the freeze");
  const marks = [wall, cities, ...watchers].map((l) => l.heard.length);
  await handIn(persons[3], event, 5);
  await until(() => redis("zcard", `lt:{1:${event}}:full`) !== "0", "the true one moves");
  rebuild(event);
  assert.equal(redis("zcard", `lt:{1:${event}}:full`), "4");
  await wall.until(() => entries().frozen, "frozen");
  for (const w of watchers) await w.until(() => w.board.frozen, "frozen");
  await cities.until(() => byCity().frozen, "frozen");
  await shows([4000, 3000, 2000], "as it was");
  for (const [i, line] of [wall, cities, ...watchers].entries())
    for (const m of line.heard.slice(marks[i])) assert.ok(!points(m.chart?.rows ?? m.board?.rows)?.includes(5000), "nothing newer");
});
await test("when it is final all is shown", async () => {
  leitai("event", "close", "--tenant", "demo", "--event", "shown");
  await shows([5000, 4000, 3000, 2000], "the end");
  await wall.until(() => entries().final && !entries().frozen, "final");
  for (const w of watchers) await w.until(() => w.board.final && !w.board.frozen && w.phase === "final", "final");
  await cities.until(() => byCity().final && byCity().rows.length === 4, "four cities");
  assert.equal(byCity().rows[0].points, 5000);
});
await test("where results come with the end, nothing is shown before it", async () => {
  const judge = await Line.enter(A, { role: "desk", ticket: ticket(secret, "host"), event: later });
  await handIn(persons[0], later, 1);
  const w = await watch(A, "AFTERAFTER22"), stage = await Line.enter(B, { role: "stage", session: judge.welcome.stage_session });
  // A board that somebody wrote in Redis before its time is not looked at.
  for (const key of ["boards", "board", "board:rows"]) redis("copy", `lt:{1:${event}}:${key}`, `lt:{1:${later}}:${key}`);
  redis("hset", `lt:{1:${later}}:boards`, "v", "1", "shows", "1", "final", "0");
  leitai("event", "close", "--tenant", "demo", "--event", "later");
  await stage.until(() => JSON.stringify(points(stage.charts.get("entry:0")?.rows)) === "[1000]", "the final board");
  await w.until(() => JSON.stringify(points(w.board?.rows)) === "[1000]", "the final board");
  assert.ok(stage.charts.get("entry:0").final && w.board.final);
  for (const line of [stage, w]) {
    const end = line.heard.findIndex((m) => m.phase === "final" || m.snapshot?.phase === "final");
    assert.ok(end > 0, "it was not final when they came");
    assert.deepEqual(line.heard.slice(0, end).filter((m) => m.t === "chart" || m.t === "board" || m.snapshot?.board), []);
  }
});
process.exit(failed);
