// What was heard is looked at in four ways.
//   members   Some members have no business in a frame while the board is frozen, whatever their values are.
//   twins     Bytes that differ between twins, which differ only in who was right, tell who was right.
//   standing  A page that changes while the board stands still has moved by something that is hidden.
//   features  Every number, place in a list, membership, size and moment of everything that was heard is tried as a guess at who gains; none
//             may be better than chance, all tries taken together (Bonferroni).
import { fit_test, median, pairs_in_order, rank_test } from "./stats.mjs";

/** Of all features together one in so many honest builds may be accused. */
const LOG_ALPHA = -6;

// ---- what is left of a frame when ids of messages and moments are taken away ----

const zeros = (s) => s.replace(/[0-9]/g, "0");
export function normal(text) {
  return text
    .replace(/"time_ms":\d+/g, '"time_ms":0') // until the freeze, which took the time it took
    .replace(/"(?:\w+_ms|now)":-?\d+/g, zeros)
    .replace(/"(session|stage_session)":"([^"]*)"/g, (_, k, v) => `"${k}":"${v.length}"`)
    .replace(/"presence":\{[^}]*\}/g, '"presence":{}') // who is here just now; the features have it
    .replace(/"online":(true|false)/g, '"online":0')
    .replace(/"choice":\[[^\]]*\],?/g, ""); // one's own; nobody else's is ever sent
}
/** In which order teams are listed is the lot's; whether it tells anything, the features say. */
function in_order(heard, text) {
  const of = (m) => [m.teams, m.question?.seats, m.snapshot?.teams, m.snapshot?.question?.seats].filter((x) => x?.length > 1);
  const round = heard.chart?.round > 0 && heard.chart.of === "entry";
  if (!round && of(heard).length === 0) return text;
  const m = structuredClone(heard);
  for (const list of of(m)) list.sort((x, y) => Number(x.entry) - Number(y.entry));
  if (round) by_points(m.chart.rows);
  return JSON.stringify(m);
}
/** Boards of rounds order equals by time, which before the freeze was what it was; that they do not change since is looked at elsewhere. */
function by_points(rows) {
  rows.sort((x, y) => y.points - x.points || Number(x.id) - Number(y.id));
  for (const row of rows) row.rank = 0;
}
function page(path, raw) {
  const text = normal_page(raw), cut = text.indexOf("\r\n\r\n");
  if (!/\/entry\/\d/.test(path) || !raw.startsWith("HTTP/1.1 200")) return text;
  const body = text.slice(cut + 4);
  if (path.endsWith(".csv")) return text.slice(0, cut) + body.split("\n").map((line) => line.replace(/^\d+,/, "")).sort().join("\n");
  const board = JSON.parse(body);
  by_points(board.rows);
  return text.slice(0, cut) + JSON.stringify(board);
}
const normal_page = (raw) => normal(raw).replace(/^(etag|date|content-length): .*$/gim, "$1").replace(/,\d+\.\d{3}\r$/gm, ",T\r");

const UNCOUNTED = new Set(["probe", "time", "echo", "bye"]);
/** How often these come is a matter of how quickly others come and go; so of all who are in the same place together. */
const COALESCED = new Set(["presence", "board", "chart", "own", "team", "screen", "screens"]);

/** "channel, who" → what they were told. */
function told(hall) {
  const by = new Map();
  for (const line of hall.lines.filter(open_line))
    for (const { m, text } of line.ear.heard.slice(line.frozen ? 0 : line.mark)) {
      const apart = !COALESCED.has(m.t) && line.role !== "watch", key = `frame ${m.t} to ${line.role}, ${apart ? line.label : (line.entry ?? "all")}`;
      if (UNCOUNTED.has(m.t) || m.t === "presence") continue;
      if (!by.has(key)) by.set(key, apart ? [] : new Set());
      if (apart) by.get(key).push(normal(in_order(m, text)));
      else by.get(key).add(normal(in_order(m, text)).replace(/"seq":\d+/, '"seq":0'));
    }
  return new Map([...by].map(([key, list]) => [key, Array.isArray(list) ? list : [...list].sort()]));
}
/** Which message of which kind a difference is in, and where. */
function difference(a = [], b = []) {
  if (a.length !== b.length) return `${a.length} and ${b.length} of them; ${(a.length > b.length ? a : b).find((x) => !(a.length > b.length ? b : a).includes(x))?.slice(0, 200) ?? ""}`;
  const i = a.findIndex((x, k) => x !== b[k]);
  let at = 0;
  while (a[i][at] === b[i][at]) at++;
  return `…${a[i].slice(Math.max(0, at - 60), at + 40)}… or …${b[i].slice(Math.max(0, at - 60), at + 40)}…`;
}
/** Desks are told the truth. */
const open_line = (l) => l.role !== "desk";

