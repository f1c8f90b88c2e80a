// PSQL_URL: a superuser's connection. Two worlds that differ in what is hidden alone: `leak.mjs PORT_A PORT_B DIR EVENT EVENT_2`. Whatever can be got during the freeze by anybody but the desk, and by
// whatever way, must be the same in both: then nobody can tell the hidden part any better than the frozen board does. Prints "ok" or "not ok" a channel.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { ticket } from "../../lib/contest.mjs";
import { Line } from "./line.mjs";

const [portA, portB, dir, ...events] = process.argv.slice(2);
const A = Number(portA), B = Number(portB);
const secret = fs.readFileSync(`${dir}/secret`, "utf8").trim();
const questions = JSON.parse(fs.readFileSync(`${dir}/questions.json`, "utf8"));
const PLAYERS = 6, HIDDEN = 2;
const redis = (...args) => execFileSync("redis-cli", ["-s", `${dir}/redis.sock`, ...args], { encoding: "utf8" }).trim().split("\n").filter((x) => x);

/** What is open to all is the same; what is hidden is the contrary. */
const OPEN = [[1, 1, 1, 0, 0, 0], [1, 1, 0, 0, 1, 0]];
const WORLDS = [
  { hidden: [[1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 0, 1]], ruling: { of: 1, value: 100, reason: "补分" } },
  { hidden: [[0, 1, 1, 0, 1, 0], [1, 0, 1, 1, 1, 0]], ruling: { of: 4, value: -12300, reason: "违纪扣分" } },
];

/** Without what differs between two events anyway: their ids, their tokens, the time. */
function plain(x, world) {
  const ids = new Map(world.entries.map((id, i) => [id, `ENTRY${i}`]));
  const text = (v) => [...ids].reduce((s, [id, name]) => s.replaceAll(`"${id}"`, `"${name}"`), v).replaceAll(world.share, "SHARE").replaceAll(`{1:${world.event}}`, "{EVENT}");
  const DROP = new Set(["session", "stage_session", "now_ms", "opened_ms", "deadline_ms", "presence", "code", "etag", "by", "on_ms"]);
  const walk = (v, k) => {
    if (DROP.has(k)) return undefined;
    if (k === "event") return "EVENT";
    if (typeof v === "string") return ids.get(v) ?? text(v);
    if (Array.isArray(v)) return v.map((y) => walk(y));
    if (v && typeof v === "object") return Object.fromEntries(Object.entries(v).map(([key, y]) => [ids.get(key) ?? key, walk(y, key)]).filter(([, y]) => y !== undefined));
    return v;
  };
  return walk(x);
}
const QUIET = new Set(["probe", "presence", "time", "ack", "done", "bye"]);
/** What a line has heard: in order, but what comes by its own clock. `saved` is the own choice, which is no secret. */
const heard = (line, from, world) => line.heard.slice(from).filter((m) => !QUIET.has(m.t)).map((m) => {
  const { saved, ...snapshot } = m.snapshot ?? {};
  return plain(m.snapshot ? { ...m, snapshot } : m, world);
});

const sql = (statement) => execFileSync("psql", [process.env.PSQL_URL, "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", statement], { encoding: "utf8" }).trim();
async function http(path, port) {
  const r = await fetch(`http://127.0.0.1:${port}${path}`);
  const headers = Object.fromEntries([...r.headers].filter(([k]) => !["date", "etag", "last-modified"].includes(k)));
  return { status: r.status, headers, body: await r.text() };
}
async function metrics(port) {
  const text = (await http("/metrics", port)).body;
  return Object.fromEntries([...text.matchAll(/^(leitai_\w+(?:\{[^}]*\})?) (\d+)$/gm)].map(([, k, v]) => [k, Number(v)]));
}
/** Those that grow with time or with what pages do by themselves. */
const BY_TIME = /seconds|_pg_|redis|frames_sent|bytes_sent|messages_received|http_requests|accepted|connections|loop|sessions_resumed|tickets|joins?_|commit_|_queue|roster|boards?_lookups|watchers|charts_sent|gap_fills/;

