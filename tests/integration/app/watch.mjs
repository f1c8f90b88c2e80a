// Spectators on two nodes: `watch.mjs PORT_A PORT_B DIR EVENT`. Node B has room for 40 connections, half of it not for spectators. PSQL_URL: a superuser's
// connection. Prints "ok" or "not ok" a line.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { ticket } from "../../lib/contest.mjs";
import { Line } from "./line.mjs";

const [portA, portB, dir, event] = process.argv.slice(2);
const A = Number(portA), B = Number(portB);
const secret = fs.readFileSync(`${dir}/secret`, "utf8").trim();
const questions = JSON.parse(fs.readFileSync(`${dir}/freeze.json`, "utf8"));
const protocol = JSON.parse(fs.readFileSync(new URL("../../../schema/protocol/protocol.json", import.meta.url), "utf8"));
const CODE = "WATCHWATCH22";
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
const sql = (text) => execFileSync("psql", [process.env.PSQL_URL, "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", text], { encoding: "utf8" }).trim();
const watch = (port, code = CODE) => Line.enter(port, { role: "watch", code });
const player = (port, i) => Line.enter(port, { role: "play", ticket: ticket(secret, `p${String(i + 1).padStart(6, "0")}`), event });
async function refused(hello) {
  const line = await Line.open(A, { role: "watch", ...hello });
  await line.until(() => line.errors.length > 0, "a refusal");
  for (const end = Date.now() + 5000; line.closed === null && Date.now() < end; ) await new Promise((resolve) => setTimeout(resolve, 20));
  return [line.errors[0], line.closed, JSON.stringify(line.heard)];
}

const desk = await Line.enter(A, { role: "desk", ticket: ticket(secret, "host"), event });
const does = async (action, args = {}) => assert.equal(await desk.ask({ t: "command", action, ...args }), "done", action);

