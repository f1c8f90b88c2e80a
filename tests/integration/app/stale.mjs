// Until the contest is over, a stage notes what it is told about boards: `stale.mjs PORT STAGE_LINK`. Fails unless they were said to be behind, and
// then not to be any more.
import { Ws } from "../../lib/ws.mjs";

const [port, link] = process.argv.slice(2);
const session = new URL(link).hash.match(/s=([^&]+)/)[1];
const said = [];
for (let over = false; !over; ) {
  try {
    const ws = await Ws.connect(Number(port));
    ws.send({ t: "hello", v: 1, role: "stage", session });
    while (!over) {
      const m = await ws.next((x) => x.t === "presence" || x.t === "welcome" || x.t === "phase" || x.t === "time");
      const presence = m.presence ?? m.snapshot?.presence;
      if (presence && (presence.stale === true) !== said.at(-1)) {
        said.push(presence.stale === true);
        console.log(`# boards are behind: ${said.at(-1)}`);
      }
      over = m.phase === "final" || m.snapshot?.phase === "final";
      if (m.t === "welcome") setInterval(() => ws.send({ t: "time", c: 1 }), 3000).unref();
    }
  } catch (e) {
    console.log(`# the stage's line: ${e.message}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
process.exit(said.includes(true) && said.at(-1) === false ? 0 : 1);
