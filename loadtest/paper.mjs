// What `./dev bench paper` and `./dev bench boards` measure: a server with stores of its own, already running, gets a self-paced event
// with so many open papers; then leitai-load answers and starts papers at steady rates, the server sweeps those whose deadline passes,
// and leitai-boards asks for ranks on a board of a whole province. At the end the database is read and set against what was
// acknowledged. Figures go to stdout beside their goals, and as JSON to --json FILE. A missed goal is no failure; a lost save is.
import { spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import readline from "node:readline";

const o = { bench: "paper", dir: "", psql: "", program: "", load: "", boards: "", url: "", server_pid: 0, json: "", papers: 200_000, swept: 50_000, savers: 8_000, saves: 2_000, starts: 110, seconds: 75, sweep_at: 15, lives: 2_000, entries: 1_148_000, reads: 300, puts: 100, idle: 15, keep: "" };
for (let i = 2; i < process.argv.length; i += 2) {
  const name = process.argv[i].replace(/^--/, "").replaceAll("-", "_"), value = process.argv[i + 1];
  if (!(name in o) || value === undefined) throw new Error(`unknown option ${process.argv[i]}`);
  o[name] = typeof o[name] === "number" ? Number(value) : value;
}
const QUESTIONS = 20, MINUTES = 60, SEASON = 2026, LIFE_SEASON = 2030, SECOND_US = 1_000_000;
const whole = o.bench === "paper"; // bench boards: the saves only
const say = (text) => console.error(`bench ${o.bench}: ${text}`);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const round = (x, digits = 2) => (Number.isFinite(x) ? Number(x.toFixed(digits)) : null);

// ---- processes ----

const children = [];
/** A program that answers lines with lines. */
function talk(program, args, name) {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", fs.openSync(`${o.dir}/${name}.err`, "w")] });
  const lines = [], waiting = [];
  readline.createInterface({ input: child.stdout }).on("line", (l) => (waiting.length ? waiting.shift().done(l) : lines.push(l)));
  const ended = new Promise((done) => child.on("close", (code) => {
    for (const w of waiting) w.fail(new Error(`${name} ended (${code}): ${fs.readFileSync(`${o.dir}/${name}.err`, "utf8").slice(-2000)}`));
    done(code);
  }));
  children.push(child);
  return {
    ended,
    pid: child.pid,
    say: (line) => child.stdin.write(`${line}\n`),
    end: () => (child.stdin.end(), ended),
    line: () => new Promise((done, fail) => (lines.length ? done(lines.shift()) : waiting.push({ done, fail }))),
  };
}
async function run(program, args, env = {}) {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  for (const s of [child.stdout, child.stderr]) s.on("data", (d) => (out += d));
  const code = await new Promise((done) => child.on("close", done));
  if (code !== 0) throw new Error(`${program} ${args.join(" ")}: ${out}`);
  return out;
}

const END = "end-of-answer";
const db = talk(o.psql, [process.env.LEITAI_MIGRATE_URL, "-qAtX", "-F", "\t", "-v", "ON_ERROR_STOP=1"], "psql");
/** Rows of what may be several statements. */
async function sql(text) {
  db.say(`${text};\n\\echo ${END}`);
  const rows = [];
  for (;;) {
    const line = await db.line();
    if (line === END) return rows;
    rows.push(line.split("\t"));
  }
}
const value = async (text) => (await sql(text))[0]?.[0];

// ---- whose processor time ----

const stat = (pid) => {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    const f = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { parent: Number(f[1]), seconds: (Number(f[11]) + Number(f[12])) / 100, name: text.slice(text.indexOf("(") + 1, text.lastIndexOf(")")) };
  } catch {
    return null;
  }
};
async function redis_pid() {
  const s = net.connect(process.env.LEITAI_REDIS_URL.replace("unix://", ""));
  s.write("INFO server\r\n");
  const text = await new Promise((done) => s.on("data", (d) => /process_id/.test(d) && done(String(d))));
  s.destroy();
  return Number(text.match(/process_id:(\d+)/)[1]);
}
/** Processor seconds so far, by what they were spent on. */
async function cpu(more) {
  const all = fs.readdirSync("/proc").filter((p) => /^\d+$/.test(p)).map((pid) => ({ pid: Number(pid), ...stat(pid) }));
  const family = (pid) => all.filter((p) => p.pid === pid || p.parent === pid);
  const sum = (list) => list.reduce((n, p) => n + (p.seconds ?? 0), 0), serve = family(o.server_pid);
  const postmaster = Number(fs.readFileSync(`${o.dir}/data/postmaster.pid`, "utf8").split("\n")[0]);
  return { workers: sum(serve.filter((p) => p.name?.startsWith("worker"))), jobs: sum(serve.filter((p) => p.name === "jobs")), postgresql: sum(family(postmaster)), redis: sum(family(await redis_pid())),
    load: sum(more.flatMap((pid) => family(pid))), all: Number(fs.readFileSync("/proc/stat", "utf8").split("\n")[0].split(/\s+/).slice(1, 9).reduce((n, x, i) => n + (i === 3 || i === 4 ? 0 : Number(x)), 0)) / 100 };
}
const cpu_between = (a, b) => Object.fromEntries(Object.keys(a).map((k) => [k, round(b[k] - a[k])]));

