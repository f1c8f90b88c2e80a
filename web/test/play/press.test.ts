import assert from "node:assert/strict";
import test from "node:test";
import { buzz, type Press, pressed, pressEnded, sends, signalOf, UNPRESSED, underQuestion } from "../../src/play/press.ts";
import type { Question } from "../../src/shared/protocol.gen.ts";
import { question, seat } from "../snapshots.ts";

const armed = question(3, "armed", { mode: "buzzer" });
const open = question(3, "open", { mode: "buzzer", opened_ms: 1000, deadline_ms: 21_000 });

function through(...steps: (Question | "press")[]): Press {
  let press = UNPRESSED;
  let now: Question | undefined;
  for (const step of steps) {
    if (step !== "press") now = step;
    press = step === "press" && now ? pressed(press, now) : underQuestion(press, now);
  }
  return press;
}

test("while it is read a press is a foul and is sent all the same", () => {
  const is = buzz(armed, undefined, through(armed), 0);
  assert.deepEqual(is, { at: "reading", again: false });
  assert.equal(sends(is), true);
  const press = through(armed, "press");
  assert.deepEqual(buzz(armed, undefined, press, 0), { at: "judging", early: true });
  assert.deepEqual(buzz(armed, seat("e1", { fouled: true }), press, 0), { at: "fouled" });
});

test("the start signal makes a press count, once", () => {
  assert.deepEqual(buzz(open, undefined, through(armed, open), 1000), { at: "go" });
  const press = through(armed, open, "press");
  assert.deepEqual(buzz(open, undefined, press, 1500), { at: "judging", early: false });
  assert.equal(pressed(press, open), press);
});

test("a foul locks for its time, or for the whole question", () => {
  const press = through(armed, "press", open);
  const locked = seat("e1", { fouled: true, locked_ms: 4000 });
  assert.deepEqual(buzz(open, locked, press, 3999), { at: "locked", untilMs: 4000 });
  assert.deepEqual(buzz(open, locked, press, 4000), { at: "go" });
  assert.deepEqual(buzz(open, seat("e1", { fouled: true }), press, 9000), { at: "locked", untilMs: undefined });
});

test("a teammate's press is the team's", () => {
  assert.deepEqual(buzz(open, seat("e1", { pressed: true, order: 2 }), through(open), 1500), { at: "judging", early: false });
});

test("armed again after a press in time says so; another question does not", () => {
  const press = through(armed, open, "press", armed);
  assert.deepEqual(buzz(armed, undefined, press, 0), { at: "reading", again: true });
  const next = question(4, "armed", { mode: "buzzer" });
  assert.deepEqual(buzz(next, undefined, through(armed, open, "press", next), 0), { at: "reading", again: false });
});

test("a question that opens again after a wrong answer may be pressed again", () => {
  const held = question(3, "held", { mode: "buzzer", held: "e2" });
  const again = { ...open, opened_ms: 9000 };
  assert.deepEqual(buzz(again, undefined, through(open, "press", held, again), 9100), { at: "go" });
});

test("a refusal is told and leaves the button; being locked out is told by the seat", () => {
  const sent = through(open, "press");
  const gone = pressEnded(sent, sent.key, "gone");
  const is = buzz(open, undefined, gone, 1500);
  assert.deepEqual(is, { at: "refused", code: "gone" });
  assert.equal(sends(is), true);
  assert.equal(pressed(gone, open).at, "sent");
  assert.deepEqual(buzz(open, undefined, pressEnded(sent, sent.key, "locked_out"), 1500), { at: "go" });
});

test("a late word about another signal changes nothing, a good one neither", () => {
  const sent = through(open, "press");
  assert.equal(pressEnded(sent, "2 500", "gone"), sent);
  assert.equal(pressEnded(sent, sent.key, undefined), sent);
});

test("only an opening is a signal to react to", () => {
  assert.equal(signalOf(open), "3 1000");
  assert.equal(signalOf(armed), undefined);
  assert.equal(signalOf(question(3, "open", { opened_ms: 1000 })), undefined);
  assert.equal(signalOf(undefined), undefined);
});
