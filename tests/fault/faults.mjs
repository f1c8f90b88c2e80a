// Contests under faults: `faults.mjs --program LEITAI [--runs N] [--seed S] [--only FAULT,…] [--faults N] [--jobs N] [--short] [--keep]`.
//
// A run is one seed: so many nodes, so many players, these faults at those moments, three contests at once (one of them of another
// tenant). It ends with checks over everything that was seen and stored. What a violation looked like from all sides is then in
// history.jsonl and the servers' logs, in the folder that is named; the last line adds everything up.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { check, ended } from "./check.mjs";
import { Contest, EVENTS } from "./contest.mjs";
import { HARM, NAMES } from "./harm.mjs";
import { Random } from "./random.mjs";
import { make_template, sleep, Stack, until } from "./stack.mjs";

const PATIENCE_MS = 45_000;

export function options(argv, known) {
  const o = { ...known };
  for (let i = 0; i < argv.length; i++) {
    const name = argv[i].replace(/^--/, "").replaceAll("-", "_");
    if (!argv[i].startsWith("--") || !(name in known)) throw new Error(`there is no option ${argv[i]}`);
    if (typeof known[name] === "boolean") o[name] = true;
    else if (argv[i + 1] === undefined) throw new Error(`${argv[i]} needs a value`);
    else o[name] = typeof known[name] === "number" ? Number(argv[++i]) : argv[++i];
  }
  return o;
}

export async function known_events(stack) {
  const rows = await stack.rows(`SELECT e.tenant_id, e.event_id AS id, e.code, t.code AS tenant, convert_from(k.key, 'UTF8') AS secret FROM leitai.event e
    JOIN leitai.tenant t USING (tenant_id) JOIN leitai.ticket_key k USING (tenant_id)`);
  return (code) => ({ ...EVENTS.find((e) => e.code === code), ...rows.find((r) => r.code === code) });
}

/** The faults of one run, one after another, now and then two at a time. */
async function do_harm(ctx, names, done) {
  const held = new Set(), running = [], at_the_end = ctx.random.chance(0.4) ? names.length - 1 : -1;
  for (const [i, name] of names.entries()) {
    const harm = HARM[name];
    await sleep(ctx.random.between(300, 2500));
    // Sometimes the last one falls into the contest's end: the last reveal, the results, the credits.
    if (i === at_the_end) {
      await Promise.all(running.splice(0));
      ctx.let_end();
      await until(() => ctx.near_end() || ctx.over(), PATIENCE_MS, "the end").catch(() => {});
      await sleep(ctx.random.between(0, 800));
      done.push(name);
      ctx.note(name);
      await harm.run(ctx).catch((e) => ctx.failed(name, e));
      return;
    }
    if (held.has(harm.on) || !ctx.random.chance(0.3)) await Promise.all(running.splice(0));
    if (ctx.over()) break;
    held.add(harm.on);
    ctx.note(name);
    done.push(name);
    running.push(harm.run(ctx).then(() => ctx.note(`${name} healed`), (e) => ctx.failed(name, e)).finally(() => held.delete(harm.on)));
  }
  await Promise.all(running);
}

/** One run; gives faults, acked, lost, violations. */
export async function one_run(o, seed, names, template, dir) {
  const random = new Random(seed, "run"), stack = new Stack(dir, o.program, template), done = [], begun = performance.now();
  const teams = random.chance(0.25), result = { faults: done, acked: 0, lost: 0, violations: [] };
  let contests = [];
  try {
    if (names.some((n) => HARM[n].shims)) stack.use_shims(o.shims);
    await stack.open(2 + random.below(2));
    const event = await known_events(stack);
    const contest = (code, n, base) => new Contest(stack, event(code), new Random(seed, code), n, base);
    contests = [contest(teams ? "teams" : "crowd", 20 + random.below(41), 1), contest("beside", 6, 1001), contest("elsewhere", 4, 1)];
    const [main] = contests, harm = new Random(seed, "harm");
    for (const c of contests) { c.faults_over = false; c.start(); }
    const ctx = {
      stack, event: main.event, random: harm, players: main.players,
      note: (what) => { for (const c of contests) c.world.note("", "fault", { fault: what }); },
      over: () => main.phase === "final",
      asking: () => main.host.question?.state === "open",
      let_end: () => { for (const c of contests) c.faults_over = true; },
      near_end: () => main.phase === "finished" || (main.host.question?.q === main.n_questions && ["closed", "revealed"].includes(main.host.question.state)),
      failed: (name, e) => result.violations.push(`the fault ${name} itself failed: ${e.stack}`),
    };
    await until(() => main.phase === "lobby" || main.phase === "draft", 20_000, "the host's entry");
    const harmed = do_harm(ctx, names, done).then(ctx.let_end);
    await Promise.all([harmed, ...contests.map((c) => c.lead(PATIENCE_MS).catch((e) => c.world.violation(`STUCK: ${e.message}`)))]);
    for (const c of contests) await ended(c);
    await sleep(200); // what is wrongly sent behind the end is to be heard too
    for (const c of contests) {
      const { acked, lost } = await check(stack, c);
      result.acked += acked;
      result.lost += lost;
    }
  } catch (e) {
    result.violations.push(`the run failed: ${e.stack}`);
  }
  for (const c of contests) {
    c.end();
    result.violations.push(...c.world.violations);
  }
  // A sanitizer's report, an assertion, is no line of JSON.
  for (const n of stack.nodes) {
    const odd = fs.existsSync(n.log) ? fs.readFileSync(n.log, "utf8").split("\n").filter((l) => l && !l.startsWith("{")) : [];
    if (odd.length) result.violations.push(`node ${n.index} says: ${odd.slice(0, 5).join(" / ")}`);
  }
  await stack.close();
  if (result.violations.length || o.keep) {
    const all = contests.flatMap((c) => c.world.history.map((h) => ({ event: c.event.code, ...h }))).sort((a, b) => a.at - b.at);
    fs.writeFileSync(`${dir}/history.jsonl`, `${all.map((h) => JSON.stringify(h)).join("\n")}\n`);
    result.dir = dir;
  } else fs.rmSync(dir, { recursive: true, force: true });
  result.seconds = (performance.now() - begun) / 1000;
  result.players = contests[0]?.players.length ?? 0;
  result.nodes = stack.nodes.length;
  result.what = teams ? "teams" : "players";
  return result;
}

