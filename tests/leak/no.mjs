// Whatever may not be seen is the same 404: the same bytes after the same time, for a board that is frozen, foreign, ended, never declared, or none.
import { get } from "./ear.mjs";
import { median, rank_test } from "./stats.mjs";

const ROUNDS = 60, APART = 0.1, LOG_P = -8;

export async function same_no(stack, hall) {
  const { share } = hall.event, found = [], last = hall.event.sheet.rounds.length;
  await stack.exec(`INSERT INTO leitai.board_share (tenant_id, share, event_id, ended_at) VALUES (1, 'ENDEDENDED22', ${hall.event.id}, now())`);
  const kinds = {
    unknown: "/api/board/NEVERSHARED1/entry", "unknown list": "/api/board/NEVERSHARED1", ended: "/api/board/ENDEDENDED22/entry", malformed: "/api/board/never/entry",
    "frozen round": `/api/board/${share}/entry/${last}`, "frozen round that goes on": `/api/board/${share}/entry/${last - 1}`, "frozen round as CSV": `/api/board/${share}/entry/${last}.csv`,
    "frozen round of a roll-up": `/api/board/${share}/city/${last}`, "never declared": `/api/board/${share}/kind`, "no such round": `/api/board/${share}/entry/16`, "no such board": `/api/board/${share}/planet`,
  };
  const names = Object.keys(kinds), times = Object.fromEntries(names.map((k) => [k, []]));
  let first;
  for (let i = 0; i < ROUNDS; i++)
    for (const name of hall.same.shuffle(names)) {
      const a = await get(hall.ports[i % 2], kinds[name]), bytes = a.raw.replace(/^date: .*$/gim, "date");
      first ??= [name, bytes];
      if (a.status !== 404 || bytes !== first[1]) {
        found.push(`a no (${name}): is not as that of ${first[0]}: ${a.raw.slice(0, 400)}`);
        return found;
      }
      times[name].push(a.ms);
    }
  const compare = (name, some, others) => {
    // Round by round: whatever else the machine did meanwhile, it did to both.
    const samples = times.unknown.flatMap((_, i) => [...some.map((k) => [i, times[k][i], 1]), ...others.map((k) => [i, times[k][i], 0])]);
    const middle = (which) => median(samples.filter((x) => x[2] === which).map((x) => x[1])), apart = middle(1) - middle(0), { log_p } = rank_test(samples);
    if (log_p < LOG_P && Math.abs(apart) > APART * middle(0)) found.push(`a no (${name}): takes ${apart.toFixed(2)} ms more than others, p < 1e${Math.floor(log_p)}`);
  };
  const none = ["unknown", "unknown list", "ended", "malformed"], there = names.filter((k) => !none.includes(k));
  compare("of a code that leads somewhere", there, none);
  for (const name of there) compare(name, [name], there.filter((k) => k !== name));
  for (const name of none) compare(name, [name], none.filter((k) => k !== name));
  return found;
}
