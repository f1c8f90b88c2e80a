// Does anything public tell more than the frozen board? `leaks.mjs --program LEITAI [--seed S] [--pairs N] [--keep]`. Each pair is two twins of
// two contests (halls.mjs), on servers of their own; look.mjs says what differs between twins and what knows who gains. Ends with
// "features N, leaks N", and fails unless that is 0.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { options } from "../fault/faults.mjs";
import { make_template, Stack } from "../fault/stack.mjs";
import { EVENTS, Hall } from "./halls.mjs";
import { look } from "./look.mjs";
import { same_no } from "./no.mjs";

async function twin(o, dir, seed, which, halls, found) {
  const stack = new Stack(dir, path.resolve(o.program), o.template || `${dir}/../template`);
  const at = `host=${dir}/run dbname=leitai`;
  // Straight to the stores: what stands between would be heard in the times.
  stack.env = {
    LEITAI_DATABASE_URL: `${at} user=leitai_app`, LEITAI_RELAY_URL: `${at} user=leitai_relay`, LEITAI_REDIS_URL: `unix://${dir}/redis.sock`,
    LEITAI_TRUST_PROXY: "true", LEITAI_ACCEPT_PER_SECOND: "0", LEITAI_MAX_QUEUE_BYTES: "1048576",
  };
  try {
    await stack.open(2);
    for (const e of EVENTS) {
      const [row] = await stack.rows(`SELECT e.event_id AS id, convert_from(k.key, 'UTF8') AS secret,
        (SELECT json_agg(q.body ORDER BY qi) FROM leitai.question_instance q WHERE q.event_id = e.event_id) AS questions
        FROM leitai.event e JOIN leitai.ticket_key k USING (tenant_id) WHERE e.code = '${e.code}'`);
      await stack.exec(`INSERT INTO leitai.board_share (tenant_id, share, event_id) VALUES (1, '${e.share}', ${row.id});
        INSERT INTO leitai.role_grant (tenant_id, person_id, role, event_id) SELECT 1, person_id, 'judge', ${row.id} FROM leitai.person WHERE tenant_id = 1 AND ext_id = 'p000031'`);
      const hall = new Hall({ ...e, ...row, id: String(row.id) }, stack.nodes.map((n) => n.port), which, seed);
      await hall.run();
      halls.push(hall);
      if (which === 0 && !e.teams) found.push(...(await same_no(stack, hall)));
    }
  } catch (e) {
    for (const n of stack.nodes) e.message += `\n${fs.readFileSync(n.log, "utf8").split("\n").filter((l) => l && !l.includes('"level":"info"')).slice(-5).join("\n")}`;
    throw e;
  } finally {
    await stack.close();
  }
}

/** `pairs` pairs of twins; what was found. */
export async function leaks(o) {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), "leitai-leak."));
  fs.chmodSync(base, 0o711);
  const found = [], runs = [];
  try {
    if (!o.template) await make_template(`${base}/template`, path.resolve(o.program), EVENTS);
    let seen, all;
    // What is there to be found may take some looking.
    for (let pair = 0; pair < o.pairs || (pair < (o.more ?? 0) && !all.some((line) => o.until.test(line))); pair++) {
      const twins = [[], []];
      await Promise.all([0, 1].map((which) => twin(o, `${base}/p${pair}t${which}`, o.seed + pair, which, twins[which], found)));
      runs.push(twins);
      seen = look(runs);
      all = [...found, ...seen.found];
    }
    return { ...seen, found: all };
  } finally {
    if (o.keep) console.log(`kept: ${base}`);
    else fs.rmSync(base, { recursive: true, force: true });
  }
}

if (import.meta.url === `file://${path.resolve(process.argv[1])}`) {
  const o = options(process.argv.slice(2), { program: "", seed: 20261125, pairs: 1, template: "", keep: false });
  const r = await leaks(o);
  for (const line of r.found.slice(0, 60)) console.log(`LEAK ${line}`);
  console.log(r.heard);
  console.log(r.best);
  console.log(`features ${r.features}, leaks ${r.found.length}`);
  process.exit(r.found.length ? 1 : 0);
}
