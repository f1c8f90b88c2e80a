/* Evidence of a buzzer question as a table that explains itself. Times of the wire are microseconds; −1: not known. Pure. */
import type { Press, Snapshot } from "../shared/protocol.gen.ts";
import { millis } from "../shared/elapsed.ts";
import { nameOf } from "../shared/teams.ts";

/** Which figure the judged time rests on. */
export type Basis = "claim" | "band" | "elapsed" | "arrival" | "none";

export interface EvidenceRow {
  entry: string;
  name: string;
  order: number | undefined;
  foul: boolean;
  /** after the first arrival, ms; "—" unknown */
  arrival: string;
  elapsed: string;
  band: string;
  claim: string;
  used: string;
  basis: Basis;
  verdict: Verdict;
}

export type Verdict = "first" | "later" | "foul" | "drawn" | "other" | "rebound";

export const UNKNOWN = "—";

/** Who held the question above who did not, then by judged time; those after a reopening below those before; fouls at the end. A draw
 * among presses that could not be told apart need not fall on the shortest time. */
export function evidenceRows(snap: Snapshot, presses: Press[]): EvidenceRow[] {
  const valid = presses.filter((press) => !press.foul).sort(inOrder);
  const fouls = presses.filter((press) => press.foul).sort((a, b) => a.arrival_us - b.arrival_us);
  const first = Math.min(...valid.map((press) => press.arrival_us));
  return [...valid, ...fouls].map((press) => row(snap, press, first, valid.indexOf(press)));
}

const NEVER_HELD = Number.MAX_SAFE_INTEGER;
function inOrder(a: Press, b: Press): number {
  return a.turn - b.turn || (a.held ?? NEVER_HELD) - (b.held ?? NEVER_HELD) || a.used_us - b.used_us;
}

function row(snap: Snapshot, press: Press, firstArrivalUs: number, place: number): EvidenceRow {
  return {
    entry: press.entry,
    name: nameOf(snap, press.entry),
    order: press.foul ? undefined : place + 1,
    foul: press.foul,
    arrival: press.foul || !Number.isFinite(firstArrivalUs) ? UNKNOWN : `+${millis(press.arrival_us - firstArrivalUs)}`,
    elapsed: known(press.elapsed_us),
    band: press.rtt_min_us < 0 ? UNKNOWN : `${millis(press.rtt_min_us)}–${millis(press.rtt_max_us)}`,
    claim: known(press.claim_us),
    used: press.foul ? UNKNOWN : known(press.used_us),
    basis: basisOf(press),
    verdict: verdictOf(press.verdict, place),
  };
}

function known(us: number): string {
  return us < 0 ? UNKNOWN : millis(us);
}

function basisOf(press: Press): Basis {
  if (press.foul) return "none";
  if (press.elapsed_us < 0) return "arrival";
  if (press.used_us === press.elapsed_us) return "elapsed";
  return press.used_us === press.claim_us ? "claim" : "band";
}

/* Who got the question after another had it wrong was first of those that were left. */
function verdictOf(word: string, place: number): Verdict {
  if (word === "first" && place > 0) return "rebound";
  return word === "first" || word === "later" || word === "foul" || word === "drawn" ? word : "other";
}