// ---- what there is before ----

const sheet = { version: 1, results: "window", rounds: [{ title: "限时答题", mode: "timed", questions: QUESTIONS, minutes: MINUTES, attempts: 3, counts: "best", movement: "free",
  blueprint: [{ questions: QUESTIONS, points: { right: 5 }, draw: { types: ["single"] } }] }] };

/** An event whose window is open, as organisers make one. */
async function open_event(tenant, code, season) {
  const file = `${o.dir}/${code}.json`, at = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();
  fs.writeFileSync(file, JSON.stringify(sheet));
  await run(o.program, ["event", "save", "--tenant", "demo", "--code", code, "--title", "压力测试", "--season", String(season), "--sheet", file, "--bank", "law", "--opens", at(-1), "--closes", at(600)]);
  const event = await value(`SELECT event_id FROM leitai.event WHERE tenant_id = ${tenant} AND code = '${code}'`);
  await run(o.program, ["event", "publish", "--tenant", "demo", "--event", code]);
  for (let i = 0; i < 300; i++) {
    if ((await value(`SELECT phase FROM leitai.event_head WHERE tenant_id = ${tenant} AND event_id = ${event}`)) === "running") return event;
    await sleep(100);
  }
  throw new Error(`the window of ${code} does not open: ${await sql(`SELECT action, outcome FROM leitai.inbox WHERE tenant_id = ${tenant} AND event_id = ${event}`)}`);
}

const ext = (g) => `b${String(g).padStart(7, "0")}`;
async function make_people(tenant, n) {
  await sql(`INSERT INTO leitai.person (tenant_id, ext_id, name) SELECT ${tenant}, 'b' || lpad(g::text, 7, '0'), '考生' || g FROM generate_series(1, ${n}) g`);
  await sql("ANALYZE leitai.person");
}
/** Papers of people from … to as the server leaves them, `answered` of their items answered. */
async function make_papers(tenant, event, from, to, answered, deadline_us) {
  await sql(`INSERT INTO leitai.entry (tenant_id, event_id, kind, person_id, name)
    SELECT tenant_id, ${event}, 'person', person_id, name FROM leitai.person WHERE tenant_id = ${tenant} AND ext_id BETWEEN '${ext(from)}' AND '${ext(to)}'`);
  await sql(`CREATE TEMP TABLE IF NOT EXISTS texts AS SELECT n, v, (SELECT '[' || COALESCE(string_agg(format('[%s,%s,[%s]]', i, i * 17000 + (random() * 9000)::int, floor(random() * 3)), ',' ORDER BY i), '') || ']'
      FROM generate_series(1, n) i WHERE v >= 0) AS t FROM unnest(ARRAY[0, 10, ${QUESTIONS}]) n, generate_series(0, 199) v`);
  await sql(`INSERT INTO leitai.paper (season, round_no, attempt, no, rev, tenant_id, event_id, person_id, entry_id, seed, started_us, deadline_us, choices)
    SELECT ${SEASON}, 1, 1, 1, ${answered}, n.tenant_id, n.event_id, n.person_id, n.entry_id, (random() * 9e18)::bigint, ${deadline_us} - ${MINUTES * 60}::bigint * ${SECOND_US}, ${deadline_us}, t.t
    FROM leitai.entry n JOIN leitai.person p USING (tenant_id, person_id) JOIN texts t ON t.n = ${answered} AND t.v = n.entry_id % 200
    WHERE n.tenant_id = ${tenant} AND n.event_id = ${event} AND p.ext_id BETWEEN '${ext(from)}' AND '${ext(to)}'`);
}
function people_file(name, ranges) {
  const file = `${o.dir}/${name}.csv`, rows = ["ext_id,name"];
  for (const [from, to] of ranges) for (let g = from; g <= to; g++) rows.push(`${ext(g)},考生${g}`);
  fs.writeFileSync(file, `${rows.join("\n")}\n`);
  return file;
}

