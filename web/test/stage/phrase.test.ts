import assert from "node:assert/strict";
import test from "node:test";
import { phrases } from "../../src/stage/phrase.ts";

test("a name is broken after its region and before 代表队, never inside a word", () => {
  assert.deepEqual(phrases("甘孜藏族自治州人民政府办公室代表队"), ["甘孜藏族自治州", "人民政府", "办公室", "代表队"]);
  assert.deepEqual(phrases("成都市市场监督管理局代表队"), ["成都市", "市场监督管理局", "代表队"]);
  assert.deepEqual(phrases("省高级人民法院代表队"), ["省高级人民法院", "代表队"]);
});

test("nothing of a name is lost, short and foreign ones stay whole", () => {
  for (const name of ["", "红队", "市市", "省司法厅", "Blue team of the county", "县县县县县", "代表队"]) {
    assert.equal(phrases(name).join(""), name, name);
  }
  assert.deepEqual(phrases("红队"), ["红队"]);
});
