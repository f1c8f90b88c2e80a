import assert from "node:assert/strict";
import test from "node:test";
import { spokenCode } from "../../src/shared/code.ts";

test("a join code is grouped so that it can be read aloud", () => {
  assert.equal(spokenCode("482913"), "482 913");
  assert.equal(spokenCode("12345678"), "1234 5678");
  assert.equal(spokenCode("7Q2K"), "7Q2K");
});
