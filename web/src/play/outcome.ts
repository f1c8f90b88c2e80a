/* What a question came to, as this person is told. Pure. */
import type { Question, Snapshot } from "../shared/protocol.gen.ts";
import { takesPart } from "../shared/teams.ts";
import type { Me } from "./screen.ts";

export type Outcome =
  | { at: "settling" }
  | { at: "voided" }
  /** the board is frozen: how it went is told with its reveal */
  | { at: "hidden" }
  /** buzzer: nobody pressed */
  | { at: "silent" }
  /** `gained`: hundredths, as of everywhere here */
  | { at: "right" | "wrong" | "missed" | "declined"; gained: number }
  /** another team answered; a foul may have cost points all the same */
  | { at: "theirs"; who: string; how: "right" | "wrong" | "silent"; gained: number }
  /** others were asked, and there is nothing to say of one of them */
  | { at: "watched"; gained: number }
  /** speed: a whole burst, by the own team or another */
  | { at: "burst"; gained: number }
  | { at: "burstTheirs"; who: string }
  | { at: "marked"; who: string; points: number };

export function outcomeOf(snap: Snapshot, question: Question, self: Me): Outcome {
  if (question.voided) return { at: "voided" };
  if (question.hidden && (snap.own?.q !== question.q || snap.own.frozen)) return { at: "hidden" };
  if (question.mode === "jury") return { at: "marked", who: question.turn ?? "", points: question.points_given ?? 0 };
  const own = snap.own?.q === question.q ? snap.own : undefined;
  if (question.mode === "speed" && question.turn !== undefined && question.turn !== self.entry) return { at: "burstTheirs", who: question.turn };
  if (!own) return question.silent ? { at: "silent" } : { at: "settling" };
  const gained = own.gained ?? 0;
  if (question.mode === "speed") return { at: "burst", gained };
  if (own.right !== undefined) return { at: own.right ? "right" : "wrong", gained };
  if (!self.team) return { at: "missed", gained };
  const known = answeredAloud(question, self, gained) ?? othersAnswered(question, self, gained);
  return known ?? { at: takesPart(snap, question, self.team) && question.mode !== "buzzer" ? "missed" : "watched", gained };
}

/* Without an answer of the own team in the book: a spoken one, or a declined stake. */
function answeredAloud(question: Question, self: Me, gained: number): Outcome | undefined {
  if (question.mode === "wager" && self.seat?.stake === 0) return { at: "declined", gained };
  if (self.seat?.right || self.seat?.tried) return { at: self.seat.right ? "right" : "wrong", gained };
  return undefined;
}

/* Who held the question has it in its seat; of the one in turn the count of right answers tells. */
function othersAnswered(question: Question, self: Me, gained: number): Outcome | undefined {
  if (question.silent && gained === 0) return { at: "silent" };
  const held = question.seats.find((seat) => seat.right) ?? question.seats.find((seat) => seat.tried);
  if (held) return held.entry === self.entry ? undefined : { at: "theirs", who: held.entry, how: held.right ? "right" : "wrong", gained };
  if (question.turn === undefined || question.turn === self.entry) return undefined;
  const how = (question.correct ?? 0) > 0 ? "right" : (question.answered ?? 0) > 0 ? "wrong" : "silent";
  return { at: "theirs", who: question.turn, how, gained };
}
