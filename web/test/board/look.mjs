/* Photographs the public board in its states: node test/board/look.mjs FOLDER */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { chromium } from "playwright-core";
import { cities, entries, snapshot, boardOf } from "../stage/hall/contest.mjs";
import { startHall } from "../stage/hall/server.mjs";

const [folder = "/tmp/board"] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const entry = entries(41);
const head = { title: "第十二届全省机关法治知识竞赛总决赛", tenant: "四川省全面依法治省委员会办公室", kind: "event", version: 41, frozen: false, final: false, stale: false };
let state = head;
let status = 200;
const rows = (of, from, n) =>
  (of === "city" ? cities().rows : entry.rows)
    .slice(from - 1, from - 1 + n)
    .map(({ rank, id, name, unit, points, correct, took, registered, x, y }) => (of === "city" ? { rank, id, name, points, took, registered, x, y } : { rank, id, name, unit, points, correct, time_ms: 1000 }));
const hall = await startHall({
  hello: (_, send) => send({ t: "welcome", session: "", you: { guest: false }, epoch: 1, seq: 10, now_ms: Date.now(), snapshot: { ...snapshot({ teams: [] }), board: { ...boardOf(entry), v: 41, frozen: state.frozen, final: state.final }, ...(state.step ? { frozen: { step: state.step, done: state.done === true } } : {}) } }),
  api: (url, request, response) => {
    response.setHeader("content-type", "application/json");
    response.statusCode = status;
    const { pathname, searchParams } = new URL(url, "http://x");
    const [, , , , of, round = "0"] = pathname.split("/");
    if (status !== 200) return response.end('{"error":"not_found"}');
    if (!of) {
      const boards = [0, 1, 2].flatMap((round) => ["entry", "unit", "county", "city", "province", "kind", "audience"].map((of) => ({ of, round, ...(round ? { title: ["必答", "抢答"][round - 1] } : {}), ...(of === "entry" ? {} : { by: "weighted", floor: 9000, least: 3 }) })));
      return response.end(JSON.stringify({ ...state, boards }));
    }
    const from = Number(searchParams.get("from"));
    const empty = state.empty === true;
    response.end(JSON.stringify({ ...state, of, round: Number(round), n: empty ? 0 : of === "city" ? 20 : 226, from, rows: empty ? [] : rows(of, from, Number(searchParams.get("n"))) }));
  },
  files: { "/frame.html": `<!doctype html><body style="margin:20px;font-family:sans-serif;background:#eee"><h2>某市司法局官网</h2><iframe src="/board.html#ABCDEFGHJKMN/city" style="width:420px;height:600px;border:1px solid #999"></iframe>` },
});
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const errors = [];
async function shot(name, { width = 1280, height = 900, colorScheme = "light", hash = "#ABCDEFGHJKMN", file = "board.html", then, lang = "zh-CN" } = {}) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme, locale: lang });
  page.on("pageerror", (e) => errors.push(`${name}: ${e.stack}`));
  await page.goto(`${hall.base}/${file}${hash}`);
  await page.waitForTimeout(900);
  if (then) await then(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  if (wide) errors.push(`${name}: wider than the window`);
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
  await page.close();
}

await shot("wide");
await shot("wide-dark", { colorScheme: "dark", hash: "#ABCDEFGHJKMN/city" });
await shot("phone", { width: 320, height: 640 });
await shot("phone-city", { width: 390, height: 844, hash: "#ABCDEFGHJKMN/city", colorScheme: "dark" });
await shot("find", { then: async (page) => { await page.fill("input[type=search]", "成都"); await page.waitForTimeout(200); } });
await shot("find-none", { width: 390, height: 844, then: async (page) => { await page.fill("input[type=search]", "拉萨"); await page.waitForTimeout(200); } });
await shot("end", { then: async (page) => { for (let i = 0; i < 4; i++) { await page.getByText("下一页").click(); await page.waitForTimeout(300); } await page.evaluate(() => scrollTo(0, 1e6)); await page.waitForTimeout(200); } });
await shot("framed", { file: "frame.html", hash: "", width: 900, height: 720 });
await shot("english", { lang: "en" });
state = { ...head, frozen: true };
await shot("frozen");
state = { ...head, frozen: true, step: 12 };
await shot("revealing", { width: 390, height: 844 });
state = { ...head, final: true, stale: true };
await shot("final-stale", { width: 390, height: 844 });
state = { ...head, empty: true };
await shot("empty", { width: 390, height: 844 });
state = head;
status = 404;
await shot("unknown", { width: 390, height: 844 });
status = 503;
await shot("away", { width: 390, height: 844, colorScheme: "dark" });
await browser.close();
await hall.stop();
if (errors.length > 0) {
  console.error(errors.join("\n"));
  process.exitCode = 1;
}