// ---- what was asked and answered ----

const load_args = (event, people, log, more) => ["paper", "--url", o.url, "--tenant", "demo", "--kid", "main", "--secret-file", `${o.dir}/ticket.secret`, "--event", event, "--people", people, "--log", log, "--procs", "2", ...more.map(String)];
function read_log(log) {
  const all = [];
  for (const p of [0, 1]) {
    for (const line of fs.readFileSync(`${log}.${p}`, "utf8").split("\n")) {
      if (!line) continue;
      const [what, sub, due, took, answer, i, rev, stem, chosen] = line.split("\t");
      all.push({ what, sub, due: Number(due) / SECOND_US, took: took === "-1" ? Number.POSITIVE_INFINITY : Number(took) / 1000, answer, i: Number(i), rev: Number(rev), stem, chosen });
    }
  }
  return all;
}
function quantile(list, q) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] : Number.NaN;
}
const times = (list) => list.map((r) => r.took);
const count_by = (list, key) => list.reduce((m, r) => ({ ...m, [r[key]]: (m[r[key]] ?? 0) + 1 }), {});

// ---- is it there? ----

const MASK = (1n << 64n) - 1n;
function fnv(text) {
  let h = 1469598103934665603n;
  for (const byte of Buffer.from(text)) h = ((h ^ BigInt(byte)) * 1099511628211n) & MASK;
  return h.toString(16).padStart(16, "0");
}
/** Every acknowledged save against the rows: with its revision, or a later one that was sent, and what was chosen then. */
async function check_saves(tenant, event, log, problems) {
  const pool = new Map((await sql(`SELECT body::text FROM leitai.question_instance WHERE tenant_id = ${tenant} AND event_id = ${event}`)).map(([body]) => {
    const q = JSON.parse(body);
    return [fnv(q.stem), (q.options ?? []).map(fnv)];
  }));
  const stored = new Map((await sql(`SELECT p.ext_id, x.choices FROM leitai.paper x JOIN leitai.person p USING (tenant_id, person_id) WHERE x.tenant_id = ${tenant} AND x.event_id = ${event} AND x.rev > 0`)).map(([sub, text]) => [sub, text]));
  const parsed = new Map(), items = new Map();
  for (const r of log) {
    if (r.what !== "save") continue;
    const key = `${r.sub}/${r.i}`, item = items.get(key) ?? { sub: r.sub, i: r.i, sent: new Map(), acked: 0 };
    item.sent.set(r.rev, r);
    if (r.answer === "saved") item.acked = Math.max(item.acked, r.rev);
    items.set(key, item);
  }
  let checked = 0;
  for (const { sub, i, sent, acked } of items.values()) {
    if (acked === 0) continue;
    checked++;
    if (!parsed.has(sub)) parsed.set(sub, stored.has(sub) ? JSON.parse(stored.get(sub)) : []);
    const row = parsed.get(sub)[i - 1];
    if (!row || row[0] < acked || !sent.has(row[0])) {
      problems.push(`${sub} item ${i}: acknowledged rev ${acked}, stored ${JSON.stringify(row)}`);
      continue;
    }
    const want = sent.get(row[0]), options = pool.get(want.stem);
    const has = (row[2] ?? []).map((k) => options?.[k]).sort().join(","), chosen = want.chosen.split(",").sort().join(",");
    if (has !== chosen) problems.push(`${sub} item ${i} rev ${row[0]}: chose ${chosen}, stored ${JSON.stringify(row)} = ${has}`);
  }
  return checked;
}
/** What a paper that was handed in says of itself, against its own choices. */
async function check_sums(tenant, event, log, problems) {
  const [[open, swept, submitted, strange, points, right]] = await sql(`SELECT count(*) FILTER (WHERE state = 0), count(*) FILTER (WHERE state = 2), count(*) FILTER (WHERE state = 1),
      count(*) FILTER (WHERE state > 0 AND (answered <> (SELECT count(*) FROM json_array_elements(choices::json) c WHERE json_typeof(c) = 'array') OR points_c <> 500 * correct OR submitted_us IS NULL)),
      COALESCE(sum(points_c), 0), COALESCE(sum(correct), 0) FROM leitai.paper WHERE tenant_id = ${tenant} AND event_id = ${event}`);
  const n = Object.fromEntries(Object.entries({ open, swept, submitted, strange, points, right }).map(([k, v]) => [k, Number(v)]));
  const started = log.filter((r) => r.what === "start" && r.answer === "paper").length, handed_in = log.filter((r) => r.what === "submit" && r.answer === "submitted").length;
  if (n.strange > 0) problems.push(`${n.strange} papers have other sums than their choices`);
  if (n.points !== 500 * n.right) problems.push(`points ${n.points}, right ${n.right}`);
  return { ...n, started, handed_in };
}

