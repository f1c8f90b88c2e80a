// The classic contest over sockets: four teams, three phones each and one on a shared device, all modes, a void, an upheld appeal, a
// three-way tie. `classic.mjs PORT SECRET_FILE EVENT QUESTIONS TOTALS`: writes name, rank and points as counted by hand to TOTALS.
import assert from "node:assert/strict";
import fs from "node:fs";
import { Count, JUDGES, PLAN } from "../../lib/classic.mjs";
import { Client, respond, ticket } from "../../lib/contest.mjs";

const [port, secretFile, event, questionsFile, totalsFile] = process.argv.slice(2);
const secret = fs.readFileSync(secretFile, "utf8").trim(), questions = JSON.parse(fs.readFileSync(questionsFile, "utf8"));
let failed = 0;
async function test(name, fn) {
  if (failed) return; // each part stands on the one before
  try {
    await fn();
    console.log(`ok ${name}`);
  } catch (e) {
    failed = 1;
    console.log(`not ok ${name}: ${String(e.stack).replaceAll("\n", " ").slice(0, 900)}`);
  }
}
const enter = (role, sub) => Client.enter(Number(port), { role, ticket: ticket(secret, sub), event });
const key = (q, right) => respond(questions[q - 1], right);
const all = (list, fn) => Promise.all(list.map(fn));

const host = await enter("desk", "host");
const judges = await all(JUDGES, (sub) => enter("judge", sub));
assert.equal(await host.command("lobby", { q: 0 }), "done");
await all([host, ...judges], (x) => x.until(() => x.phase === "lobby")); // on whatever node: players come to an open lobby
const count = new Count();
const teams = await all(count.teams, async (t) => {
  const members = await all(t.people, (sub) => enter("play", sub));
  return Object.assign(t, { entry: members[0].you.entry, members, captain: members[0] });
});
const [a, b, c, d] = teams;
const team = (entry) => teams.find((t) => t.entry === entry);
let q = 0;
const act = async (action, args = {}) => assert.equal(await host.command(action, { q, ...args }), "done", `${action} at ${q}`);
async function next(action = "next") {
  await act(action);
  await host.until(() => host.question?.state === "armed" && host.question.q > q, "the next question");
  q = host.question.q;
  await all(teams, (t) => all(t.members, (m) => m.state("armed", q)));
}
async function open() {
  await act("open");
  await all(teams, (t) => all(t.members, (m) => m.state("open", q)));
}
async function reveal() {
  await host.state("closed", q);
  await act("reveal");
  await host.state("revealed", q);
}
/** Everybody's own standing is what was counted here. */
async function check() {
  await all(teams, (t) => all(t.members, (m) => m.until(() => m.own?.points === t.points, `${t.points} points for ${t.name}, not ${m.own?.points}`)));
}

