import assert from "node:assert/strict";
import test from "node:test";
import { fill, lang, translator } from "../../src/shared/i18n.ts";

test("words are filled in by name and unknown names are left to be seen", () => {
  assert.equal(fill("第 {n} 题，共 {of} 题", { n: 3, of: 10 }), "第 3 题，共 10 题");
  assert.equal(fill("{n} {m}", { n: 0 }), "0 {m}");
});

test("the language decides at the moment of reading", () => {
  const t = translator({ "a.b": { zh: "{n} 人", en: "{n} people" } });
  lang.value = "zh";
  assert.equal(t("a.b", { n: 2 }), "2 人");
  lang.value = "en";
  assert.equal(t("a.b", { n: 2 }), "2 people");
});