/** What is to be run: seeds with their faults. Out of a bag, so that every fault comes equally often. */
function plan(o, first) {
  const among = o.only ? o.only.split(",") : NAMES, runs = [];
  for (const name of among) if (!HARM[name]) throw new Error(`there is no fault ${name}; there are ${NAMES.join(", ")}`);
  let bag = [];
  for (let i = 0; i < o.runs; i++) {
    const names = [];
    while (names.length < o.faults) {
      if (bag.length === 0) bag = new Random(first, "bag", i).shuffle(among);
      names.push(bag.pop());
    }
    runs.push({ seed: first + i, names });
  }
  return runs;
}
/** Two minutes that tell most: part of every test, and so always the same. */
const SHORT = [
  { seed: 1, names: ["kill_driver", "redis_kill", "kill_in_commit", "redis_flushall"] },
  { seed: 2, names: ["pause_driver", "pg_kill", "half_open_clients", "stall_redis"] },
  { seed: 4, names: ["pg_power_loss", "stall_pg", "redis_pause"] },
  { seed: 5, names: ["pg_immediate", "slow_pg", "kill_node", "clock_step"] },
];

async function main() {
  const o = options(process.argv.slice(2), { program: "", shims: "", runs: 1, seed: -1, only: "", faults: 3, jobs: 2, short: false, keep: false });
  if (!o.program) throw new Error("--program is needed");
  o.program = path.resolve(o.program);
  const first = o.seed >= 0 ? o.seed : Math.floor(Math.random() * 1e9), runs = o.short ? SHORT : plan(o, first), n = runs.length;
  const base = fs.mkdtempSync(path.join(os.tmpdir(), "leitai-fault."));
  fs.chmodSync(base, 0o711);
  let keep = o.keep;
  process.on("exit", () => { if (!keep) fs.rmSync(base, { recursive: true, force: true }); });
  // A copy, so that whoever builds meanwhile does not change what is being tested.
  const shims = o.shims || `${path.dirname(o.program)}/tests`;
  for (const file of [o.program, `${shims}/shim_store.so`, `${shims}/shim_clock.so`]) fs.copyFileSync(file, path.join(base, path.basename(file)));
  o.program = `${base}/leitai`;
  o.shims = base;
  if (!o.short) console.log(`seed ${first}`);
  const sum = { faults: 0, acked: 0, lost: 0, violations: 0 };
  await make_template(`${base}/template`, o.program, EVENTS);
  let next = 0;
  const worker = async () => {
    while (next < n) {
      const i = next++, { seed, names } = runs[i];
      const r = await one_run(o, seed, names, `${base}/template`, `${base}/r${i}`);
      console.log(`${r.violations.length ? "not ok" : "ok"} run ${i + 1}, seed ${seed}: ${r.nodes} nodes, ${r.players} ${r.what}, ${r.faults.join(" ")}: acked ${r.acked}, lost ${r.lost}, violations ${r.violations.length}, ${r.seconds.toFixed(0)} s`);
      for (const v of r.violations.slice(0, 12)) console.log(`  ${v}`);
      if (r.violations.length) console.log(`  all of it is in ${r.dir}; again: --only ${names.join(",")} --faults ${names.length} --seed ${seed}`);
      sum.faults += r.faults.length;
      sum.acked += r.acked;
      sum.lost += r.lost;
      sum.violations += r.violations.length;
    }
  };
  await Promise.all(Array.from({ length: Math.min(o.jobs, n) }, worker));
  keep ||= sum.violations > 0;
  console.log(`runs ${n}, faults ${sum.faults}, acked ${sum.acked}, lost ${sum.lost}, violations ${sum.violations}`);
  process.exit(sum.violations === 0 && sum.acked > 0 ? 0 : 1);
}
if (import.meta.url === pathToFileURL(process.argv[1]).href) await main();
