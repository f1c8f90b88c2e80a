// A paper of a self-paced event is handed in: `boards_paced.mjs PORT DIR EVENT EXT_ID`.
import fs from "node:fs";
import { ticket } from "../../lib/contest.mjs";
import { Line } from "./line.mjs";

const [port, dir, event, person] = process.argv.slice(2);
const line = await Line.open(Number(port), { role: "home", ticket: ticket(fs.readFileSync(`${dir}/secret`, "utf8").trim(), person) });
const next = async (t) => { let m; await line.until(() => (m = line.heard.find((x) => x.t === t || x.t === "error")), t); if (m.t === "error") throw new Error(m.code); return m; };
await next("home");
line.send({ t: "start", id: "s", event, round: 1, device: "d" });
const { paper } = await next("paper");
for (const item of paper.items) {
  line.send({ t: "save", id: `i${item.i}`, event, round: 1, attempt: paper.attempt, i: item.i, rev: 1, choice: [0] });
  await line.until(() => line.heard.some((m) => m.re === `i${item.i}` || m.id === `i${item.i}`), "saved");
}
line.send({ t: "submit", id: "e", event, round: 1, attempt: paper.attempt });
await line.until(() => line.heard.some((m) => m.re === "e" || m.id === "e"), "handed in");
line.end();
