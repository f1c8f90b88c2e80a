/* What a move of 226 rows costs the main thread of a stage, by Chromium's trace: node test/stage/hall/trace.mjs [WIDTH HEIGHT]
 *
 * Prints one JSON object: for each move the frames that were drawn, the main thread's time per frame (all its tasks from one frame's
 * beginning to the next: median, 99th of a hundred, most; CPU time, and wall time, which on a busy machine holds what others did), and
 * how many layouts were forced by script. Exit status 1 when a frame took longer than LIMIT_MS of CPU or a layout was forced. */
import { chromium } from "playwright-core";
import { boardOf, cities, entries, reveal, snapshot, view } from "./contest.mjs";
import { startHall } from "./server.mjs";

const LIMIT_MS = 8;
const [width = "1920", height = "1080"] = process.argv.slice(2);
const charts = reveal();
const chart = (one) => ({ t: "chart", chart: one });
const frozen = (step) => ({ t: "resolve", epoch: 1, frozen: { step, done: false } });
let state;
const hall = await startHall({
  hello: (frame, send) => {
    send({ t: "welcome", session: "s", you: { guest: false }, epoch: 1, seq: 10, now_ms: Date.now(), snapshot: state.snap });
    for (const frame of state.frames) send(frame);
  },
});
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

const JS = new Set(["FunctionCall", "FireAnimationFrame", "EvaluateScript", "EventDispatch", "RunMicrotasks", "TimerFire", "v8.callFunction"]);
const LAYOUTS = new Set(["Layout", "UpdateLayoutTree"]);

/* Everything that the page's main thread did while `act` and what it set in motion ran. */
async function traced(page, act, ms) {
  const session = await browser.newBrowserCDPSession();
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { recordMode: "recordAsMuchAsPossible", includedCategories: ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline", "disabled-by-default-devtools.timeline.frame", "blink", "v8", "__metadata"] },
  });
  await page.evaluate(() => performance.mark("move"));
  await act();
  await page.waitForTimeout(ms);
  const done = new Promise((end) => session.once("Tracing.tracingComplete", end));
  await session.send("Tracing.end");
  await done;
  await session.detach();
  return events;
}

function measured(events) {
  const names = events.filter((e) => e.ph === "M" && e.name === "thread_name" && e.args.name === "CrRendererMain");
  const busiest = names.map(({ pid, tid }) => ({ pid, tid, n: events.filter((e) => e.pid === pid && e.tid === tid && e.name === "FireAnimationFrame").length })).sort((a, b) => b.n - a.n)[0];
  const main = events.filter((e) => e.pid === busiest.pid && e.tid === busiest.tid && e.ph === "X").sort((a, b) => a.ts - b.ts || b.dur - a.dur);
  const frames = main.filter((e) => e.name === "FireAnimationFrame" && !e.nested).map((e) => e.ts);
  const tasks = main.filter((e) => e.name === "RunTask" || e.name === "ThreadControllerImpl::RunTask");
  const outer = tasks.filter((task, i) => !tasks.slice(Math.max(0, i - 3), i).some((other) => other.ts <= task.ts && other.ts + other.dur >= task.ts + task.dur));
  // A frame's tasks: from the task in which its animation callbacks ran to the one before the next's.
  const starts = frames.map((ts) => outer.find((task) => task.ts <= ts && task.ts + task.dur >= ts)?.ts ?? ts);
  const unique = [...new Set(starts)];
  const perFrame = unique.map((from, i) => {
    const to = unique[i + 1] ?? from + 16_667;
    const within = outer.filter((task) => task.ts >= from && task.ts < Math.min(to, from + 100_000));
    const end = within.length > 0 ? Math.max(...within.map((task) => task.ts + task.dur)) : from;
    return { from, end, cpu: within.reduce((sum, task) => sum + (task.tdur ?? task.dur), 0) / 1000, wall: within.reduce((sum, task) => sum + task.dur, 0) / 1000 };
  });
  const scripts = main.filter((e) => JS.has(e.name));
  const forced = main.filter((e) => LAYOUTS.has(e.name) && scripts.some((js) => js.ts <= e.ts && js.ts + js.dur >= e.ts + e.dur));
  return {
    frames: perFrame.length,
    cpu: spread(perFrame.map(({ cpu }) => cpu)),
    wall: spread(perFrame.map(({ wall }) => wall)),
    layouts: main.filter((e) => e.name === "Layout").length,
    forced: forced.length,
    ...(process.env.WHERE ? { worst: heaviest(main, perFrame) } : {}),
    ...(process.env.WHERE && forced.length > 0 ? { where: forced.slice(0, 5).map((e) => ({ name: e.name, by: scripts.filter((js) => js.ts <= e.ts && js.ts + js.dur >= e.ts).map((js) => `${js.name} ${js.args?.data?.functionName ?? ""}`) })) } : {}),
  };
}

