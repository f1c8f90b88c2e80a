// Freeze and reveal on two nodes: `freeze.mjs PORT_A PORT_B DIR EVENT EVENT_2 TEAMS`. What is right is in DIR/freeze.json, thaw.json and teams.json. Asks for a new node B
// by a line to DIR/ask and reads DIR/answer. Prints "ok" or "not ok" a line.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { ticket } from "../../lib/contest.mjs";
import { Line } from "./line.mjs";

const [portA, portB, dir, event, event2, teams] = process.argv.slice(2);
const A = Number(portA), B = Number(portB);
const secret = fs.readFileSync(`${dir}/secret`, "utf8").trim();
let failed = 0;
async function test(name, fn) {
  try {
    const said = await fn();
    console.log(`ok ${name}${said ? `: ${said}` : ""}`);
  } catch (e) {
    failed = 1;
    console.log(`not ok ${name}: ${String(e.stack).replaceAll("\n", " ")}`);
  }
}
/** Node B dies and comes back. */
async function restart() {
  await fs.promises.writeFile(`${dir}/ask`, "restart\n");
  const answer = await fs.promises.open(`${dir}/answer`, "r");
  await answer.read(Buffer.alloc(16), 0, 16);
  await answer.close();
}
const redis = (...args) => execFileSync("redis-cli", ["-s", `${dir}/redis.sock`, ...args], { encoding: "utf8" }).trim().split("\n");

const PLAYERS = 6;
const name = (i) => `p${String(i + 1).padStart(6, "0")}`;
const join = (port, i, of) => Line.enter(port, { role: "play", ticket: ticket(secret, name(i)), event: of });
/** Who is right: by question and player. The last one is first in truth, and last on the frozen board. */
const RIGHT = [
  [1, 1, 1, 1, 0, 0],
  [1, 1, 1, 0, 0, 0],
  [0, 0, 1, 0, 1, 1],
  [0, 0, 0, 0, 1, 1],
  [1, 1, 0, 0, 0, 0],
];

class Hall {
  static async open(of, questions) {
    const hall = new Hall();
    hall.event = of;
    hall.questions = questions;
    hall.desk = await Line.enter(A, { role: "desk", ticket: ticket(secret, "host"), event: of });
    await hall.does("lobby");
    hall.players = await Promise.all(Array.from({ length: PLAYERS }, (_, i) => join(i % 2 ? B : A, i, of)));
    hall.stageA = await Line.enter(A, { role: "stage", session: hall.desk.welcome.stage_session });
    hall.stageB = await Line.enter(B, { role: "stage", session: hall.desk.welcome.stage_session });
    await hall.does("start");
    return hall;
  }
  get lines() { return [...this.players, this.stageA, this.stageB]; }
  async does(action, args = {}, outcome = "done") { assert.equal(await this.desk.ask({ t: "command", action, ...args }), outcome, `${action} ${JSON.stringify(args)}`); }
  async all(fits, what) { await Promise.all([this.desk, ...this.lines].map((l) => l.until(() => fits(l), what))); }
  /** One question from its announcement to its reveal. */
  async ask(q) {
    await this.does("next");
    await this.does("open");
    await this.all((l) => l.question?.q === q && l.question.state === "open", `question ${q} open`);
    const { key, options } = this.questions[q - 1];
    const wrong = [...options.keys()].find((k) => !key.includes(k));
    const saved = await Promise.all(this.players.map((l, i) => l.ask({ t: "answer", q, choice: RIGHT[q - 1][i] ? key : [wrong] })));
    assert.ok(saved.every((s) => s === "saved"), saved);
    await this.does("close");
    await this.all((l) => l.question?.state === "closed", `question ${q} closed`);
    await this.does("reveal");
    await this.all((l) => l.question?.state === "revealed", `question ${q} revealed`);
  }
  points(board) { return Object.fromEntries(board.rows.map((r) => [r.entry ?? r.id, r.points])); }
}

