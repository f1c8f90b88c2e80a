/* What the hall is told in passing: a help that was taken, a ruling that came into force, an appeal that was answered.
 *
 * The difference of two pictures; a page that opens later tells nothing old. Pure.
 */
import type { Ruling, Snapshot, Team } from "../shared/protocol.gen.ts";

export type News =
  | { kind: "help"; id: string; team: Team; dropped: boolean }
  | { kind: "ruling"; id: string; ruling: Ruling };

export const NEWS_MS = 8000;

export function news(before: Snapshot | undefined, now: Snapshot): News[] {
  if (!before || before.head.event !== now.head.event) return [];
  return [...helped(before, now), ...ruled(before, now)];
}

function helped(before: Snapshot, now: Snapshot): News[] {
  const had = new Set(before.teams.filter((team) => team.helped).map((team) => team.entry));
  const known = new Set(before.teams.map((team) => team.entry));
  return now.teams
    .filter((team) => team.helped && known.has(team.entry) && !had.has(team.entry))
    .map((team) => ({
      kind: "help",
      id: `help ${team.entry}`,
      team,
      dropped: (now.question?.dropped?.length ?? 0) > (before.question?.dropped?.length ?? 0),
    }));
}

function ruled(before: Snapshot, now: Snapshot): News[] {
  const states = new Map(before.rulings.map((ruling) => [ruling.no, ruling.state]));
  return now.rulings
    .filter((ruling) => ruling.state !== states.get(ruling.no) && isTold(ruling))
    .map((ruling) => ({ kind: "ruling", id: `ruling ${ruling.no} ${ruling.state}`, ruling }));
}

/* What waits for a second person is not public business yet; what was turned down never was, but for an appeal. */
function isTold(ruling: Ruling): boolean {
  return ruling.state === "done" || (ruling.state === "rejected" && ruling.kind === "appeal");
}
