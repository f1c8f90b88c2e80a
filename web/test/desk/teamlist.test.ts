import assert from "node:assert/strict";
import test from "node:test";
import { teamRows } from "../../src/desk/teamlist.ts";
import { boardRow, contest, team, teamState } from "../snapshots.ts";

const board = { v: 1, of: 3, final: false, rows: [boardRow(1, "e3"), boardRow(2, "e1")] };
const teams = [team(1), team(2, { in: false }), team(3, { unit: "司法局" }), team(4, { out: true })];
const snap = contest("required", "revealed", { snap: { teams, board } });
const roster = [{ entry: "e1", name: "第1队", unit: "", guest: false, online: true, points: 5, members: teamState().members }, { entry: "e2", name: "第2队", unit: "", guest: false, online: false, points: 7, members: [] }];

test("by the lot teams keep their order, with who is here; points come from the board, else from the list", () => {
  assert.deepEqual(
    teamRows(snap, roster, "lot", "").map((row) => [row.place, row.team.entry, row.online, row.points]),
    [
      [1, "e1", true, 9800],
      [2, "e2", false, 7],
      [3, "e3", false, 9900],
      [4, "e4", false, undefined],
    ],
  );
});

test("whom the captain's part can go to is known once the list is here", () => {
  const members = (list: typeof roster) => teamRows(snap, list, "lot", "").map((row) => row.members.map(({ person }) => person).join());
  assert.deepEqual(members(roster), ["11,12,13", "", "", ""]);
  assert.deepEqual(members([]), ["", "", "", ""]);
});

test("by rank those who are in stand before those who are out, the disqualified last", () => {
  assert.deepEqual(
    teamRows(snap, roster, "rank", "").map((row) => row.team.entry),
    ["e3", "e1", "e2", "e4"],
  );
});

test("a team is found by its name or its unit and keeps its place", () => {
  assert.deepEqual(
    teamRows(snap, [], "lot", "司法").map((row) => row.place),
    [3],
  );
  assert.deepEqual(teamRows(snap, [], "lot", "没有"), []);
});
