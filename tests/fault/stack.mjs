// One PostgreSQL, one Redis and some nodes of a run's own, and what can be done to them. Everything lives below one short folder.
import { execFile, spawn } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { Proxy } from "./proxy.mjs";

const run = promisify(execFile);
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const root = process.getuid() === 0;
const PG_BIN = (() => {
  const all = fs.readdirSync("/usr/lib/postgresql").sort((a, b) => Number(a) - Number(b));
  return `/usr/lib/postgresql/${all.at(-1)}/bin`;
})();
// PostgreSQL refuses to run as root: there, the user postgres does.
const as_postgres = (command, args) =>
  root ? ["setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", command, ...args]] : [command, args];
const pg_run = (command, args, options = {}) => run(...as_postgres(command, args), { cwd: "/", ...options });

export async function until(fits, ms, what, every = 50) {
  const end = performance.now() + ms;
  for (;;) {
    const got = await fits();
    if (got) return got;
    if (performance.now() > end) throw new Error(`in vain: ${what}`);
    await sleep(every);
  }
}
const alive = (pid) => {
  try {
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
};
const kill = (pid, signal) => { try { process.kill(pid, signal); } catch { /* gone already */ } };
const children = (pid) => {
  try {
    return fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
};
function free_port() {
  return new Promise((done) => {
    const s = net.createServer().listen(0, "127.0.0.1", () => { const { port } = s.address(); s.close(() => done(port)); });
  });
}

class Node {
  process = null; port; proxies = {};
  constructor(stack, index) {
    this.stack = stack;
    this.index = index;
    this.dir = `${stack.dir}/n${index}`;
    this.log = `${this.dir}/log`;
  }
  async open() {
    fs.mkdirSync(this.dir);
    this.port = await free_port();
    this.proxies.pg = await Proxy.open(`${this.dir}/.s.PGSQL.5432`, `${this.stack.dir}/run/.s.PGSQL.5432`);
    this.proxies.redis = await Proxy.open(`${this.dir}/redis.sock`, `${this.stack.dir}/redis.sock`);
  }
  start() {
    const out = fs.openSync(this.log, "a");
    this.killed = false;
    this.process = spawn(this.stack.program, ["serve"], {
      stdio: ["ignore", out, out],
      env: {
        PATH: process.env.PATH, LEITAI_PORT: String(this.port), LEITAI_WORKERS: "1", LEITAI_DRAIN_S: "1", LEITAI_STATIC_DIR: "",
        // So that who asks and does not read is cut before the kernel's buffers of a minute are full.
        LEITAI_MESSAGES_PER_SECOND: "1000", LEITAI_MAX_QUEUE_BYTES: "32768",
        LEITAI_DATABASE_URL: `host=${this.dir} user=leitai_app dbname=leitai`,
        LEITAI_RELAY_URL: `host=${this.dir} user=leitai_relay dbname=leitai`,
        LEITAI_REDIS_URL: `unix://${this.dir}/redis.sock`, LEITAI_SESSION_SECRET: "a-secret-of-a-test-that-is-long-enough",
        ...this.stack.env, ...this.stack.node_env(this.index),
      },
    });
    fs.closeSync(out);
    const mine = this.process;
    // A service manager would do the same; that a node ends by itself while PostgreSQL is away at its start is as it says it is.
    mine.on("exit", () => { if (!this.killed && this.process === mine && !this.stack.closed) setTimeout(() => this.process === mine && !this.stack.closed && this.start(), 500); });
  }
  ready() {
    return new Promise((done) => {
      const ask = http.get({ host: "127.0.0.1", port: this.port, path: "/readyz", timeout: 500 }, (r) => { r.resume(); done(r.statusCode === 200); });
      ask.on("error", () => done(false)).on("timeout", () => { ask.destroy(); done(false); });
    });
  }
  /** A counter of its worker, 0 while it cannot say. */
  metric(name) {
    return new Promise((done) => {
      const ask = http.get({ host: "127.0.0.1", port: this.port, path: "/metrics", timeout: 2000 }, (r) => {
        let text = "";
        r.setEncoding("utf8").on("data", (d) => { text += d; }).on("end", () => done(Number(text.match(new RegExp(`^${name} (\\d+)`, "m"))?.[1] ?? 0)));
      });
      ask.on("error", () => done(0)).on("timeout", () => ask.destroy());
    });
  }
  /** The process that serves players. */
  worker() { return children(this.process.pid).find((p) => fs.existsSync(`/proc/${p}`) && fs.readFileSync(`/proc/${p}/comm`, "utf8").trim() === "worker-0"); }
  /** kill −9 of everything that the node is. */
  async kill() {
    const all = [this.process.pid, ...children(this.process.pid)];
    this.killed = true;
    for (const p of all) kill(p, "SIGKILL");
    await until(() => all.every((p) => !alive(p)), 5000, "a killed node's end", 10);
  }
  /** SIGTERM: it moves its clients and ends; resolves to its exit code. */
  drain() {
    this.killed = true;
    const ended = new Promise((done) => this.process.once("exit", done));
    kill(this.process.pid, "SIGTERM");
    return ended;
  }
  /** The ids under which its workers have joined the cluster. */
  ids() { return [...fs.readFileSync(this.log, "utf8").matchAll(/"msg":"node joined".*?"node":"?(\d+)/g)].map((m) => Number(m[1])); }
}

// Nothing of a run outlives this program, however it ends.
const opened = new Set();
process.on("exit", () => { for (const s of opened) s.kill_all(); });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(130));

export class Stack {
  env = {}; nodes = []; redis = null; disk = null; clock = null; fsync = "on";

  /** `template`: a folder made by make_template. */
  constructor(dir, program, template) { Object.assign(this, { dir, program, template }); }

  /** The shims: PostgreSQL's disk may lose its power or be full, and nodes' clocks may be set. Before open(). */
  use_shims(dir) {
    this.disk = `${dir}/shim_store.so`;
    this.clock = `${dir}/shim_clock.so`;
  }
  #node_clock(index) {
    const file = `${this.dir}/n${index}/clock`;
    if (!fs.existsSync(file)) fs.writeFileSync(file, Buffer.alloc(8));
    return { LD_PRELOAD: this.clock, LEITAI_TEST_CLOCK: file, ASAN_OPTIONS: "verify_asan_link_order=0" };
  }
  /** In place: the node has the file mapped. */
  step_clock(index, us) {
    const b = Buffer.alloc(8), fd = fs.openSync(`${this.dir}/n${index}/clock`, "r+");
    b.writeBigInt64LE(BigInt(us));
    fs.writeSync(fd, b, 0, 8, 0);
    fs.closeSync(fd);
  }
  node_env(index) { return this.clock ? this.#node_clock(index) : {}; }

  kill_all() {
    const nodes = this.nodes.flatMap((n) => (n.process ? [n.process.pid, ...children(n.process.pid)] : []));
    for (const p of [...nodes, ...(this.redis ? [this.redis.pid] : []), ...this.pg_processes()]) kill(p, "SIGKILL");
  }
  async open(n_nodes) {
    opened.add(this);
    fs.mkdirSync(this.dir, { recursive: true });
    fs.chmodSync(this.dir, 0o711);
    await run("cp", ["-a", `${this.template}/pg`, `${this.dir}/pg`]);
    fs.mkdirSync(`${this.dir}/run`);
    if (root) await run("chown", ["postgres:postgres", `${this.dir}/run`]);
    if (this.disk) await run("cp", ["-a", `${this.dir}/pg`, `${this.dir}/shadow`]);
    await Promise.all([this.pg_start(), this.redis_start()]);
    for (let i = 0; i < n_nodes; i++) {
      const node = new Node(this, i);
      await node.open();
      node.start();
      this.nodes.push(node);
    }
    await Promise.all(this.nodes.map((n) => until(() => n.ready(), 20_000, `node ${n.index} ready`)));
  }
  async close() {
    this.closed = true;
    for (const n of this.nodes) {
      const worker = n.worker();
      if (worker) kill(worker, "SIGCONT");
      if (n.process && alive(n.process.pid)) await n.kill();
      n.proxies.pg.close();
      n.proxies.redis.close();
    }
    if (this.redis) { kill(this.redis.pid, "SIGCONT"); kill(this.redis.pid, "SIGKILL"); }
    await this.pg_kill().catch(() => {});
    opened.delete(this);
  }

  // ---- PostgreSQL ----

  async pg_start() {
    const options = `-c listen_addresses='' -c unix_socket_directories='${this.dir}/run' -c max_connections=100 -c fsync=${this.fsync} -c synchronous_commit=on`;
    const env = { ...process.env, ...(this.disk ? { LD_PRELOAD: this.disk, LEITAI_TEST_DATA: `${this.dir}/pg`, LEITAI_TEST_SHADOW: `${this.dir}/shadow`, LEITAI_TEST_FULL: `${this.dir}/full` } : {}) };
    // A postmaster that was killed leaves children that hold its memory for a moment.
    await until(() => pg_run(`${PG_BIN}/pg_ctl`, ["-D", `${this.dir}/pg`, "-w", "-s", "-t", "30", "-l", `${this.dir}/pg/server.log`, "start", "-o", options], { env })
      .then(() => true, () => false), 30_000, "PostgreSQL's start", 200);
  }
  postmaster() {
    try {
      return Number(fs.readFileSync(`${this.dir}/pg/postmaster.pid`, "utf8").split("\n")[0]);
    } catch {
      return 0;
    }
  }
  pg_processes() {
    const p = this.postmaster();
    return p && alive(p) ? [p, ...children(p)] : [];
  }
  async pg_stop() { await pg_run(`${PG_BIN}/pg_ctl`, ["-D", `${this.dir}/pg`, "-w", "-s", "-m", "fast", "stop"]); }
  async pg_immediate() { await pg_run(`${PG_BIN}/pg_ctl`, ["-D", `${this.dir}/pg`, "-w", "-s", "-m", "immediate", "stop"]); }
  async pg_kill() {
    const all = this.pg_processes();
    for (const p of all) kill(p, "SIGKILL");
    await until(() => all.every((p) => !alive(p)), 5000, "PostgreSQL's death", 10);
  }
  /** Every process dies, and the disk has only what was synced. */
  async pg_power_loss() {
    await this.pg_kill();
    fs.rmSync(`${this.dir}/lost`, { recursive: true, force: true });
    fs.renameSync(`${this.dir}/pg`, `${this.dir}/lost`);
    fs.renameSync(`${this.dir}/shadow`, `${this.dir}/pg`);
    await run("cp", ["-a", `${this.dir}/pg`, `${this.dir}/shadow`]);
  }
  pg_disk_full(yes) {
    if (yes) fs.writeFileSync(`${this.dir}/full`, "");
    else fs.rmSync(`${this.dir}/full`, { force: true });
  }
  pg_signal(signal) { for (const p of this.pg_processes()) kill(p, signal); }
  /** A statement that gives nothing. */
  async exec(statement) {
    await run(`${PG_BIN}/psql`, ["-h", `${this.dir}/run`, "-U", "postgres", "-d", "leitai", "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", statement]);
  }
  /** What a query gives, as an array of objects. As the superuser, past every wall and every proxy. */
  async rows(query) {
    const { stdout } = await run(`${PG_BIN}/psql`, ["-h", `${this.dir}/run`, "-U", "postgres", "-d", "leitai", "-qAtX", "-v", "ON_ERROR_STOP=1", "-c",
      `SELECT COALESCE(json_agg(t), '[]') FROM (${query}) t`], { maxBuffer: 1 << 28 });
    return JSON.parse(stdout);
  }

  // ---- Redis ----

  async redis_start() {
    fs.rmSync(`${this.dir}/redis.sock`, { force: true });
    this.redis = spawn("redis-server", ["--port", "0", "--unixsocket", `${this.dir}/redis.sock`, "--save", "", "--appendonly", "no", "--dir", this.dir,
      "--logfile", `${this.dir}/redis.log`], { stdio: "ignore" });
    await until(() => this.redis_cli("ping").then((x) => x === "PONG", () => false), 10_000, "Redis' start");
  }
  async redis_kill() {
    kill(this.redis.pid, "SIGKILL");
    await until(() => !alive(this.redis.pid), 5000, "Redis' death", 10);
  }
  async redis_cli(...args) { return (await run("redis-cli", ["-s", `${this.dir}/redis.sock`, ...args])).stdout.trim(); }

  // ---- nodes ----

  /** Index of the node that drives the event, −1 if nobody does. */
  async driver(event) {
    const [head] = await this.rows(`SELECT node_id FROM leitai.event_head WHERE event_id = ${event}`);
    return head?.node_id ? this.nodes.findIndex((n) => n.ids().includes(Number(head.node_id))) : -1;
  }
  leitai(...args) { return run(this.program, args, { env: this.owner_env(), maxBuffer: 1 << 26 }); }
  owner_env() {
    const at = `host=${this.dir}/run dbname=leitai`;
    return {
      PATH: process.env.PATH, LEITAI_DATABASE_URL: `${at} user=leitai_app`, LEITAI_MIGRATE_URL: `${at} user=postgres`,
      LEITAI_RELAY_URL: `${at} user=leitai_relay`, LEITAI_SESSION_SECRET: "a-secret-of-a-test-that-is-long-enough",
      LEITAI_REDIS_URL: `unix://${this.dir}/redis.sock`,
    };
  }
}

/** Makes data with the demo's people and bank and the events that runs play, once for all runs. */
export async function make_template(dir, program, events) {
  fs.mkdirSync(dir, { recursive: true });
  fs.chmodSync(dir, 0o711);
  fs.mkdirSync(`${dir}/pg`);
  if (root) await run("chown", ["postgres:postgres", `${dir}/pg`]);
  await pg_run(`${PG_BIN}/initdb`, ["-D", `${dir}/pg`, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums", "-N", "--wal-segsize=1"]);
  const s = new Stack(dir, program, dir);
  opened.add(s);
  fs.mkdirSync(`${dir}/run`);
  if (root) await run("chown", ["postgres:postgres", `${dir}/run`]);
  await s.pg_start();
  try {
    await run(`${PG_BIN}/psql`, ["-h", `${dir}/run`, "-U", "postgres", "-d", "postgres", "-qAtX", "-c", "CREATE DATABASE leitai"]);
    await s.leitai("migrate");
    await s.leitai("demo");
    for (const e of events) await save_event(s, path.join(dir, "sheet.json"), e);
  } finally {
    await pg_run(`${PG_BIN}/pg_ctl`, ["-D", `${dir}/pg`, "-w", "-s", "-m", "fast", "stop"]).catch(() => {});
    opened.delete(s);
  }
}

async function save_event(s, file, e) {
  fs.writeFileSync(file, JSON.stringify(e.sheet));
  const args = ["event", "save", "--tenant", e.tenant, "--code", e.code, "--title", e.code, "--season", "2026", "--sheet", file, "--bank", e.bank, "--seed", String(e.seed)];
  if (e.teams) {
    fs.writeFileSync(`${file}.teams`, `team,unit_code,ext_id,captain\n${e.teams.flatMap((t, i) => t.map((p, k) => `team-${i + 1},,${p},${k === 0 ? 1 : 0}`)).join("\n")}\n`);
    args.push("--teams", `${file}.teams`);
  }
  await s.leitai(...args).catch((err) => { throw new Error(`${e.code}: ${err.stdout}${err.stderr}`); });
}
