// The classic contest, played by those who play it: a host at the desk, the hall's stage, three judges and ten phones of four teams go through
// all modes in a browser; then it is replayed and audited. With SHOTS=FOLDER its main moments are also photographed.
import assert from "node:assert/strict";
import test from "node:test";
import { openPage, shoot, startBrowser, startServer, ticket } from "../lib/browser.mjs";
import { Count, JUDGES, PLAN } from "../lib/classic.mjs";
import { respond } from "../lib/contest.mjs";
import { Desk, Judge, leaks, Person, Phone } from "../lib/people.mjs";

const PHONE = { width: 390, height: 844, hasTouch: true };
const SMALL = { width: 320, height: 568 }; // and one of them in the dark
const CALM = { reducedMotion: "reduce" }; // judges and members: the rest is enough for two processors to draw
const all = (list, fn) => Promise.all(list.map(fn));
const fails = (e) => { throw e; };

test("the classic contest is played in a browser and replays to the same totals", { timeout: 400_000 }, async (t) => {
  const server = await startServer();
  const browser = await startBrowser();
  t.after(() => Promise.all([browser.close(), server.stop()]));
  const errors = [], leaked = new Set(), heard = new Map();

  assert.deepEqual(await server.run("classic_save"), { status: 0, said: "" });
  const event = await server.sql("SELECT event_id FROM leitai.event WHERE code = 'classic'");
  const questions = JSON.parse(await server.sql(`SELECT json_agg(body ORDER BY qi) FROM leitai.question_instance WHERE event_id = ${event}`));
  const count = new Count();
  const key = (q, right) => respond(questions[q - 1], right);
  const enter = (door, sub, shape, role = door) =>
    openPage(browser, `${server.base}/${door}#t=${ticket(server.secret, sub)}&e=${event}${role === "judge" ? "&r=judge" : ""}`, {
      ...shape,
      errors,
      heard: (frame, page) => {
        const who = page.url().includes("/stage") ? "stage" : role;
        for (const leak of leaks(frame, who)) leaked.add(leak);
        heard.set(page, [...(heard.get(page) ?? []), frame]);
      },
    });

  // ---- who is who ----
  const desk = new Desk("the host", await enter("desk", "host", { width: 1440, height: 900 }));
  await desk.acts("lobby");
  await desk.sees("h2", "可以抽签了");
  const opened = desk.page.context().waitForEvent("page");
  await desk.page.keyboard.press("s");
  const stage = new Person("the hall", await opened);
  await stage.page.setViewportSize({ width: 1920, height: 1080 });
  await stage.sees(".stage-frame", "学习平台");
  const judges = await all(JUDGES, async (sub, i) => new Judge(`judge ${i + 1}`, await enter("play", sub, { ...PHONE, ...CALM }, "judge")));
  const teams = count.teams;
  for (const [i, team] of teams.entries()) {
    team.phones = await all(team.people, async (sub, k) => {
      const shape = i === 1 && k === 1 ? SMALL : i === 2 && k === 0 ? { colorScheme: "dark" } : {};
      return new Phone(`${team.name} ${k + 1}`, await enter("play", sub, { ...PHONE, ...(k > 0 ? CALM : {}), ...shape }));
    });
    team.captain = team.phones[0];
  }
  const [a, b, c, d] = teams;
  const phones = teams.flatMap((team) => team.phones);
  const named = (name) => teams.find((team) => team.name === name) ?? fails(new Error(`no team ${name}`));
  const others = (...but) => teams.filter((team) => !but.includes(team)).flatMap((team) => team.phones);
  await all(phones, (phone) => phone.sees(".seat-mark", "已入场"));
  await all(judges, (judge) => judge.sees("h1", "现在不需要评判"));
  await shoot("lobby", { desk: desk.page, stage: stage.page, play: a.captain.page, dark: c.captain.page, small: b.phones[1].page });

  // ---- what the host does, and what must be so whenever it is done ----
  let q = 0, n = 1;
  const question = () => questions[q - 1];
  const next = async (words = 1) => {
    await desk.acts("next");
    q += n;
    n = words;
    await desk.sees(".now-head h2", n > 1 ? `第 ${q}–${q + n - 1} 题` : `第 ${q} 题`);
    await desk.sees(".track-now");
  };
  /** The team that the desk names as in turn or as holding the question. */
  const asked = async () => named(await desk.at(".who b").innerText());
  const open = async () => {
    await desk.acts("open");
    await desk.sees(".seats");
  };
  /** Every person at a phone stands as counted here. */
  const check = () =>
    all(teams, (team) => all(team.phones, (phone) => phone.sees(".top-own b", new RegExp(`^${team.points / 100} 分$`))));
  const everybody = [desk, stage, ...judges, ...phones];
  const reveal = async () => {
    await desk.sees("[data-action=reveal]");
    const secrets = questions.slice(q - 1, q - 1 + n).map((one) => one.explanation).filter((text) => text);
    for (const secret of secrets)
      await all(everybody, async (one) => assert.equal(await one.says(secret), false, `${one.name} knows why before the reveal of ${q}`));
    await desk.acts("reveal");
    if (n === 1 && question().type !== "task" && secrets.length > 0) await all([desk, ...phones], (one) => one.sees("p", secrets[0]));
    await check();
  };
  /** The hall sees everybody's points. */
  const board = async () => {
    await stage.page.keyboard.press("b");
    await stage.sees(".board-head", `第 ${q + n - 1} 题后`);
    for (const team of teams)
      await stage.sees(`.wall-row:has-text("${team.name}") .wall-points`, new RegExp(`^${team.points / 100}分$`));
  };
  /** News of the hall passes by: it is looked for from before it can come. */
  const told = (text) => {
    const seen = stage.sees(".toast", text);
    seen.catch(() => undefined); // reported where it is awaited
    return seen;
  };
  let broken = false;
  const part = (name, fn) =>
    t.test(name, { skip: broken && "a part before it failed" }, async () => {
      try {
        await fn();
      } catch (e) {
        broken = true; // each part stands on the one before
        throw e;
      }
    });

  let lot;
  await part("the lot is drawn before the start, and everybody may read the rules", async () => {
    await desk.acts("lot");
    await stage.sees("h1", "抽签结果");
    lot = (await desk.page.locator(".drawn b").allInnerTexts()).map(named);
    assert.equal(new Set(lot).size, 4);
    for (const [i, team] of lot.entries()) await all(team.phones, (phone) => phone.sees(".lot", `抽签第 ${i + 1} 位`));
    await shoot("lot", { desk: desk.page, stage: stage.page, play: a.captain.page });
    const small = b.phones[1];
    await small.taps("button", "比赛规则");
    await small.sees("[role=dialog] h3", "限时速答");
    assert.equal(await small.page.locator("[role=dialog] h3").count(), 8);
    await small.taps("[role=dialog] button[aria-label=关闭]");
    await desk.acts("start");
    await all(phones, (phone) => phone.sees("h1", "比赛开始"));
  });

  await part("all at once: the majority's answer is the team's, and votes are seen in the own team only", async () => {
    for (let i = 0; i < 3; i++) {
      await next();
      await all(phones, (phone) => phone.sees(".armed h1", `第 ${q} 题`));
      await all([stage, ...phones], async (one) => assert.equal(await one.says(question().stem), false, `${one.name} sees question ${q} too early`));
      await open();
      await all([stage, ...phones], (one) => one.sees(".stem, .q-stem", question().stem));
      const votes = PLAN.together[i];
      if (i === 0) {
        await all(a.phones, (phone, k) => phone.saves(key(q, votes[0][k])));
        await all(a.phones, async (phone) => {
          await phone.sees(".option .tally", "本队 2 人");
          await phone.sees(".option .tally", "本队 1 人");
        });
        await all(others(a), (phone) => phone.lacks(".tally"));
        await shoot("votes", { desk: desk.page, stage: stage.page, play: a.captain.page, small: b.phones[1].page, dark: c.captain.page });
      }
      await all(i === 0 ? [b, c, d] : teams, (team) => all(team.phones, (phone, k) => phone.saves(key(q, votes[teams.indexOf(team)][k]))));
      await desk.acts("close"); // the big button, since all have answered
      count.together(i);
      await reveal();
      await all(b.phones, (phone) => phone.sees(".verdict-right", "答对了"));
      await all(d.phones, (phone) => phone.sees(".verdict", votes[3][0] ? "答对了" : "答错了"));
      if (i === 0) await shoot("reveal", { desk: desk.page, stage: stage.page, play: a.captain.page, small: b.phones[1].page, dark: c.captain.page });
      if (q === PLAN.appealed) await appeal();
    }
    await board();
  });

  async function appeal() {
    await a.phones[1].lacks("button", "对本题有异议");
    await d.captain.appeals("法条已修订，我队答案也应算对");
    const news = told(`${d.name} 对第 ${q} 题的申诉成立`);
    await judges[2].upholds(`${d.name}申诉第 ${q} 题`, "经核对，成立");
    await d.captain.sees(".news", "答复：经核对，成立");
    await d.captain.sees(".appeal-done", "申诉成立");
    await all(judges, (judge) => judge.lacks(".case"));
    const before = d.points / 100;
    const changes = await desk.rules("认可答案", "经核对法条，该答案成立", async (form) => {
      await form.locator("select").selectOption(String(q));
      for (const i of key(q, false).choice) await form.locator(".answer").nth(i).click();
      await desk.sees(".effect tbody tr", `${before} → ${before + 10}`);
      await shoot("ruling", { desk: desk.page });
    });
    assert.equal(changes.length, 1);
    assert.ok(changes[0].startsWith(`${d.name} ${before} → ${before + 10}`), changes[0]);
    count.upheld();
    await check();
    await news;
    await shoot("upheld", { stage: stage.page, play: d.captain.page, small: b.phones[1].page });
    await d.captain.reads(2);
    await b.phones[1].reads(1);
  }

  await part("in turn: the captain of the team in turn answers, once with its help, and the answer ends the question", async () => {
    for (let i = 0; i < 4; i++) {
      await next();
      const team = await asked();
      assert.equal(team, lot[i], "by the lot");
      await all(team.phones, (phone) => phone.sees(".ribbon", "接下来由本队作答"));
      await all(others(team), (phone) => phone.sees(".watch-card", "接下来作答"));
      await stage.sees(".turn .big-name", team.name);
      await open();
      await all(phones, (phone) => phone.sees(".stem", question().stem));
      await all(others(team), (phone) => phone.lacks(".option"));
      if (i === 0) await help(team);
      if (team.phones.length > 1) {
        const member = team.phones[2];
        await member.page.locator(".option:not([disabled])").first().click({ force: true }); // aria-disabled: it only tells why
        await member.sees(".bar-watch", "您的点选不会发送");
      }
      await team.captain.saves(key(q, PLAN.turns[i]));
      count.turn(team, i);
      await reveal();
      await all(others(team), (phone) => phone.sees(".verdict", team.name));
    }
    await board();
  });

  async function help(team) {
    await team.captain.taps(".help", "求助");
    await team.captain.taps("[role=dialog] [role=radio]", "去掉两个");
    const news = told(`${team.name} 去掉两个`);
    await team.captain.taps("[role=dialog] .act", "使用求助");
    await news;
    await all(team.phones, (phone) => phone.sees(".option-dropped"));
    for (const [one, dropped] of [[team.captain, ".option-dropped"], [stage, ".opt-dropped"]]) {
      const words = await one.page.locator(dropped).allInnerTexts();
      assert.equal(words.length, 2);
      for (const right of question().key) assert.ok(!words.some((word) => word.includes(question().options[right])), "no right one is dropped");
    }
    await team.captain.lacks(".help");
    await shoot("help", { desk: desk.page, stage: stage.page, play: team.captain.page });
  }

  await part("a captain hands over on the phone", async () => {
    const name = await a.captain.handsOver(0);
    a.captain = a.phones[1];
    await all(a.phones, (phone) => phone.sees(`.dots[aria-label*="队长 ${name}"]`));
  });

  await part("buzzer: an early press is a foul, a wrong answer passes on", async () => {
    await next();
    await desk.sees(".paper-stem", question().stem); // to be read aloud
    await all([stage, ...phones], async (one) => assert.equal(await one.says(question().stem), false, `${one.name} reads along`));
    await a.phones[2].presses();
    await all(a.phones, (phone) => phone.sees(".buzz", "抢答犯规"));
    await a.phones[2].lifts();
    await stage.sees(".reading-fouls", a.name);
    count.buzzedWrong(a);
    await check();
    await shoot("foul", { desk: desk.page, stage: stage.page, play: a.captain.page });
    await open();
    await a.captain.sees(".buzz[aria-disabled=true]", "本题不能再抢");
    const racing = [b.phones[2], c.captain];
    await all(racing, (phone) => phone.sees(".buzz-go"));
    await all(racing, (phone) => phone.aims());
    await all(racing, (phone) => phone.strikes());
    await desk.sees(".who", "正在作答");
    const first = await asked(), second = first === b ? c : b;
    assert.ok(first === b || first === c);
    await stage.sees(".held .big-name", first.name);
    await all(others(first), (phone) => phone.sees(".watch-card", first.name));
    await shoot("held", { desk: desk.page, stage: stage.page, play: first.captain.page, dark: second.captain.page });
    await all(racing, (phone) => phone.lifts());
    await first.captain.sees(".ribbon", "本队抢到");
    await first.captain.answers(key(q, false));
    // A press within the window holds the question now; a later one was refused, and it is open again.
    await second.captain.sees(".ribbon, .buzz-go");
    if ((await second.captain.page.locator(".buzz-go").count()) > 0) {
      await second.captain.presses();
      await second.captain.lifts();
    }
    await second.captain.sees(".ribbon", "本队抢到");
    await stage.sees(".held .big-name", second.name);
    await second.captain.answers(key(q, true));
    await stage.sees(".outcome .big-name", second.name);
    count.buzzedWrong(first);
    count.buzzedRight(second);
    await reveal();
    await all(a.phones, (phone) => phone.sees(".verdict", "本队 −10 分")); // a foul is told although another team answered
    await desk.page.keyboard.press("v");
    await desk.sees(".evidence-foul", a.name);
    await desk.sees(".evidence-first", first.name);
    await desk.sees(".evidence tbody tr", second.name);
    await shoot("evidence", { desk: desk.page });
    await desk.page.keyboard.press("Escape");
    await desk.page.locator(".evidence").waitFor({ state: "detached" });
  });

  await part("buzzer: two phones of a team press once, and who reloads still holds the question", async () => {
    await next();
    await open();
    const two = [b.phones[1], b.phones[2]];
    await all(two, (phone) => phone.sees(".buzz-go"));
    await all(two, (phone) => phone.aims());
    await all(two, (phone) => phone.strikes());
    await b.captain.sees(".ribbon", "本队抢到");
    await desk.acts("extend", "x");
    await b.captain.page.reload();
    await b.captain.sees(".ribbon", "本队抢到");
    await all(two, (phone) => phone.lifts());
    await b.captain.answers(key(q, true));
    count.buzzedRight(b);
    await reveal();
    const pressed = `kind = 'press' AND payload::json->>'qi' = '${q - 1}'`;
    assert.equal(await server.sql(`SELECT count(*) FROM leitai.event_log WHERE event_id = ${event} AND ${pressed}`), "1");
  });

  await part("buzzer: silence voids the question", async () => {
    await next();
    await open();
    await all(phones, (phone) => phone.sees(".buzz-go"));
    await desk.acts("close", "c");
    await stage.sees(".outcome", "无人抢答");
    await all(phones, (phone) => phone.sees("h1", "无人抢答"));
    await reveal();
  });

  await part("speed: each team goes through the burst at its own pace, also over a reload", async () => {
    await next(5);
    await all(phones, (phone) => phone.sees(".armed h1", "连答 5 题"));
    await open();
    await all(teams, async (team, k) => {
      for (let i = 0; i < PLAN.burst[k]; i++) {
        await team.captain.sees(".ask-head", `第 ${i + 1}/5 题`);
        if (team === b && i === 2) {
          await team.captain.page.reload();
          await team.captain.sees(".ask-head", `第 ${i + 1}/5 题`);
        }
        await team.captain.sees(".stem", questions[q - 1 + i].stem);
        await team.captain.page.locator(".option").nth(key(q + i, PLAN.burstRight(i)).choice[0]).click();
      }
      // Whoever answers, the team has answered.
      const then = PLAN.burst[k] === 5 ? "全部答完" : `第 ${PLAN.burst[k] + 1}/5 题`;
      await all(team.phones, (phone) => phone.sees(".ask-head, h1", then));
    });
    count.burst();
    await shoot("burst", { desk: desk.page, stage: stage.page, play: b.captain.page, dark: a.captain.page });
    await desk.acts("close", "c");
    for (const [k, team] of teams.entries()) await stage.sees(".lane", new RegExp(`${team.name}\\s*${PLAN.burst[k]}\\s*/ 5`));
    await reveal();
    await all(a.phones, (phone) => phone.sees(".verdict", "本轮 +20 分"));
    await board();
  });

  await part("jury: judges mark on their own pages, the highest and the lowest are dropped", async () => {
    for (let i = 0; i < 4; i++) {
      await next();
      const team = await asked();
      assert.equal(team, lot[i], "by the lot");
      await stage.sees(".jury .big-name", team.name);
      await all(judges, (judge) => judge.sees("main", "即将展示"));
      await open();
      await all(team.phones, (phone) => phone.sees(".perform h1", "请登台"));
      await all(judges, (judge) => judge.sees(".mark-who", team.name));
      const marks = PLAN.marks(i).map((mark) => mark / 100);
      if (i === 0) {
        await judges[0].types(31); // 30 is the most: the second digit is not taken
        await judges[0].sees(".mark-value", /^3\//);
        await judges[0].taps(".pad button", "清除");
        await judges[0].marks(19);
      }
      await all(judges, (judge, k) => judge.marks(marks[k], i === 0 && k === 0 ? "改" : "确定"));
      await all(team.phones, (phone) => phone.sees("p", "已有 3 位评委打分"));
      if (i === 0) await shoot("jury", { desk: desk.page, stage: stage.page, play: team.captain.page, judge: judges[0].page });
      await desk.acts("close"); // the big button, since all have marked
      count.part(team, i);
      await reveal();
      await stage.sees(".jury-points", String(marks[1]));
      await all(phones, (phone) => phone.sees(".verdict h1", `评委给分 ${marks[1]}`));
    }
    await board();
  });

  await part("spoken answers: a judge says right or wrong", async () => {
    for (const right of PLAN.spoken) {
      await next();
      await open();
      await c.captain.sees(".buzz-go"); // a press before would be a foul
      await c.captain.presses();
      await all(c.phones, (phone) => phone.sees(".bar-spoken", "请口头作答"));
      await c.captain.lifts();
      await stage.sees(".held .big-name", c.name);
      await all(judges, (judge) => judge.sees(".verdict-who", c.name));
      if (right) await shoot("spoken", { desk: desk.page, stage: stage.page, play: c.captain.page, judge: judges[1].page });
      await judges[1].decides(right);
      count.spoken(c, right);
      await reveal();
      await all(c.phones, (phone) => phone.sees(".verdict", right ? "答对了" : "答错了"));
    }
  });

  await part("wager: stakes are chosen in secret, the last in the ranking first", async () => {
    const order = [];
    for (let i = 0; i < 4; i++) {
      await next();
      const team = await asked();
      order.push(team);
      if (i === 0) assert.equal(team.points, Math.min(...teams.map(({ points }) => points)), "the last is asked first");
      const { stake, right } = PLAN.wagers[i];
      const staked = stake === 0 ? "本队放弃本题" : `本队已选 ${stake} 分`;
      if (team.phones.length > 1) await team.phones[2].sees("h1", "由队长选择分值");
      await stage.sees(".wager .big-name", team.name);
      await team.captain.stakes(stake);
      await all(team.phones, (phone) => phone.sees("h1", staked));
      await desk.sees("[data-action=open]:not([disabled])", "公布分值并开题");
      await all([desk, stage, ...judges, ...others(team)], async (one) => assert.equal(await one.says(staked), false, `${one.name} sees the stake`));
      for (const phone of others(team)) assert.doesNotMatch(await phone.page.innerText("main"), /\d 分|放弃/, `${phone.name} sees the stake`);
      assert.doesNotMatch(await desk.page.innerText(".seats"), /\d 分|放弃/, "the desk sees the stake");
      if (i === 0) await shoot("stake", { desk: desk.page, stage: stage.page, play: team.captain.page });
      await open();
      await stage.sees(".card", stake === 0 ? "放弃" : String(stake));
      if (i === 0) await shoot("wager", { desk: desk.page, stage: stage.page, play: team.captain.page });
      if (stake === 0) {
        await all(team.phones, (phone) => phone.sees(".watch-card", "本队放弃本题"));
        await desk.acts("close");
      } else {
        await team.captain.sees(".ask-head", `风险 ${stake} 分`);
        await team.captain.saves(key(q, right));
      }
      count.wager(team, i);
      await reveal();
    }
    assert.equal(new Set(order).size, 4);
    await board();
  });

  await part("a void question counts for nobody", async () => {
    const news = told(`第 ${PLAN.voided} 题作废`);
    const changes = await desk.rules("题目作废", "题干有误", async (form) => {
      await form.locator("select").selectOption(String(PLAN.voided));
      await desk.sees(".effect small", "4 方有变化");
    });
    for (const team of teams) {
      const was = team.points / 100;
      assert.ok(changes.some((row) => row.startsWith(`${team.name} ${was} → ${was - 10} `)), `${team.name} in ${changes}`);
    }
    count.voided();
    await check();
    await all(phones, (phone) => phone.sees(".news", `第 ${PLAN.voided} 题作废`));
    await news;
    await all(phones, (phone) => phone.reads(1));
  });

  await part("a three-way tie is made by adjustments and broken by sudden death", async () => {
    for (const [team, by] of count.level()) {
      await desk.rules("调整分数", "裁定", async (form) => {
        await form.locator("select").selectOption({ label: team.name });
        await form.locator(".field-short input").fill(String(by));
        await desk.sees(".effect tbody tr", `→ ${team.points / 100}`);
      });
    }
    await check();
    await desk.sees("[data-action=next]", "同分加赛");
    let field = [a, b, c];
    for (const rights of PLAN.ties) {
      await next();
      const names = await desk.at(".who b").innerText();
      assert.deepEqual(names.split("、").sort(), field.map(({ name }) => name).sort());
      await all(field.flatMap((team) => team.phones), (phone) => phone.sees(".ribbon", "加赛：本队参加"));
      const rest = others(...field);
      await all(rest, (phone) => phone.sees(".watch-field", "加赛"));
      for (const { name } of field) await stage.sees(".duel", name);
      await shoot(`tie${field.length}`, { desk: desk.page, stage: stage.page, play: a.captain.page });
      await open();
      await all(field, (team, k) => team.captain.saves(key(q, rights[k])));
      await all(rest, (phone) => phone.lacks(".option"));
      await desk.acts("close"); // the big button, since all have answered
      await reveal();
      field = field.filter((_, k) => rights[k]);
    }
    await board();
    await desk.sees("[data-primary][data-action=finish]"); // no tie is left
  });

  let seal;
  await part("the host finishes and finalises, and the seal is on the stage", async () => {
    await desk.acts("finish");
    await all(teams, (team) => all(team.phones, (phone) => phone.sees("h1", `第 ${count.places.indexOf(team) + 1} 名`)));
    await desk.acts("finalise");
    await desk.confirms();
    await all(phones, (phone) => phone.sees(".verdict-final", "正式结果"));
    await stage.sees(".podium-final .podium-1", count.places[0].name);
    seal = await desk.at(".seal-box code").innerText();
    await stage.sees(".podium-seal svg, .podium-seal canvas");
    const shown = { desk: desk.page, stage: stage.page, play: b.captain.page, small: b.phones[1].page, dark: c.captain.page };
    await shoot("final", { ...shown, judge: judges[0].page });
    await stage.page.keyboard.press("q");
    await stage.sees("h1", "本场结果已封存");
    await stage.sees(".seal-card svg, .seal-card canvas");
    assert.equal((await stage.page.locator(".seal-hash li").allInnerTexts()).join(""), seal);
    await shoot("seal", { stage: stage.page });
  });

  await part("it replays to the same totals, the chain is whole, and credits are posted once", async () => {
    const results = await server.sql(
      `SELECT concat_ws(' ', e.name, r.rank, r.points_c) FROM leitai.result r JOIN leitai.entry e USING (tenant_id, event_id, entry_id)
       WHERE r.event_id = ${event} ORDER BY e.name`);
    assert.deepEqual(results.split(";"), count.results);
    const replay = await server.run("leitai replay classic --tenant demo");
    assert.equal(replay.status, 0, replay.said);
    assert.match(replay.said, /;identical$/);
    const audit = await server.run("leitai audit verify --tenant demo --event classic");
    assert.equal(audit.status, 0, audit.said);
    assert.match((await server.run("leitai audit head --tenant demo --event classic")).said, new RegExp(seal));
    assert.equal((await server.run(`await posted ${event}`)).status, 0, "all credits are posted");
    // Ten took part; of three placed teams each member has what the place earns.
    const expected = `19|${10 * 100 + 3 * 1000 + 6 * 600}`;
    const outbox = `leitai.credit_outbox WHERE event_id = ${event}`;
    assert.equal(await server.sql(`SELECT count(*), sum(amount_c) FROM ${outbox}`), expected);
    assert.equal(await server.sql(`SELECT count(*), sum(requested_c) FROM study.ledger WHERE key IN (SELECT key FROM ${outbox})`), expected);
  });

  await part("no page was told too early, nor of another team, and none had an error", async () => {
    assert.equal(heard.size, everybody.length, "all pages were listened to");
    for (const frames of heard.values()) assert.ok(frames.filter((frame) => frame.t === "question").length > 60, "not much was heard");
    assert.deepEqual([...leaked], []);
    const members = (phone) =>
      heard.get(phone.page).flatMap((frame) => (frame.t === "team" ? frame.team.members.map((member) => member.person) : []));
    const ofTeams = teams.map((team) => new Set(team.phones.flatMap(members)));
    assert.deepEqual(ofTeams.map((set) => set.size), teams.map((team) => team.phones.length));
    assert.equal(new Set(ofTeams.flatMap((set) => [...set])).size, phones.length);
    assert.deepEqual(errors, []);
  });

  await browser.close();
  const reports = await server.stop();
  assert.deepEqual(reports.filter((line) => line.startsWith("not ok")), []);
});