function twins_differ(a, b, found) {
  const once = new Set();
  const say = (channel, what) => {
    if (!once.has(channel)) found.push(`${channel} (${a.event.code}): twins differ: ${what}`);
    once.add(channel);
  };
  const ours = told(a), others = told(b);
  for (const key of new Set([...ours.keys(), ...others.keys()])) {
    const x = ours.get(key), y = others.get(key);
    if (JSON.stringify(x) !== JSON.stringify(y)) say(key.replace(/,.*/, ""), `${key}: ${difference(x, y)}`);
  }
  for (const [i, x] of a.answers.entries()) {
    const y = b.answers[i];
    const [mine, theirs] = [page(x.path, x.raw), page(y.path, y.raw)];
    if (mine !== theirs) say(`page ${channel_of(x.path)}`, `${x.path} at ${x.station}: ${difference([mine], [theirs])}`);
  }
  const names = (hall) => new Set(hall.windows.flatMap((w) => [...w.before, ...w.after]).flatMap((text) => [...numbers(text).keys()]));
  const mine = names(a), theirs = names(b), odd = [...mine].filter((x) => !theirs.has(x)).concat([...theirs].filter((x) => !mine.has(x)));
  if (odd.length) say("metrics", `series ${odd.slice(0, 3).join(", ")}`);
}
const channel_of = (path) => path.replace(/^\/api\/board\/\w+/, "board").replace(/\?.*/, "").replace(/\/\d+/, "/round");

function standing(hall, found) {
  const first = new Map(), once = new Set();
  const bytes = (raw) => raw.replace(/^date: .*$/gim, "");
  for (const a of hall.answers) {
    if (!first.has(a.path)) first.set(a.path, a);
    const was = first.get(a.path), channel = `page ${channel_of(a.path)}`;
    if (bytes(a.raw) === bytes(was.raw) || once.has(channel)) continue;
    once.add(channel);
    found.push(`${channel} (${hall.event.code}): changes while frozen: ${a.path} at ${a.station}: ${difference([bytes(was.raw)], [bytes(a.raw)])}`);
  }
}

const MEMBERS = {
  question: ["correct", "dist", "points_given"], own: ["right", "gained", "q"], ruling: ["entry", "points", "answer"], seats: ["done"], rows: ["opened", "award"], snapshot: ["script", "ahead"],
};
/** Only desks are told these. */
const FRAMES = new Set(["cues", "progress", "script", "ahead", "roster", "changes", "evidence"]);
function members(hall, found) {
  const once = new Set();
  const say = (channel, what) => {
    if (!once.has(channel)) found.push(`${channel} (${hall.event.code}): ${what}`);
    once.add(channel);
  };
  function walk(x, under, channel) {
    if (x === null || typeof x !== "object") return;
    for (const [k, v] of Object.entries(x)) {
      if (MEMBERS[under]?.includes(k)) say(channel, `a frozen ${under} has ${k}`);
      walk(v, Array.isArray(x) ? under : k, channel);
    }
  }
  for (const line of hall.lines.filter(open_line))
    for (const { m } of line.ear.heard.slice(line.frozen ? 0 : line.mark)) {
      const channel = `frame ${m.t} to ${line.role}`;
      if (FRAMES.has(m.t)) say(channel, "is for desks only");
      if (m.t !== "question" || m.question.hidden) walk(m, m.t, channel); // not what came before, to who comes back
    }
}

// ---- features ----

/** Series of /metrics: name{labels} → value. */
export function numbers(text) {
  const all = new Map();
  for (const line of text.split("\n")) {
    const at = line.lastIndexOf(" ");
    if (at > 0 && line[0] !== "#") all.set(line.slice(0, at), Number(line.slice(at + 1)));
  }
  return all;
}

