// Holds the generated tables of a Markdown file to what a program prints for `docs NAME`.
//   node doc_tables.mjs LEITAI FILE           rewrites what stands between <!-- table: NAME --> and <!-- end -->
//   node doc_tables.mjs LEITAI FILE --check   exits 1 when that would change something
import { execFileSync } from "node:child_process";
import fs from "node:fs";

const [leitai, file, check] = process.argv.slice(2);
const before = fs.readFileSync(file, "utf8");
let tables = 0;
const after = before.replace(/(<!-- table: (\w+) -->\n)[^]*?(<!-- end -->)/g, (_, begin, name, end) => {
  tables++;
  return `${begin}\n${execFileSync(leitai, ["docs", name], { encoding: "utf8" }).trim()}\n\n${end}`;
});
if (tables === 0) throw new Error(`${file} has no table`);
if (!check) fs.writeFileSync(file, after);
else if (before !== after) {
  console.error(`${file} is not what the program says; run ./dev fmt, or ./dev sim fairness --write`);
  process.exit(1);
}
