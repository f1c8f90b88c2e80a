// What `./dev bench reveal` measures: a server with stores of its own, already running, gets a contest with so many entries, each with
// a player connected (leitai-load holds the sockets, spread over processes and over the server's workers). Questions are asked, the
// answers put into the database as a hundred thousand phones would have left them, the question is closed and revealed. From the
// reveal on it is measured until the last player was told the new own standing and Redis has the boards: time, and the processor time
// of all workers, less what they use while nothing happens. Beside it stands the floor: one plain send(2) to each player, of as many bytes as a player got. What players were
// told, and what Redis has, is set against the ranking that PostgreSQL reckons from the answers; one wrong rank fails the run.
import { spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import readline from "node:readline";

const o = { dir: "", psql: "", program: "", load: "", url: "", server_pid: 0, json: "", entries: 100_000, workers: 0, rounds: 3, procs: 11, seconds: 400, keep: "" };
for (let i = 2; i < process.argv.length; i += 2) {
  const name = process.argv[i].replace(/^--/, "").replaceAll("-", "_"), value = process.argv[i + 1];
  if (!(name in o) || value === undefined) throw new Error(`unknown option ${process.argv[i]}`);
  o[name] = typeof o[name] === "number" ? Number(value) : value;
}
const GOAL = 1.6, SEASON = 2026, SECONDS = 120, RIGHT = 10, WARMING = 1, CALM = 0.2;
const say = (text) => console.error(`bench reveal: ${text}`);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const round = (x, digits = 2) => (Number.isFinite(x) ? Number(x.toFixed(digits)) : null);
const median = (list) => {
  const s = [...list].sort((a, b) => a - b), m = Math.floor(s.length / 2);
  return s.length === 0 ? NaN : s.length % 2 ? s[m] : (s[m - 1] + s[m]) / 2;
};

// ---- processes ----

const children = [];
/** A program that answers lines with lines. */
function talk(program, args, name) {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", fs.openSync(`${o.dir}/${name}.err`, "w")] });
  const lines = [], waiting = [];
  let gone = null;
  readline.createInterface({ input: child.stdout }).on("line", (l) => (waiting.length ? waiting.shift().done(l) : lines.push(l)));
  const ended = new Promise((done) => child.on("close", (code) => {
    gone = new Error(`${name} ended (${code}): ${fs.readFileSync(`${o.dir}/${name}.err`, "utf8").slice(-2000)}`);
    for (const w of waiting) w.fail(gone);
    done(code);
  }));
  children.push(child);
  const line = () => new Promise((done, fail) => (lines.length ? done(lines.shift()) : gone ? fail(gone) : waiting.push({ done, fail })));
  return {
    pid: child.pid,
    line,
    say: (text) => child.stdin.write(`${text}\n`),
    ask: async (text) => (child.stdin.write(`${text}\n`), JSON.parse(await line())),
    end: () => (child.stdin.end(), ended),
  };
}
async function run(program, args) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  for (const s of [child.stdout, child.stderr]) s.on("data", (d) => (out += d));
  const code = await new Promise((done) => child.on("close", done));
  if (code !== 0) throw new Error(`${program} ${args.join(" ")}: ${out}`);
}

const END = "end-of-answer";
const db = talk(o.psql, [process.env.LEITAI_MIGRATE_URL, "-qAtX", "-F", "\t", "-v", "ON_ERROR_STOP=1"], "psql");
/** Rows of what may be several statements. */
async function sql(text) {
  db.say(`${text};\n\\echo ${END}`);
  for (const rows = []; ; ) {
    const line = await db.line();
    if (line === END) return rows;
    rows.push(line.split("\t"));
  }
}
const value = async (text) => (await sql(text))[0]?.[0];

