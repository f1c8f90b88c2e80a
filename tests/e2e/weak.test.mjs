// A phone in the mountains: what the first visit costs, and a paper of twenty questions over a line that is late, slow and breaks, with a
// reload and a sleep in the middle. What was chosen is compared with what PostgreSQL holds. SEED=N replays another line; with SHOTS=FOLDER
// its moments are photographed.
import assert from "node:assert/strict";
import test from "node:test";
import { openPage, shoot, startBrowser, startServer, ticket } from "../lib/browser.mjs";
import { Solo, stored, words } from "../lib/solo.mjs";
import { random, WeakLine } from "../lib/weak.mjs";

const PHONE = { width: 390, height: 844, hasTouch: true };
const BUDGET_BYTES = 60 * 1024;
const WEAK = { late_ms: 600, bits_per_s: 50_000 };
const BREAKS = { up_ms: [4_000, 12_000], away_ms: [500, 30_000] };
/** Nobody reads a question in no time; meanwhile the line breaks. */
const READS_MS = [500, 2_000];
const SEED = Number(process.env.SEED ?? 20261124);
const ITEMS = 20;

test("a paper is answered over a weak line", { timeout: 400_000 }, async (t) => {
  const server = await startServer();
  const browser = await startBrowser();
  const lines = [];
  t.after(() => Promise.all([browser.close(), server.stop(), ...lines.map((one) => one.close())]));
  const errors = [];
  const bank = new Map();
  for (const body of JSON.parse(await server.sql("SELECT json_agg(body) FROM leitai.question_instance q JOIN leitai.event e USING (tenant_id, event_id) WHERE e.code = 'paper-demo'")))
    bank.set(body.stem, body);
  const row = async (sub, columns) =>
    (await server.sql(`SELECT ${columns} FROM leitai.paper p JOIN leitai.person USING (tenant_id, person_id) JOIN leitai.event e USING (tenant_id, event_id)
      WHERE ext_id = '${sub}' AND e.code = 'paper-demo' AND round_no = 2 ORDER BY attempt DESC LIMIT 1`)).split("|");
  const port = Number(new URL(server.base).port);
  const line = async (options) => {
    const one = await WeakLine.open(port, options);
    lines.push(one);
    return one;
  };
  const home = async (name, sub, weak) =>
    new Solo(name, await openPage(browser, `http://127.0.0.1:${weak.port}/play#t=${ticket(server.secret, sub)}`, { ...PHONE, errors }));
  // A dead line is what is tested: the browser's complaint about it is no error of the page.
  const dead = (e) => /WebSocket connection to|ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_NETWORK|ERR_SOCKET/.test(e);

  await t.test("the first visit is small, and later ones come from the phone", async () => {
    const weak = await line();
    const one = await home("a first visitor", "p000101", weak);
    await one.sees(".home .card");
    const files = weak.seen.requests.filter((path) => path !== "/ws");
    t.diagnostic(`first visit: ${files.length} requests, ${weak.seen.down} bytes with all frames: ${files.join(" ")}`);
    assert.ok(files.length <= 4, files.join(" "));
    assert.ok(weak.seen.down <= BUDGET_BYTES, `${weak.seen.down} bytes`);
    assert.equal(new URL(one.page.url()).hash, "", "the ticket does not stay in the address");
    await shoot("list", { play: one.page });
    await one.accessible("the list");

    const kept = await one.keeps();
    assert.ok(kept.every((path) => path === "/play.html" || path.startsWith("/assets/")), kept.join(" "));
    assert.ok(!kept.some((path) => path.startsWith("/assets/hall-")), "nobody pays for the part that is not used");
    weak.seen.requests = [];
    await one.page.reload();
    await one.sees(".home .card");
    assert.deepEqual(weak.seen.requests.filter((path) => path !== "/ws" && path !== "/sw.js"), []);
    await one.page.context().close();
  });

  await t.test("a paper is completed over a weak line, and every choice is stored", async () => {
    t.diagnostic(`SEED=${SEED}`);
    const sub = "p000102";
    const weak = await line(WEAK);
    const one = await home("a mountain village", sub, weak);
    await one.sees(".home .card");
    await one.keeps();
    await one.opensEvent("限时个人赛");
    await one.starts("限时个人赛");
    const breaking = weak.breaks(SEED, BREAKS);
    const next = random(SEED + 1);
    const choose = async (i) => {
      assert.equal(await one.number(), i);
      const { stem, options } = await one.shown();
      const { type } = bank.get(stem);
      await one.page.waitForTimeout(READS_MS[0] + next() * (READS_MS[1] - READS_MS[0]));
      const any = () => Math.floor(next() * options.length);
      const places = type === "multiple" ? [...new Set([any(), any()])] : [any()];
      await one.chooses(places, `第${i}答`);
    };
    for (let i = 1; i <= ITEMS; i++) {
      await choose(i);
      if (i === 3) await one.taps(".flag", "标记");
      if (i < ITEMS) await (i % 2 ? one.swipes() : one.taps(".paper-nav .act", "下一题"));
      if (i === 6) {
        // In a dead spot: the page comes from the phone, and so does the paper with all that was chosen.
        if (!weak.away) await one.page.waitForFunction(() => document.querySelector(".save-unsaved"), undefined, { timeout: 15_000 }).catch(() => undefined);
        const cut = weak.away ? undefined : weak.drop(5_000);
        await one.page.reload();
        await one.sees(".ask-head b", "第 7 题");
        assert.equal(await one.page.locator(".tick-on").count(), 6);
        assert.equal(await one.page.locator(".tick-flag").count(), 1);
        await cut;
      }
      if (i === 12) {
        const before = { left: await one.left(), at: Date.now() };
        await one.sleeps(() => weak.drop(6_000));
        const asleep = (Date.now() - before.at) / 1000;
        assert.ok(asleep > 5, `${asleep} s`);
        await one.page.waitForFunction(([left, by]) => {
          const [m, s] = document.querySelector(".whole b").textContent.split(":").map(Number);
          return left - (m * 60 + s) >= by;
        }, [before.left, Math.floor(asleep)]);
        assert.ok(Math.abs(before.left - (await one.left()) - (Date.now() - before.at) / 1000) < 2, "the clock went on while the phone slept");
      }
    }
    await shoot("weak", { play: one.page });
    // He changes his mind, back and forth.
    await one.swipes(-1);
    await one.swipes();
    await one.page.waitForFunction(() => document.querySelector(".save-saved"), undefined, { timeout: 90_000 });
    const [rev, choices] = await row(sub, "rev, choices");
    const held = stored(choices, ITEMS);
    for (let i = 1; i <= ITEMS; i++) {
      const mine = one.chosen.get(i);
      assert.ok(held[i - 1], `question ${i} is stored`);
      const said = words(bank.get(mine.stem), held[i - 1][2]);
      assert.deepEqual(said.texts?.sort() ?? said.text, mine.texts?.sort() ?? mine.text, `question ${i}`);
    }
    t.diagnostic(`weak line: ${weak.seen.drops} breaks of ${weak.broken.join(", ")} ms; ${weak.seen.up} bytes up, ${weak.seen.down} down; ${rev} writes`);
    assert.ok(weak.seen.drops >= 2);
    // Handed in whenever the line is back.
    await one.taps(".nav-overview");
    await one.sees("[role=dialog] .cell-here");
    assert.equal(await one.page.locator(".cell-on").count(), ITEMS);
    await one.taps("[role=dialog] .act", "交卷");
    await one.sees(".summary", "20 题都已作答");
    await one.taps("[role=dialog] .act", "确定交卷");
    await one.page.waitForFunction(() => document.querySelector(".verdict")?.textContent.includes("已交卷"), undefined, { timeout: 90_000 });
    await one.sees(".later", "作答 20/20 题");
    assert.deepEqual(await row(sub, "state, answered"), ["1", String(ITEMS)]);
    await one.lacks(".review", ""); // the key comes when the event is over
    await one.page.context().close();
    weak.close();
    await breaking;
  });

  await t.test("no page had an error", () => assert.deepEqual(errors.filter((e) => !dead(e)), []));

  await browser.close();
  const reports = await server.stop();
  assert.deepEqual(reports.filter((report) => report.startsWith("not ok")), []);
});