// ---- the runs ----

/** When the last paper whose deadline passed was submitted, ms after the deadline. */
async function watch_sweep(tenant, event, deadline_us) {
  let left = o.swept;
  for (let i = 0; left > 0 && i < 240; i++) {
    left = Number(await value(`SELECT count(*) FROM (SELECT FROM leitai.paper WHERE state = 0 AND deadline_us <= ${deadline_us} AND tenant_id = ${tenant} AND event_id = ${event} LIMIT 1) x`));
    if (left > 0) await sleep(250);
  }
  const at = Date.now() - deadline_us / 1000;
  return left > 0 ? Number.POSITIVE_INFINITY : at;
}

async function ask_boards(boards, seconds) {
  boards.say("measure");
  await boards.line();
  if (seconds === null) return null;
  await sleep(seconds * 1000);
  boards.say("stop");
  return JSON.parse(await boards.line());
}

async function measure_load(tenant, event, result, problems) {
  const starters = whole ? o.starts * o.seconds : 0, swept = whole ? o.swept : 0;
  const people = people_file("savers", [[1, o.savers], [o.papers + 1, o.papers + starters]]), log = `${o.dir}/load`;
  const load = talk(o.load, load_args(event, people, log, ["--connections", o.savers, "--rate", o.saves, "--seconds", o.seconds, ...(whole ? ["--starts", o.starts] : [])]), "load");
  const boards = talk(o.boards, ["--redis", process.env.LEITAI_REDIS_URL, "--entries", o.entries, "--reads", o.reads, "--puts", o.puts].map(String), "boards");
  boards.say("fill");
  result.board_fill_s = round(JSON.parse(await boards.line()).seconds);
  if ((await load.line()) !== "ready") throw new Error("the savers did not get their papers");
  // Without load, and without puts, so that each rank can be foretold.
  await sql("CHECKPOINT");
  const quiet = talk(o.boards, ["--redis", process.env.LEITAI_REDIS_URL, "--entries", o.entries, "--reads", o.reads, "--seed", "1"].map(String), "quiet");
  const idle = await ask_boards(quiet, o.idle);
  await quiet.end();
  say(`idle ${JSON.stringify(idle)}`);
  const deadline_us = (Date.now() + (o.sweep_at + 10) * 1000) * 1000;
  if (swept > 0) await make_papers(tenant, event, o.papers - swept + 1, o.papers, QUESTIONS, deadline_us);
  await sql("ANALYZE leitai.paper");
  const before = await table_stats();
  load.say("go");
  const go_us = Number((await load.line()).split(" ")[1]);
  result.load_average = os.loadavg()[0];
  const spent = await cpu([load.pid, boards.pid]);
  await ask_boards(boards, null);
  if (swept > 0) {
    await sleep(Math.max(0, deadline_us / 1000 - Date.now()));
    result.sweep_s = round((await watch_sweep(tenant, event, deadline_us)) / 1000);
  }
  const counts = JSON.parse(await load.line());
  result.cpu_s = cpu_between(spent, await cpu([load.pid, boards.pid]));
  boards.say("stop");
  const under = JSON.parse(await boards.line());
  boards.say("check");
  const check = JSON.parse(await boards.line());
  await boards.end();
  await load_ended(load, "load", problems);
  say(`loaded ${JSON.stringify(under)} ${JSON.stringify(counts)}`);
  if (idle.wrong + check.wrong + idle.errors + check.errors + under.errors + idle.stale + under.stale > 0) problems.push(`board: ${JSON.stringify({ idle, under, check })}`);
  judge_load(read_log(log), (deadline_us - go_us) / SECOND_US, result);
  Object.assign(result, { entries: o.entries, rank_p99_ms: round(under.rank.p99), around_p99_ms: round(under.around.p99), top_p99_ms: round(under.top.p99), idle_rank_p99_ms: round(idle.rank.p99),
    idle_around_p99_ms: round(idle.around.p99), idle_top_p99_ms: round(idle.top.p99), rank_p50_ms: round(under.rank.p50), idle_rank_p50_ms: round(idle.rank.p50) });
  result.updates = stats_between(before, await table_stats());
  return read_log(log);
}