/** Redis, one question at a time. */
function redis_open() {
  const socket = net.connect(process.env.LEITAI_REDIS_URL.replace("unix://", ""));
  let kept = Buffer.alloc(0), at = 0, wanted = null;
  const line = () => {
    const end = kept.indexOf("\r\n", at);
    if (end < 0) throw "more";
    const text = kept.toString("latin1", at, end);
    at = end + 2;
    return text;
  };
  const read = () => {
    const text = line(), n = Number(text.slice(1));
    if (text[0] === ":") return n;
    if (text[0] === "+") return text.slice(1);
    if (text[0] === "-") throw new Error(text);
    if (n < 0) return null;
    if (text[0] === "*") return Array.from({ length: n }, read);
    if (kept.length < at + n + 2) throw "more";
    at += n + 2;
    return kept.toString("utf8", at - n - 2, at - 2);
  };
  const parts = [];
  socket.on("data", (d) => {
    parts.push(d);
    if (d.length === 65536 && parts.length < 64) return void setImmediate(() => take());
    take();
  });
  const take = () => {
    if (parts.length > 0) kept = Buffer.concat([kept, ...parts.splice(0)]);
    at = 0;
    try {
      const reply = read();
      kept = kept.subarray(at);
      const done = wanted;
      wanted = null;
      done?.(reply);
    } catch (e) {
      if (e !== "more") throw e;
    }
  };
  return {
    ask: (...words) => new Promise((done) => {
      wanted = done;
      socket.write(`*${words.length}\r\n${words.map((w) => `$${Buffer.byteLength(String(w))}\r\n${w}\r\n`).join("")}`);
    }),
    end: () => socket.destroy(),
  };
}

// ---- the contest ----

const sheet = { version: 1, rounds: [{ title: "万人同答", mode: "live", questions: WARMING + o.rounds, seconds: SECONDS, points: { right: RIGHT, speed: true }, draw: { types: ["single"] } }] };

async function make_contest(tenant) {
  const file = `${o.dir}/reveal.json`;
  fs.writeFileSync(file, JSON.stringify(sheet));
  await run(o.program, ["event", "save", "--tenant", "demo", "--code", "reveal", "--title", "十万人擂台", "--season", String(SEASON), "--sheet", file, "--bank", "law"]);
  const event = await value(`SELECT event_id FROM leitai.event WHERE tenant_id = ${tenant} AND code = 'reveal'`);
  // As if all had joined an hour ago, in any order: persons of all agencies, each with an entry.
  const ours = `p.tenant_id = ${tenant} AND p.ext_id BETWEEN 'p000001' AND 'p${String(o.entries).padStart(6, "0")}'`;
  await sql(`INSERT INTO leitai.person (tenant_id, ext_id, name) SELECT ${tenant}, 'p' || lpad(g::text, 6, '0'), '选手' || g FROM generate_series(1, ${o.entries}) g ON CONFLICT DO NOTHING`);
  await sql(`INSERT INTO leitai.membership (tenant_id, person_id, unit_id) SELECT p.tenant_id, p.person_id, u.units[1 + p.person_id % cardinality(u.units)]
    FROM leitai.person p, (SELECT array_agg(unit_id ORDER BY unit_id) AS units FROM leitai.unit WHERE tenant_id = ${tenant}) u
    WHERE ${ours} ON CONFLICT DO NOTHING`);
  await sql("ANALYZE leitai.person; ANALYZE leitai.membership");
  await sql(`INSERT INTO leitai.entry (tenant_id, event_id, kind, person_id, unit_id, name, unit_name, joined_at) SELECT p.tenant_id, ${event}, 'person', p.person_id, u.unit_id, p.name, u.name, clock_timestamp() - interval '1 hour'
    FROM leitai.person p JOIN leitai.membership m ON m.tenant_id = p.tenant_id AND m.person_id = p.person_id AND m.valid_to IS NULL
    JOIN leitai.unit u ON u.tenant_id = p.tenant_id AND u.unit_id = m.unit_id WHERE ${ours} ORDER BY hashint8(p.person_id)`);
  await sql("ANALYZE leitai.entry");
  return event;
}

