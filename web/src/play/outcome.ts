/* What a question came to, as this person is told. Pure. */
import type { Question, Snapshot } from "../shared/protocol.gen.ts";
import { seatOf } from "../shared/teams.ts";
import type { Me } from "./screen.ts";

export type Outcome =
  | { at: "settling" }
  | { at: "voided" }
  /** buzzer: nobody pressed */
  | { at: "silent" }
  /** `gained`: hundredths, as of everywhere here */
  | { at: "right" | "wrong" | "missed" | "declined"; gained: number }
  /** another team answered; a foul may have cost points all the same */
  | { at: "theirs"; who: string; right: boolean; gained: number }
  /** speed: a whole burst, by the own team or another */
  | { at: "burst"; gained: number }
  | { at: "burstTheirs"; who: string }
  | { at: "marked"; who: string; points: number };

export function outcomeOf(snap: Snapshot, question: Question, self: Me): Outcome {
  if (question.voided) return { at: "voided" };
  if (question.mode === "jury") return { at: "marked", who: question.turn ?? "", points: question.points_given ?? 0 };
  const own = snap.own?.q === question.q ? snap.own : undefined;
  if (question.mode === "speed" && question.turn !== undefined && question.turn !== self.entry) return { at: "burstTheirs", who: question.turn };
  if (!own) return question.silent ? { at: "silent" } : { at: "settling" };
  const gained = own.gained ?? 0;
  if (question.mode === "speed") return { at: "burst", gained };
  if (own.right !== undefined) return { at: own.right ? "right" : "wrong", gained };
  if (!self.team) return { at: "missed", gained };
  return answeredAloud(question, self, gained) ?? { at: "missed", gained };
}

/* Without an answer of the own team in the book: a spoken one, a declined stake, or another team's. */
function answeredAloud(question: Question, self: Me, gained: number): Outcome | undefined {
  if (question.mode === "wager" && self.seat?.stake === 0) return { at: "declined", gained };
  if (self.seat?.right || self.seat?.tried) return { at: self.seat.right ? "right" : "wrong", gained };
  if (question.silent && gained === 0) return { at: "silent" };
  const other = question.seats.find((seat) => seat.right) ?? question.seats.find((seat) => seat.tried) ?? seatOf(question, question.turn);
  if (!other || other.entry === self.entry) return undefined;
  return { at: "theirs", who: other.entry, right: other.right, gained };
}
