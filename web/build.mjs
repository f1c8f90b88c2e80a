/* Bundles the entrances into dist/: play.html, stage.html, desk.html, certificate.html, board.html and hashed files under dist/assets/, each with a .br
 * and a .gz beside it, so that the server compresses nothing while people wait. Pages hold no inline script or style (CSP: default-src 'self').
 * The phone page has two parts, hall and home, each one whole script: its entrance fetches the one that is wanted. For later visits there
 * is a service worker, /sw.js. The build fails when a part outgrows the budget: it is loaded over a weak signal in the mountains. */
import * as esbuild from "esbuild";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const root = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(root, "dist");
const PLAY_BUDGET_BYTES = 60 * 1024;
/* Thousands open a public board at once, many of them within another site's page. */
const BUDGETS = { board: 40 * 1024 };

const PAGES = [
  { name: "play", title: "擂台", theme: ["#f8f5ef", "#12141b"], waiting: "正在打开…" },
  { name: "stage", title: "擂台 · 大屏", theme: ["#12141b", "#12141b"], waiting: "正在打开…" },
  { name: "desk", title: "擂台 · 主持台", theme: ["#f8f5ef", "#12141b"], waiting: "正在打开…" },
  { name: "certificate", title: "擂台 · 证书", theme: ["#f8f5ef", "#12141b"], waiting: "正在核验…" },
  { name: "board", title: "擂台 · 榜单", theme: ["#f8f5ef", "#12141b"], waiting: "正在取榜单…" },
];
/* Parts of the phone page. */
const PARTS = { hall: "src/play/hall.tsx", home: "src/home/main.tsx" };

function html(page, js, css, icon) {
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="format-detection" content="telephone=no">
<meta name="theme-color" content="${page.theme[0]}" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="${page.theme[1]}" media="(prefers-color-scheme: dark)">
<title>${page.title}</title>
<link rel="icon" href="${icon}">
<link rel="stylesheet" href="${css}">
<script type="module" src="${js}"></script>
</head>
<body class="${page.name}">
<div id="app"><p class="opening">${page.waiting}</p></div>
<noscript><p class="opening">请打开浏览器的 JavaScript 后再进入。Please turn on JavaScript to enter.</p></noscript>
</body>
</html>
`;
}

const entry = (name) => ["main.tsx", "main.ts"].map((file) => `src/${name}/${file}`).find((file) => existsSync(path.join(root, file)));

/* Files by name: { js, css }, as paths on the server. */
async function bundle(entryPoints, options = {}) {
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: Object.entries(entryPoints).map(([out, file]) => ({ in: file, out })),
    outdir: "dist/assets",
    entryNames: "[name]-[hash]",
    bundle: true,
    minify: true,
    format: "esm",
    target: ["chrome87", "firefox78", "safari14"],
    jsx: "automatic",
    jsxImportSource: "preact",
    charset: "utf8",
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
    ...options,
  });
  const files = {};
  for (const [file, meta] of Object.entries(result.metafile.outputs)) {
    if (!meta.entryPoint) continue;
    const name = Object.keys(entryPoints).find((one) => entryPoints[one] === meta.entryPoint);
    files[name] = { js: `/${path.relative("dist", file)}`, css: meta.cssBundle && `/${path.relative("dist", meta.cssBundle)}` };
  }
  return files;
}

/* In the page itself: one request less. */
async function icon() {
  const svg = await readFile(path.join(root, "src/shared/icon.svg"), "utf8");
  return `data:image/svg+xml,${encodeURIComponent(svg.trim()).replaceAll("%20", " ").replaceAll("%3D", "=").replaceAll("%2F", "/").replaceAll("%3A", ":").replaceAll("%22", "'")}`;
}

const strings = (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]));

/* One file at the root, so that it may serve the page there; named anew by its contents only. */
async function worker(shell, parts) {
  const hash = createHash("sha256");
  for (const file of [...shell, ...parts]) hash.update(await readFile(path.join(out, file)));
  const VERSION = hash.digest("hex").slice(0, 12);
  await bundle({ sw: "src/worker/main.ts" }, { outdir: "dist", entryNames: "[name]", format: "iife", define: strings({ VERSION, SHELL: shell, PARTS: parts }) });
}

async function compress(dir) {
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const file = path.join(dir, entry.name);
    if (entry.isDirectory()) {
      await compress(file);
      continue;
    }
    const plain = await readFile(file);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
    await writeFile(`${file}.br`, brotliCompressSync(plain, { params }));
    await writeFile(`${file}.gz`, gzipSync(plain, { level: 9 }));
  }
}

async function weigh(files, suffix) {
  let bytes = 0;
  for (const file of files) bytes += (await readFile(path.join(out, file + suffix))).length;
  return bytes;
}

await rm(out, { recursive: true, force: true });
await mkdir(path.join(out, "assets"), { recursive: true });
// Their style is the entrance's, so that it is there before them.
const parts = await bundle(PARTS, { loader: { ".css": "empty" } });
const files = await bundle(Object.fromEntries(PAGES.map(({ name }) => [name, entry(name)])), {
  define: strings({ PART_HALL: parts.hall.js, PART_HOME: parts.home.js }),
  external: ["/assets/*"],
});
const iconData = await icon();
for (const page of PAGES) {
  await writeFile(path.join(out, `${page.name}.html`), html(page, files[page.name].js, files[page.name].css, iconData));
}
await worker(["/play.html", files.play.js, files.play.css], [parts.hall.js, parts.home.js]);
await compress(out);

const kb = (bytes) => `${(bytes / 1024).toFixed(1)} kB`;
const visits = [
  ...Object.entries(parts).map(([part, { js }]) => [`play (${part})`, ["/play.html", files.play.js, files.play.css, js], PLAY_BUDGET_BYTES]),
  ...PAGES.filter(({ name }) => name !== "play").map(({ name }) => [name, [`/${name}.html`, files[name].js, files[name].css], BUDGETS[name] ?? Infinity]),
];
for (const [name, list, budget] of visits) {
  const br = await weigh(list, ".br");
  const gz = await weigh(list, ".gz");
  console.log(`${name}: first visit ${kb(br)} br, ${kb(gz)} gz, ${list.length} requests`);
  if (gz > budget) {
    console.error(`${name} outgrew its budget of ${kb(budget)}`);
    process.exitCode = 1;
  }
}
