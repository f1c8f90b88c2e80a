/* The clock of a question: a ring that empties and the seconds left, in server time.
 *
 * The ring is moved sixty times a second by hand, past the renderer; only a new number renders. A stopped clock (pause, closing) draws
 * once.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { LAST_SECONDS, secondsLeft } from "./countdown.ts";

const RADIUS = 46;
const ROUND = 2 * Math.PI * RADIUS;

interface RingProps {
  deadlineMs: number;
  totalMs: number;
  /** server time at which the clock stands still */
  stoppedMs: number | undefined;
  now: () => number;
  unit: string;
}

export function Countdown({ deadlineMs, totalMs, stoppedMs, now, unit }: RingProps) {
  const left = useRef<SVGCircleElement>(null);
  const [seconds, setSeconds] = useState(() => secondsLeft(deadlineMs, stoppedMs ?? now()));
  useEffect(() => {
    let frame = 0;
    const draw = () => {
      const at = stoppedMs ?? now();
      const share = Math.min(1, Math.max(0, (deadlineMs - at) / totalMs));
      left.current?.setAttribute("stroke-dashoffset", String(ROUND * (1 - share)));
      setSeconds(secondsLeft(deadlineMs, at));
      if (stoppedMs === undefined && share > 0) frame = requestAnimationFrame(draw);
    };
    draw();
    return () => cancelAnimationFrame(frame);
  }, [deadlineMs, totalMs, stoppedMs, now]);
  const last = stoppedMs === undefined && seconds > 0 && seconds <= LAST_SECONDS;
  return (
    <div class={last ? "ring ring-last" : "ring"} role="timer" aria-label={`${seconds} ${unit}`}>
      <svg viewBox="0 0 100 100" aria-hidden="true">
        <circle class="ring-track" cx="50" cy="50" r={RADIUS} />
        <circle class="ring-left" cx="50" cy="50" r={RADIUS} stroke-dasharray={ROUND} ref={left} />
      </svg>
      <div class="ring-label">
        <span key={last ? seconds : "calm"}>{seconds}</span>
      </div>
    </div>
  );
}

/** A ring that shows a share of a whole, or nothing but words. */
export function RingStill({ share, children }: { share?: number; children: ComponentChildren }) {
  const [grown, setGrown] = useState(false);
  useEffect(() => {
    const frame = requestAnimationFrame(() => setGrown(true));
    return () => cancelAnimationFrame(frame);
  }, []);
  return (
    <div class="ring">
      <svg viewBox="0 0 100 100" aria-hidden="true">
        <circle class="ring-track" cx="50" cy="50" r={RADIUS} />
        {share !== undefined && (
          <circle
            class="ring-right"
            cx="50"
            cy="50"
            r={RADIUS}
            stroke-dasharray={ROUND}
            stroke-dashoffset={ROUND * (1 - (grown ? share : 0))}
          />
        )}
      </svg>
      {children}
    </div>
  );
}
