// How long faults are felt: `bench.mjs --program LEITAI [--players N] [--entries N] [--rounds N]`. Three nodes, players at all of them.
//   driver killed         until each player has the next frame, wherever it was connected
//   PostgreSQL restarted  from its accepting connections until each player has the next frame
//   Redis killed          answers refused meanwhile; from its return until the board of all entries is complete
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { Contest, EVENTS } from "./contest.mjs";
import { known_events, options } from "./faults.mjs";
import { Random } from "./random.mjs";
import { make_template, sleep, Stack, until } from "./stack.mjs";

const o = options(process.argv.slice(2), { program: "", players: 200, entries: 100_000, rounds: 5, seed: 1 });
o.program = path.resolve(o.program);
const base = fs.mkdtempSync(path.join(os.tmpdir(), "leitai-fault.")), stack = new Stack(`${base}/run`, o.program, `${base}/template`);
fs.chmodSync(base, 0o711);

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

await make_template(`${base}/template`, o.program, EVENTS);
await stack.open(3);
const event = (await known_events(stack))("crowd"), contest = new Contest(stack, event, new Random(o.seed, "bench"), o.players, 1);
try {
  // Entries of people who never come: the board has them all.
  await stack.exec(`WITH p AS (INSERT INTO leitai.person (tenant_id, ext_id, name) SELECT ${event.tenant_id}, 'x' || g, 'x' || g FROM generate_series(1, ${o.entries}) g RETURNING person_id, name)
    INSERT INTO leitai.entry (tenant_id, event_id, kind, person_id, name) SELECT ${event.tenant_id}, ${event.id}, 'person', person_id, name FROM p`);
  contest.faults_over = false;
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

  contest.pace = 0.5;
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
  if (contest.world.violations.length) console.log(`violations: ${contest.world.violations.slice(0, 5).join("\n")}`);
} finally {
  contest.end();
  await stack.close();
  fs.rmSync(base, { recursive: true, force: true });
}
process.exit(0);
