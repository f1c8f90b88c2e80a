/* The host's list: what needs a host first. Pure. */
import type { EventRow, Phase } from "../shared/protocol.gen.ts";

const ORDER: Record<Phase, number> = { running: 0, paused: 0, lobby: 1, finished: 2, draft: 3, final: 4 };

/** Running events first, completed ones last; otherwise in the server's order. */
export function inHostOrder(rows: EventRow[]): EventRow[] {
  return rows
    .map((row, i) => ({ row, i }))
    .sort((a, b) => ORDER[a.row.phase] - ORDER[b.row.phase] || a.i - b.i)
    .map(({ row }) => row);
}
