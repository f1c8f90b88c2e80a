// A host, a stage and three phones play a whole contest in a browser; the credits end in the ledger once.
// With SHOTS=FOLDER each step is also photographed.
import assert from "node:assert/strict";
import test from "node:test";
import { openPage, shoot, startBrowser, startServer, ticket } from "../lib/browser.mjs";

const PHONE = { width: 390, height: 844 };

test("a host, a stage and three phones play a contest to its end", { timeout: 240_000 }, async (t) => {
  const server = await startServer();
  const browser = await startBrowser();
  t.after(() => Promise.all([browser.close(), server.stop()]));
  const errors = [];
  const event = await server.sql("SELECT event_id FROM leitai.event WHERE code = 'live-demo'");
  const questions = Number(await server.sql(`SELECT count(*) FROM leitai.question_instance WHERE event_id = ${event}`));

  const desk = await openPage(browser, `${server.base}/desk#t=${ticket(server.secret, "host")}&e=${event}`, { width: 1440, height: 900, errors });
  // By keyboard, as a host does, once the desk offers the action.
  const act = async (action, key = " ") => {
    await desk.locator(`[data-action=${action}]:not([disabled])`).waitFor();
    await desk.evaluate(() => document.activeElement?.blur());
    await desk.keyboard.press(key);
    if (action === "finalise") await desk.locator("[data-confirm=yes]").click();
  };
  await desk.getByText("开放入场").first().waitFor();
  assert.equal(new URL(desk.url()).hash, "", "the ticket does not stay in the address");
  await act("lobby");
  await desk.getByText("选手正在入场").waitFor();
  const [stage] = await Promise.all([desk.context().waitForEvent("page"), desk.getByText("打开大屏").click()]);
  await stage.setViewportSize({ width: 1920, height: 1080 });
  await stage.getByText("扫码参赛").waitFor();

  const one = await openPage(browser, `${server.base}/play#t=${ticket(server.secret, "p000001")}&e=${event}`, { ...PHONE, errors });
  const two = await openPage(browser, `${server.base}/play#t=${ticket(server.secret, "p000009")}&e=${event}`, { ...PHONE, width: 320, height: 568, errors });
  const guest = await openPage(browser, `${server.base}/#c=202611`, { ...PHONE, colorScheme: "dark", errors });
  await guest.fill("input[name=name]", "路人甲");
  await guest.click("button[type=submit]");
  const phones = [one, two, guest];
  for (const phone of phones) await phone.getByText("已入场").waitFor();
  await stage.locator("text=/^3$/").first().waitFor();
  await shoot("lobby", { desk, stage, play: one, dark: guest, small: two });

  await t.test("the desk sees who is here, on whichever worker", async () => {
    await desk.getByText("路人甲").waitFor();
  });

  await t.test("while the database stands still every page says that the contest waits", async () => {
    const pids = (await server.sql("SELECT pid FROM pg_stat_activity WHERE usename = 'leitai_app' AND datname = current_database()")).replaceAll(";", " ");
    const waits = [desk, stage, ...phones].map((page) => page.locator("[role=status]", { hasText: "数据库" }));
    await server.run(`kill -STOP ${pids}`);
    try {
      await Promise.all(waits.map((wait) => wait.waitFor()));
      await shoot("waiting", { desk, stage, play: one, small: two });
    } finally {
      await server.run(`kill -CONT ${pids}`);
    }
    await Promise.all(waits.map((wait) => wait.waitFor({ state: "detached" })));
  });

  await act("start");
  for (let q = 1; q <= questions; q++) {
    const question = JSON.parse(await server.sql(`SELECT body FROM leitai.question_instance WHERE event_id = ${event} AND qi = ${q - 1}`));
    await act("next");
    await one.locator(".armed").waitFor();
    assert.equal(await one.getByText(question.stem).count(), 0, "an announced question hides its words");
    if (q === 1) await shoot("armed", { desk, stage, play: one });
    await act("open");
    await one.locator(".stem").waitFor();
    if (q === 1) await shoot("open", { desk, stage, play: one, small: two });
    // The first phone knows the law, the second guesses, the guest answers every other question.
    await answer(one, question, true);
    await answer(two, question, false);
    if (q % 2) await answer(guest, question, true);
    if (q === 1) {
      await shoot("saved", { play: one, dark: guest });
      await one.reload();
      await one.getByText("已保存").waitFor();
    }
    await act("close", "c");
    await one.getByText("时间到").waitFor();
    if (q === 1) await shoot("closed", { desk, stage, play: one });
    await act("reveal");
    await one.locator(".verdict-right").waitFor();
    if (q % 2 === 0) await guest.locator(".verdict").getByText("未作答").waitFor();
    if (q === 1 || q === questions) await shoot(`reveal${q}`, { desk, stage, play: one, dark: guest, small: two });
  }
  await t.test("the one who knew everything leads the board", async () => {
    await one.locator(".row-own .place-1").waitFor();
  });
  await stage.keyboard.press("b");
  await stage.getByText("第 12 题后").waitFor();
  await shoot("board", { stage });

  await act("finish"); // every question was asked, so it needs no confirmation
  await one.getByText("结果待主持人确认").waitFor();
  await shoot("finished", { desk, stage, play: one });
  await act("finalise");
  await one.getByText("正式结果").waitFor();
  await stage.getByText("正式结果").waitFor();
  await shoot("final", { desk, stage, play: one, dark: guest });

  await t.test("the host finalises twice, the ledger pays once", async () => {
    const again = await openPage(browser, `${server.base}/desk#t=${ticket(server.secret, "host")}&e=${event}`, { width: 1440, height: 900, errors });
    await again.evaluate(
      ([url, hello]) =>
        new Promise((resolve, reject) => {
          const ws = new WebSocket(url);
          ws.onopen = () => ws.send(JSON.stringify(hello));
          ws.onmessage = (e) => {
            const m = JSON.parse(e.data);
            if (m.t === "welcome") ws.send(JSON.stringify({ t: "command", id: "again", action: "finalise" }));
            if (m.t === "done") resolve();
            if (m.t === "error") reject(new Error(m.code));
          };
        }),
      [`${server.base.replace("http", "ws")}/ws`, { t: "hello", v: 1, role: "desk", ticket: ticket(server.secret, "host"), event }],
    );
    const awarded = await server.sql(`SELECT count(*), sum(amount_c) FROM leitai.credit_outbox WHERE event_id = ${event}`);
    let posted = "";
    for (const until = Date.now() + 15_000; posted !== awarded && Date.now() < until; )
      posted = await server.sql(`SELECT count(*), sum(requested_c) FROM study.ledger WHERE key IN (SELECT key FROM leitai.credit_outbox WHERE event_id = ${event})`);
    assert.equal(posted, awarded);
    assert.equal(await server.sql(`SELECT ext_id, count(*) FROM leitai.credit_outbox WHERE event_id = ${event} GROUP BY 1 ORDER BY 1`), "p000001|2;p000009|2");
  });

  await browser.close();
  const reports = await server.stop();
  assert.deepEqual(reports.filter((line) => line.startsWith("not ok")), []);
  assert.deepEqual(errors, []);
});

/* Taps what is right, or the first thing there is. */
async function answer(phone, question, right) {
  await phone.locator(".stem").waitFor();
  if (question.type === "fill") {
    await phone.fill(".fill", right ? question.accepted[0] : "不知道");
  } else {
    const all = question.options ?? ["正确", "错误"];
    const taps = right ? question.key : question.type === "order" ? all.map((_, i) => i) : [0];
    for (const i of taps) await phone.locator(".option").nth(i).click();
  }
  await phone.click(".bar .act");
  await phone.locator(".bar-saved").waitFor();
}
