import assert from "node:assert/strict";
import test from "node:test";
import { Requests } from "../../src/desk/requests.ts";
import type { Chart, Request } from "../../src/shared/protocol.gen.ts";

const chart = (of: Chart["of"], round = 0): Chart => ({ of, round, v: 1, n: 0, final: false, frozen: true, step: 0, rows: [] });

test("a board that was asked for is answered by its own chart only", async () => {
  const sent: Request[] = [];
  const requests = new Requests((message) => sent.push(message) > 0);
  const answer = requests.chart("city", 2);
  assert.deepEqual(sent, [{ t: "chart", of: "city", round: 2 }]);
  requests.hear({ t: "chart", chart: chart("entry") });
  requests.hear({ t: "chart", chart: chart("city") });
  requests.hear({ t: "chart", chart: chart("city", 2) });
  assert.deepEqual(await answer, { ok: chart("city", 2) });
});

test("another question ends the one before; a board that is not there is refused", async () => {
  const requests = new Requests(() => true);
  const first = requests.chart("entry", 0);
  const second = requests.chart("unit", 0);
  assert.deepEqual(await first, { code: "gone" });
  requests.hear({ t: "error", code: "no_such_board" });
  assert.deepEqual(await second, { code: "no_such_board" });
});

test("without a line it ends at once", async () => {
  assert.deepEqual(await new Requests(() => false).chart("entry", 0), { code: "gone" });
});