async function load_ended(load, name, problems) {
  const code = await load.end();
  if (code !== 0) problems.push(`leitai-load (${name}) ended with ${code}: ${fs.readFileSync(`${o.dir}/${name}.err`, "utf8")}`);
}

function judge_load(log, sweep_from, result) {
  const saves = log.filter((r) => r.what === "save"), starts = log.filter((r) => r.what === "start");
  const sweep_to = sweep_from + (result.sweep_s ?? 0), during = (r) => result.sweep_s !== undefined && r.due >= sweep_from && r.due <= sweep_to;
  Object.assign(result, { saves: saves.length, save_p50_ms: round(quantile(times(saves.filter((r) => !during(r))), 0.5)), save_p99_ms: round(quantile(times(saves.filter((r) => !during(r))), 0.99)), save_answers: count_by(saves, "answer") });
  if (!whole) return;
  Object.assign(result, { save_p99_during_sweep_ms: round(quantile(times(saves.filter(during)), 0.99)), starts: starts.length, start_p50_ms: round(quantile(times(starts), 0.5)), start_p99_ms: round(quantile(times(starts), 0.99)),
    start_answers: count_by(starts, "answer"), enter_p99_ms: round(quantile(times(log.filter((r) => r.what === "hello" && r.due > 0)), 0.99)) });
}

const STATS = ["n_tup_ins", "n_tup_upd", "n_tup_hot_upd", "n_dead_tup"];
async function table_stats() {
  await sleep(1100); // backends report once a second
  return Object.fromEntries((await sql(`SELECT relname, ${STATS.join(", ")} FROM pg_stat_user_tables WHERE relname LIKE 'paper\\_%'`)).map(([name, ...n]) => [name, n.map(Number)]));
}
const stats_between = (a, b) => Object.fromEntries(STATS.map((name, k) => [name, b[`paper_${SEASON}`][k] - a[`paper_${SEASON}`][k]]));

