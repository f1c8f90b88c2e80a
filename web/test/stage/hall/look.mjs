/* Photographs all pictures of a stage: node test/stage/hall/look.mjs FOLDER [WIDTH HEIGHT] [NAME…] */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { chromium } from "playwright-core";
import { boardOf, cities, entries, question, reveal, snapshot, view } from "./contest.mjs";
import { startHall } from "./server.mjs";

const [folder = "/tmp/stage", width = "1920", height = "1080", ...wanted] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const charts = reveal();
const board = entries(41);
const seat = (entry, over) => ({ entry, staked: false, pressed: false, fouled: false, tried: false, right: false, ...over });
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1600 900"><rect width="1600" height="900" fill="#204060"/><circle cx="800" cy="450" r="300" fill="#e0a93b"/></svg>`;
let state = {};
const hall = await startHall({
  files: { "/media/photo.svg": svg },
  hello: (frame, send) => {
    if (state.pairing) return send({ t: "pairing", code: "K7WQ4M", until_ms: Date.now() + 291_000, now_ms: Date.now() });
    send({ t: "welcome", session: "s", you: { guest: false }, epoch: 1, seq: 10, now_ms: Date.now(), snapshot: state.snap });
    for (const frame of state.frames ?? []) send(frame);
  },
});
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const errors = [];

async function shot(name, next, { waitMs = 1500, then, lang = "zh-CN" } = {}) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) return;
  state = next;
  const page = await browser.newPage({ viewport: { width: Number(width), height: Number(height) }, locale: lang });
  page.on("pageerror", (e) => errors.push(`${name}: ${e.stack}`));
  page.on("console", (m) => m.type() === "error" && errors.push(`${name}: ${m.text()}`));
  await page.goto(`${hall.base}/stage.html${next.pairing ? "" : "#s=x"}`);
  await page.waitForTimeout(waitMs);
  if (then) await then(page);
  await page.evaluate(() => document.body.classList.add("stage-idle"));
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
  await page.close();
}

const chart = (one) => ({ t: "chart", chart: one });
const snap = snapshot({ board: boardOf(board), question: question() });
const frozenAt = (step) => snapshot({ board: boardOf(charts[step]), question: question({ hidden: true, correct: undefined, dist: undefined }), frozen: { step, done: step === charts.length - 1 } });
const many = frozenAt(0);

