// After a run: what everybody saw, against what the database holds. The points are reckoned here once more, from the raw answers and the
// questions' keys alone; `leitai replay` and `leitai audit verify` then say what they think.
import { until } from "./stack.mjs";

const PATIENCE_MS = 25_000;
const ALLOWED_REFUSALS = ["question_closed", "no_such_question", "already_answered", "paused"];
const TEAM_REFUSALS = ["not_your_turn", "locked_out", "not_captain", "declined", "out"];
const FRAME_OF = { phase: "phase", final: "phase", driver: "driver", finalising: "finalising", ruling: "ruling", lot: "teams", captain: "teams" };
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const sorted = (list) => [...list].sort((a, b) => a - b);

/** Everything the database knows of an event. */
async function truth_of(stack, event) {
  const where = `WHERE tenant_id = ${event.tenant_id} AND event_id = ${event.id}`;
  const [head] = await stack.rows(`SELECT epoch, seq, token, phase FROM leitai.event_head ${where}`);
  const log = await stack.rows(`SELECT seq, epoch, token, kind, payload::json AS r FROM leitai.event_log ${where} ORDER BY seq`);
  const answers = await stack.rows(`SELECT a.qi, p.ext_id AS sub, a.attempt, a.entry_id, a.answer_id, (a.body::json)->'c' AS choice, a.late, a."right", a.used_us
    FROM leitai.answer a JOIN leitai.person p USING (tenant_id, person_id) WHERE a.tenant_id = ${event.tenant_id} AND a.event_id = ${event.id}`);
  const questions = await stack.rows(`SELECT qi, round_no, body FROM leitai.question_instance ${where} ORDER BY qi`);
  const results = await stack.rows(`SELECT entry_id, rank, points_c, correct, answered, time_us FROM leitai.result ${where} ORDER BY rank, entry_id`);
  const entries = await stack.rows(`SELECT entry_id, person_id FROM leitai.entry ${where}`);
  return { head, log, answers, questions, results, entries };
}

// ---- the log ----

function check_log(w, t) {
  let token = 0;
  t.log.forEach((row, i) => {
    if (row.seq !== i + 1) w.violation(`log row ${i + 1} has seq ${row.seq}`);
    if (row.token < token) w.violation(`log row ${row.seq} has token ${row.token} after ${token}`);
    if (row.kind === "driver" ? row.token !== token + 1 : row.token !== token && token !== 0)
      w.violation(`log row ${row.seq} (${row.kind}) has token ${row.token}, the driver before has ${token}`);
    if (row.epoch !== t.head.epoch) w.violation(`log row ${row.seq} is of epoch ${row.epoch}, the head of ${t.head.epoch}`);
    token = Math.max(token, row.token);
  });
  if (t.log.length !== t.head.seq) w.violation(`the log has ${t.log.length} rows, its head says ${t.head.seq}`);
  if (t.head.token !== token) w.violation(`the head has token ${t.head.token}, the log ${token}`);
  if (t.head.phase !== "final") w.violation(`the event is ${t.head.phase}, not final`);
}

/** Each frame is a row of this event's log. */
function check_frames(w, t) {
  for (const [seq, f] of w.frames) {
    const row = t.log[seq - 1];
    if (!row) { w.violation(`frame ${seq} was shown to ${f.who} and is not in the log`); continue; }
    const fits = FRAME_OF[row.kind] ? f.t === FRAME_OF[row.kind] : ["question", "teams"].includes(f.t);
    if (!fits || (f.m.question && row.r.qi !== undefined && f.m.question.q !== row.r.qi + 1))
      w.violation(`frame ${seq}, shown to ${f.who}, is ${f.text.slice(0, 120)}; the log says ${row.kind} ${JSON.stringify(row.r).slice(0, 120)}`);
    const question = f.m.question && t.questions[f.m.question.q - 1]?.body;
    if (question && f.m.question.stem !== undefined && f.m.question.stem !== question.stem) w.violation(`frame ${seq} asks what this event does not ask: ${f.m.question.stem}`);
  }
}

// ---- answers ----

