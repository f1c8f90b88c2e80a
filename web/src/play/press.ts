/* The buzzer under the thumb. Pure.
 *
 * A press is sent once and never again by itself: late it is worth nothing. It belongs to one signal: the question read out, or one opening
 * of it. A press before the signal is sent like any other, since the rules count it; the button says so beforehand.
 */
import type { ErrorCode, Question, Seat } from "../shared/protocol.gen.ts";

export type Press =
  | { at: "none"; key: string; again: boolean }
  | { at: "sent"; key: string; early: boolean }
  | { at: "refused"; key: string; code: ErrorCode };

export const UNPRESSED: Press = { at: "none", key: "", again: false };

/** What the button is now. */
export type Buzz =
  | { at: "reading"; again: boolean } // not yet: pressing is a foul
  | { at: "go" }
  | { at: "judging"; early: boolean } // pressed
  | { at: "fouled" } // pressed too early, the signal is still to come
  | { at: "locked"; untilMs: number | undefined } // undefined: for the whole question
  | { at: "refused"; code: ErrorCode };

/** What names the signal after which presses count; undefined: they do not. */
export function signalOf(question: Question | undefined): string | undefined {
  return question?.mode === "buzzer" && question.state === "open" ? `${question.q} ${question.opened_ms ?? 0}` : undefined;
}

function keyOf(question: Question): string | undefined {
  return question.mode === "buzzer" && question.state === "armed" ? `${question.q} armed` : signalOf(question);
}

/** A new signal makes a new press possible. Armed again after a press in time: they were too close to tell. */
export function underQuestion(press: Press, question: Question | undefined): Press {
  const key = question && keyOf(question);
  if (!question || key === undefined || key === press.key) return press;
  const again = question.state === "armed" && press.key.startsWith(`${question.q} `);
  return { at: "none", key, again };
}

export function pressed(press: Press, question: Question): Press {
  const key = keyOf(question);
  return key === undefined || press.at === "sent" ? press : { at: "sent", key, early: question.state === "armed" };
}

/** How the press ended; a late word about another signal changes nothing. */
export function pressEnded(press: Press, key: string, code: ErrorCode | undefined): Press {
  if (press.key !== key || press.at !== "sent" || code === undefined) return press;
  return { at: "refused", key, code };
}

export function buzz(question: Question, seat: Seat | undefined, press: Press, nowMs: number): Buzz {
  if (question.state === "armed") {
    if (seat?.fouled) return { at: "fouled" };
    return press.at === "sent" ? { at: "judging", early: true } : { at: "reading", again: press.at === "none" && press.again };
  }
  if (seat?.fouled && (seat.locked_ms === undefined || seat.locked_ms > nowMs)) return { at: "locked", untilMs: seat.locked_ms };
  if (press.at === "sent" || seat?.pressed) return { at: "judging", early: press.at === "sent" && press.early };
  return press.at === "refused" && press.code !== "locked_out" ? { at: "refused", code: press.code } : { at: "go" };
}

/** Whether a press is to be sent. */
export function sends(is: Buzz): boolean {
  return is.at === "reading" || is.at === "go" || is.at === "refused";
}