const bare = (x) => JSON.parse(JSON.stringify(x, (k, v) => (k === "v" || k === "moved" ? undefined : v)));
/** What a frame tells that a frozen board does not: the members by which points are known. */
function tells(m) {
  const found = [];
  const look = (x, path) => {
    if (x === null || typeof x !== "object") return;
    for (const [k, v] of Object.entries(x)) {
      if (["correct", "dist", "right", "gained", "tried", "points_given"].includes(k) && v !== false && m.t === "question") found.push(`${path}.${k}`);
      if (["right", "gained", "q"].includes(k) && m.t === "own") found.push(`${path}.${k}`);
      look(v, `${path}.${k}`);
    }
  };
  if (["question", "own"].includes(m.t)) look(m, m.t);
  if (["cues", "progress", "script", "ahead"].includes(m.t)) found.push(m.t);
  if (m.t === "ruling" && (m.ruling.entry || m.ruling.points || m.ruling.reason)) found.push("ruling");
  return found;
}

const hall = await Hall.open(event, JSON.parse(fs.readFileSync(`${dir}/freeze.json`, "utf8")));
const { desk, players, stageA, stageB } = hall;
let before, ownBefore, marks, truth, redisBefore, late;

await test("until the freeze the board moves on both nodes, and stages have it as a chart, with roll-ups for a view that shows them", async () => {
  await hall.ask(1);
  await hall.ask(2);
  await hall.all((l) => l.board?.rows[0]?.points === 2000, "a board of two questions");
  await players[0].until(() => players[0].own?.q === 2, "own standing");
  assert.equal(await desk.ask({ t: "show", view: "grid", of: "city" }), "done");
  for (const stage of [stageA, stageB]) {
    await stage.until(() => stage.charts.get("entry:0")?.rows[0].points === 2000 && stage.charts.get("city:0"), "charts");
    const { rows } = stage.charts.get("city:0");
    assert.ok(rows.length > 1 && rows.every((r) => r.name && r.took !== undefined && r.registered !== undefined));
    assert.ok(rows.filter((r) => r.x !== undefined && r.y !== undefined).length > 1);
  }
  assert.equal(await desk.ask({ t: "show", view: "pages", of: "audience" }), "done");
  await stageB.until(() => stageB.charts.get("audience:0"), "roll-up of audiences");
  assert.equal(await desk.ask({ t: "show", view: "board", round: 1 }), "done");
  await stageB.until(() => stageB.charts.get("entry:1")?.rows.length === PLAYERS, "the board of a round");
});
await test("the first question of the round freezes it, and everybody is told", async () => {
  redisBefore = redis("zrange", `lt:{1:${event}}:board`, "0", "-1", "withscores");
  await hall.does("next");
  await hall.all((l) => l.question?.q === 3 && l.question.hidden === true, "a hidden question");
  await hall.all((l) => l.board?.frozen === true, "a frozen board");
  await Promise.all(players.map((l) => l.until(() => l.own?.frozen === true, "own standing is frozen")));
  for (const stage of [stageA, stageB]) await stage.until(() => stage.charts.get("entry:0").frozen, "the chart is frozen");
  before = bare(stageA.board);
  assert.deepEqual(bare(stageB.board), before);
  ownBefore = players.map((l) => bare(l.own));
  marks = hall.lines.map((l) => l.heard.length);
});
await test("two questions are asked and revealed, and nothing public tells who was right", async () => {
  await hall.does("open");
  await hall.all((l) => l.question?.q === 3 && l.question.state === "open", "open");
  const { key, options } = hall.questions[2];
  const wrong = [...options.keys()].find((k) => !key.includes(k));
  for (const [i, l] of players.entries()) assert.equal(await l.ask({ t: "answer", q: 3, choice: RIGHT[2][i] ? key : [wrong] }), "saved");
  await hall.does("close");
  await hall.all((l) => l.question?.state === "closed", "closed");
  await hall.does("reveal");
  await hall.all((l) => l.question?.state === "revealed", "revealed");
  assert.deepEqual(players[0].question.key, key); // that is theirs
  await hall.ask(4);
  truth = await desk.chart();
  assert.equal(truth.rows[0].points, 6000);
  assert.deepEqual(Object.values(hall.points(before)).sort((x, y) => y - x), [2000, 2000, 2000, 1000, 0, 0]);
});
await test("the desk knows the boards as they are", async () => {
  const unit = await desk.chart("unit"), sum = (x) => x.rows.reduce((n, r) => n + r.points, 0);
  assert.equal(sum(unit), truth.rows.reduce((n, r) => n + r.points, 0));
  assert.notEqual(sum(unit), before.rows.reduce((n, r) => n + r.points, 0));
  assert.equal((await desk.chart("entry", 2)).rows[0].points, 6000);
  await desk.until(() => desk.cues?.steps > 0 && desk.cues.step === 0 && desk.cues.rows.length > 0, "cues");
});
await test("a ruling is told to the desk in full and to the hall without whom, how many and why", async () => {
  const entry = players[1].welcome.you.entry;
  await hall.does("adjust", { entry, value: 100, reason: "补分：封榜期间" });
  const mine = (m) => m.t === "ruling" && m.ruling.kind === "adjust";
  await hall.all((l) => l.heard.some(mine), "the ruling");
  const full = desk.heard.filter(mine).at(-1).ruling;
  assert.deepEqual([full.entry, full.points, full.reason], [entry, 100, "补分：封榜期间"]);
  for (const l of hall.lines) {
    const told = l.heard.find(mine).ruling;
    assert.deepEqual([told.entry, told.points, told.reason], [undefined, undefined, ""]);
  }
  truth = await desk.chart();
});
await test("who joins now is on no board, and moves none", async () => {
  late = await join(A, PLAYERS, event);
  assert.deepEqual([late.own.rank, late.own.of, late.own.frozen], [0, PLAYERS, true]);
  assert.deepEqual(bare(late.board), before);
  late.end();
});
async function looksFrozen(what) {
  for (const [i, port] of [[0, A], [1, A], [2, B], [3, B]]) {
    const { session } = players[i].welcome;
    const fresh = await Line.enter(port, { role: "play", session });
    await fresh.until(() => fresh.own && fresh.board, `${what}: standings`);
    assert.deepEqual(bare(fresh.own), ownBefore[i], `${what}: own of ${i} at ${port}`);
    assert.deepEqual(bare(fresh.board), before, `${what}: board at ${port}`);
    assert.deepEqual(fresh.frozen, { step: 0, done: false });
    assert.deepEqual(tells({ t: "question", question: fresh.question }), []);
    assert.ok(fresh.welcome.snapshot.rulings.every((r) => !r.entry && !r.points && !r.reason));
    assert.deepEqual(fresh.welcome.snapshot.progress, []);
    const resumed = await Line.enter(port, { role: "play", session, epoch: fresh.epoch, seq: 4 });
    await resumed.until(() => resumed.own && resumed.board, `${what}: standings after resuming`);
    assert.deepEqual([bare(resumed.own), bare(resumed.board)], [ownBefore[i], before]);
    const seen = resumed.heard.filter((m) => m.t !== "question" || m.question.q > 2);
    assert.deepEqual(seen.flatMap(tells), []);
    fresh.end();
    players[i].end();
    players[i] = resumed;
    marks[i] = resumed.heard.length;
  }
}
await test("every frame since the freeze tells no more than the frozen board", async () => {
  for (const [i, l] of hall.lines.entries()) {
    const since = l.heard.slice(marks[i]);
    assert.deepEqual(since.flatMap(tells), []);
    assert.deepEqual(since.filter((m) => m.t === "board").map((m) => bare(m.board)).filter((b) => JSON.stringify(b) !== JSON.stringify(before)), []);
    assert.deepEqual(since.filter((m) => m.t === "own").map((m) => bare(m.own)).filter((o) => JSON.stringify(o) !== JSON.stringify(ownBefore[i])), []);
    for (const m of since) if (m.t === "chart") assert.ok(m.chart.frozen && m.chart.rows.every((r) => r.opened === undefined));
  }
  assert.deepEqual(redis("zrange", `lt:{1:${event}}:board`, "0", "-1", "withscores"), redisBefore);
});
await test("a snapshot and a resumed line show the same", () => looksFrozen("both nodes as they were"));
await test("and a node that was started again", async () => {
  const charts = [await chartOf(A), await chartOf(B)];
  await restart();
  await looksFrozen("a new node");
  assert.deepEqual([await chartOf(A), await chartOf(B)], charts);
});
async function chartOf(port, fits = () => true) {
  const stage = await Line.enter(port, { role: "stage", session: desk.welcome.stage_session });
  await stage.until(() => stage.charts.get("entry:0") && fits(stage.charts.get("entry:0")), "a chart");
  stage.end();
  return bare(stage.charts.get("entry:0"));
}

