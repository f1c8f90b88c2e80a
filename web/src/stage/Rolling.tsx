/* A number that counts to its new value instead of jumping there. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { count } from "../shared/i18n.ts";
import { resting, still } from "../shared/motion.ts";

const ROLL_MS = 700;

interface RollingProps {
  value: number;
  /** how a value is written; whole numbers with thousands by default */
  write?: (value: number) => string;
}

export function Rolling({ value, write = count }: RollingProps) {
  const [shown, setShown] = useState(value);
  useCount(value, setShown);
  return <>{write(shown)}</>;
}

/** The same where many count at once: written past the renderer. */
export function Counting({ value, write = count }: RollingProps) {
  const text = useRef<HTMLSpanElement>(null);
  const shown = useRef(value);
  const put = (now: number) => {
    shown.current = now;
    const words = write(now);
    if (text.current && text.current.textContent !== words) text.current.textContent = words;
  };
  useLayoutEffect(() => put(shown.current));
  useCount(value, put);
  return <span class="counting" ref={text} />;
}

function useCount(value: number, show: (value: number) => void): void {
  const from = useRef(value);
  const latest = useRef(show);
  latest.current = show;
  useEffect(() => {
    const start = from.current;
    if (start === value) return;
    const put = (now: number) => {
      from.current = now;
      latest.current(now);
    };
    if (still()) {
      put(value);
      return;
    }
    const begun = performance.now();
    let frame = requestAnimationFrame(function step(at) {
      const share = Math.min(1, Math.max(0, (at - begun) / ROLL_MS));
      put(Math.round(start + (value - start) * resting(share)));
      if (share < 1) frame = requestAnimationFrame(step);
    });
    // A page that is covered draws no frames: the number is right in time all the same.
    const end = setTimeout(() => {
      cancelAnimationFrame(frame);
      put(value);
    }, ROLL_MS + 100);
    return () => {
      clearTimeout(end);
      cancelAnimationFrame(frame);
    };
  }, [value]);
}