/** What 19 of 20 players answered to question qi (from 0): two thirds right, each at a time of its own. */
async function answer_all(tenant, event, qi) {
  const began_us = Date.now() * 1000 - SECONDS * 1_000_000;
  await sql(`INSERT INTO leitai.answer (season, tenant_id, event_id, qi, person_id, entry_id, answer_id, body, late, "right", used_us, received_us)
    SELECT ${SEASON}, n.tenant_id, n.event_id, ${qi}, n.person_id, n.entry_id, 'bench-' || ${qi} || '-' || n.person_id, '{"c":[' || g.given || ']}', false, g.given = q.key, g.used, ${began_us} + g.used
    FROM leitai.entry n,
      LATERAL (SELECT (body->'key'->>0)::int AS key, json_array_length(body->'options') AS options FROM leitai.question_instance
        WHERE tenant_id = n.tenant_id AND event_id = n.event_id AND qi = ${qi}) q,
      LATERAL (SELECT hashint8extended(n.person_id, ${qi + 1}) & 1048575 AS a, hashint8extended(n.person_id, ${qi + 1001}) & 16777215 AS b) h,
      LATERAL (SELECT CASE WHEN h.a % 3 < 2 THEN q.key ELSE ((q.key + 1 + h.b % (q.options - 1)) % q.options)::int END AS given, 300000 + h.b * 7 % (${SECONDS} * 900000) AS used) g
    WHERE n.tenant_id = ${tenant} AND n.event_id = ${event} AND hashint8extended(n.person_id, ${qi + 2001}) & 65535 >= 3277`);
}

/** Who stands where after question qi, in order, reckoned by PostgreSQL: entry, index of the player, rank, points, right answers, time. */
async function reckon(tenant, event, qi) {
  const L = SECONDS * 1_000_000;
  return sql(`WITH keys AS (SELECT qi, (body->'key'->>0)::int AS key FROM leitai.question_instance WHERE tenant_id = ${tenant} AND event_id = ${event}),
    given AS (SELECT a.entry_id, a.used_us, LEAST(CASE WHEN a.used_us < 500000 THEN 0 ELSE a.used_us END, ${L}) AS counted FROM leitai.answer a JOIN keys k USING (qi)
      WHERE a.tenant_id = ${tenant} AND a.event_id = ${event} AND a.season = ${SEASON} AND a.qi <= ${qi} AND NOT a.late AND (a.body::json->'c'->>0)::int = k.key),
    sums AS (SELECT entry_id, sum(100 * ((2 * ${RIGHT * 100} * (2 * ${L} - counted) + ${2 * L * 100}) / ${4 * L * 100})) AS points, count(*) AS correct, sum(used_us) AS time FROM given GROUP BY 1)
    SELECT n.entry_id, substr(p.ext_id, 2)::int - 1, rank() OVER w, COALESCE(s.points, 0), COALESCE(s.correct, 0), COALESCE(s.time, 0)
    FROM leitai.entry n JOIN leitai.person p USING (tenant_id, person_id) LEFT JOIN sums s USING (entry_id) WHERE n.tenant_id = ${tenant} AND n.event_id = ${event}
    WINDOW w AS (ORDER BY COALESCE(s.points, 0) DESC, COALESCE(s.correct, 0) DESC, COALESCE(s.time, 0)) ORDER BY 3, 1`);
}

/** What Redis has of the entries' boards, of the event and of its one round, against that; how many boards there are in all. */
async function check_boards(redis, prefix, expected, problems) {
  for (const name of ["board", "board:r1"]) {
    const pairs = async (...ask) => {
      const list = await redis.ask(...ask), map = new Map();
      for (let i = 0; i < list.length; i += 2) map.set(list[i], list[i + 1]);
      return map;
    };
    const rows = await pairs("HGETALL", `${prefix}${name}:rows`), scores = await pairs("ZRANGE", `${prefix}${name}`, 0, -1, "WITHSCORES");
    let wrong = 0, above = null;
    for (const [entry, , rank, points, correct, time] of expected) {
      const score = Number(scores.get(entry) ?? NaN);
      wrong += rows.get(entry) !== `${points} ${correct} ${time} ${rank}` || !(above === null || (above.rank === rank ? score === above.score : score < above.score));
      above = { rank, score };
    }
    if (wrong > 0 || rows.size !== expected.length || scores.size !== expected.length) problems.push(`Redis' ${name}: ${wrong} of ${expected.length} entries are not as they should be, it has ${rows.size}`);
  }
  return (await redis.ask("HKEYS", `${prefix}boards`)).filter((f) => f.startsWith("b:")).length;
}