async function play(n) {
  const { hidden, ruling } = WORLDS[n];
  const world = { event: events[n], share: `SHARESHARE0${n + 1}`, entries: [] };
  const desk = await Line.enter(A, { role: "desk", ticket: ticket(secret, "host"), event: world.event });
  const does = async (action, args = {}) => assert.equal(await desk.ask({ t: "command", action, ...args }), "done", action);
  await does("lobby");
  const players = [];
  for (let i = 0; i < PLAYERS; i++) players.push(await Line.enter(i % 2 ? B : A, { role: "play", ticket: ticket(secret, `p${String(i + 1).padStart(6, "0")}`), event: world.event }));
  world.entries = players.map((p) => p.welcome.you.entry);
  const lines = {
    stage: await Line.enter(A, { role: "stage", session: desk.welcome.stage_session }), "stage of the other node": await Line.enter(B, { role: "stage", session: desk.welcome.stage_session }),
    judge: await Line.enter(B, { role: "judge", ticket: ticket(secret, "p000031"), event: world.event }),
    spectator: await Line.enter(B, { role: "watch", code: world.share }),
    ...Object.fromEntries(players.map((p, i) => [`player ${i + 1}`, p])),
  };
  await does("start");
  const everybody = [...players, lines.stage, lines["stage of the other node"], lines.judge];
  const all = (fits, what) => Promise.all(everybody.map((l) => l.until(() => fits(l), what)));
  const ask = async (q, right, armed = false) => {
    if (!armed) await does("next");
    await does("open");
    await all((l) => l.question?.q === q && l.question.state === "open", `open ${q}`);
    const { key, options } = questions[q - 1], wrong = [options.findIndex((_, k) => !key.includes(k))];
    for (const [i, p] of players.entries()) assert.equal(await p.ask({ t: "answer", q, choice: right[i] ? key : wrong }), "saved");
    // How long somebody took is public where the points are; in both worlds it is the same.
    sql(`UPDATE leitai.answer SET used_us = 1000000 + person_id % 7 * 1000 + ${q} WHERE event_id = ${world.event} AND qi = ${q - 1}`);
    await does("close");
    await all((l) => l.question.state === "closed", `closed ${q}`);
    await does("reveal");
    await all((l) => l.question.state === "revealed", `revealed ${q}`);
  };
  await ask(1, OPEN[0]);
  await ask(2, OPEN[1]);
  await Promise.all(everybody.map((l) => l.until(() => l.board?.rows[0].points === 2000, "the board")));
  assert.equal(await desk.ask({ t: "show", view: "grid", of: "city" }), "done");
  await does("next");
  await all((l) => l.board?.frozen, "frozen");
  await Promise.all([lines.stage, lines["stage of the other node"]].map((l) => l.until(() => l.charts.get("entry:0")?.frozen && l.charts.get("city:0")?.frozen, "charts")));
  await lines.spectator.until(() => lines.spectator.board?.frozen && lines.spectator.frozen, "frozen for spectators");
  await new Promise((resolve) => setTimeout(resolve, 1200)); // what is told once a second
  const marks = Object.fromEntries(Object.entries(lines).map(([k, l]) => [k, l.heard.length])), before = [await metrics(A), await metrics(B)];
  await ask(3, hidden[0], true);
  await ask(4, hidden[1]);
  await does("adjust", { entry: world.entries[ruling.of], value: ruling.value, reason: ruling.reason });
  await all((l) => l.heard.some((m) => m.t === "ruling"), "the ruling");
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const after = [await metrics(A), await metrics(B)];

  const got = {};
  for (const [k, l] of Object.entries(lines)) got[`frames of ${k}`] = heard(l, marks[k], world);
  for (const m of got["frames of spectator"]) delete m.seq; // of what came together it has the last, by the clock
  for (const [i, port] of [A, B, A, B, A, B].entries()) {
    const { session } = players[i].welcome, hears = async (hello) => {
      const l = await Line.enter(port, { role: "play", session, ...hello });
      await l.until(() => l.own && l.board, "standings");
      await new Promise((resolve) => setTimeout(resolve, 50));
      l.end();
      return heard(l, 0, world);
    };
    got[`snapshot of player ${i + 1}`] = await hears({});
    got[`resumed line of player ${i + 1}`] = await hears({ epoch: players[i].epoch, seq: players[i].seq - 6 });
  }
  for (const [k, hello] of [["stage", { role: "stage", session: desk.welcome.stage_session }], ["judge", { role: "judge", ticket: ticket(secret, "p000031"), event: world.event }], ["spectator", { role: "watch", code: world.share }]]) {
    const l = await Line.enter(B, hello);
    await l.until(() => l.board, "a board");
    l.end();
    got[`snapshot of ${k}`] = heard(l, 0, world).slice(0, 1);
  }
  const late = await Line.enter(A, { role: "play", ticket: ticket(secret, "p000041"), event: world.event });
  world.entries.push(late.welcome.you.entry);
  got["what a latecomer sees"] = heard(late, 0, world).slice(0, 1);
  const home = await Line.open(A, { role: "home", ticket: ticket(secret, "p000001") });
  await home.until(() => home.heard.some((m) => m.t === "home"), "home");
  home.send({ t: "list" });
  home.send({ t: "history" });
  await new Promise((resolve) => setTimeout(resolve, 500));
  got["home page"] = home.heard.flatMap((m) => (m.rows ?? m.events ?? []).filter((r) => r.event === world.event)).map((m) => JSON.stringify(plain(m, world))).sort();
  home.end();
  for (const path of ["", "/entry", "/entry/1", "/entry/2", "/entry/3", "/unit", "/city", "/audience", "/city/2", "/province", "/entry.csv", "/unit.csv", "/entry/2.csv", "/entry?from=1&n=3", "/full"])
    got[`/api/board${path}`] = plain(await http(`/api/board/${world.share}${path}`, B), world);
  for (const key of redis("--raw", "keys", `lt:{1:${world.event}}:*`).sort()) {
    if (/:full(:|$)/.test(key)) continue;
    const type = redis("type", key)[0];
    const value = type === "zset" ? redis("--raw", "zrange", key, "0", "-1", "withscores") : type === "hash" ? redis("--raw", "hgetall", key) : redis("--raw", "get", key);
    const pairs = type === "string" ? [value] : value.flatMap((v, i) => (i % 2 ? [] : [[v, value[i + 1]]])).filter(([k]) => type !== "hash" || !["v", "g", "b:full"].includes(k)).sort();
    if (!key.endsWith(":v")) got[`Redis ${plain(key, world)}`] = plain(pairs, world);
  }
  got["metrics"] = after.map((now, i) => Object.fromEntries(Object.keys(now).filter((k) => !BY_TIME.test(k)).map((k) => [k, now[k] - (before[i][k] ?? 0)]).filter(([, v]) => v !== 0)));
  got["names of metrics"] = after.map((now) => Object.keys(now).sort());
  for (const l of Object.values(lines)) l.end();
  desk.end();
  late.end();
  return got;
}

let failed = 0;
const worlds = [];
for (const n of WORLDS.keys()) worlds.push(await play(n));
const channels = new Set(worlds.flatMap((w) => Object.keys(w)));
console.log(`${channels.size} channels, ${HIDDEN} hidden questions and a ruling`);
for (const channel of channels) {
  try {
    assert.deepEqual(worlds[0][channel], worlds[1][channel]);
    assert.ok(channel.startsWith("home") || channel === "metrics" || JSON.stringify(worlds[0][channel]).length > 4, "nothing was looked at");
    console.log(`ok the same: ${channel}`);
  } catch (e) {
    failed = 1;
    console.log(`not ok a leak by ${channel}: ${String(e.message).replaceAll("\n", " ").slice(0, 500)}`);
  }
}
process.exit(failed);