await test("the lot is drawn before the start", async () => {
  assert.equal(await host.command("start", { q: 0 }), "wrong_phase");
  await act("lot");
  await host.until(() => host.teams.length === 4);
  assert.deepEqual(host.teams.map((t) => t.entry).sort(), teams.map((t) => t.entry).sort());
  await act("lot");
  await act("start");
  await host.until(() => host.phase === "running");
});
await test("everybody sees the rules as they are in force", async () => {
  const { sheet } = await a.captain.ask({ t: "rules" }, "rules");
  assert.equal(JSON.parse(sheet).rounds.length, 8);
});
await test("all at once: the majority's response is the team's, and the team sees its votes", async () => {
  for (let i = 0; i < 3; i++) {
    await next();
    await open();
    for (const [n, t] of teams.entries())
      for (const [k, m] of t.members.entries()) assert.equal(await m.answer(q, key(q, PLAN.together[i][n][k])), "saved");
    await a.captain.until(() => a.captain.team?.tally?.reduce((x, y) => x + y) === 3, "three votes");
    await act("close");
    await reveal();
    count.together(i);
    await check();
  }
});
await test("in turn: only the captain of the team in turn answers, and the answer ends the question", async () => {
  for (let i = 0; i < 4; i++) {
    await next();
    const t = team(host.question.turn), other = teams.find((x) => x !== t);
    assert.equal(host.question.turn, host.teams[i].entry);
    await open();
    for (let k = 0; k < (i === 0 ? 8 : 1); k++) assert.equal(await other.captain.answer(q, key(q, true)), "not_your_turn");
    if (t.members[1]) assert.equal(await t.members[1].answer(q, key(q, true)), "not_captain");
    if (i === 0) {
      assert.equal(await t.captain.command("help", { q, value: 2 }), "done");
      await other.captain.until(() => other.captain.question?.dropped?.length === 2, "two options are dropped");
      await host.until(() => host.question?.dropped?.length === 2, "two options are dropped");
      assert.ok(host.question.dropped.every((o) => !questions[q - 1].key.includes(o)));
      assert.equal(await t.captain.command("help", { q, value: 0 }), "used_up");
    }
    assert.equal(await t.captain.answer(q, key(q, PLAN.turns[i])), "saved");
    await reveal();
    count.turn(t, i);
    await check();
  }
});
await test("nobody takes the id of a command that the system gives", async () => {
  a.captain.command("help", { q, value: 1 }, `.answered.${q}.${a.entry}.0`);
  await a.captain.until(() => a.captain.errors.includes("out_of_range"), "the refusal");
});
await test("a player who sends commands without waiting is told to wait", async () => {
  const outcomes = await all([...Array(12).keys()], () => d.captain.command("press", { q: 1 }));
  assert.ok(outcomes.includes("busy") && outcomes.includes("stale_command"), outcomes.join());
});
await test("a captain hands over", async () => {
  assert.equal(await a.members[1].command("captain", { value: Number(a.members[1].you.person) }), "not_captain");
  assert.equal(await a.captain.command("captain", { value: Number(a.members[1].you.person) }), "done");
  a.captain = a.members[1];
  await a.captain.until(() => a.captain.team?.captain, "the captain knows");
});
await test("buzzer: an early press is a foul, a wrong answer passes to the next press", async () => {
  await next();
  assert.equal(await a.members[2].command("press", { q, claim_us: 1000 }), "done");
  count.buzzedWrong(a);
  await check();
  await open();
  assert.equal(await a.captain.command("press", { q, claim_us: 1000 }), "locked_out");
  assert.equal(await b.members[2].command("press", { q, claim_us: 200000 }), "done");
  assert.equal(await c.captain.command("press", { q, claim_us: 900000 }), "done");
  await host.state("held", q);
  const [first, second] = host.question.held === b.entry ? [b, c] : [c, b];
  assert.equal(await second.captain.answer(q, key(q, true)), "not_your_turn");
  await first.captain.state("held", q);
  assert.equal(await first.captain.answer(q, key(q, false)), "saved");
  await second.captain.until(() => second.captain.question.held === second.entry, "the next press holds it");
  assert.equal(await second.captain.answer(q, key(q, true)), "saved");
  await reveal();
  count.buzzedWrong(first);
  count.buzzedRight(second);
  await check();
  const { rows } = await host.ask({ t: "evidence", question: q }, "evidence");
  assert.deepEqual(rows.map((r) => r.foul).sort(), [false, false, true]);
  assert.ok(rows.every((r) => r.foul || (r.elapsed_us > 0 && r.used_us >= 0)), JSON.stringify(rows));
});
await test("buzzer: two phones of one team press once; a double press does nothing", async () => {
  await next();
  await open();
  const id = "same-press";
  assert.deepEqual(await all([b.members[0], b.members[1]], (m) => m.command("press", { q, claim_us: 50000 })), ["done", "done"]);
  assert.equal(await b.captain.command("press", { q, claim_us: 1 }, id), "done");
  await b.captain.state("held", q);
  assert.equal(await b.captain.answer(q, key(q, true)), "saved");
  await reveal();
  count.buzzedRight(b);
  await check();
});
await test("buzzer: silence voids the question", async () => {
  await next();
  await open();
  await act("close");
  await host.state("closed", q);
  assert.equal(host.question.silent, true);
  await reveal();
  await check();
});
await test("speed: each team goes through the burst at its own pace", async () => {
  await next();
  assert.equal(host.question.n, 5);
  await open();
  await all(teams, async (t, n) => {
    for (let i = 0; i < PLAN.burst[n]; i++) {
      await t.captain.until(() => t.captain.step?.q === q + i, `step ${i + 1}`);
      assert.equal(await t.captain.answer(q + i, key(q + i, PLAN.burstRight(i))), "saved");
    }
  });
  count.burst();
  assert.equal(await a.captain.answer(q + 1, key(q + 1, true)), "already_answered");
  assert.equal(await d.captain.answer(q + 4, key(q + 4, true)), "no_such_question");
  const back = await enter("play", "p000021"); // mid-burst on another line: the next step is there
  assert.equal(back.step.q, q + 3);
  b.members[0] = b.captain = back;
  await act("close");
  await reveal();
  await check();
});
await test("jury: judges mark on their own devices, highest and lowest are dropped", async () => {
  for (let i = 0; i < 4; i++) {
    await next();
    const t = team(host.question.turn);
    await open();
    await all(judges, (j) => j.state("open", q));
    assert.equal(await a.captain.command("mark", { q, value: 3000 }), "forbidden");
    assert.equal(await judges[0].command("mark", { q, value: 3100 }), "out_of_range");
    const marks = PLAN.marks(i);
    assert.ok(host.script);
    assert.ok(judges.every((j) => j.script === undefined), "what is to be read aloud is the host's alone");
    for (const [k, j] of judges.entries()) assert.equal(await j.command("mark", { q, value: marks[k] }), "done");
    await host.until(() => host.question.marks === 3, "three marks");
    assert.equal(a.captain.question.points_given, undefined);
    await act("close");
    await reveal();
    assert.equal(host.question.points_given, marks[1]);
    count.part(t, i);
    await check();
  }
});
await test("spoken answers: a judge says right or wrong", async () => {
  for (const right of PLAN.spoken) {
    await next();
    await open();
    assert.equal(await c.captain.command("press", { q }), "done");
    await c.captain.state("held", q);
    assert.equal(await c.captain.answer(q, key(q, true)), "wrong_phase");
    assert.equal(await judges[1].command("verdict", { q, value: right ? 1 : 0 }), "done");
    await reveal();
    count.spoken(c, right);
    await check();
  }
});
await test("wager: stakes are chosen in secret, the last in the ranking first", async () => {
  const asked = [];
  for (let i = 0; i < 4; i++) {
    await next();
    const t = team(host.question.turn), other = teams.find((x) => x !== t);
    const { right } = PLAN.wagers[i], stake = PLAN.wagers[i].stake * 100;
    asked.push(t);
    assert.ok(i > 0 || teams.every((x) => x.points >= t.points), "the last is asked first");
    assert.equal(await other.captain.command("stake", { q, value: 1000 }), "not_your_turn");
    if (t.members[2] && t.members[2] !== t.captain) assert.equal(await t.members[2].command("stake", { q, value: 1000 }), "not_captain");
    assert.equal(await t.captain.command("stake", { q, value: 1500 }), "bad_stake");
    assert.equal(await t.captain.command("stake", { q, value: stake }), "done");
    await other.captain.until(() => other.captain.question.seats.some((s) => s.staked), "a stake was chosen");
    assert.ok(other.captain.question.seats.every((s) => s.stake === undefined), "how much is a secret");
    await t.captain.until(() => t.captain.team?.stake === stake, "its own stake");
    await open();
    if (stake === 0) {
      assert.equal(await t.captain.answer(q, key(q, true)), "declined");
      await act("close");
    } else {
      assert.equal(await t.captain.answer(q, key(q, right)), "saved");
    }
    await reveal();
    count.wager(t, i);
    await check();
  }
  assert.equal(new Set(asked).size, 4);
});
await test("an appeal is upheld: another response is right too, after a preview", async () => {
  assert.equal(await a.members[0].command("appeal", { question: PLAN.appealed, reason: "不是队长" }), "not_captain");
  assert.equal(await d.captain.command("appeal", { question: PLAN.appealed, reason: "法条已修订，我队答案也应算对" }), "done");
  await judges[2].until(() => judges[2].rulings.length === 1, "the appeal");
  assert.equal(await judges[2].command("approve", { value: 1, reason: "成立" }), "done");
  const wrong = key(PLAN.appealed, false);
  const other = await enter("desk", "host");
  const previews = await Promise.allSettled(
    other.together(() => [0, 1, 2, 3].map((k) => other.ask({ t: "preview", id: `v${k}`, action: "void", question: PLAN.appealed }, "changes"))),
  );
  assert.ok(previews.some((p) => p.status === "fulfilled"));
  assert.deepEqual([...new Set(previews.filter((p) => p.status === "rejected").map((p) => p.reason.message))], ["busy"], "one preview at a time");
  other.end();
  const changes = await host.ask({ t: "preview", id: "p1", action: "accept", question: PLAN.appealed, ...wrong }, "changes");
  assert.equal(changes.total, 1);
  assert.deepEqual([changes.rows[0].entry, changes.rows[0].before, changes.rows[0].after], [d.entry, d.points, d.points + 1000]);
  assert.equal(await host.command("accept", { question: PLAN.appealed, reason: "申诉成立", ...wrong }), "done");
  count.upheld();
  await check();
});
await test("a void question counts for nobody", async () => {
  assert.equal(await host.command("void", { question: PLAN.voided, reason: "题干有误" }), "done");
  assert.equal(await host.command("void", { question: PLAN.voided, reason: "题干有误" }), "done");
  count.voided();
  await check();
});
await test("a three-way tie is made by adjustments and broken by sudden death", async () => {
  for (const [t, by] of count.level())
    assert.equal(await host.command("adjust", { entry: t.entry, value: by * 100, reason: "裁定" }), "done");
  await check();
  await next();
  assert.deepEqual([...host.question.field].sort(), [a, b, c].map((t) => t.entry).sort());
  await open();
  assert.equal(await d.captain.answer(q, key(q, true)), "not_in_contest");
  for (const [n, t] of [a, b, c].entries()) assert.equal(await t.captain.answer(q, key(q, PLAN.ties[0][n])), "saved");
  await act("close");
  await reveal();
  await next();
  assert.deepEqual([...host.question.field].sort(), [a, b].map((t) => t.entry).sort());
  await open();
  for (const [n, t] of [a, b].entries()) assert.equal(await t.captain.answer(q, key(q, PLAN.ties[1][n])), "saved");
  await act("close");
  await reveal();
  await check();
  await host.until(() => host.board?.rows.length === 4 && host.board.rows[0].entry === b.entry, "the tie is broken");
  assert.deepEqual(host.board.rows.map((r) => [r.entry, r.rank]), count.places.map((t, i) => [t.entry, i + 1]));
  assert.equal(await host.command("next", { q }), "no_such_question");
});
await test("the host finishes and finalises, and the seal comes", async () => {
  await act("finish");
  assert.equal(await host.command("appeal", { question: 1, reason: "x" }), "forbidden");
  await act("finalise");
  await act("finalise");
  await d.captain.until(() => d.captain.phase === "final" && d.captain.seal?.hash.length === 64, "the seal");
});
await test("what is sent in after the end is refused and changes nothing of the record", async () => {
  assert.equal(await a.captain.answer(q, key(q, true)), "already_answered");
  assert.equal(await c.captain.answer(q, key(q, true)), "question_closed");
  assert.equal(await d.captain.command("press", { q }), "wrong_phase");
});
fs.writeFileSync(totalsFile, `${count.results.join("\n")}\n`);
for (const x of [host, ...judges, ...teams.flatMap((t) => t.members)]) x.end();
process.exit(failed);