/** Calls `of(entry, feature, value)` for whatever x tells of an entry, and `all(feature, value)` for other numbers. */
function features_in(x, known, of, all, path = "", who) {
  const tell = (name, value) => (who === undefined ? all(name, value) : of(who, name, value));
  if (typeof x === "number" || typeof x === "boolean") return tell(path, Number(x));
  if (typeof x === "string") return tell(`${path} length`, x.length);
  if (x === null || typeof x !== "object") return undefined;
  if (Array.isArray(x)) {
    tell(`${path} count`, x.length);
    for (const [i, y] of x.entries()) {
      const entry = known.get(typeof y === "object" && y !== null ? (y.entry ?? y.id) : y);
      if (entry === undefined) features_in(y, known, of, all, `${path}[]`, who);
      else {
        of(entry, `${path} place`, i);
        if (typeof y === "object") features_in(y, known, of, all, `${path}[]`, entry);
      }
    }
    return undefined;
  }
  for (const [k, v] of Object.entries(x)) {
    if (typeof v === "string" && known.has(v) && k !== "id" && k !== "entry") of(known.get(v), `${path}.${k} names`, 1);
    features_in(v, known, of, all, `${path}.${k}`, who);
  }
  return undefined;
}

/** What a player is told of themself alone and knows already. */
const own_choice = (m) => (m.t === "welcome" && m.snapshot ? { ...m, snapshot: { ...m.snapshot, saved: undefined, team: undefined }, session: undefined } : m.t === "team" ? { t: "team" } : m);

class Features {
  /** name → samples [stratum, value by entry] at each target */
  by_entry = new Map();
  by_question = new Map();
  add(name, stratum, values, target) {
    const list = this.by_entry.get(name) ?? [];
    this.by_entry.set(name, list);
    for (const [i, y] of target.entries()) list.push([stratum, values[i] ?? -1e12, y]);
  }
  add_samples(name, samples) {
    const list = this.by_entry.get(name) ?? [];
    this.by_entry.set(name, list);
    for (const s of samples) list.push(s);
  }
  add_question(name, stratum, value, target) {
    const list = this.by_question.get(name) ?? [];
    this.by_question.set(name, list);
    list.push([stratum, value, target]);
  }
}

function of_contest(hall, stratum, all) {
  const known = new Map(hall.entries.map((e, i) => [e, i])), last = new Map(), heard = { frames: 0, pages: 0 };
  const at_end = (name, i, v) => {
    if (!last.has(name)) last.set(name, Array(hall.n));
    last.get(name)[i] = v;
  };
  for (const w of hall.windows) {
    const here = `${stratum} question ${w.q}`, values = new Map(), whole = new Map(), kind = `${hall.event.code} ${w.mode === "speed" ? w.mode : ""}`;
    const put = (name, i, v) => {
      if (!values.has(name)) values.set(name, Array(hall.n));
      values.get(name)[i] = v;
      at_end(name, i, v);
    };
    for (const line of hall.lines.filter(open_line)) {
      const own = line.role === "play" && line.entry !== undefined;
      let n = 0, bytes = 0;
      for (const { at, text, m } of line.ear.heard) {
        if (at < w.from || at > w.to || UNCOUNTED.has(m.t)) continue;
        heard.frames++;
        n++;
        bytes += text.length;
        const prefix = `frame ${m.t} to ${line.role}`;
        features_in(own ? own_choice(m) : m, known, (i, name, v) => put(`${prefix}: ${name}`, i, v), (name, v) => (own ? put(`${prefix}: own ${name}`, line.entry, v) : whole.set(`${prefix}: ${name}`, v)), "");
        if (!own) { whole.set(`${prefix}: size`, text.length); continue; }
        if (m.t !== "welcome" && m.t !== "team") put(`${prefix}: own size`, line.entry, text.length);
        if (m.t === "question" && m.question.state === "revealed" && hall.players[line.entry] === line.ear) put(`frame question to play: moment at node ${line.port}`, line.entry, at - w.reveal_at);
      }
      if (!own) { whole.set(`frames to ${line.role}: how many ${line.label}`, n); whole.set(`frames to ${line.role}: bytes ${line.label}`, bytes); }
    }
    for (const a of hall.answers.filter((x) => x.station === `${w.q} revealed`)) {
      heard.pages++;
      const prefix = `page ${channel_of(a.path)}`;
      whole.set(`${prefix} ${a.path}: size`, a.raw.length);
      whole.set(`${prefix} ${a.path}: moment`, a.ms);
      if (a.body.startsWith("{")) features_in(JSON.parse(a.body), known, (i, name, v) => put(`${prefix}: ${name}`, i, v), (name, v) => whole.set(`${prefix} ${a.path}: ${name}`, v), "");
    }
    // A target with no spread has no order.
    for (const [name, list] of values) all.add(name, here, list, w.gains);
    const right = w.right.flat().filter(Boolean).length;
    for (const [name, v] of whole) all.add_question(name, kind, v, right);
    if (w.mode === "speed") all.add_samples("answer acknowledged: moment", w.ack.map(({ i, k, ms }) => [`${here} ${k}`, ms, Number(w.right[k][i])]));
    else all.add("answer acknowledged: moment", here, w.ack, w.right[0].map(Number));
    const moved = w.before.map((text, node) => {
      const before = numbers(text), after = numbers(w.after[node]);
      return new Map([...after].map(([k, v]) => [k, v - (before.get(k) ?? 0)]));
    });
    for (const k of moved[0].keys()) {
      all.add_question(`metric ${k} of node 0`, kind, moved[0].get(k), right);
      all.add_question(`metric ${k} of node 1`, kind, moved[1].get(k) ?? 0, right);
      all.add_question(`metric ${k} of both`, kind, moved[0].get(k) + (moved[1].get(k) ?? 0), right);
    }
  }
  for (const [name, list] of last) all.add(`${name}, in the end`, stratum, list, hall.gains);
  const pages = hall.pages.map((p) => [`${stratum} ${p.station}`, p.ms, p.gained[p.i]]);
  all.add_samples("page board/entry of one: moment", pages);
  const welcomes = hall.lines.filter((l) => l.frozen && l.role === "play" && l.entry !== undefined).map((l) => [`${stratum} ${l.label.includes(" new ")}`, l.ear.welcome_ms, hall.gains[l.entry]]);
  all.add_samples("frame welcome to play: moment", welcomes);
  return heard;
}

