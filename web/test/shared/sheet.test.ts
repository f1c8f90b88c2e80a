import assert from "node:assert/strict";
import test from "node:test";
import { rulesOf, sheetFacts } from "../../src/shared/sheet.ts";

const SHEET = JSON.stringify({
  version: 1,
  entries: "team",
  rounds: [
    { title: "必答", mode: "required", questions: 4, seconds: 30, points: { right: 10 } },
    { title: "展示", mode: "jury", questions: 4, seconds: 180, jury: { max: 100, judges: 5 } },
    { title: "再展示", mode: "jury", questions: 4, seconds: 180, jury: { max: 100 } },
  ],
});

test("the marks expected are those of the sheet, three where it says nothing, none without a jury", () => {
  assert.deepEqual(sheetFacts(SHEET).judges, [undefined, 5, 3]);
});

test("without a sheet, or with one that cannot be read, nothing is known", () => {
  for (const sheet of [undefined, "", "{", "[]", "null", "{}"]) {
    assert.deepEqual(sheetFacts(sheet).judges, [], sheet);
    assert.equal(rulesOf(sheet, "zh"), undefined, sheet);
  }
  assert.equal(rulesOf(SHEET, "zh")?.length, 4);
});
