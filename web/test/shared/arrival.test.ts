import assert from "node:assert/strict";
import test from "node:test";
import { arriveStage, DOOR, partOf, readFragment } from "../../src/shared/arrival.ts";

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

/* A browser's tab and what it keeps. */
function browser(hash: string, tab: Map<string, string>, machine: Map<string, string>): void {
  const store = (map: Map<string, string>) => ({
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
  });
  Object.assign(globalThis, {
    location: { hash, pathname: "/stage.html", search: "" },
    history: { replaceState: () => undefined },
    sessionStorage: store(tab),
    localStorage: store(machine),
  });
}

test("a stage from the desk is its tab's, and is not a paired screen", () => {
  const tab = new Map<string, string>();
  const machine = new Map<string, string>();
  browser("#s=desk1", tab, machine);
  const arrival = arriveStage();
  assert.equal(arrival.credential?.session, "desk1");
  assert.equal(arrival.paired, false);
  arrival.keep({ session: "desk2" });
  assert.equal(machine.size, 0, "the machine stays nobody's");
  browser("", tab, machine);
  assert.equal(arriveStage().credential?.session, "desk2");
  assert.equal(arriveStage().paired, false);
});

test("a paired screen is the machine's: the same after a reload and in a new tab, until it is given up", () => {
  const tab = new Map<string, string>();
  const machine = new Map<string, string>();
  browser("", tab, machine);
  const arrival = arriveStage();
  assert.equal(arrival.credential, undefined);
  assert.equal(arrival.paired, true);
  arrival.keep({ session: "screen1" });
  assert.equal(arriveStage().credential?.session, "screen1");
  assert.equal(arriveStage().paired, true);
  browser("", new Map(), machine);
  assert.equal(arriveStage().credential?.session, "screen1");
  arriveStage().forget();
  assert.equal(arriveStage().credential, undefined);
});

test("a second screen of the same machine is its tab's", () => {
  const tab = new Map<string, string>();
  const machine = new Map([["leitai.screen", JSON.stringify({ session: "screen1" })]]);
  browser("#pair", tab, machine);
  const second = arriveStage();
  assert.equal(second.credential, undefined);
  assert.equal(second.paired, true);
  second.keep({ session: "screen2" });
  browser("", tab, machine);
  assert.equal(arriveStage().credential?.session, "screen2");
  assert.equal(arriveStage().paired, true);
  arriveStage().keep({ session: "screen3" });
  assert.equal(JSON.parse(machine.get("leitai.screen") ?? "{}").session, "screen1");
});
