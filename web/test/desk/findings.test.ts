import assert from "node:assert/strict";
import test from "node:test";
import { evidenceOf, subjectsOf } from "../../src/desk/findings.ts";
import { lang } from "../../src/shared/i18n.ts";
import type { Finding } from "../../src/shared/protocol.gen.ts";

const finding = (more: Partial<Finding>): Finding => ({
  kind: "too_fast", subjects: [{ person: "1", name: "张三", unit: "某局" }], of_subjects: 1, n: 12, of: 20, before: 0, after: 0, found_ms: 0, ...more,
});

test("a finding is said in a sentence with its numbers", () => {
  lang.value = "en";
  assert.match(evidenceOf(finding({})), /^12 of 20 answers/);
  assert.match(evidenceOf(finding({ kind: "exposed_question", before: 5512, after: 9080 })), /55 % .* 91 %/);
  assert.match(evidenceOf(finding({ kind: "sandbagging", n: 9, before: 8000, after: 2000 })), /20 % of answers there, 80 % elsewhere/);
  lang.value = "zh";
  assert.match(evidenceOf(finding({})), /20 题中有 12 题/);
});

test("who is not named is counted", () => {
  assert.equal(subjectsOf(finding({ of_subjects: 70 })).rest, 69);
  assert.equal(subjectsOf(finding({})).rest, 0);
});
