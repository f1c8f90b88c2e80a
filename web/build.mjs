/* Bundles the three entrances into dist/: play.html, stage.html, desk.html and hashed files under dist/assets/, each with a .br and a .gz
 * beside it, so that the server compresses nothing while people wait. Pages hold no inline script or style (CSP: default-src 'self').
 * The build fails when the phone page outgrows its budget: it is loaded over a weak signal in the mountains. */
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

const PAGES = [
  { name: "play", title: "擂台", theme: ["#f8f5ef", "#12141b"], waiting: "正在打开…" },
  { name: "stage", title: "擂台 · 大屏", theme: ["#12141b", "#12141b"], waiting: "正在打开…" },
  { name: "desk", title: "擂台 · 主持台", theme: ["#f8f5ef", "#12141b"], waiting: "正在打开…" },
].filter((page) => existsSync(path.join(root, "src", page.name, "main.tsx")));

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
<link rel="icon" href="${icon}" type="image/svg+xml">
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

async function bundle() {
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: PAGES.map((page) => ({ in: `src/${page.name}/main.tsx`, out: page.name })),
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
  });
  const files = {};
  for (const [file, meta] of Object.entries(result.metafile.outputs)) {
    if (!meta.entryPoint) continue;
    const name = path.basename(path.dirname(meta.entryPoint));
    files[name] = { js: `/${path.relative("dist", file)}`, css: meta.cssBundle && `/${path.relative("dist", meta.cssBundle)}` };
  }
  return files;
}

async function icon() {
  const svg = await readFile(path.join(root, "src/shared/icon.svg"));
  const name = `icon-${createHash("sha256").update(svg).digest("hex").slice(0, 8)}.svg`;
  await writeFile(path.join(out, "assets", name), svg);
  return `/assets/${name}`;
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

async function weigh(page, files, suffix) {
  let bytes = 0;
  for (const file of [`/${page}.html`, files.js, files.css]) bytes += (await readFile(path.join(out, file + suffix))).length;
  return bytes;
}

await rm(out, { recursive: true, force: true });
await mkdir(path.join(out, "assets"), { recursive: true });
const files = await bundle();
const iconPath = await icon();
for (const page of PAGES) {
  await writeFile(path.join(out, `${page.name}.html`), html(page, files[page.name].js, files[page.name].css, iconPath));
}
await compress(out);

const kb = (bytes) => `${(bytes / 1024).toFixed(1)} kB`;
for (const page of PAGES) {
  const br = await weigh(page.name, files[page.name], ".br");
  const gz = await weigh(page.name, files[page.name], ".gz");
  console.log(`${page.name}: first visit ${kb(br)} br, ${kb(gz)} gz`);
  if (page.name === "play" && gz > PLAY_BUDGET_BYTES) {
    console.error(`play outgrew its budget of ${kb(PLAY_BUDGET_BYTES)}`);
    process.exitCode = 1;
  }
}
