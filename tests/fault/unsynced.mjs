// Does the disk of shim_store.c forget what was not synced, and nothing else? `unsynced.mjs --program LEITAI`
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { options } from "./faults.mjs";
import { make_template, sleep, Stack } from "./stack.mjs";

const o = options(process.argv.slice(2), { program: "", shims: "" });
const base = fs.mkdtempSync(path.join(os.tmpdir(), "leitai-fault.")), stack = new Stack(`${base}/run`, path.resolve(o.program), `${base}/template`);
fs.chmodSync(base, 0o711);
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
const rows = async () => (await stack.rows("SELECT what FROM kept ORDER BY what")).map((r) => r.what);
async function fsync(on) {
  await stack.pg_stop();
  stack.fsync = on;
  await stack.pg_start();
}
try {
  stack.use_shims(path.resolve(o.shims || `${path.dirname(o.program)}/tests`));
  await make_template(`${base}/template`, stack.program, []);
  await stack.open(0);
  await stack.exec("CREATE TABLE kept (what text)");
  await test("what was synced is there when the power is back", async () => {
    await stack.exec("INSERT INTO kept VALUES ('a synced')");
    await stack.pg_power_loss();
    await stack.pg_start();
    assert.deepEqual(await rows(), ["a synced"]);
  });
  await test("kill -9 loses nothing, synced or not", async () => {
    await fsync("off");
    await stack.exec("INSERT INTO kept VALUES ('b not synced')");
    await stack.pg_kill();
    await stack.pg_start();
    assert.deepEqual(await rows(), ["a synced", "b not synced"]);
  });
  await test("what was not synced is gone with the power", async () => {
    await fsync("on");
    await stack.exec("INSERT INTO kept VALUES ('c synced')");
    await fsync("off");
    await stack.exec("INSERT INTO kept VALUES ('d not synced')");
    await stack.pg_power_loss();
    await stack.pg_start();
    assert.deepEqual(await rows(), ["a synced", "b not synced", "c synced"]);
  });
  await test("on a full disk nothing grows, and it goes on when there is room", async () => {
    await fsync("on");
    stack.pg_disk_full(true);
    await assert.rejects(stack.exec("INSERT INTO kept SELECT repeat('x', 1000) FROM generate_series(1, 5000)"));
    stack.pg_disk_full(false);
    if (!stack.pg_processes().length) await stack.pg_start();
    for (let i = 0; i < 20 && !(await stack.exec("INSERT INTO kept VALUES ('e')").then(() => true, () => false)); i++) await sleep(500);
    assert.deepEqual(await rows(), ["a synced", "b not synced", "c synced", "e"]);
  });
} finally {
  await stack.close();
  fs.rmSync(base, { recursive: true, force: true });
}
process.exit(failed);