await test("what needs the true board is refused until it is revealed", async () => {
  await hall.does("finish");
  await hall.does("finalise", {}, "frozen");
  await hall.does("resolve", { value: 9999 }, "out_of_range");
  await hall.does("resolve", { value: -1 }, "out_of_range");
});
let steps;
const stages = async () => Promise.all([A, B].map((port) => Line.enter(port, { role: "stage", session: desk.welcome.stage_session })));
await test("the reveal goes forward step by step, and only the desk sees what comes", async () => {
  await desk.until(() => desk.cues?.rows.length > 0, "cues");
  steps = desk.cues.steps;
  assert.ok(steps > PLAYERS);
  hall.walls = await stages();
  for (let step = 1; step <= 3; step++) {
    const expected = desk.cues.rows.find((r) => r.step === step);
    await hall.does("resolve", { value: step });
    await desk.until(() => desk.cues.step === step, "the next cues");
    for (const wall of hall.walls) {
      await wall.until(() => wall.charts.get("entry:0")?.step === step, `step ${step}`);
      const chart = wall.charts.get("entry:0");
      assert.deepEqual(chart.cue, expected);
      if (expected.kind === "open") assert.ok(chart.rows.find((r) => r.id === expected.entry).opened);
    }
    assert.deepEqual(bare(hall.walls[0].charts.get("entry:0")), bare(hall.walls[1].charts.get("entry:0")));
  }
  for (const l of [...players, ...hall.walls]) assert.ok(!l.heard.some((m) => m.t === "cues"));
});
const standing = () => ["board", "board:rows", "up:unit:0"].map((key) => [...redis(...(key.endsWith(":rows") ? ["hgetall", `lt:{1:${event}}:${key}`]
  : ["zrange", `lt:{1:${event}}:${key}`, "0", "-1", "withscores"]))]);
