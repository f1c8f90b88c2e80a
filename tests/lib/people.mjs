// Who sits at the pages of a contest: each does what a person does there, and says what was waited for in vain.
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const axe = fs.readFileSync(createRequire(path.join(root, "web/package.json")).resolve("axe-core/axe.min.js"), "utf8");

export class Person {
  constructor(name, page) {
    this.name = name;
    this.page = page;
  }
  at(selector, text) { return this.page.locator(selector, text === undefined ? {} : { hasText: text }).first(); }
  /** Waits until it is on the page. */
  async sees(selector, text) {
    try {
      await this.at(selector, text).waitFor();
    } catch (e) {
      const shown = await this.page.evaluate(() => document.body.innerText);
      throw new Error(`${this.name} waits in vain for ${selector} ${text ?? ""}\n${shown.replace(/\s+/g, " ").slice(0, 700)}`, { cause: e });
    }
  }
  async lacks(selector, text) {
    const there = await this.page.locator(selector, text === undefined ? {} : { hasText: text }).count();
    assert.equal(there, 0, `${this.name} sees ${selector} ${text ?? ""}`);
  }
  async taps(selector, text) {
    await this.sees(selector, text);
    await this.at(selector, text).click();
  }
  /** Nobody is kept out: no violation that axe knows of. */
  async accessible(where) {
    await this.page.evaluate(axe);
    // While something moves in, its colours are not its own.
    await this.page.evaluate(() => Promise.allSettled(document.getAnimations().filter((one) => one.effect.getTiming().iterations === 1).map((one) => one.finished)));
    const found = await this.page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    const told = found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
    assert.deepEqual(told, [], `${this.name} at ${where}`);
  }
  says(text) { return this.page.evaluate((part) => document.documentElement.textContent.includes(part), text); }
}

export class Phone extends Person {
  /** Chooses what is right or not (respond() of contest.mjs) and hands it in. */
  async answers(response) {
    await this.sees(".ask .stem");
    if (response.text !== undefined) await this.page.fill(".fill", response.text);
    else for (const i of response.choice) await this.page.locator(".option").nth(i).click();
    await this.taps(".bar .act");
  }
  async saves(response) {
    await this.answers(response);
    await this.sees(".bar-saved", "已保存");
  }
  /** A finger waits above the buzzer. */
  async aims() {
    await this.sees(".buzz[aria-disabled=false]");
    const { x, y, width, height } = await this.at(".buzz").boundingBox();
    await this.page.mouse.move(x + width / 2, y + height / 2);
  }
  /** It comes down and stays: that alone is the press. */
  strikes() { return this.page.mouse.down(); }
  async presses() {
    await this.aims();
    await this.strikes();
  }
  lifts() { return this.page.mouse.up(); }
  async stakes(points) {
    await this.taps(".stakes [role=radio]", points === 0 ? "放弃本题" : `${points} 分`);
    await this.taps(".bar .act", points === 0 ? "确定放弃" : `确定选 ${points} 分`);
    await this.sees(".bar-saved");
  }
  async appeals(reason) {
    await this.taps("button", "对本题有异议");
    await this.page.fill("[role=dialog] textarea", reason);
    await this.taps("[role=dialog] .act", "提出申诉");
    await this.sees(".appeal-open", "等待裁定");
  }
  /** Gives the lead to another member; the name of who has it now. */
  async handsOver(nth) {
    await this.taps("button[aria-label=菜单]");
    await this.taps("[role=dialog] button", "移交队长");
    const pick = this.page.locator("[role=dialog] [role=radio]").nth(nth);
    const name = await pick.locator(".member-name .cut").innerText();
    await pick.click();
    await this.taps("[role=dialog] .act", `由${name}担任队长`);
    await this.page.locator("[role=dialog]").waitFor({ state: "detached" });
    return name;
  }
  /** Puts away what was announced, as people do. */
  async reads(n) {
    for (let i = 0; i < n; i++) await this.taps(".news button", "知道了");
    await this.page.locator(".news").waitFor({ state: "detached" });
  }
}

export class Judge extends Person {
  async types(digits) {
    for (const digit of String(digits)) await this.page.locator(".pad").getByRole("button", { name: digit, exact: true }).click();
  }
  async marks(points, word = "确定") {
    await this.types(points);
    await this.taps(".bar .act", `${word}${word === "确定" ? "" : "为"} ${points} 分`);
    await this.sees(".mark-saved", `已保存 ${points} 分`);
  }
  async decides(right) {
    const word = right ? "答对" : "答错";
    await this.taps(".decide [role=radio]", word);
    await this.taps(".bar .act", `确定：${word}`);
  }
  async upholds(appeal, reason) {
    await this.sees(".case", appeal);
    await this.page.fill(".case input", reason);
    await this.taps(".case button", "支持申诉");
  }
}

