// How long faults are felt: `bench.mjs --program LEITAI [--players N] [--entries N] [--rounds N] [--drained N] [--only drain]`. Three nodes, players
// at all of them; for the drain, all of them at one. Fails when an acknowledged answer is lost or anybody heard what is wrong.
//   driver killed         until each player has the next frame, wherever it was connected
//   PostgreSQL restarted  from its accepting connections until each player has the next frame
//   Redis killed          answers refused meanwhile; from its return until the board of all entries is complete
//   node drained          in an open question, everybody at it: until all are back elsewhere; how many come at once; what became of their answers
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { check_acked } from "./check.mjs";
import { Contest, EVENTS } from "./contest.mjs";
import { known_events, options } from "./faults.mjs";
import { Random } from "./random.mjs";
import { make_template, sleep, Stack, until } from "./stack.mjs";

const o = options(process.argv.slice(2), { program: "", players: 200, entries: 100_000, rounds: 5, drained: 5000, seed: 1, only: "" });
o.program = path.resolve(o.program);
const base = fs.mkdtempSync(path.join(os.tmpdir(), "leitai-fault."));
fs.chmodSync(base, 0o711);
let failed = 0;

/** How long after `since` each player's log went on, ms. */
async function next_frames(players, since) {
  const from = new Map(players.map((p) => [p, p.seq])), at = new Map();
  await until(() => {
    for (const p of players) if (p.seq > from.get(p) && !at.has(p)) at.set(p, performance.now() - since);
    return at.size === players.length;
  }, 30_000, "the next frame", 5).catch(() => {});
  return [...players].map((p) => at.get(p) ?? Number.POSITIVE_INFINITY);
}
const quantile = (list, q) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(q * list.length))];
const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
const line = (what, list) => console.log(`${what}: median ${seconds(quantile(list, 0.5))}, p99 ${seconds(quantile(list, 0.99))}, worst ${seconds(Math.max(...list))}, ${list.length} measured`);

/** Opens three nodes and a contest of `n` players, has it measured, and says what was wrong. */
async function bench(name, n, env, measure) {
  const stack = Object.assign(new Stack(`${base}/${name}`, o.program, `${base}/template`), { env });
  await stack.open(3);
  const contest = new Contest(stack, (await known_events(stack))("crowd"), new Random(o.seed, name), n, 1);
  Object.assign(contest.world, { history: null, pulse: Math.max(1, n / 500) });
  contest.faults_over = false;
  try {
    await measure(stack, contest);
    const { acked, lost } = await check_acked(stack, contest);
    console.log(`  answers acknowledged ${acked}, lost ${lost}; violations ${contest.world.violations.length}`);
    for (const v of contest.world.violations.slice(0, 5)) console.log(`    ${v}`);
    if (lost || !acked || contest.world.violations.length) failed = 1;
  } finally {
    contest.end();
    await stack.close();
  }
}

async function stores_and_driver(stack, contest) {
  const { event } = contest;
  // Entries of people who never come: the board has them all.
  await stack.exec(`WITH p AS (INSERT INTO leitai.person (tenant_id, ext_id, name) SELECT ${event.tenant_id}, 'x' || g, 'x' || g FROM generate_series(1, ${o.entries}) g RETURNING person_id, name)
    INSERT INTO leitai.entry (tenant_id, event_id, kind, person_id, name) SELECT ${event.tenant_id}, ${event.id}, 'person', person_id, name FROM p`);
  contest.pace = 2;
  contest.start();
  void contest.lead(600_000).catch((e) => console.log(e.message));
  await until(() => (contest.host.question?.q ?? 0) >= 2 && contest.players.every((p) => p.own?.v > 0), 120_000, "the first reveal");
  const { players } = contest, back = [];
  for (let i = 0; i < o.rounds; i++) {
    await until(() => contest.host.question?.state === "open", 30_000, "an open question", 10);
    await sleep(300);
    await stack.pg_immediate();
    await sleep(500);
    await stack.pg_start();
    back.push(...(await next_frames(players, performance.now())));
    await until(() => players.every((p) => p.status === "live"), 30_000, "everybody");
  }
  line("PostgreSQL restarted → next frame", back);

  contest.to_deadline = true; // else the host's closing refuses some
  await until(() => contest.host.question?.state === "open", 60_000, "an open question", 10);
  const before = new Set(players.flatMap((p) => [...p.answers.values()].filter((a) => a.state !== "sent"))), killed = performance.now();
  await stack.redis_kill();
  await until(() => contest.host.question?.state === "revealed" && performance.now() - killed > 2000, 60_000, "a question without Redis");
  const version = () => Math.max(...[...contest.world.boards.values()].map(({ board }) => board.v));
  await stack.redis_start();
  const returned = performance.now(), key = `lt:{${event.tenant_id}:${event.id}}:board`, all = o.entries + o.players;
  await until(async () => Number(await stack.redis_cli("zcard", key)) === all && Number(await stack.redis_cli("get", `${key}:v`)) >= version(), 60_000, "a complete board", 20);
  const complete = performance.now() - returned;
  const settled = players.flatMap((p) => [...p.answers.values()]).filter((a) => !before.has(a) && a.settled_at > killed);
  const refused = settled.filter((a) => !["saved", "already_answered"].includes(a.state));
  console.log(`Redis killed → answers refused: ${refused.length} of ${settled.length}; board of ${all} entries complete ${seconds(complete)} after its return`);

  Object.assign(contest, { pace: 0.5, to_deadline: false });
  await until(() => contest.host.question?.q === contest.n_questions - 1 && contest.host.question.state === "revealed", 240_000, "the last question but one", 50);
  const frames = [];
  for (let i = 0; i < o.rounds; i++) {
    await until(() => players.every((p) => p.status === "live" && p.seq === contest.world.head), 60_000, "everybody");
    const node = stack.nodes[await stack.driver(event.id)];
    const since = performance.now();
    await node.kill();
    frames.push(...(await next_frames(players, since)));
    node.start();
    await until(() => node.ready(), 30_000, "the node's return");
    await sleep(500);
  }
  line("driver killed → next frame", frames);
  await all_settled(contest);
}

