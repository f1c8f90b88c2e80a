import assert from "node:assert/strict";
import test from "node:test";
import { inHostOrder } from "../../src/desk/events.ts";
import type { Phase } from "../../src/shared/protocol.gen.ts";

const row = (event: string, phase: Phase) => ({ event, title: "", phase, code: "1", questions: 1, entries: 0 });

test("what needs a host now comes first and equals keep the server's order", () => {
  const rows = [row("a", "final"), row("b", "draft"), row("c", "lobby"), row("d", "running"), row("e", "paused")];
  assert.equal(
    inHostOrder(rows)
      .map((r) => r.event)
      .join(""),
    "decba",
  );
  assert.equal(rows[0]?.event, "a", "the given list is untouched");
});
