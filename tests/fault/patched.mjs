// Builds that are broken on purpose: the sources with one patch each.
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const launcher = await run("ccache", ["--version"]).then(() => ["-DCMAKE_C_COMPILER_LAUNCHER=ccache"], () => []);

/** The program with the patch, which is named from the root of the sources; kept as work/NAME/leitai. */
export async function patched(source, work, patch) {
  const tree = `${work}/tree`, build = `${work}/build`, name = path.basename(patch, ".patch");
  fs.mkdirSync(tree, { recursive: true });
  // Times are kept, so that only what a patch changes is compiled again.
  for (const part of ["CMakeLists.txt", "server", "schema", "loadtest", "tests"]) {
    fs.rmSync(`${tree}/${part}`, { recursive: true, force: true });
    await run("cp", ["-a", path.resolve(source, part), tree]);
  }
  // What the last patch changed has to look new, as it was and as it will be.
  const record = `${work}/changed.json`, changed = fs.existsSync(record) ? JSON.parse(fs.readFileSync(record, "utf8")) : [];
  const now = new Date();
  for (const file of changed) if (fs.existsSync(`${tree}/${file}`)) fs.utimesSync(`${tree}/${file}`, now, now);
  fs.writeFileSync(record, JSON.stringify([...fs.readFileSync(`${tree}/${patch}`, "utf8").matchAll(/^\+\+\+ b\/(\S+)/gm)].map((m) => m[1])));
  // Where a patch no longer belongs exactly, it might land in another function.
  await run("patch", ["-p1", "--fuzz=0", "-d", tree, "-i", `${tree}/${patch}`]);
  await run("cmake", ["-S", tree, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_C_FLAGS_RELEASE=-O1", ...launcher]);
  await run("cmake", ["--build", build, "--target", "leitai", "--", "--quiet"], { maxBuffer: 1 << 26 }).catch((e) => { throw new Error(`${name} does not build: ${e.stdout}`); });
  fs.mkdirSync(`${work}/${name}`, { recursive: true });
  fs.copyFileSync(`${build}/leitai`, `${work}/${name}/leitai`);
  return `${work}/${name}/leitai`;
}
