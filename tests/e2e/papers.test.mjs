// Individuals with their phones: one paper on two of them, practice with its key, a survival run, a duel, and what comes when the event is
// over. What was chosen is compared with what PostgreSQL holds. With SHOTS=FOLDER each step is also photographed.
import assert from "node:assert/strict";
import test from "node:test";
import { openPage, shoot, startBrowser, startServer, ticket } from "../lib/browser.mjs";
import { Desk, Person } from "../lib/people.mjs";
import { Solo, stored, words } from "../lib/solo.mjs";

const PHONE = { width: 390, height: 844, hasTouch: true };
const SMALL = { ...PHONE, width: 320, height: 568 };
const ITEMS = 20;

test("individuals answer papers on their phones", { timeout: 400_000 }, async (t) => {
  const server = await startServer();
  const browser = await startBrowser();
  t.after(() => Promise.all([browser.close(), server.stop()]));
  const errors = [];
  const bank = new Map();
  for (const body of JSON.parse(await server.sql("SELECT json_agg(body) FROM leitai.question_instance q JOIN leitai.event e USING (tenant_id, event_id) WHERE e.self_paced")))
    bank.set(body.stem, body);
  const subs = (await server.sql(`SELECT p.ext_id FROM leitai.person p JOIN leitai.membership m USING (tenant_id, person_id) JOIN leitai.unit u USING (tenant_id, unit_id)
    WHERE p.tenant_id = 1 AND m.valid_to IS NULL AND u.kind = '国家机关' AND p.ext_id LIKE 'p%' ORDER BY person_id LIMIT 10`)).split(";");
  const eventId = (code) => server.sql(`SELECT event_id FROM leitai.event WHERE code = '${code}'`);
  const [paperEvent, survivalEvent] = [await eventId("paper-demo"), await eventId("survival-demo")];
  const row = async (sub, event, round, columns) =>
    (await server.sql(`SELECT ${columns} FROM leitai.paper p JOIN leitai.person USING (tenant_id, person_id)
      WHERE ext_id = '${sub}' AND event_id = ${event} AND round_no = ${round} ORDER BY attempt DESC LIMIT 1`)).split("|");
  const home = async (name, sub, at, shape = PHONE, more = {}) =>
    new Solo(name, await openPage(browser, `${at}/play#t=${ticket(server.secret, sub)}`, { ...shape, errors, ...more }));
  // A code that is not there is asked for below.
  const expected = (e) => /status of 404/.test(e);

  await t.test("two pages of one person: the later choice stands on both", async () => {
    const sub = subs[2];
    const one = await home("her phone", sub, server.base);
    await one.opensEvent("限时个人赛");
    await one.starts("限时个人赛");
    const other = await home("her tablet", sub, server.base, SMALL, { colorScheme: "dark" });
    await other.sees(".card-goOn", "没有交的答卷");
    await other.opensEvent("限时个人赛");
    await other.taps(".round .act", "继续作答");
    await one.chooses([0]);
    await one.sees(".save-saved");
    await other.page.reload();
    await other.sees(".option-on");
    await other.chooses([1]);
    await other.sees(".save-saved");
    const [choices] = await row(sub, paperEvent, 2, "choices");
    const held = stored(choices, ITEMS)[0];
    assert.deepEqual(words(bank.get(other.chosen.get(1).stem), held[2]).texts, other.chosen.get(1).texts);
    await one.page.reload();
    await one.sees(".option[aria-checked=true]", other.chosen.get(1).texts[0]);
    assert.equal(await one.page.locator(".option-on").count(), 1);
    await shoot("paper", { play: one.page, dark: other.page });
    await one.accessible("a paper");
    await other.taps(".nav-overview");
    await other.sees("[role=dialog]");
    await other.accessible("the overview, small and dark");
    await one.page.context().close();
    await other.page.context().close();
  });

  await t.test("practice shows key and explanation as soon as it is handed in", async () => {
    const one = await home("a learner", subs[3], server.base, SMALL);
    await one.opensEvent("限时个人赛");
    await one.starts("热身练习");
    await one.knows(bank.get((await one.shown()).stem), true);
    await one.sees(".save-saved");
    await one.taps(".paper-nav .act", "下一题");
    await one.knows(bank.get((await one.shown()).stem), false);
    await one.sees(".save-saved");
    await one.taps(".nav-overview");
    await one.taps("[role=dialog] .act", "交卷");
    await one.sees(".summary", "还有 8 题没有作答");
    await one.accessible("handing in");
    await one.taps("[role=dialog] .act", "确定交卷");
    await one.sees(".verdict", "练习完成");
    const first = bank.get(one.chosen.get(1).stem);
    await one.sees(".reviewed-right .reviewed-stem", first.stem);
    if (first.explanation) await one.sees(".reviewed-right .why", first.explanation);
    await one.taps(".two-way button", "只看错题");
    assert.equal(await one.page.locator(".reviewed").count(), 9);
    await shoot("review", { small: one.page });
    await one.accessible("the review");
    await one.taps(".top-back");
    await one.sees(".attempts summary", "已答 1 次");
    await one.page.context().close();
  });

  await t.test("survival: the run goes on over a reload, one wrong answer is forgiven, the second ends it", async () => {
    const sub = subs[4];
    const one = await home("a challenger", sub, server.base);
    await one.opensEvent("挑战答题");
    await one.starts("挑战答题");
    const answer = async (right, then) => {
      await one.knows(bank.get((await one.shown()).stem), right);
      await one.confirms();
      await one.sees(...then);
    };
    await one.sees(".run-lives", "复活机会 1");
    for (let i = 1; i <= 3; i++) await answer(true, [".ask-head b", `第 ${i + 1} 题`]);
    await one.sees(".run-streak b", "3");
    await one.page.reload();
    await one.sees(".ask-head b", "第 4 题");
    await one.sees(".run-streak b", "3");
    await one.accessible("a run");
    await answer(false, [".ask-head b", "第 5 题"]);
    await one.sees(".run-lives", "答错即结束");
    await answer(true, [".ask-head b", "第 6 题"]);
    await shoot("run", { play: one.page });
    // It is judged when the line is back, and he sees that it is not yet.
    await answer(false, [".verdict", "挑战结束"]);
    await one.sees(".score", "4");
    await one.sees(".verdict", "止步第 6 题");
    await shoot("run-end", { play: one.page });
    await one.accessible("the end of a run");
    assert.deepEqual(await row(sub, survivalEvent, 1, "state, correct, points_c"), ["1", "4", "400"]);
    await one.taps(".result .act", "再答一次");
    await one.sees(".ask-head b", "第 1 题");
    await one.page.context().close();
  });

  await t.test("a duel: two who look for each other race on the same questions, and a third meets a robot that says so", async () => {
    const [here, there] = await Promise.all([
      home("a duellist", subs[5], server.base),
      home("his opponent", subs[6], server.base, SMALL, { colorScheme: "dark" }),
    ]);
    const both = [here, there];
    for (const one of both) {
      await one.opensEvent("双人对战");
      await one.taps(".round:has-text('双人对战') .act", "寻找对手");
    }
    await Promise.all(both.map((one) => one.sees(".sides .side-you")));
    const name = async (one) => (await one.at(".side:not(.side-you) .side-name b").innerText()).trim();
    assert.notEqual(await name(here), "机器人");
    // One knows the law, the other does not.
    const target = 10;
    for (let i = 1; i <= target; i++) {
      await Promise.all(
        both.map(async (one) => {
          await one.sees(".ask-head b", `第 ${i} 题`);
          await one.knows(bank.get((await one.shown()).stem), one === here);
        }),
      );
      if (i === 4) {
        await there.sees(".side:not(.side-you) .side-right", /^[345]$/);
        await here.page.reload();
        await here.sees(".side-you .side-right", "4");
        await shoot("duel", { play: here.page, dark: there.page });
        await here.accessible("a duel");
      }
    }
    await here.sees(".verdict", "您赢了");
    await there.sees(".verdict", "惜败");
    await shoot("duel-end", { play: here.page, dark: there.page });
    await there.accessible("the end of a duel");
    const [duel, ended] = (await server.sql(`SELECT duel_id, ended_us IS NOT NULL FROM leitai.duel WHERE robots = 0`)).split("|");
    assert.equal(ended, "t");
    assert.equal(await server.sql(`SELECT count(*) FROM leitai.paper WHERE duel_id = ${duel} AND state = 1`), "2");
    await there.page.context().close();

    await here.taps(".result .act", "再来一场");
    await here.sees(".match-robot", "机器人应战");
    await here.sees(".side:not(.side-you)", "机器人");
    await shoot("robot", { play: here.page });
    await here.taps(".top-back");
    await here.accessible("leaving a duel");
    await here.taps("[role=dialog] .quiet-act", "认输离开");
    await here.sees(".verdict", "您已认输");
    await here.page.context().close();
  });

  await t.test("when the event is over: result, key, board, and a certificate that anybody may check", async () => {
    const one = await home("a good learner", subs[3], server.base);
    await one.opensEvent("限时个人赛");
    await one.starts("限时个人赛");
    for (let i = 1; i <= ITEMS; i++) {
      await one.sees(".ask-head b", `第 ${i} 题`);
      await one.knows(bank.get((await one.shown()).stem), true);
      if (i < ITEMS) await one.taps(".paper-nav .act", "下一题");
    }
    await one.taps(".paper-nav .act", "检查并交卷");
    await one.taps("[role=dialog] .act", "确定交卷");
    await one.sees(".verdict", "已交卷");
    await one.sees(".later", "后公布成绩和答案");

    const desk = new Desk("the organiser", await openPage(browser, `${server.base}/desk#t=${ticket(server.secret, "host")}&e=${paperEvent}`, { width: 1440, height: 900, errors }));
    await desk.sees(".now-blank h2", "学员各自作答");
    await shoot("alone", { desk: desk.page });
    await desk.acts("finish", "e");
    await desk.confirms();
    await desk.sees("h2", "结果已确认");

    await one.page.reload(); // he looks again
    await one.sees(".verdict .score", "100");
    assert.equal(await one.page.locator(".reviewed-right").count(), ITEMS);
    await one.taps(".top-back");
    await one.sees(".event-head", "第 1 名");
    await one.taps(".own-result button", "排行榜");
    await one.sees(".row-own", "100");
    await one.accessible("the board");
    await one.taps(".top-back");
    await one.taps(".own-result button", "查看证书");
    await one.sees("article.certificate .name");
    const code = (await one.at(".number b").innerText()).replaceAll("-", "");
    await shoot("certificate", { play: one.page });
    await one.accessible("the certificate");
    await one.page.goBack();
    await one.taps(".top-back");
    await one.taps(".me-record", "法治档案");
    await one.sees(".past-event", "100 分");
    await one.accessible("the record");
    await shoot("record", { play: one.page });

    const anybody = new Person("anybody", await openPage(browser, `${server.base}/certificate.html`, { ...SMALL, errors }));
    await anybody.page.fill("input.code", code.toLowerCase());
    await anybody.taps(".act", "核验");
    await anybody.sees(".tools", "真实有效");
    await anybody.sees("article.certificate .facts", "100 分");
    await anybody.page.evaluate(() => {
      location.hash = "0000000000000000";
    });
    await anybody.sees("h1", "没有这份证书");
    await shoot("no-certificate", { small: anybody.page });
    await desk.page.context().close();
    await one.page.context().close();
    await anybody.page.context().close();
  });

  await t.test("no page had an error", () => assert.deepEqual(errors.filter((e) => !expected(e)), []));

  await browser.close();
  const reports = await server.stop();
  assert.deepEqual(reports.filter((report) => report.startsWith("not ok")), []);
});