/** `runs`: pairs of twins, each a list of contests. */
export function look(runs) {
  const found = [], all = new Features(), heard = { frames: 0, pages: 0 }, frozen = [];
  for (const [k, [a, b]] of runs.entries()) {
    for (const i of a.keys()) twins_differ(a[i], b[i], found);
    for (const [which, twin] of [a, b].entries())
      for (const hall of twin) {
        members(hall, found);
        standing(hall, found);
        const h = of_contest(hall, `${k}/${which} ${hall.event.code}`, all);
        heard.frames += h.frames;
        heard.pages += h.pages;
        frozen.push(...hall.frozen_board.map((i, place) => [`${k}/${which} ${hall.event.code}`, -place, hall.gains[i]]));
      }
  }
  const tries = [
    ...[...all.by_entry].map(([name, samples]) => ({ name, samples, ...rank_test(samples) })),
    ...[...all.by_question].map(([name, samples]) => ({ name: `${name} (knows how many are right)`, samples, ...fit_test(samples) })),
  ];
  tries.sort((x, y) => x.log_p - y.log_p);
  // Half of what may be accused in vain belongs to the few moments that are measured by entry: noise is heaviest there.
  const moment = (t) => all.by_entry.has(t.name) && t.name.endsWith(": moment");
  const moments = tries.filter(moment).length, half = LOG_ALPHA - Math.log10(2), once = new Set();
  const bound = half - Math.log10(tries.length - moments), bound_of = (t) => (moment(t) ? half - Math.log10(moments) : bound);
  for (const t of tries.filter((x) => x.log_p < bound_of(x))) {
    const channel = t.name.replace(/: .*/, "");
    if (once.has(channel)) continue;
    once.add(channel);
    found.push(`${t.name}: knows what is hidden: p < 1e${Math.floor(t.log_p)}, ${(100 * pairs_in_order(t.samples)).toFixed(1)} % of pairs in order, the frozen board ${(100 * pairs_in_order(frozen)).toFixed(1)} %`);
  }
  const best = tries[0], ack = tries.find((t) => t.name === "answer acknowledged: moment");
  return {
    found, features: tries.length,
    heard: `heard ${heard.frames} frames and ${heard.pages} pages in ${runs.length * 4} contests; answers were acknowledged after ${median(ack.samples.map((x) => x[1])).toFixed(1)} ms, right ones later by z = ${ack.z.toFixed(2)}`,
    best: `the best guess, ${best.name}: p = 1e${best.log_p.toFixed(1)} (a leak: below 1e${bound.toFixed(1)}), ${(100 * pairs_in_order(best.samples)).toFixed(1)} % of pairs in order; the frozen board alone ${(100 * pairs_in_order(frozen)).toFixed(1)} %`,
  };
}
