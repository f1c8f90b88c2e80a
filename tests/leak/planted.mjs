// Does the leak test see what it is there for? Each patch in planted/ leaks through one channel; a build with it must be found out, by that
// channel: `planted.mjs --source TREE --work FOLDER [--only CHANNEL,…] [--seed S]`. The builds are kept in FOLDER.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { options } from "../fault/faults.mjs";
import { patched } from "../fault/patched.mjs";
import { make_template } from "../fault/stack.mjs";
import { EVENTS } from "./halls.mjs";
import { leaks } from "./leaks.mjs";

/** By what each is found; a delay may need more than one pair of twins on a busy machine. */
const CHANNELS = {
  own_rank: { shows: /^frame (own|welcome) to play.*rank/ },
  timing: { shows: /^answer acknowledged: moment/, pairs: 4 },
  export: { shows: /^page board\/entry.*changes while frozen/ },
  metric: { shows: /^metric leitai_answers_right_total/ },
  resume_snapshot: { shows: /^frame welcome to (stage|play).*(correct|twins differ)/ },
  board_frame: { shows: /^frame (board|welcome) to (stage|play|watch).*(correct|board)/ },
  chart: { shows: /^frame chart to stage/ },
  dist: { shows: /^frame question to (stage|play|judge).*dist/ },
  ruling: { shows: /^frame ruling to (stage|play|judge).*entry/ },
  progress: { shows: /^frame progress to stage/ },
  not_found: { shows: /^a no \(.*takes/ },
};

const o = options(process.argv.slice(2), { source: "", work: "", only: "", seed: 7 });
const names = o.only ? o.only.split(",") : Object.keys(CHANNELS);
for (const name of names) if (!CHANNELS[name]) throw new Error(`there is no channel ${name}; there are ${Object.keys(CHANNELS).join(", ")}`);
async function make_once(program) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "leitai-leak."));
  process.on("exit", () => fs.rmSync(dir, { recursive: true, force: true }));
  fs.chmodSync(dir, 0o711);
  await make_template(`${dir}/template`, program, EVENTS);
  return `${dir}/template`;
}

let failed = 0, template = "";
for (const name of names) {
  const program = await patched(path.resolve(o.source), path.resolve(o.work), `tests/leak/planted/${name}.patch`), { shows, pairs } = CHANNELS[name];
  template ||= await make_once(program); // what is leaked changes no table
  const r = await leaks({ program, seed: o.seed, pairs: 1, more: pairs ?? 1, until: shows, template });
  const seen = r.found.find((line) => shows.test(line));
  if (!seen) failed++;
  console.log(seen ? `ok a leak in ${name} is found: ${seen.replaceAll("\n", " ").slice(0, 200)}` : `not ok a leak in ${name} is not found; found: ${r.found.map((line) => line.slice(0, 100)).join(" | ") || "nothing"}; ${r.heard}`);
}
console.log(`planted ${names.length}, not found ${failed}`);
if (!o.only) for (const file of fs.readdirSync(path.join(path.resolve(o.source), "tests/leak/planted"))) if (!CHANNELS[path.basename(file, ".patch")]) { console.log(`not ok ${file} is not tried`); failed++; }
process.exit(failed ? 1 : 0);