export class Desk extends Person {
  /** By keyboard, as a host does, once the desk offers the action. */
  async acts(action, key = " ") {
    await this.sees(`${key === " " ? "[data-primary]" : ""}[data-action=${action}]:not([disabled])`);
    await this.page.evaluate(() => document.activeElement?.blur());
    await this.page.keyboard.press(key);
  }
  /** When the button was clicked, by the machine's clock. */
  async clicks(selector, text) {
    await this.sees(selector, text);
    await this.page.evaluate(() => addEventListener("click", () => { window.clickedAt = Date.now(); }, { capture: true, once: true }));
    await this.at(selector, text).click();
    return this.page.evaluate(() => window.clickedAt);
  }
  /** Takes a screen in, under a name. */
  async pairs(code, name) {
    await this.taps("[data-pair]");
    await this.page.fill("[data-pair-code]", code.toLowerCase());
    await this.page.fill("[data-pair-name]", name);
    await this.page.keyboard.press("Enter");
    await this.sees(`.screen-row[data-name="${name}"] .dot:not(.dot-off)`);
    await this.page.locator(".pair").waitFor({ state: "detached" });
  }
  /** What cannot be taken back is asked once more, and the safe answer has the focus. */
  async confirms() {
    await this.sees("[data-confirm=no]:focus");
    await this.page.keyboard.press("Tab");
    await this.sees("[data-confirm=yes]:focus");
    await this.page.keyboard.press("Enter");
  }
  /** Writes a ruling, looks at what it changes, and makes it. `fill` gets the form; gives the rows of the preview. */
  async rules(kind, reason, fill) {
    await this.page.keyboard.press("n");
    await this.taps(".ruling-form .kind", kind);
    const form = this.page.locator(".ruling-form");
    await fill(form);
    await form.getByPlaceholder("写给各队看的一句话").fill(reason);
    await this.sees("[data-make-ruling]:not([disabled])");
    const changes = await form.locator(".effect tbody tr").allInnerTexts();
    await this.taps("[data-make-ruling]");
    await form.waitFor({ state: "detached" });
    return changes.map((row) => row.replace(/\s+/g, " "));
  }
}

/** A screen of the hall. */
export class Screen extends Person {
  /** When it was on the picture, by the machine's clock; to be called before what brings it. */
  appears(selector, text = "") {
    const look = ([selector, text]) =>
      new Promise((done) => {
        const end = Date.now() + 20_000;
        const see = () => {
          const there = [...document.querySelectorAll(selector)].some((one) => one.textContent.includes(text) && one.getClientRects().length > 0);
          if (there) done(Date.now());
          else if (Date.now() > end) done(undefined);
          else requestAnimationFrame(see);
        };
        see();
      });
    const seen = this.page.evaluate(look, [selector, text]).then((at) => at ?? this.sees(selector, text).then(() => assert.fail(`${this.name} was late: ${selector} ${text}`)));
    seen.catch(() => undefined); // reported where it is awaited
    return seen;
  }
  /** Until it is not on the picture, or not any more. */
  without(selector, text = "") {
    return this.page.waitForFunction(([selector, text]) => ![...document.querySelectorAll(selector)].some((one) => one.textContent.includes(text)), [selector, text]);
  }
  /** Where the fixed parts of the picture are, in whole pixels. */
  boxes(selectors) {
    return this.page.evaluate(
      (all) =>
        Object.fromEntries(
          all.map((selector) => {
            const { x, y, width, height } = document.querySelector(selector)?.getBoundingClientRect() ?? {};
            return [selector, [x, y, width, height].map((n) => (n === undefined ? undefined : Math.round(n)))];
          }),
        ),
      selectors,
    );
  }
  /** The code that it shows while it is nobody's. */
  async code() {
    await this.sees(".pair-code");
    return (await this.at(".pair-code").innerText()).replace(/\s/g, "");
  }
}

/** What a frame tells that it must not tell yet, or not to this role; for the eyes of a desk there is the script, without the key. */
export function leaks(frame, role) {
  const snap = frame.t === "welcome" ? frame.snapshot : frame;
  const question = typeof snap?.question === "object" ? snap.question : undefined;
  const found = [];
  const hidden = (from, ...members) => found.push(...members.filter((member) => from?.[member] !== undefined));
  if (question && question.state !== "revealed") hidden(question, "key", "accepted", "explanation", "points_given");
  if (question?.state === "armed") {
    hidden(question, "stem", "options");
    if (question.seats.some((seat) => seat.stake !== undefined)) found.push("stake");
  }
  for (const part of [snap?.step, snap?.script]) hidden(part, "key", "accepted", "explanation");
  if (role !== "desk") hidden(snap, "script");
  if (role !== "play") hidden(snap, "team", "step");
  return found.map((what) => `${frame.t} tells ${what} to ${role}${question ? ` at ${question.state}` : ""}`);
}
