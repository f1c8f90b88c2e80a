/* The clock of a whole paper, in server time: minutes and seconds, louder towards the end. */
import { useEffect, useState } from "preact/hooks";
import { ClockIcon } from "../shared/icons.tsx";
import { t } from "./messages.ts";
import { clock } from "./times.ts";

const SOON_MS = 5 * 60_000;
const LAST_MS = 60_000;
const LOOK_MS = 250;

/** Server time, looked at again and again. */
export function useNow(now: () => number, everyMs = LOOK_MS): number {
  const [at, set] = useState(now);
  useEffect(() => {
    set(now());
    const timer = setInterval(() => set(now()), everyMs);
    return () => clearInterval(timer);
  }, [now, everyMs]);
  return at;
}

export function WholeClock({ deadlineMs, now }: { deadlineMs: number; now: () => number }) {
  const leftMs = deadlineMs - useNow(now);
  const how = leftMs <= LAST_MS ? " whole-last" : leftMs <= SOON_MS ? " whole-soon" : "";
  return (
    <p class={`whole num${how}`} role="timer" aria-label={`${t("paper.left")} ${clock(leftMs)}`}>
      <ClockIcon />
      <b>{clock(leftMs)}</b>
    </p>
  );
}