/** Nobody answers any more, and no answer is on its way. */
async function all_settled(contest) {
  const { players } = contest;
  contest.quiet = true;
  await until(() => players.every((p) => p.status === "live" && [...p.answers.values()].every((a) => a.state !== "sent")), 60_000, "what became of all answers");
}
/** The most of these moments within `ms`. */
function crowded(times, ms) {
  const sorted = [...times].sort((a, b) => a - b);
  let most = 0;
  for (let i = 0, from = 0; i < sorted.length; i++) {
    while (sorted[i] - sorted[from] > ms) from++;
    most = Math.max(most, i - from + 1);
  }
  return most;
}

async function drain(stack, contest) {
  const { players, world } = contest, [leaving, ...others] = stack.nodes;
  world.ports = () => [leaving.port];
  Object.assign(contest, { pace: 2.5, to_deadline: true }); // answers come for 3.5 of the 5 s
  contest.start();
  void contest.lead(600_000).catch((e) => console.log(e.message));
  await until(() => (contest.host.question?.q ?? 0) >= 2 && players.every((p) => p.own?.v > 0), 180_000, "the first reveal");
  await until(() => contest.host.question?.state === "open", 60_000, "an open question", 10);
  await sleep(300);
  const answers = () => players.flatMap((p) => [...p.answers.values()]), before = new Set(answers().filter((a) => a.state !== "sent"));
  world.ports = () => others.map((n) => n.port);
  const since = performance.now(), ended = leaving.drain().then((code) => [code, performance.now() - since]);
  await until(() => players.every((p) => p.welcomed_at > since && p.status === "live"), 60_000, "everybody elsewhere", 20);
  const [code, took] = await ended;
  await all_settled(contest);
  line(`node with ${players.length} players drained → back elsewhere`, players.map((p) => p.welcomed_at - since));
  const attempts = players.flatMap((p) => p.connects).filter(([at]) => at > since), limit = ACCEPT_PER_SECOND / 10;
  const most = Math.max(...others.map((n) => crowded(attempts.filter(([, port]) => port === n.port).map(([at]) => at), 100)));
  console.log(`  it ended with ${code} after ${seconds(took)}; at most ${most} connections at one node within 0.1 s (the limit of ${ACCEPT_PER_SECOND} per second lets ${limit} through at once)`);
  const since_then = answers().filter((a) => !before.has(a)), count = (...states) => since_then.filter((a) => states.includes(a.state)).length;
  console.log(`  of ${since_then.length} answers that were on their way or sent since, ${count("saved")} saved, ${count("late")} late, ${count("already_answered")} second thoughts, ${since_then.length - count("saved", "late", "already_answered")} refused`);
  if (code !== 0) failed = 1;
}

const ACCEPT_PER_SECOND = 5000;
try {
  await make_template(`${base}/template`, o.program, EVENTS);
  if (o.only !== "drain") await bench("stores", o.players, {}, stores_and_driver);
  await bench("drain", o.drained, { LEITAI_DRAIN_S: "5", LEITAI_ACCEPT_PER_SECOND: String(ACCEPT_PER_SECOND) }, drain);
} finally {
  fs.rmSync(base, { recursive: true, force: true });
}
process.exit(failed);