// ---- rounds ----

/** When all boards of this version stand: ms since the Unix epoch. */
async function boards_written(redis, prefix, seq) {
  while (Number((await redis.ask("HGET", `${prefix}boards`, "v")) ?? -1) < seq) await sleep(5);
  return Date.now();
}

async function one_round(ctx, no, result) {
  const { tenant, event, load, redis, prefix, problems } = ctx, qi = no;
  await load.ask("next");
  await load.ask("open");
  await answer_all(tenant, event, qi);
  await load.ask("quiet");
  // The answers are fetched when the question is closed, before anybody is told what was right.
  const close = await load.ask("close"), fetched = await load.ask("quiet");
  const idle = [await load.ask("idle 1000")];
  const head = await value(`SELECT seq FROM leitai.event_head WHERE tenant_id = ${tenant} AND event_id = ${event}`);
  const revealed = load.ask("reveal"), written = boards_written(redis, prefix, Number(head) + 1);
  await revealed;
  const board_at = await written, spent = await load.ask("spent");
  idle.push(await load.ask("idle 1000"));
  const [[seq, at_us]] = await sql(`SELECT seq, at_us FROM leitai.event_log WHERE tenant_id = ${tenant} AND event_id = ${event} AND kind = 'reveal' ORDER BY seq DESC LIMIT 1`);
  // Pings and probes go on meanwhile, by the clock: what the same workers use while nothing happens is no part of it.
  const idle_share = (idle[0].cpu_ns + idle[1].cpu_ns) / 1000 / (idle[0].us + idle[1].us), per = (ns) => ns / 1000 / o.entries, net = (spent) => per(spent.cpu_ns - idle_share * spent.us * 1000);
  const expected = await reckon(tenant, event, qi);
  fs.writeFileSync(`${o.dir}/expected`, expected.map(([, index, rank, points, correct]) => `${index} ${rank} ${o.entries} ${points} ${correct}\n`).join(""));
  const check = await load.ask(`check ${o.dir}/expected`);
  if (check.checked !== o.entries || check.wrong > 0) problems.push(`question ${no + 1}: ${check.wrong} of ${check.checked} players were told something wrong`);
  if (Number(head) + 1 !== Number(seq)) problems.push(`the reveal is record ${seq}, expected was ${Number(head) + 1}`);
  const boards = await check_boards(redis, prefix, expected, problems);
  const bytes = Math.round(spent.bytes / o.entries), floor = await load.ask(`floor 2 ${bytes}`);
  const r = {
    boards, us: net(spent), closing_us: net(close) + net(fetched), gross_us: per(spent.cpu_ns), idle_us: per(idle_share * spent.us * 1000), floor_us: floor.cpu_ns / 1000 / floor.frames, frames: spent.frames / o.entries, bytes,
    first_ms: (spent.first_us - at_us) / 1000, p50_ms: (spent.p50_us - at_us) / 1000, last_ms: (spent.last_us - at_us) / 1000, board_ms: board_at - at_us / 1000, workers_ms: spent.workers.map((ns) => round(ns / 1e6, 1)), unsent: floor.unsent,
  };
  r.ratio = r.us / r.floor_us;
  r.ratio_gross = r.gross_us / r.floor_us;
  r.ratio_with_answers = (r.us + r.closing_us) / r.floor_us;
  say(`question ${no + 1}: ${round(r.us)} µs a player (floor ${round(r.floor_us)} for ${bytes} bytes; ${round(r.frames)} frames; pings and the like ${round(r.idle_us)} more), ratio ${round(r.ratio)}; closing ${round(r.closing_us)} µs; last own after ${round(r.last_ms, 0)} ms, board after ${round(r.board_ms, 0)} ms; workers ${r.workers_ms} ms${no < WARMING ? " (warming up)" : ""}`);
  if (no >= WARMING) result.push(r);
}

