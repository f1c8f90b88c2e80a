import assert from "node:assert/strict";
import test from "node:test";
import { readFragment } from "../../src/shared/arrival.ts";

test("a session or a ticket is read from the fragment, with its event", () => {
  assert.deepEqual(readFragment("#s=abc.def"), { session: "abc.def" });
  assert.deepEqual(readFragment("#t=a.b.c&e=77"), { ticket: "a.b.c", event: "77" });
});

test("the link says that it is a judge's", () => {
  assert.deepEqual(readFragment("#t=a.b.c&e=77&r=judge"), { ticket: "a.b.c", event: "77", judge: true });
  assert.deepEqual(readFragment("#t=a.b.c&e=77&r=desk"), { ticket: "a.b.c", event: "77" });
});

test("an empty or foreign fragment holds no credential", () => {
  for (const hash of ["", "#", "#top", "#s=", "#e=77"]) assert.equal(readFragment(hash), undefined, hash);
});
