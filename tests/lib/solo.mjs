// Somebody alone with a phone: opens his events, answers papers, and what he chose is remembered to be compared with what is stored.
import { Person } from "./people.mjs";

export class Solo extends Person {
  /** What was chosen last, by number of the question: { stem, texts } or { stem, text }. */
  chosen = new Map();

  async opensEvent(title) {
    await this.taps(".card", title);
    await this.sees(".event h1", title);
  }
  /** By the title of the round. */
  async starts(round) {
    await this.at(".round", round).locator(".act").click();
    await this.sees(".ask .stem");
  }
  number() { return this.page.locator(".ask-head b").innerText().then((text) => Number(/\d+/.exec(text)[0])); }
  async shown() {
    const stem = await this.page.locator(".ask .stem").innerText();
    return { stem, options: await this.page.locator(".option-text").allInnerTexts() };
  }
  /** Chooses these options, by their place; fills, where there are none. */
  async chooses(places, text = "") {
    const i = await this.number();
    const { stem, options } = await this.shown();
    if (options.length === 0) {
      await this.page.fill(".fill", text);
      this.chosen.set(i, { stem, text });
      return;
    }
    for (const place of places) await this.page.locator(".option").nth(place).click();
    this.chosen.set(i, { stem, texts: places.map((place) => options[place]) });
  }
  /** Right or wrong, by the bank's question. */
  async knows(question, right) {
    const { options } = await this.shown();
    if (options.length === 0) return this.chooses([], right ? question.accepted[0] : "不知道");
    const keys = question.key.map((k) => options.indexOf(question.options[k])).sort((a, b) => a - b);
    const wrong = options.findIndex((_, k) => !keys.includes(k));
    return this.chooses(right ? keys : [wrong < 0 ? 0 : wrong]);
  }
  async confirms() { await this.taps(".bar .act", "确定"); }
  /** With a finger: to the next question, or (−1) to the one before. */
  async swipes(by = 1) {
    const before = await this.number();
    const cdp = await this.page.context().newCDPSession(this.page);
    const at = (x) => ({ touchPoints: [{ x, y: 420 }] });
    const [from, to] = by > 0 ? [300, 90] : [90, 300];
    await cdp.send("Input.dispatchTouchEvent", { type: "touchStart", ...at(from) });
    await cdp.send("Input.dispatchTouchEvent", { type: "touchMove", ...at(to) });
    await cdp.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await cdp.detach();
    await this.sees(".ask-head b", `第 ${before + by} 题`);
  }
  /** The phone sleeps while `meanwhile` goes on. */
  async sleeps(meanwhile) {
    const cdp = await this.page.context().newCDPSession(this.page);
    await cdp.send("Page.setWebLifecycleState", { state: "frozen" });
    await meanwhile();
    await cdp.send("Page.setWebLifecycleState", { state: "active" });
    await cdp.detach();
  }
  /** Until the phone keeps the page for later visits. */
  async keeps() {
    const until = Date.now() + 30_000;
    const kept = () =>
      this.page.evaluate(async () => {
        const [name] = await caches.keys();
        const paths = name ? (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname) : [];
        return navigator.serviceWorker.controller && paths.some((path) => path.startsWith("/assets/home-")) ? paths : undefined;
      });
    for (;;) {
      const paths = await kept();
      if (paths) return paths;
      if (Date.now() > until) throw new Error(`${this.name}: the page is not kept`);
      await this.page.waitForTimeout(100);
    }
  }
  /** Seconds on the clock of the paper. */
  async left() {
    const parts = (await this.at(".whole b").innerText()).split(":").map(Number);
    return parts.reduce((sum, part) => sum * 60 + part, 0);
  }
}

/** What a row of table paper holds, item by item: [rev, ms, response] or null. */
export function stored(choices, n) {
  const all = JSON.parse(choices);
  return Array.from({ length: n }, (_, k) => all[k] || null);
}

/** A stored response in the question's own words. */
export function words(question, response) {
  return typeof response === "string" ? { text: response } : { texts: response.map((k) => question.options[k]) };
}
