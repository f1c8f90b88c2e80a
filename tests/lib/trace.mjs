// What the main thread of a page does while something moves: Chromium's own trace, read for two things. How long each frame keeps the main
// thread, and whether a script forces a layout in the middle of its work.
const CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline", "disabled-by-default-devtools.timeline.stack", "blink.user_timing"];
const HERE = "leitai-traced";
/* Work of a page's script: a layout inside of it was forced by it. */
const SCRIPTS = new Set(["FunctionCall", "FireAnimationFrame", "EvaluateScript", "TimerFire", "EventDispatch", "RunMicrotasks", "v8.callFunction"]);
const LAYOUTS = new Set(["Layout", "UpdateLayoutTree"]);

/** Traces `page` while `during` runs: { frames: ms of each frame's task by the thread's own clock, forced: layouts within scripts, long } */
export async function traced(browser, page, during) {
  await browser.startTracing(page, { categories: CATEGORIES });
  let json;
  try {
    await page.evaluate((name) => performance.mark(name), HERE);
    await during();
  } finally {
    json = await browser.stopTracing();
  }
  return read(JSON.parse(json.toString("utf8")).traceEvents);
}

export function read(events) {
  const mark = events.find((event) => event.name === HERE);
  if (!mark) throw new Error("the trace has no mark of the page");
  const own = events.filter((event) => event.pid === mark.pid && event.tid === mark.tid && event.ph === "X").sort((a, b) => a.ts - b.ts || b.dur - a.dur);
  const frames = [], forced = [], open = [];
  let task;
  for (const event of own) {
    while (open.length > 0 && open[open.length - 1].ts + open[open.length - 1].dur <= event.ts) open.pop();
    if (open.length === 0) task = event;
    if (LAYOUTS.has(event.name) && event.ts >= mark.ts && open.some((outer) => SCRIPTS.has(outer.name))) forced.push(event);
    // A frame: the task in which the page's animation callbacks run, with the style, layout and paint that follow in it.
    if (event.name === "FireAnimationFrame" && task.ts >= mark.ts && frames[frames.length - 1]?.task !== task) frames.push({ task, ms: (task.tdur ?? task.dur) / 1000 });
    open.push(event);
  }
  return { frames: frames.map(({ ms }) => ms), forced: forced.map((event) => `${event.name} ${((event.tdur ?? event.dur) / 1000).toFixed(2)} ms`), events: own.length };
}

export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