await shot("pairing", { pairing: true });
await shot("lobby", { snap: snapshot({ phase: "lobby", teams: [] }), frames: [chart({ ...entries(1), rows: entries(1).rows.map((row) => ({ ...row, rank: 0 })) })] });
await shot("lobby-plain", { snap: snapshot({ phase: "lobby", teams: [] }) });
await shot("question", { snap, frames: [view("question")] });
await shot("question-hidden", { snap: many, frames: [view("question")] });
await shot("media", { snap, frames: [view("media", { media: "photo.svg", text: "“宪法进万家”主题宣传片：走进阿坝藏族羌族自治州松潘县" })] });
await shot("media-broken", { snap, frames: [view("media", { media: "nothing.png" })] });
await shot("countdown", { snap, frames: [view("countdown", { until_ms: Date.now() + 754_000, text: "下半场开始前休息" })] });
await shot("countdown-last", { snap, frames: [view("countdown", { until_ms: Date.now() + 6_500, text: "" })] }, { waitMs: 2600 });
await shot("distribution", { snap, frames: [view("distribution")] });
await shot("distribution-hidden", { snap: many, frames: [view("distribution")] });
const seats = snap.teams.slice(0, 9).map((team, i) => seat(team.entry, { pressed: true, order: i + 1, used_us: 210_000 + i * i * 13_700, ...(i === 0 ? { tried: true } : i === 1 ? { right: true, tried: true } : {}) }));
await shot("buzzer", { snap: { ...snap, question: question({ mode: "buzzer", state: "closed", round: 2, seats: [...seats, seat("1020", { fouled: true })] }) }, frames: [view("buzzer")] });
const wager = { ...snap, teams: snap.teams.slice(0, 12), question: question({ mode: "wager", state: "open", seats: snap.teams.slice(0, 12).map((team, i) => seat(team.entry, { staked: true, stake: [1000, 2000, 3000, 0][i % 4] })), stakes: [1000, 2000, 3000] }) };
await shot("stakes", { snap: wager, frames: [view("stakes")] });
const staked = { ...snap, question: question({ mode: "wager", state: "open", seats: snap.teams.map((team, i) => seat(team.entry, { staked: true, stake: [1000, 2000, 3000, 0][i % 4] })), stakes: [1000, 2000, 3000] }) };
await shot("stakes-many", { snap: staked, frames: [view("stakes")] });
await shot("distribution-open", { snap: { ...snap, question: question({ state: "open", key: undefined, dist: undefined, correct: undefined, deadline_ms: Date.now() + 20_000 }) }, frames: [view("distribution")] });
await shot("board", { snap, frames: [chart(board), view("board")] });
await shot("pages", { snap, frames: [chart(board), view("pages")] }, { then: async (page) => { await page.keyboard.press("PageDown"); await page.waitForTimeout(1000); } });
await shot("pages-turning", { snap, frames: [chart(board), view("pages")] }, { then: async (page) => { await page.keyboard.press("PageDown"); await page.waitForTimeout(260); } });
await shot("cities", { snap, frames: [chart(cities()), view("board", { of: "city" })] });
await shot("cities-pages", { snap, frames: [chart(cities()), view("pages", { of: "city" })] });
await shot("grid", { snap, frames: [chart(cities()), view("grid", { of: "city" })] });
await shot("grid-contrast", { snap, frames: [chart(cities()), view("grid", { of: "city", contrast: true })] });
await shot("team", { snap, frames: [chart(board), view("team", { entry: board.rows[1].id })] });
await shot("team-late", { snap, frames: [chart(board), view("team", { entry: board.rows[187].id })] });
await shot("frozen-auto", { snap: many, frames: [view("auto")] }, { waitMs: 7500 });
await shot("reveal-0", { snap: many, frames: [chart(charts[0]), view("reveal")] });
const at = charts.findIndex((one) => one.cue?.kind === "open" && one.step > 60 && one.cue.rank_from - one.cue.rank_to > 40);
await shot("reveal-moving", { snap: frozenAt(at - 1), frames: [chart(charts[at - 1]), view("reveal")] }, { then: async (page) => { hall.say(chart(charts[at])); await page.waitForTimeout(2000); } });
await shot("reveal-after", { snap: frozenAt(at - 1), frames: [chart(charts[at - 1]), view("reveal")] }, { then: async (page) => { hall.say(chart(charts[at])); await page.waitForTimeout(6500); } });
await shot("reveal-back", { snap: frozenAt(at), frames: [chart(charts[at]), view("reveal")] }, { then: async (page) => { hall.say(chart(charts[at - 1])); await page.waitForTimeout(6500); } });
const won = charts.findIndex((one) => one.cue?.kind === "award" && one.cue.award === 0);
await shot("reveal-award", { snap: frozenAt(won - 1), frames: [chart(charts[won - 1]), view("reveal")] }, { then: async (page) => { hall.say(chart(charts[won])); await page.waitForTimeout(3000); } });
await shot("reveal-awarded", { snap: frozenAt(won + 1), frames: [chart(charts[won + 1]), view("reveal")] });
const end = charts.length - 1;
const late = charts.findIndex((one) => one.cue?.kind === "open" && one.step > won - 6);
await shot("reveal-late", { snap: frozenAt(late), frames: [chart(charts[late]), view("reveal")] });
await shot("reveal-contrast", { snap: frozenAt(at), frames: [chart(charts[at]), view("reveal", { contrast: true, calm: true })] });
await shot("awards-first", { snap: frozenAt(end), frames: [chart({ ...charts[end], frozen: false }), view("awards")] }, { then: async (page) => { for (let i = 0; i < 3; i++) await page.keyboard.press("PageDown"); await page.waitForTimeout(1500); } });
await shot("awards-third", { snap: frozenAt(end), frames: [chart({ ...charts[end], frozen: false }), view("awards")] }, { waitMs: 3500 });
await shot("awards-soon", { snap: many, frames: [chart(charts[0]), view("awards")] });
await shot("text", { snap, frames: [view("text", { text: "请各参赛队就座\n比赛将于九点三十分开始" })] });
await shot("text-long", { snap, frames: [view("text", { text: "各位参赛选手请注意：本轮为风险题，每队从10分、20分、30分中选择一个分值，答对加分，答错扣除同样的分值，也可以放弃本题。请队长在手机上选定分值，主持人开题后公布。如有异议请在本题揭晓后三分钟之内由队长提出申诉，由两位评委共同裁定。" })] });
await shot("black", { snap, frames: [view("black")] });
await shot("lost", { snap, frames: [chart(board), view("board")] }, { then: async (page) => { hall.leave(); await page.waitForTimeout(900); hall.back(); } });
await shot("podium", { snap: snapshot({ board: { ...boardOf(board), final: true }, question: question(), phase: "final" }), frames: [view("auto")] }, { waitMs: 3500 });
for (const [name, frames, one = snap] of [
  ["contrast-question", [view("question", { contrast: true })]],
  ["contrast-pages", [chart(board), view("pages", { contrast: true })]],
  ["contrast-team", [chart(board), view("team", { entry: board.rows[0].id, contrast: true })]],
  ["contrast-awards", [chart({ ...charts[end], frozen: false }), view("awards", { contrast: true })], frozenAt(end)],
  ["contrast-distribution", [view("distribution", { contrast: true })]],
  ["contrast-text", [view("text", { text: "请各参赛队就座", contrast: true })]],
]) await shot(name, { snap: one, frames });
await shot("pairing-en", { pairing: true }, { lang: "en" });
await shot("grid-en", { snap, frames: [chart(cities()), view("grid")] }, { lang: "en" });
await shot("reveal-en", { snap: frozenAt(at), frames: [chart(charts[at]), view("reveal")] }, { lang: "en" });
await shot("team-en", { snap, frames: [chart(board), view("team", { entry: board.rows[30].id })] }, { lang: "en" });
await shot("awards-en", { snap: frozenAt(end), frames: [chart({ ...charts[end], frozen: false }), view("awards")] }, { lang: "en" });
await shot("lobby-en", { snap: snapshot({ phase: "lobby", teams: [] }) }, { lang: "en" });
await shot("board-en", { snap, frames: [chart(board), view("board")] }, { lang: "en" });
await browser.close();
await hall.stop();
if (errors.length > 0) {
  console.error(errors.join("\n"));
  process.exitCode = 1;
}
