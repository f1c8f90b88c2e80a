// A server of the test's own and pages in headless Chromium.
import { spawn } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const { chromium } = createRequire(path.join(root, "web/package.json"))("playwright-core");

/** Starts tests/lib/server.sh with the built pages; `sql` asks its database, `run` runs a command of that shell, `stop` ends it and gives
 * its reports. */
export async function startServer() {
  const script = `set -euo pipefail; . "${root}/tests/lib/server.sh"; . "${root}/tests/lib/classic.sh"; server_start "$1"
    echo "up $LEITAI_PORT $dir"
    while read -r what line; do case $what in
      sql) sql -c "$line" | tr '\\n' ';'; echo ;;
      run) said=$(eval "$line" 2>&1) && status=0 || status=$?; echo "$status \${said//$'\\n'/;}" ;;
    esac; done; server_stop; exit "$fails"`;
  const child = spawn("bash", ["-c", script, "server", process.env.LEITAI_TEST_BUILD], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, WEB_DIST: path.join(root, "web/dist") },
  });
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => (await lines.next()).value;
  let up, stopped;
  do up = await next();
  while (up !== undefined && !up.startsWith("up "));
  if (up === undefined) throw new Error("the server did not come up");
  const [, port, dir] = up.split(" ");
  return {
    base: `http://127.0.0.1:${port}`,
    secret: fs.readFileSync(`${dir}/secret`, "utf8").trim(),
    /** Rows of one statement, "a|b;c|d". */
    async sql(statement) {
      child.stdin.write(`sql ${statement.replaceAll("\n", " ")}\n`);
      return (await next()).replace(/;$/, "");
    },
    /** What a command said, with ";" between lines, and its exit status. */
    async run(command) {
      child.stdin.write(`run ${command}\n`);
      const [, status, said] = (await next()).match(/^(\d+) (.*)$/);
      return { status: Number(status), said };
    },
    /** Also when a test fails half-way; again: the same reports. */
    stop() {
      stopped ??= (async () => {
        child.stdin.end();
        const reports = [];
        for (let line = await next(); line !== undefined; line = await next()) reports.push(line);
        return reports;
      })();
      return stopped;
    },
  };
}

export function ticket(secret, sub) {
  const b64 = (x) => Buffer.from(JSON.stringify(x)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const text = `${b64({ alg: "HS256", kid: "main" })}.${b64({ aud: "leitai", tid: "demo", sub, exp })}`;
  return `${text}.${crypto.createHmac("sha256", secret).update(text).digest("base64url")}`;
}

export async function startBrowser() {
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** A page of its own browser context, i.e. of another person. Errors in it, and in what it opens, are collected in `errors`; `heard` is
 * given every frame that a page hears from the server. */
export async function openPage(browser, url, { width, height, errors, heard, ...context }) {
  const c = await browser.newContext({ viewport: { width, height }, locale: "zh-CN", ...context });
  c.setDefaultTimeout(30_000);
  c.on("page", (page) => {
    page.on("pageerror", (e) => errors.push(`${page.url()}: ${e.message}`));
    page.on("console", (m) => m.type() === "error" && errors.push(`${page.url()}: ${m.text()}`));
    if (heard) page.on("websocket", (ws) => ws.on("framereceived", ({ payload }) => heard(JSON.parse(String(payload)), page)));
  });
  const page = await c.newPage();
  await page.goto(url);
  return page;
}

/** With SHOTS=FOLDER photographs pages, given by whose they are. */
export async function shoot(name, pages) {
  if (!process.env.SHOTS) return;
  for (const [who, page] of Object.entries(pages)) {
    await page.bringToFront();
    await page.waitForTimeout(2200); // until what moves has come to rest
    await page.screenshot({ path: path.join(process.env.SHOTS, `${who}-${name}.png`) });
  }
}