/* With WHERE=1: what the three most expensive frames did, by the names of the trace's events, ms of CPU time. */
function heaviest(main, frames) {
  return [...frames]
    .sort((a, b) => b.cpu - a.cpu)
    .slice(0, 3)
    .map(({ from, end, cpu }) => {
      const by = {};
      for (const e of main) {
        if (e.ts < from || e.ts > end) continue;
        const n = e.args?.elementCount ?? e.args?.beginData?.dirtyObjects;
        if (n !== undefined) by[`${e.name} of`] = (by[`${e.name} of`] ?? 0) + n;
        if ((e.tdur ?? 0) < 200) continue;
        const name = `${e.name}${e.args?.data?.functionName ? ` ${e.args.data.functionName}` : ""}`;
        by[name] = Math.round(((by[name] ?? 0) + e.tdur / 1000) * 10) / 10;
      }
      return { cpu, by: Object.fromEntries(Object.entries(by).sort((a, b) => b[1] - a[1]).slice(0, 14)) };
    });
}

function spread(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const at = (share) => Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 100) / 100;
  return { median: at(0.5), p99: at(0.99), most: at(1) };
}

async function stage(snap, frames) {
  state = { snap, frames };
  const page = await browser.newPage({ viewport: { width: Number(width), height: Number(height) }, locale: "zh-CN" });
  await page.goto(`${hall.base}/stage.html#s=x`);
  await page.waitForTimeout(8000); // the screen's name has gone
  if (process.env.PLANT) await page.evaluate(plant);
  return page;
}

/* With PLANT=1 each frame forces a layout: the measure must find them. */
function plant() {
  const list = document.querySelector(".wall, .grid");
  const force = () => {
    list.style.paddingBottom = `${Math.random()}px`;
    void list.offsetHeight;
    requestAnimationFrame(force);
  };
  requestAnimationFrame(force);
}

const results = {};
const far = charts.findIndex((one) => one.cue?.kind === "open" && one.cue.rank_from - one.cue.rank_to > 60);
{
  const step = charts[far].step;
  const page = await stage(snapshot({ board: boardOf(charts[far - 1]), frozen: { step: step - 1, done: false } }), [chart(charts[far - 1]), view("reveal")]);
  let seq = 10;
  const go = (to) => () => {
    hall.say({ ...frozen(charts[to].step), seq: ++seq });
    hall.say(chart(charts[to]));
  };
  results.step = measured(await traced(page, go(far), 6500));
  results.rewind = measured(await traced(page, go(far - 1), 6500));
  // Everybody goes somewhere else at once.
  const shuffled = { ...charts[far - 1], v: 5000, rows: entries(77).rows.map((row) => ({ ...row, opened: false })) };
  results.all = measured(await traced(page, async () => hall.say(chart(shuffled)), 2500));
  await page.close();
}
{
  const board = entries(41);
  const page = await stage(snapshot({ board: boardOf(board) }), [chart(board), view("pages")]);
  results.pages = measured(await traced(page, async () => hall.say(chart(entries(78))), 2500));
  results.turn = measured(await traced(page, () => page.keyboard.press("PageDown"), 1500));
  await page.close();
}
{
  const page = await stage(snapshot(), [chart(cities()), view("grid", { of: "city" })]);
  results.grid = measured(await traced(page, async () => hall.say(chart(cities(501))), 2000));
  await page.close();
}
await browser.close();
await hall.stop();
const bad = Object.values(results).some(({ cpu, forced }) => cpu.most > LIMIT_MS || forced > 0);
console.log(JSON.stringify({ width: Number(width), height: Number(height), rows: 226, limit_ms: LIMIT_MS, ok: !bad, ...results }, null, 1));
process.exitCode = bad ? 1 : 0;