await test("nobody watches a draft", async () => { assert.deepEqual((await refused({ code: "DRAFTDRAFT22" })).slice(0, 2), ["no_such_board", 4404]); });
await does("lobby");
const players = [await player(A, 0), await player(B, 1), await player(A, 2)];
await does("start");
const watchers = [await watch(A), await watch(B)];
await test("every no is the same: unknown, ended, of a draft", async () => {
  sql("INSERT INTO leitai.board_share (tenant_id, share, event_id, ended_at) SELECT 1, 'ENDEDENDED22', event_id, now() FROM leitai.event WHERE code = 'freeze'");
  const answers = await Promise.all(["UNKNKNWNKN22", "ENDEDENDED22", "DRAFTDRAFT22", "x"].map((code) => refused({ code })));
  for (const a of answers) assert.deepEqual(a, answers[0]);
  assert.deepEqual(answers[0].slice(0, 2), ["no_such_board", 4404]);
});
await test("a spectator needs the code", async () => {
  assert.equal((await refused({}))[0], "missing");
  assert.equal((await refused({ ticket: ticket(secret, "host") }))[0], "forbidden");
});
await test("it is shown head, phase, board and who is here, and no question", async () => {
  const { welcome } = watchers[0];
  assert.equal(welcome.session, "");
  assert.deepEqual(Object.keys(welcome.you), ["guest"]);
  const { head, phase, presence, ...rest } = welcome.snapshot;
  assert.equal(head.event, event);
  assert.equal(phase, "running");
  assert.ok(presence.players >= 2);
  assert.deepEqual(rest, { teams: [], advanced: 0, rulings: [], progress: [] });
});
async function ask(q) {
  await does("next");
  await does("open");
  for (const [i, l] of players.entries()) {
    await l.until(() => l.question?.q === q && l.question.state === "open", `question ${q}`);
    assert.equal(await l.ask({ t: "answer", q, choice: i === 0 ? questions[q - 1].key : [questions[q - 1].options.findIndex((_, k) => !questions[q - 1].key.includes(k))] }), "saved");
  }
  await does("close");
  await desk.until(() => desk.question?.state === "closed", "closed");
  await does("reveal");
  await players[0].until(() => players[0].board?.rows[0]?.points > 0, "a board");
}
await test("boards come, and nothing about questions", async () => {
  await ask(1);
  await ask(2);
  for (const w of watchers) {
    await w.until(() => w.board?.rows[0]?.points === 2000, "the board");
    assert.deepEqual([...new Set(w.heard.map((m) => m.t))].filter((t) => !["welcome", "board"].includes(t)), []);
    for (const m of w.heard) if (m.t === "welcome") assert.equal(m.snapshot.question, undefined);
  }
});
await test("the freeze is told, the reveal at most once a second, and its end", async () => {
  await does("next");
  for (const w of watchers) await w.until(() => w.frozen && w.board.frozen, "frozen");
  await does("open");
  for (const l of players) await l.until(() => l.question?.q === 3 && l.question.state === "open", "question 3");
  assert.equal(await players[1].ask({ t: "answer", q: 3, choice: questions[2].key }), "saved");
  await does("close");
  await desk.until(() => desk.question?.state === "closed", "closed");
  await does("reveal");
  await desk.until(() => desk.cues?.rows.length > 0, "cues");
  const mark = watchers[0].heard.length, from = Date.now();
  for (let step = 1; Date.now() - from < 2500; step = step === 1 ? 2 : 1) {
    await does("resolve", { value: step });
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  const n = watchers[0].heard.length - mark;
  assert.ok(n >= 1 && n <= 4, `${n} frames`);
  await does("resolve", { value: desk.cues.steps });
  for (const w of watchers) {
    await w.until(() => w.frozen?.done && !w.board.frozen, "the end");
    assert.equal(w.board.rows[0].points, 3000);
  }
  return `${n} frames in 2.5 s`;
});
await test("a spectator can do nothing but look", async () => {
  for (const type of ["answer", "command", "screens", "chart", "roster", "show"]) {
    const from = watchers[0].errors.length;
    watchers[0].send(type === "answer" ? { t: "answer", id: "x", q: 1, choice: [0] } : type === "command" ? { t: "command", id: "x", action: "next" }
      : type === "chart" ? { t: "chart", of: "entry", round: 0 } : type === "show" ? { t: "show", id: "x", view: "black" } : { t: type });
    await watchers[0].until(() => watchers[0].errors.length > from, type);
    assert.equal(watchers[0].errors.at(-1), "forbidden", type);
    assert.ok(protocol.client[type]);
  }
});
await test("spectators stop at their share of the connections, and go first when others come", async () => {
  const seats = [];
  let told;
  for (let i = 0; i < 30 && !told; i++) {
    const line = await Line.open(B, { role: "watch", code: CODE });
    await line.until(() => line.welcome || line.bye, "an answer");
    if (line.bye) told = line;
    else seats.push(line);
  }
  assert.ok(told, "some are refused");
  assert.equal(told.bye.code, "retry_later");
  assert.ok(told.bye.retry_ms >= 15000);
  assert.ok(seats.length >= 10 && seats.length < 20, `${seats.length} seats`);
  const crowd = [];
  for (let i = 3; i < 33; i++) crowd.push(await player(B, i));
  await Promise.all(crowd.map((l) => l.until(() => l.welcome, "in")));
  const left = () => seats.filter((l) => l.closed !== null), all = [watchers[1], ...seats];
  for (const end = Date.now() + 5000; left().length < 12 && Date.now() < end; ) await new Promise((resolve) => setTimeout(resolve, 20));
  const gone = left();
  assert.ok(gone.length >= 12, `${gone.length} of ${all.length} are gone`);
  for (const l of gone) assert.deepEqual([l.bye.code, l.closed], ["retry_later", 4503]);
  assert.ok([players[1], ...crowd].every((l) => l.closed === null), "no player is");
  for (const l of crowd) l.end();
  return `${gone.length} made room for ${crowd.length}`;
});
await test("whose board is not shared any more is sent away", async () => {
  sql(`UPDATE leitai.board_share SET ended_at = now() WHERE share = '${CODE}'`);
  const w = watchers[0];
  await w.until(() => w.errors.at(-1) === "no_such_board", "the end").catch((e) => { if (w.errors.at(-1) !== "no_such_board") throw e; });
  assert.deepEqual((await refused({ code: CODE })).slice(0, 2), ["no_such_board", 4404]);
});
process.exit(failed);
