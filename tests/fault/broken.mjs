// Does the checker see what it is there for? Each patch in broken/ takes one guarantee away; a build with it must be found out, by the
// violation that belongs to it: `broken.mjs --source TREE --work FOLDER --shims FOLDER [--only VARIANT,…]`. The builds are kept in FOLDER.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { EVENTS } from "./contest.mjs";
import { one_run, options } from "./faults.mjs";
import { patched } from "./patched.mjs";
import { make_template } from "./stack.mjs";

const TRIES = 4;
const VARIANTS = {
  ack_before_commit: { faults: ["kill_in_commit", "kill_in_commit", "kill_in_commit"], shows: /LOST: / },
  token_not_compared: { faults: ["late_driver", "late_driver", "late_driver"], shows: /log row \d+.* has token/ },
  increments: { faults: ["redis_flushall", "kill_driver"], shows: /the board in Redis is wrong/ },
  drop_last_message: { faults: ["slow_clients"], shows: /STUCK: / },
  score_before_gate: { faults: ["slow_pg", "slow_pg"], shows: /counts \d+ answers to question/ },
  frame_without_room: { faults: ["slow_clients"], shows: /frame \S+ .*(after|says to|the log says)/ },
};

const o = options(process.argv.slice(2), { source: "", work: "", shims: "", only: "" });
const names = o.only ? o.only.split(",") : Object.keys(VARIANTS);
for (const name of names) if (!VARIANTS[name]) throw new Error(`there is no variant ${name}; there are ${Object.keys(VARIANTS).join(", ")}`);
const work = path.resolve(o.work);

let failed = 0;
async function found_out(name, program) {
  const { faults, shows } = VARIANTS[name], base = fs.mkdtempSync(path.join(os.tmpdir(), "leitai-fault."));
  fs.chmodSync(base, 0o711);
  await make_template(`${base}/template`, program, EVENTS);
  let seen;
  for (let i = 0; i < TRIES && !seen; i++) {
    const r = await one_run({ program, shims: path.resolve(o.shims), keep: false }, 7 + i, faults, `${base}/template`, `${base}/r${i}`);
    seen = r.violations.find((v) => shows.test(v));
  }
  if (!seen) failed = 1;
  console.log(seen ? `ok ${name} is found out: ${seen.slice(0, 160)}` : `not ok ${name} was not found out in ${TRIES} runs`);
  fs.rmSync(base, { recursive: true, force: true });
}

const programs = [];
for (const name of names) programs.push([name, await patched(path.resolve(o.source), work, `tests/fault/broken/${name}.patch`)]);
await Promise.all([0, 1].map(async () => {
  for (let next; (next = programs.shift()); ) await found_out(...next).catch((e) => { failed = 1; console.log(`not ok ${next[0]}: ${e.stack}`); });
}));
process.exit(failed);