function check_answers(w, contest, t) {
  const count = { acked: 0, lost: 0 }, stored = new Map(t.answers.map((a) => [a.answer_id, a])), keys = new Set();
  const sent = new Map(contest.players.flatMap((p) => [...p.answers.values()].map((a) => [a.id, { ...a, sub: p.sub }])));
  for (const a of t.answers) {
    const key = `${a.qi} ${a.sub}`, from = sent.get(a.answer_id);
    if (keys.has(key)) w.violation(`two rows for question ${a.qi + 1} of ${a.sub}`);
    keys.add(key);
    if (!from || from.sub !== a.sub || from.q !== a.qi + 1 || !same(sorted(from.choice), sorted(a.choice ?? []))) w.violation(`stored and never sent so: ${JSON.stringify(a)}`);
  }
  for (const a of sent.values()) {
    const row = stored.get(a.id), text = `${a.sub}'s answer ${a.id} to question ${a.q}`;
    if (a.state === "saved" || a.state === "late") {
      count.acked++;
      if (!row) { count.lost++; w.violation(`LOST: ${text} was acknowledged (${a.state}) and is not stored`); }
      else if (row.late !== (a.state === "late")) { count.lost++; w.violation(`${text} was acknowledged as ${a.state} and is stored as ${row.late ? "late" : "in time"}`); }
    } else if (a.state === "sent") w.violation(`STUCK: ${text} was never settled, sent ${a.sends} times`);
    else {
      if (!ALLOWED_REFUSALS.includes(a.state) && !(w.event.teams && TEAM_REFUSALS.includes(a.state))) w.violation(`${text} was refused: ${a.state}`);
      if (row && !row.late) w.violation(`${text} was refused (${a.state}) and counts`);
      if (a.state === "already_answered" && !w.event.teams && !t.answers.some((x) => x.sub === a.sub && x.qi === a.q - 1)) w.violation(`${text}: already answered, but nothing is stored`);
    }
  }
  return count;
}

/** What a closing counted is what is stored in time. */
function check_tallies(w, t) {
  for (const { seq, kind, r } of t.log) {
    if (kind !== "closed" || w.event.teams) continue;
    const rows = t.answers.filter((a) => a.qi === r.qi && !a.late), right = rows.filter((a) => grade(t.questions[a.qi].body, a.choice)).length;
    if (r.answered !== rows.length || r.correct !== right) w.violation(`log row ${seq} counts ${r.answered} answers to question ${r.qi + 1}, ${r.correct} right; stored are ${rows.length}, ${right} right`);
  }
}

// ---- points ----

function grade(question, choice) {
  return question.type === "order" ? same(choice, question.key) : same(sorted(choice), sorted(question.key));
}
function points(rule, seconds, right, used_us) {
  if (!right) return (rule.wrong ?? 0) * 100;
  if (!rule.speed) return rule.right * 100;
  const limit = seconds * 1e6, used = used_us < 500_000 ? 0 : Math.min(used_us, limit);
  return 100 * Math.floor((2 * rule.right * 100 * (2 * limit - used) + 200 * limit) / (400 * limit));
}
/** Points, right answers and answers of a person over the questions revealed up to log row `v`. */
function standing(w, t, sub, v) {
  const of = { points: 0, correct: 0, answered: 0 };
  for (const row of t.log.slice(0, v)) {
    if (row.kind !== "reveal") continue;
    const a = t.answers.find((x) => x.sub === sub && x.qi === row.r.qi && !x.late);
    if (!a) continue;
    const question = t.questions[a.qi], round = w.event.sheet.rounds[question.round_no - 1], right = grade(question.body, a.choice);
    of.points += points(round.points, round.seconds, right, a.used_us);
    of.correct += right;
    of.answered++;
  }
  return of;
}

