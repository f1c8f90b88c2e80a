// Presses wait in the inbox: the driver was busy, or is a new one. `presses.mjs PORT SECRET_FILE EVENT`; the database is at
// LEITAI_MIGRATE_URL.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { Client, ticket } from "../../lib/contest.mjs";

const [port, secretFile, event] = process.argv.slice(2);
const secret = fs.readFileSync(secretFile, "utf8").trim();
const enter = (role, sub) => Client.enter(Number(port), { role, ticket: ticket(secret, sub), event });
const sql = (text) => execFileSync("psql", [process.env.LEITAI_MIGRATE_URL, "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", text], { encoding: "utf8" }).trim();
let failed = 0;
async function test(name, fn) {
  try {
    await fn();
    console.log(`ok ${name}`);
  } catch (e) {
    failed = 1;
    console.log(`not ok ${name}: ${String(e.stack).replaceAll("\n", " ").slice(0, 900)}`);
  }
}
const host = await enter("desk", "host");
assert.equal(await host.command("lobby", { q: 0 }), "done");
await host.until(() => host.phase === "lobby");
assert.equal(await host.command("lot", { q: 0 }), "done");
const [a, b] = await Promise.all(["p000011", "p000021"].map((sub) => enter("play", sub)));
for (const action of ["start", "next"]) assert.equal(await host.command(action, { q: 0 }), "done");

/** Presses as nodes have stored them, in this order, each so long after the signal. */
function stored(...presses) {
  const rows = presses.map(([who, ms]) => {
    const us = 1000 * ms, args = { entry: String(who.you.entry), arrival_us: 1000 * host.question.opened_ms + us, elapsed_us: us, rtt_min_us: -1, rtt_max_us: -1, claim_us: -1, probes: 0 };
    return `(1, ${event}, 'stored-${who.you.entry}-${ms}', ${who.you.person}, 'press', 0, '${JSON.stringify(args)}')`;
  });
  sql(`INSERT INTO leitai.inbox (tenant_id, event_id, command_id, person_id, action, expect_q, args) VALUES ${rows.join(", ")}`);
}
await test("whoever pressed first holds the question, though the other's press was stored first and the window is over", async () => {
  assert.equal(await host.command("open", { q: 1 }), "done");
  await host.state("open", 1);
  await host.until(() => Date.now() > host.question.opened_ms + 1500, "both windows are over");
  stored([a, 900], [b, 300]);
  await host.state("held", 1);
  assert.equal(host.question.held, b.you.entry);
  assert.deepEqual(host.question.seats.filter((s) => s.pressed).map((s) => [s.entry, s.order]).sort((x, y) => x[1] - y[1]), [[b.you.entry, 1], [a.you.entry, 2]]);
});
for (const x of [host, a, b]) x.end();
process.exit(failed);
