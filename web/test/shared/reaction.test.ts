import assert from "node:assert/strict";
import test from "node:test";
import { Reaction } from "../../src/shared/reaction.ts";

/** A screen whose clock and painting are moved by hand. */
function screen() {
  const waiting: (() => void)[] = [];
  const s = {
    ms: 1000,
    now: () => s.ms,
    painted: (seen: () => void) => void waiting.push(seen),
    paint: (ms: number) => {
      s.ms = ms;
      for (const seen of waiting.splice(0)) seen();
    },
  };
  return s;
}

test("a reaction is counted from the painting, not from the frame", () => {
  const s = screen();
  const r = new Reaction(s);
  r.begin("3:500");
  s.paint(1016);
  s.ms = 1300;
  assert.equal(r.claimUs(1266.4), 250_400);
});

test("it ends with the press, not with its handling", () => {
  const s = screen();
  const r = new Reaction(s);
  r.begin("3:500");
  s.paint(1016);
  s.ms = 5000;
  assert.equal(r.claimUs(1216), 200_000);
});

test("who has seen nothing claims nothing", () => {
  const s = screen();
  const r = new Reaction(s);
  assert.equal(r.claimUs(900), undefined);
  r.begin("3:500");
  assert.equal(r.claimUs(1000), undefined);
});

test("the same signal again changes nothing, another one begins anew", () => {
  const s = screen();
  const r = new Reaction(s);
  r.begin("3:500");
  s.paint(1016);
  r.begin("3:500");
  s.paint(1500);
  assert.equal(r.claimUs(1216), 200_000);
  r.begin("3:2500");
  s.ms = 1600;
  assert.equal(r.claimUs(1590), undefined);
  s.paint(1610);
  s.ms = 1700;
  assert.equal(r.claimUs(1690), 80_000);
});

test("a picture that comes after its signal has ended is not the next one's", () => {
  const s = screen();
  const r = new Reaction(s);
  r.begin("3:500");
  r.begin(undefined);
  s.paint(1016);
  assert.equal(r.claimUs(1016), undefined);
});

test("a signal that comes back is seen again before it counts", () => {
  const s = screen();
  const r = new Reaction(s);
  r.begin("3:500");
  s.paint(1016);
  r.begin(undefined);
  r.begin("3:500");
  assert.equal(r.claimUs(1016), undefined);
  s.paint(2000);
  s.ms = 2100;
  assert.equal(r.claimUs(2100), 100_000);
});

test("time stamps of another clock are not used", () => {
  const s = screen();
  const r = new Reaction(s);
  r.begin("3:500");
  s.paint(1000);
  s.ms = 1250;
  assert.equal(r.claimUs(1_790_000_000_000), 250_000);
  assert.equal(r.claimUs(0), 250_000);
});

test("a press on what was not yet noted as painted is no negative reaction", () => {
  const s = screen();
  const r = new Reaction(s);
  r.begin("3:500");
  s.paint(1016);
  assert.equal(r.claimUs(1010), 0);
});