function report(all, problems, workers) {
  // On a machine that is busy with other things a reveal takes so long that what goes on beside it outweighs it: no figure then.
  const of = (name) => round(median(all.map((r) => r[name])), 3), steady = of("idle_us") < of("us");
  const result = { bench: "reveal", entries: o.entries, ratio: of("ratio"), goal: GOAL, goal_met: steady && of("ratio") <= GOAL, steady, rounds: all.length, workers, cores: os.cpus().length, leitai_us: of("us"), floor_us: of("floor_us"), idle_us: of("idle_us"), gross_us: of("gross_us"), ratio_gross: of("ratio_gross"),
    answers_us: of("closing_us"), ratio_with_answers: of("ratio_with_answers"), frames: of("frames"), bytes: of("bytes"), boards: of("boards"), first_ms: of("first_ms"), p50_ms: of("p50_ms"), last_ms: of("last_ms"), board_ms: of("board_ms"),
    ratios: all.map((r) => round(r.ratio, 3)), load_average: os.loadavg()[0], problems: problems.length };
  console.log(`${o.entries} entries, ${workers} workers, ${all.length} reveals: ${round(result.leitai_us)} µs of the workers' processor per player (and ${round(result.idle_us)} µs for pings meanwhile), one send(2) of ${result.bytes} bytes ${round(result.floor_us)} µs, ratio ${round(result.ratio)} (goal ${GOAL}, ${!steady ? "not to be said: the machine was too busy" : result.goal_met ? "met" : "missed"}); ` +
    `the last player knows the own rank ${round(result.last_ms, 0)} ms after the reveal, Redis has all ${result.boards} boards after ${round(result.board_ms, 0)} ms; fetching the answers when the question closes: ${round(result.answers_us)} µs more; ${problems.length} problems; load average ${result.load_average.toFixed(1)}`);
  for (const p of problems.slice(0, 10)) console.log(`  ${p}`);
  if (o.json) fs.writeFileSync(o.json, `${JSON.stringify(result, null, 1)}\n`);
}

async function main() {
  const tenant = await value("SELECT tenant_id FROM leitai.tenant WHERE code = 'demo'"), problems = [], all = [];
  say(`load average ${os.loadavg().map((x) => x.toFixed(1)).join(" ")}; ${o.entries} entries are made`);
  const event = await make_contest(tenant), redis = redis_open(), prefix = `lt:{${tenant}:${event}}:`;
  const load = talk(o.load, ["bench", "reveal", "--url", o.url, "--tenant", "demo", "--kid", "main", "--secret-file", `${o.dir}/ticket.secret`, "--event", event, "--host-sub", "host", "--pid", String(o.server_pid),
    "--connections", String(o.entries), "--procs", String(o.procs), "--seconds", String(o.seconds)], "load");
  const began = Date.now();
  if ((await load.line()) !== "ready") throw new Error("the players did not come in");
  say(`all are in after ${round((Date.now() - began) / 1000, 1)} s`);
  // Some seconds after joining each player's round trip is measured some times, so many a second: let that pass.
  for (let idle = null, i = 0; i < 8 && !(idle && idle.cpu_ns / 1000 / idle.us < (CALM * o.entries) / 100_000); i++) {
    idle = await load.ask("idle 2000");
    say(`idle workers use ${round(idle.cpu_ns / 10 / idle.us, 1)} % of a processor`);
  }
  for (let no = 0; no < WARMING + o.rounds; no++) await one_round({ tenant, event, load, redis, prefix, problems }, no, all);
  const workers = all[0]?.workers_ms.length ?? 0;
  redis.end();
  report(all, problems, workers);
  return problems.length === 0 ? 0 : 1;
}

// Whoever stops us stops the players too: they would go on dialling.
for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]])
  process.on(signal, () => {
    for (const child of children) child.kill();
    process.exit(code);
  });
let status = 2;
try {
  status = await main();
} catch (e) {
  console.error(e.stack ?? e);
} finally {
  for (const child of children) child.kill();
  if (o.keep) fs.cpSync(o.dir, o.keep, { recursive: true, filter: (f) => !/\/data|\.sock|\/pg/.test(f) });
}
process.exit(status);
