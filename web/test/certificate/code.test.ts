import assert from "node:assert/strict";
import test from "node:test";
import { cleanCode, groupedCode, wholeCode } from "../../src/certificate/code.ts";
import { readFacts } from "../../src/certificate/facts.ts";

test("a code is read however it was copied", () => {
  assert.equal(cleanCode(" 7k3m-9qrt-2vwx-yzoi "), "7K3M9QRT2VWXYZ01");
  assert.equal(groupedCode("7K3M9QRT2VWXYZ01"), "7K3M-9QRT-2VWX-YZ01");
  assert.equal(wholeCode("7K3M"), false);
});

test("only a whole answer is a certificate", () => {
  const body = { title: "t", tenant: "u", name: "n", unit: "", points: 100, rank: 1, of: 2, issued: "2026-11-24" };
  assert.equal(readFacts(body)?.issued, "2026-11-24");
  assert.equal(readFacts({ ...body, rank: "1" }), undefined);
  assert.equal(readFacts(null), undefined);
});
