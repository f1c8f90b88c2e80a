/* An action in the hand: on its way, done, or refused with a reason that can be read. */
import { useState } from "preact/hooks";
import type { About } from "../shared/link.ts";
import type { Action, ErrorCode } from "../shared/protocol.gen.ts";

/** Ends once: undefined when it took effect, otherwise why not. */
export type Act = (action: Action, about?: About) => Promise<ErrorCode | undefined>;

export interface Acting {
  busy: boolean;
  refused: ErrorCode | undefined;
  /** A second one while the first is on its way does nothing. */
  run: (action: Action, about: About, then?: () => void) => void;
}

export function useAct(act: Act): Acting {
  const [state, set] = useState<{ busy: boolean; refused: ErrorCode | undefined }>({ busy: false, refused: undefined });
  return {
    ...state,
    run: (action, about, then) => {
      if (state.busy) return;
      set({ busy: true, refused: undefined });
      void act(action, about).then((code) => {
        set({ busy: false, refused: code });
        if (code === undefined) then?.();
      });
    },
  };
}