function check_standings(w, contest, t) {
  const result = new Map(t.results.map((r) => [String(r.entry_id), r]));
  for (const p of contest.players) {
    const row = result.get(p.entry), last = p.owns.at(-1);
    if (!row) { w.violation(`${p.sub} has no result`); continue; }
    if (last && (last.points !== row.points_c || last.correct !== row.correct || last.rank !== row.rank)) w.violation(`${p.sub} was last told ${JSON.stringify(last)}, the result is ${JSON.stringify(row)}`);
    if (w.event.teams) continue; // the replay reckons teams
    for (const own of p.owns) {
      const e = standing(w, t, p.sub, own.v);
      if (own.points !== e.points || own.correct !== e.correct) w.violation(`${p.sub} was told ${JSON.stringify(own)}; reckoned from the answers: ${JSON.stringify(e)}`);
    }
    const e = standing(w, t, p.sub, t.log.length);
    if (row.points_c !== e.points || row.correct !== e.correct || row.answered !== e.answered) w.violation(`the result of ${p.sub} is ${JSON.stringify(row)}; reckoned from the answers: ${JSON.stringify(e)}`);
  }
  t.results.forEach((r, i) => {
    const before = t.results[i - 1];
    if (before && (before.points_c < r.points_c || (before.rank === r.rank) !== (before.points_c === r.points_c && before.correct === r.correct && before.time_us === r.time_us && !w.event.teams) && !w.event.teams))
      w.violation(`result ${JSON.stringify(before)} stands before ${JSON.stringify(r)}`);
  });
  if (t.results.length !== t.entries.length) w.violation(`${t.entries.length} entries, ${t.results.length} results`);
}

function check_boards(w, contest, t) {
  const by_entry = new Map(contest.players.map((p) => [p.entry, p.sub])), entries = new Set(t.entries.map((e) => String(e.entry_id)));
  for (const { board: b, who } of w.boards.values()) {
    const strangers = b.rows.filter((r) => !entries.has(r.entry));
    if (strangers.length) w.violation(`the board of frame ${b.v} shown to ${who} has strangers: ${JSON.stringify(strangers)}`);
    if (!w.event.teams)
      for (const row of b.rows) {
        const e = standing(w, t, by_entry.get(row.entry), b.v);
        if (row.points !== e.points || row.correct !== e.correct) w.violation(`the board of frame ${b.v} has ${JSON.stringify(row)}; reckoned from the answers: ${JSON.stringify(e)}`);
      }
    if (b.final) {
      const top = t.results.slice(0, b.rows.length).map((r) => `${r.rank} ${r.points_c}`), shown = b.rows.map((r) => `${r.rank} ${r.points}`);
      if (!same(top, shown) || b.of !== t.results.length) w.violation(`the final board is ${shown} of ${b.of}, the results are ${top} of ${t.results.length}`);
    }
  }
}

/** What Redis holds is complete and the truth, some seconds after it was there again. */
async function check_projection(w, stack, t) {
  const key = `lt:{${w.event.tenant_id}:${w.event.id}}:board`, version = [...t.log].reverse().find((r) => r.kind === "reveal")?.seq;
  const ask = async (...args) => (await stack.redis_cli(...args)).split("\n").filter(Boolean);
  const pairs = (flat) => Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);
  let why = "";
  const complete = async () => {
    const scores = pairs(await ask("zrange", key, "0", "-1", "rev", "withscores")).map(([entry, score]) => [entry, Number(score)]);
    const rows = new Map(pairs(await ask("hgetall", `${key}:rows`))), v = Number((await ask("hget", `${key}s`, "shows"))[0]);
    if (v !== version) { why = `it shows ${v}, the last reveal is ${version}`; return false; }
    if (scores.length !== t.results.length) { why = `it has ${scores.length} members, there are ${t.results.length} results`; return false; }
    const place = new Map(t.results.map((r) => [String(r.entry_id), r]));
    for (const [i, [entry, score]] of scores.entries()) {
      const r = place.get(entry), row = rows.get(entry), rank = scores.findIndex(([, other]) => other === score) + 1;
      if (!r || row !== `${r.points_c} ${r.correct} ${r.time_us} ${r.rank}` || rank !== r.rank) { why = `place ${i + 1} (rank ${rank}) is entry ${entry} with ${row}; the result is ${JSON.stringify(r)}`; return false; }
    }
    return true;
  };
  await until(complete, 6000, "the board", 200).catch(() => w.violation(`the board in Redis is wrong 6 s after everything was whole: ${why}`));
}

// ---- credits ----