await test("boards that are written anew during the reveal are those of the nodes, without who came since and did nothing", async () => {
  const { seq } = desk;
  for (const end = Date.now() + 15000; Number(redis("hget", `lt:{1:${event}}:boards`, "shows")[0]) < seq; ) {
    assert.ok(Date.now() < end, "the nodes write the boards of step 3");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const nodes = standing();
  assert.equal(nodes[0].length, 2 * PLAYERS);
  redis("del", `lt:{1:${event}}:board`, `lt:{1:${event}}:board:rows`, `lt:{1:${event}}:boards`, `lt:{1:${event}}:board:v`);
  execFileSync(process.env.LEITAI, ["boards", "rebuild", "--tenant", "demo", "--event", event], { encoding: "utf8" });
  assert.deepEqual(standing(), nodes);
});
await test("back, and by a jump; a step that is taken twice is taken once", async () => {
  const seq = desk.seq;
  await hall.does("resolve", { value: 3 });
  assert.equal(desk.seq, seq);
  await hall.does("resolve", { value: 0 });
  for (const wall of hall.walls) {
    await wall.until(() => wall.charts.get("entry:0").step === 0 && wall.frozen.step === 0, "the beginning");
    assert.deepEqual(wall.charts.get("entry:0").rows.map((r) => [r.id, r.points]), before.rows.map((r) => [r.entry, r.points]));
  }
  await hall.does("resolve", { value: steps - 1 });
  for (const wall of hall.walls) await wall.until(() => wall.charts.get("entry:0").step === steps - 1, "almost the end");
});
await test("a node that was started again is at the same step", async () => {
  const chart = await chartOf(A);
  await restart();
  assert.deepEqual(await chartOf(B), chart);
  assert.ok(chart.rows.some((r) => r.opened) && chart.rows.some((r) => r.award !== undefined));
  const own = await Line.enter(B, { role: "play", session: players[2].welcome.session });
  await own.until(() => own.own && own.board, "standings");
  assert.deepEqual(bare(own.own), ownBefore[2]);
  const there = await Line.enter(A, { role: "play", session: players[0].welcome.session });
  await there.until(() => there.own && there.board, "standings");
  assert.deepEqual(bare(own.board), bare(there.board));
  [players[2], players[0]] = [own, there];
});
await test("players' boards follow at most once a second, stages at most four times", async () => {
  const [wall] = hall.walls, from = Date.now(), mark = players[0].heard.length, wallMark = wall.heard.length;
  for (let step = 2; Date.now() - from < 2500; step = step === 2 ? 1 : 2) {
    await hall.does("resolve", { value: step });
    await new Promise((resolve) => setTimeout(resolve, 60)); // so many commands a second may come
  }
  const n = players[0].heard.slice(mark).filter((m) => m.t === "board").length;
  assert.ok(n >= 1 && n <= 4, `${n} boards`);
  const charts = wall.heard.slice(wallMark).filter((m) => m.t === "chart" && m.chart.of === "entry" && m.chart.round === 0).length;
  assert.ok(charts >= 5 && charts <= 11, `${charts} charts`);
  return `${n} boards, and ${charts} charts on a stage, in 2.5 s`;
});
await test("at its end everybody has the true board and the own standing, not final yet", async () => {
  players[1] = await Line.enter(B, { role: "play", session: players[1].welcome.session });
  await hall.does("resolve", { value: steps });
  for (const l of [players[0], players[1], players[2]]) {
    await l.until(() => l.own && !l.own.frozen && l.board && !l.board.frozen && l.frozen?.done, "the truth");
    assert.deepEqual(hall.points(l.board), { ...hall.points(truth), [late.welcome.you.entry]: 0 });
    assert.equal(l.board.final, false);
    const row = truth.rows.find((r) => r.id === l.welcome.you.entry);
    assert.deepEqual([l.own.points, l.own.rank], [row.points, row.rank]);
  }
  const chart = await chartOf(A, (c) => c.step === steps);
  assert.deepEqual(await chartOf(B, (c) => c.step === steps), chart);
  assert.deepEqual(chart.rows.filter((r) => r.award !== undefined).map((r) => [r.rank, r.award]).slice(0, 2), truth.rows.filter((r) => r.rank > 0 && r.rank <= 3).map((r) => [r.rank, r.rank === 1 ? 0 : 1]).slice(0, 2));
});
await test("and until it is final it can be taken back", async () => {
  await hall.does("resolve", { value: 0 });
  await players[0].until(() => players[0].own.frozen && players[0].board.frozen, "frozen again");
  assert.deepEqual(bare(players[0].own), ownBefore[0]);
  assert.deepEqual(bare(players[0].board), before);
  await hall.does("finalise", {}, "frozen");
  await hall.does("resolve", { value: steps });
  await players[0].until(() => !players[0].own.frozen && players[0].frozen.done, "the truth");
});
await test("then it is finalised, and final", async () => {
  await hall.does("finalise");
  await players[0].until(() => players[0].phase === "final" && players[0].board.final, "final");
  await hall.does("resolve", { value: 0 }, "wrong_phase");
  const chart = await chartOf(B, (c) => c.final);
  assert.deepEqual(hall.points(chart), { ...hall.points(truth), [late.welcome.you.entry]: 0 });
});

await test("where it goes on after the reveal the board moves again and never freezes twice", async () => {
  const second = await Hall.open(event2, JSON.parse(fs.readFileSync(`${dir}/thaw.json`, "utf8")));
  for (let q = 1; q <= 4; q++) await second.ask(q);
  await second.desk.until(() => second.desk.cues?.rows.length > 0, "cues");
  await second.does("resolve", { value: 1 });
  await second.does("next", {}, "frozen");
  await second.does("resolve", { value: second.desk.cues.steps });
  await second.all((l) => l.frozen?.done, "the end");
  await second.ask(5);
  await second.all((l) => l.board && !l.board.frozen && l.question.hidden === undefined && l.question.correct === 2, "all is told");
  const own = second.players[0];
  await own.until(() => own.own.q === 5 && own.own.right === true, "own standing");
  const fresh = await Line.enter(B, { role: "play", session: second.players[1].welcome.session });
  assert.equal(fresh.welcome.snapshot.frozen, undefined);
  await fresh.until(() => fresh.board, "a board");
  assert.deepEqual(bare(fresh.board.rows), bare(own.board.rows));
});

await test("of teams, too: how far they are and who was right is the desk's, until the end", async () => {
  const questions = JSON.parse(fs.readFileSync(`${dir}/teams.json`, "utf8"));
  const host = await Line.enter(A, { role: "desk", ticket: ticket(secret, "host"), event: teams });
  const does = async (action, args = {}, outcome = "done") => assert.equal(await host.ask({ t: "command", action, ...args }), outcome, action);
  await does("lobby");
  const captains = await Promise.all([10, 20, 30].map((n, i) => Line.enter(i % 2 ? B : A, { role: "play", ticket: ticket(secret, `p${String(n).padStart(6, "0")}`), event: teams })));
  const wall = await Line.enter(B, { role: "stage", session: host.welcome.stage_session });
  await does("lot");
  await does("start");
  const lines = [...captains, wall, host];
  const state = (s, q) => Promise.all(lines.map((l) => l.until(() => l.question?.q === q && l.question.state === s, `${s} ${q}`)));
  const wrong = ({ key, options }) => [(options ?? ["", ""]).findIndex((_, k) => !key.includes(k))];
  const answer = async (i, q, isRight) => assert.equal(await captains[i].ask({ t: "answer", q, choice: isRight ? questions[q - 1].key : wrong(questions[q - 1]) }), "saved");
  await does("next");
  await does("open");
  await state("open", 1);
  for (const i of [0, 1, 2]) await answer(i, 1, i === 0);
  await wall.until(() => wall.heard.some((m) => m.t === "progress" && m.rows.length === 3), "progress before the freeze");
  await does("close");
  await state("closed", 1);
  await does("reveal");
  await Promise.all(lines.map((l) => l.until(() => l.board?.rows[0].points === 11000, "a board")));
  await does("next");
  await Promise.all(lines.map((l) => l.until(() => l.question?.hidden && l.board.frozen, "frozen")));
  const marked = lines.map((l) => l.heard.length);
  await does("open");
  await state("open", 2);
  for (const q of [2, 3, 4]) await answer(1, q, true);
  await answer(2, 2, false);
  await host.until(() => host.heard.slice(marked.at(-1)).some((m) => m.t === "progress" && m.rows.some((r) => r.done === 3)), "progress for the desk");
  await does("close");
  await state("closed", 2);
  await does("reveal");
  await state("revealed", 2);
  await does("next");
  for (const [i, c] of captains.entries()) await c.until(() => c.question?.q === 5, "wager").then(async () => assert.equal(await c.ask({ t: "command", action: "stake", value: i === 2 ? 2000 : 1000 }), "done"));
  await does("open");
  await state("open", 5);
  for (const i of [0, 1, 2]) await answer(i, 5, i === 2);
  await does("close");
  await state("closed", 5);
  await does("reveal");
  await state("revealed", 5);
  for (const [i, l] of lines.slice(0, -1).entries()) {
    const since = l.heard.slice(marked[i]);
    assert.deepEqual(since.filter((m) => m.t === "progress"), []);
    for (const m of since.filter((x) => x.t === "question")) for (const seat of m.question.seats) assert.deepEqual([seat.done, seat.right, seat.tried], [undefined, false, false]);
    assert.deepEqual(since.filter((m) => m.t !== "team" && m.t !== "step").flatMap(tells), []);
  }
  const fresh = await Line.enter(A, { role: "stage", session: host.welcome.stage_session });
  assert.deepEqual([fresh.welcome.snapshot.progress, fresh.welcome.snapshot.question.seats.some((s) => s.right || s.tried || s.done)], [[], false]);
  await does("disqualify", { entry: captains[0].welcome.you.entry, reason: "代答" });
  const again = await Line.enter(A, { role: "stage", session: host.welcome.stage_session });
  assert.ok(again.welcome.snapshot.teams.every((t) => !t.out), "nobody is told who is out");
  await host.until(() => host.cues?.rows.length > 0, "cues");
  await does("resolve", { value: host.cues.steps });
  await wall.until(() => wall.frozen?.done && wall.charts.get("entry:0").step === host.cues.steps, "the end");
  const rows = wall.charts.get("entry:0").rows, of = (i) => rows.find((r) => r.id === captains[i].welcome.you.entry);
  assert.deepEqual([of(0).rank, of(1).points, of(2).points], [0, 10000 + 1500 - 1000, 10000 + 2000]);
});
fs.writeFileSync(`${dir}/ask`, "over\n");
process.exit(failed);
