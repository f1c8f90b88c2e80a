/* Bundles every test (node 18 reads no TypeScript) and runs them with node:test. Arguments pick files by part of their path. */
import * as esbuild from "esbuild";
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const outdir = path.join(root, "node_modules/.cache/leitai-test");

function tests(dir) {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(dir, entry.name);
    if (entry.isDirectory()) return tests(file);
    return /\.test\.tsx?$/.test(entry.name) ? [file] : [];
  });
}

const wanted = process.argv.slice(2);
const entryPoints = tests(path.join(root, "test")).filter(
  (file) => wanted.length === 0 || wanted.some((part) => file.includes(part)),
);
if (entryPoints.length === 0) {
  console.error("no test matches");
  process.exit(2);
}
rmSync(outdir, { recursive: true, force: true });
await esbuild.build({
  entryPoints,
  outdir,
  outbase: path.join(root, "test"),
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node18",
  jsx: "automatic",
  jsxImportSource: "preact",
  packages: "external",
  sourcemap: "inline",
  loader: { ".css": "empty" },
  logLevel: "warning",
});
const built = entryPoints.map((file) =>
  path.join(outdir, path.relative(path.join(root, "test"), file)).replace(/\.tsx?$/, ".mjs"),
);
const run = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...built], { stdio: "inherit", cwd: root });
process.exit(run.status ?? 1);