async function check_ledger(w, stack, contest, t) {
  const where = `o.tenant_id = ${w.event.tenant_id} AND o.event_id = ${w.event.id}`;
  await until(async () => (await stack.rows(`SELECT FROM leitai.credit_outbox o WHERE ${where} AND posted_at IS NULL`)).length === 0, 20_000, "posting", 200)
    .catch(() => w.violation("STUCK: credits are not posted after 20 s"));
  const posted = await stack.rows(`SELECT o.ext_id, o.rule, o.amount_c, o.person_id, (SELECT count(*) FROM study.ledger l WHERE l.tenant_id = o.tenant_id AND l.key = o.key) AS n,
    (SELECT sum(requested_c) FROM study.ledger l WHERE l.tenant_id = o.tenant_id AND l.key = o.key) AS requested FROM leitai.credit_outbox o WHERE ${where}`);
  for (const o of posted) if (o.n !== 1 || o.requested !== o.amount_c) w.violation(`${o.ext_id}'s ${o.rule} of ${o.amount_c} is in the ledger ${o.n} times, ${o.requested}`);
  if (!w.event.teams) {
    const due = new Map(), rules = w.event.sheet.credits, by_person = new Map(t.entries.map((e) => [String(e.entry_id), contest.players.find((p) => p.entry === String(e.entry_id))?.sub]));
    for (const r of t.results) {
      if (r.answered < 1) continue;
      const placed = rules.placement.find(({ ranks: [a, b] }) => r.rank >= a && r.rank <= b)?.amount ?? 0;
      const amount = 100 * (placed + (r.answered >= rules.participation.min_answers ? rules.participation.amount : 0));
      if (amount) due.set(by_person.get(String(r.entry_id)), amount);
    }
    const paid = new Map();
    for (const o of posted) paid.set(o.ext_id, (paid.get(o.ext_id) ?? 0) + o.amount_c);
    const show = (m) => [...m].sort().join(" ");
    if (show(due) !== show(paid)) w.violation(`credits due: ${show(due)}; credited: ${show(paid)}`);
  }
  const wrong = await stack.rows(`SELECT r.ext_id, r.total_c, r.last_no, count(l.no) AS n, max(l.no) AS last, COALESCE(sum(l.granted_c), 0) AS sum FROM study.record r
    LEFT JOIN study.ledger l USING (tenant_id, ext_id) GROUP BY r.tenant_id, r.ext_id, r.total_c, r.last_no
    HAVING r.total_c <> COALESCE(sum(l.granted_c), 0) OR r.last_no <> count(l.no) OR r.last_no <> COALESCE(max(l.no), 0)`);
  for (const r of wrong) w.violation(`the study record does not add up: ${JSON.stringify(r)}`);
}

async function check_tools(w, stack) {
  const say = (what) => (e) => w.violation(`leitai ${what}: ${`${e.stdout ?? ""}${e.stderr ?? ""}`.trim().replaceAll("\n", " ").slice(0, 600)}`);
  await stack.leitai("replay", w.event.code, "--tenant", w.event.tenant).catch(say("replay"));
  await stack.leitai("audit", "verify", "--tenant", w.event.tenant, "--event", w.event.code).catch(say("audit verify"));
}

/** Answers alone, at any moment when none is on its way: what was acknowledged is stored so. */
export async function check_acked(stack, contest) {
  return check_answers(contest.world, contest, await truth_of(stack, contest.world.event));
}

/** Until everybody has heard everything, or patience ends; gives who has not. */
export const ended = (contest) => until(() => contest.settled().length === 0, PATIENCE_MS, "everybody's end").then(() => [], () => contest.settled());

/** Adds violations to the contest's world; gives how many answers were acknowledged and how many of them are lost. */
export async function check(stack, contest) {
  const w = contest.world;
  const stuck = await ended(contest); // again: pages are told to wait whenever the database is slow, also in a moment in which all of the machine stood still
  const t = await truth_of(stack, w.event);
  for (const p of stuck)
    w.violation(`STUCK: ${p.name} ended at ${p.phase} ${p.seq} of ${w.head}, board ${p.board?.v}${p.board?.final ? " final" : ""}, own ${p.own?.v}, line ${p.status}${p.presence?.waiting ? ", told to wait" : ""}, unsettled ${[...p.answers.values()].filter((a) => a.state === "sent").length}`);
  check_log(w, t);
  check_frames(w, t);
  const count = check_answers(w, contest, t);
  check_tallies(w, t);
  if (t.head.phase !== "final") return count;
  check_standings(w, contest, t);
  check_boards(w, contest, t);
  await check_projection(w, stack, t);
  await check_ledger(w, stack, contest, t);
  await check_tools(w, stack);
  return count;
}
