/* The teams as the desk lists them: by the lot or by rank, with who is here and how they stand. Pure. */
import { hides } from "./reveal.ts";
import type { Member, RosterRow, Snapshot, Team } from "../shared/protocol.gen.ts";

export interface TeamRow {
  team: Team;
  /** 1-based place in the lot */
  place: number;
  online: boolean;
  /** as listed; empty until they are */
  members: Member[];
  /** hundredths, as of the last reveal; undefined when neither board nor list tells */
  points: number | undefined;
  rank: number | undefined;
}

export type TeamOrder = "lot" | "rank";

export function teamRows(snap: Snapshot, roster: RosterRow[], order: TeamOrder, find: string): TeamRow[] {
  const here = new Map(roster.map((row) => [row.entry, row]));
  // The board in the hall stands still while the list tells how it is: not both in one column.
  const board = new Map((hides(snap) ? [] : (snap.board?.rows ?? [])).map((row) => [row.entry, row]));
  const wanted = find.trim().toLowerCase();
  const rows = snap.teams
    .map((team, i): TeamRow => {
      const listed = here.get(team.entry);
      const ranked = board.get(team.entry);
      return {
        team,
        place: i + 1,
        online: listed?.online ?? false,
        members: listed?.members ?? [],
        points: ranked?.points ?? listed?.points,
        rank: ranked?.rank,
      };
    })
    .filter(({ team }) => wanted === "" || team.name.toLowerCase().includes(wanted) || team.unit.toLowerCase().includes(wanted));
  return order === "lot" ? rows : rows.sort(byStanding);
}

/* In before out before disqualified; then by points, then by the lot. */
function byStanding(a: TeamRow, b: TeamRow): number {
  return standing(a.team) - standing(b.team) || (b.points ?? Number.NEGATIVE_INFINITY) - (a.points ?? Number.NEGATIVE_INFINITY) || a.place - b.place;
}

function standing(team: Team): number {
  return team.out ? 2 : team.in ? 0 : 1;
}
