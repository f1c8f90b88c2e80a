// The faults. Each is done to one thing, ends healed, and says what it did; two at once never touch the same thing.
import { sleep, until } from "./stack.mjs";

const ms = (ctx, low, high) => Math.round(ctx.random.between(low, high));
const node_of = (ctx) => ctx.random.pick(ctx.stack.nodes);
async function driver_of(ctx) {
  const i = await ctx.stack.driver(ctx.event.id).catch(() => -1);
  return ctx.stack.nodes[i] ?? node_of(ctx);
}
async function kill_and_start(ctx, node) {
  await node.kill();
  await sleep(ms(ctx, 200, 4000));
  node.start();
}
const signal = (pid, s) => { try { process.kill(pid, s); } catch { /* it ended meanwhile */ } };
async function stop_for(pid, time_ms) {
  signal(pid, "SIGSTOP");
  await sleep(time_ms);
  signal(pid, "SIGCONT");
}
/** Says whether a node has cut somebody since. A node that began anew has cut nobody before. */
function cut_by(stack) {
  const before = new Map();
  return async () => {
    for (const n of stack.nodes) {
      const now = await n.metric("leitai_slow_consumers_cut_total");
      if (now > (before.get(n) ?? now)) return true;
      before.set(n, now);
    }
    return false;
  };
}
async function cut(ctx, store, mode, low, high) {
  const node = ctx.random.chance(0.5) ? await driver_of(ctx) : node_of(ctx), proxy = node.proxies[store];
  proxy.set(mode, mode === "slow" ? ms(ctx, 50, 400) : 0);
  await sleep(ms(ctx, low, high));
  proxy.set("pass");
}

export const HARM = {
  kill_driver: { on: "node", run: async (ctx) => kill_and_start(ctx, await driver_of(ctx)) },
  kill_node: { on: "node", run: (ctx) => kill_and_start(ctx, node_of(ctx)) },
  // Answers are on their way into the database, and nobody will ever hear what came of them.
  kill_in_commit: {
    on: "node", run: async (ctx) => {
      const node = ctx.random.chance(0.5) ? await driver_of(ctx) : node_of(ctx);
      await until(() => ctx.asking() || ctx.over(), 10_000, "an open question", 20).catch(() => {});
      node.proxies.pg.set("stall");
      await sleep(ms(ctx, 300, 1000));
      await node.kill();
      node.proxies.pg.set("pass");
      await sleep(ms(ctx, 200, 3000));
      node.start();
    },
  },
  kill_worker: { on: "node", run: async (ctx) => { signal((await driver_of(ctx)).worker() ?? 0, "SIGKILL"); await sleep(1000); } },
  pause_driver: { on: "node", run: async (ctx) => { const p = (await driver_of(ctx)).worker(); if (p) await stop_for(p, ms(ctx, 2500, 5000)); } },
  redis_kill: { on: "redis", run: async (ctx) => { await ctx.stack.redis_kill(); await sleep(ms(ctx, 200, 3000)); await ctx.stack.redis_start(); } },
  redis_flushall: { on: "redis", run: async (ctx) => { await ctx.stack.redis_cli("flushall"); } },
  redis_pause: { on: "redis", run: (ctx) => stop_for(ctx.stack.redis.pid, ms(ctx, 1500, 5000)) },
  pg_immediate: { on: "pg", run: async (ctx) => { await ctx.stack.pg_immediate(); await sleep(ms(ctx, 0, 2000)); await ctx.stack.pg_start(); } },
  pg_kill: { on: "pg", run: async (ctx) => { await ctx.stack.pg_kill(); await sleep(ms(ctx, 0, 2000)); await ctx.stack.pg_start(); } },
  // Who is connected is told that the contest waits.
  pg_pause: {
    on: "pg", run: async (ctx) => {
      const begun = performance.now();
      ctx.stack.pg_signal("SIGSTOP");
      await sleep(10_000);
      const untold = ctx.players.filter((p) => p.status === "live" && !p.presence?.waiting && p.waited_at < begun);
      ctx.stack.pg_signal("SIGCONT");
      if (untold.length) throw new Error(`PostgreSQL stood still for 10 s and ${untold.length} of ${ctx.players.length} players were not told: ${untold.slice(0, 5).map((p) => p.sub)}`);
    },
  },
  // Whoever kills a machine kills its page cache: what was not synced is gone.
  pg_power_loss: { on: "pg", shims: true, run: async (ctx) => { await ctx.stack.pg_power_loss(); await sleep(ms(ctx, 0, 1000)); await ctx.stack.pg_start(); } },
  pg_disk_full: {
    on: "pg", shims: true, run: async (ctx) => {
      ctx.stack.pg_disk_full(true);
      await sleep(ms(ctx, 1000, 5000));
      ctx.stack.pg_disk_full(false);
      if (!ctx.stack.pg_processes().length) await ctx.stack.pg_start(); // it gave up recovering
    },
  },
  clock_step: {
    on: "node", shims: true, run: async (ctx) => {
      const node = ctx.random.chance(0.5) ? await driver_of(ctx) : node_of(ctx);
      ctx.stack.step_clock(node.index, Math.round(ctx.random.pick([-600, -30, -1, 1, 30, 600]) * 1e6));
      await sleep(ms(ctx, 1000, 5000));
      ctx.stack.step_clock(node.index, 0);
    },
  },
  cut_pg: { on: "line", run: (ctx) => cut(ctx, "pg", "refuse", 500, 5000) },
  stall_pg: { on: "line", run: (ctx) => cut(ctx, "pg", "stall", 500, 6000) },
  half_pg: { on: "line", run: (ctx) => cut(ctx, "pg", "half", 500, 3000) },
  // What the driver writes is held back until another node drives, and then arrives all the same.
  late_driver: {
    on: "line", run: async (ctx) => {
      const { pg } = (await driver_of(ctx)).proxies;
      pg.late_word = "closing";
      pg.set("late");
      await until(() => pg.mode === "stall" || ctx.over(), 15_000, "a question to close", 20).catch(() => {});
      await sleep(ms(ctx, 3000, 6000));
      pg.set("pass");
    },
  },
  slow_pg: { on: "line", run: (ctx) => cut(ctx, "pg", "slow", 3000, 8000) },
  cut_redis: { on: "line", run: (ctx) => cut(ctx, "redis", "refuse", 500, 5000) },
  stall_redis: { on: "line", run: (ctx) => cut(ctx, "redis", "stall", 500, 5000) },
  half_redis: { on: "line", run: (ctx) => cut(ctx, "redis", "half", 500, 3000) },
  // Some read late; one asks and does not read at all, and is cut.
  slow_clients: {
    on: "client", run: async (ctx) => {
      const [greedy, ...slow] = ctx.random.shuffle(ctx.players).slice(0, 8);
      for (const p of slow) p.stall(ms(ctx, 1000, 6000));
      await until(() => greedy.status === "live" || ctx.over(), 20_000, "a line", 20);
      if (greedy.status === "live") await greedy.gorge(cut_by(ctx.stack), 30_000);
    },
  },
  half_open_clients: { on: "client", run: async (ctx) => { for (const p of ctx.random.shuffle(ctx.players).slice(0, 8)) p.lose("half-open", true); await sleep(500); } },
};
/** What makes `ctx`: stack, event, players, random. */
export const NAMES = Object.keys(HARM);
