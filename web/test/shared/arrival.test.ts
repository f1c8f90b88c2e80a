import assert from "node:assert/strict";
import test from "node:test";
import { DOOR, partOf, readFragment } from "../../src/shared/arrival.ts";

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

test("who brings a ticket and names no event goes to the own events, everybody else to the hall", () => {
  assert.equal(partOf("#t=a.b.c", undefined, undefined), "home");
  assert.equal(partOf("#t=a.b.c", { session: "s" }, undefined), "home");
  assert.equal(partOf("#t=a.b.c&e=77", undefined, { session: "s" }), "hall");
  assert.equal(partOf("#t=a.b.c&r=judge", undefined, undefined), "hall");
  assert.equal(partOf("#s=a.b", undefined, undefined), "hall");
  assert.equal(partOf("#c=123456", undefined, { session: "s" }), "hall");
});

test("a reload stays where one was: a seat in a hall comes first", () => {
  assert.equal(partOf("", { session: "s" }, { session: "s" }), "hall");
  assert.equal(partOf("", undefined, { session: "s" }), "home");
  assert.equal(partOf("", undefined, undefined), "hall");
  assert.equal(partOf(DOOR, undefined, { session: "s" }), "hall");
});
