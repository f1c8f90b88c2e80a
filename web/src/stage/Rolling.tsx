/* A number that counts to its new value instead of jumping there. */
import { useEffect, useRef, useState } from "preact/hooks";
import { count } from "../shared/i18n.ts";
import { still } from "../shared/motion.ts";

const ROLL_MS = 700;

interface RollingProps {
  value: number;
  /** how a value is written; whole numbers with thousands by default */
  write?: (value: number) => string;
}

export function Rolling({ value, write = count }: RollingProps) {
  const [shown, setShown] = useState(value);
  const from = useRef(value);
  useEffect(() => {
    const start = from.current;
    if (start === value) return;
    if (still()) {
      from.current = value;
      setShown(value);
      return;
    }
    const begun = performance.now();
    let frame = requestAnimationFrame(function step(at) {
      const share = Math.min(1, (at - begun) / ROLL_MS);
      const eased = 1 - (1 - share) ** 3;
      from.current = Math.round(start + (value - start) * eased);
      setShown(from.current);
      if (share < 1) frame = requestAnimationFrame(step);
    });
    // A page that is covered draws no frames: the number is right in time all the same.
    const end = setTimeout(() => {
      cancelAnimationFrame(frame);
      from.current = value;
      setShown(value);
    }, ROLL_MS + 100);
    return () => {
      clearTimeout(end);
      cancelAnimationFrame(frame);
    };
  }, [value]);
  return <>{write(shown)}</>;
}
