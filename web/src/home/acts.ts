/* What a person may do in the individuals' part. */
import type { Draft } from "../phone/draft.ts";
import type { ErrorCode } from "../shared/protocol.gen.ts";
import type { Place } from "./place.ts";

export interface Acts {
  go: (place: Place) => void;
  back: () => void;
  /** A live event: its hall. */
  enter: (event: string) => void;
  /** With a code, as a guest does. */
  door: () => void;
  start: (event: string, round: number) => void;
  match: (event: string, round: number) => void;
  stopMatch: () => void;
  /** `sure`: it is whole, or confirmed: to be saved. */
  choose: (i: number, draft: Draft, sure: boolean) => void;
  flag: (i: number) => void;
  turn: (i: number) => void;
  hand: () => void;
  keepOn: () => void;
  leave: () => void;
  certificate: (event: string) => void;
  moreHistory: () => void;
}

/** A start, or a search, that is on its way or was refused. */
export interface Starting {
  event: string;
  round: number;
  busy: boolean;
  refused: ErrorCode | undefined;
}
