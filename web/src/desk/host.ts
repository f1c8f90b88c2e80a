/* The host's hand: one command at a time, and never the next one by accident.
 *
 * A button waits for `done` or `error`. After every change of the picture the buttons rest for a moment: the second tap of a double
 * click was meant for the button that stood there before. The server refuses stale commands as well; this keeps the host from seeing
 * an error for a slip of the finger.
 */
import type { About } from "../shared/link.ts";
import type { Action, ErrorCode, Snapshot } from "../shared/protocol.gen.ts";
import { useEffect, useRef, useState } from "preact/hooks";

const REST_MS = 450;

/** How a command ended: nothing, or the code of its refusal. */
export type CommandEnd = ErrorCode | undefined;
export type SendCommand = (action: Action, q: number, about?: About) => Promise<CommandEnd>;

export interface Host {
  /** the action under way */
  busy: Action | undefined;
  /** buttons are at rest: wait a moment */
  resting: boolean;
  /** what was refused last, until the next success or a dismissal */
  refused: { action: Action; code: ErrorCode } | undefined;
  /** Does nothing while another action is under way. `then` is told how it ended and by that takes over saying so. */
  run: (action: Action, about?: About, then?: (end: CommandEnd) => void) => void;
  dismiss: () => void;
}

export function useHost(snap: Snapshot, send: SendCommand): Host {
  const [busy, setBusy] = useState<Action | undefined>();
  const [refused, setRefused] = useState<Host["refused"]>();
  const q = snap.question?.q ?? 0;
  const resting = useRest(pictureOf(snap));
  const running = useRef(false);
  const run: Host["run"] = (action, about, then) => {
    if (running.current || (resting && !steps(action, snap))) return;
    running.current = true;
    setBusy(action);
    void send(action, q, about).then((code) => {
      running.current = false;
      setBusy(undefined);
      if (then) then(code);
      else setRefused(code === undefined ? undefined : { action, code });
    });
  };
  return { busy, resting, refused, run, dismiss: () => setRefused(undefined) };
}

/* From step to step of a reveal nothing rests: a step is absolute, and a presenter goes back and forth as quickly as he likes. */
function steps(action: Action, { frozen }: Snapshot): boolean {
  return action === "resolve" && frozen !== undefined && frozen.step > 0;
}

/** What a host looks at before pressing the next button. Pure. */
export function pictureOf(snap: Snapshot): string {
  const { question, teams, frozen } = snap;
  const lot = teams.map((team) => (team.in ? team.entry : `-${team.entry}`)).join();
  return [snap.phase, question?.q ?? 0, question?.state ?? "none", question?.held ?? "", question?.rebounds ?? 0, frozen?.done ?? "", lot].join(" ");
}

/** True for REST_MS after `picture` changed. */
function useRest(picture: string): boolean {
  const [rested, setRested] = useState(picture);
  useEffect(() => {
    const timer = setTimeout(() => setRested(picture), REST_MS);
    return () => clearTimeout(timer);
  }, [picture]);
  return rested !== picture;
}