/** Papers from their start to the end, in a table of their own: what one costs. */
async function measure_lives(tenant, event, from, result, problems) {
  const people = people_file("lives", [[from, from + o.lives - 1]]), log = `${o.dir}/lives`;
  const load = talk(o.load, load_args(event, people, log, ["--connections", o.lives, "--rate", o.saves, "--seconds", 120, "--begin", "--submit"]), "lives");
  if ((await load.line()) !== "ready") throw new Error("the papers were not begun");
  load.say("go");
  await load.line();
  const counts = JSON.parse(await load.line());
  await load_ended(load, "lives", problems);
  const [[n, bytes, heap, indexes]] = await sql(`SELECT (SELECT count(*) FROM leitai.paper_${LIFE_SEASON} WHERE state = 1), pg_total_relation_size('leitai.paper_${LIFE_SEASON}'), pg_relation_size('leitai.paper_${LIFE_SEASON}'), pg_indexes_size('leitai.paper_${LIFE_SEASON}')`);
  if (Number(n) !== o.lives || counts.saved !== o.lives * QUESTIONS) problems.push(`${n} of ${o.lives} papers were handed in, ${counts.saved} saves`);
  const entry = Number(await value("SELECT pg_total_relation_size('leitai.entry') / GREATEST(1, (SELECT count(*) FROM leitai.entry))"));
  Object.assign(result, { bytes_per_paper: Math.round(bytes / n), heap_bytes_per_paper: Math.round(heap / n), index_bytes_per_paper: Math.round(indexes / n), entry_bytes: entry, finished_papers: Number(n),
    life_updates: (await table_stats())[`paper_${LIFE_SEASON}`] });
  const saved = await check_saves(tenant, event, read_log(log), problems), sums = await check_sums(tenant, event, read_log(log), problems);
  if (sums.submitted !== sums.handed_in) problems.push(`${sums.handed_in} were told that they handed in, ${sums.submitted} are`);
  result.life_items_checked = saved;
}

// ---- the report ----

const GOALS = [["start_p99_ms", 100, "ms"], ["save_p99_ms", 50, "ms"], ["save_p99_during_sweep_ms", 250, "ms"], ["sweep_s", 30, "s"], ["bytes_per_paper", 2048, "bytes"], ["idle_rank_p99_ms", 2, "ms"], ["idle_around_p99_ms", 2, "ms"], ["idle_top_p99_ms", 2, "ms"],
  ["rank_p99_ms", 10, "ms"], ["around_p99_ms", 10, "ms"], ["top_p99_ms", 10, "ms"]];
function report(result) {
  for (const [name, goal, unit] of GOALS) {
    if (!(name in result)) continue;
    const v = result[name];
    console.log(`${name.padEnd(26)} ${String(v ?? "none").padStart(9)} ${unit.padEnd(5)}  goal ${goal} ${v !== null && v <= goal ? "met" : "missed"}`);
  }
}

async function main() {
  const result = { bench: o.bench, papers: o.papers, cores: os.cpus().length }, problems = [];
  const tenant = await value("SELECT tenant_id FROM leitai.tenant WHERE code = 'demo'"), starters = whole ? o.starts * o.seconds : 0, swept = whole ? o.swept : 0;
  say(`load average ${os.loadavg().map((x) => x.toFixed(1)).join(" ")}; preparing ${o.papers} papers`);
  await make_people(tenant, o.papers + starters + o.lives);
  const event = await open_event(tenant, "bench-paper", SEASON), later_us = (Date.now() + 50 * 60_000) * 1000;
  await make_papers(tenant, event, 1, o.savers, 0, later_us);
  await make_papers(tenant, event, o.savers + 1, o.papers - swept, 10, later_us);
  say("prepared");
  const log = await measure_load(tenant, event, result, problems);
  result.items_checked = await check_saves(tenant, event, log, problems);
  const sums = await check_sums(tenant, event, log, problems);
  if (whole && (sums.swept !== swept || sums.submitted !== 0 || sums.open !== o.papers - swept + sums.started)) problems.push(`papers: ${JSON.stringify(sums)}`);
  if (whole) await measure_lives(tenant, await open_event(tenant, "bench-lives", LIFE_SEASON), o.papers + starters + 1, result, problems);
  result.load_average_after = os.loadavg()[0];
  result.problems = problems.length;
  report(result);
  console.log(`${result.items_checked + (result.life_items_checked ?? 0)} items of papers with an acknowledged save were read back, ${problems.length} problems; load average ${result.load_average.toFixed(1)} at the beginning`);
  for (const p of problems.slice(0, 10)) console.log(`  ${p}`);
  say(JSON.stringify(result));
  if (o.json) fs.writeFileSync(o.json, `${JSON.stringify(result, null, 1)}\n`);
  return problems.length === 0 ? 0 : 1;
}

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
