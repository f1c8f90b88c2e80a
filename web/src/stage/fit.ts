/* Text that fills its box: the largest of a few sizes at which it fits.
 *
 * The box's size never depends on the text (nothing jumps); the text's size depends on the box. The sizes are a ladder, not a
 * continuum, so that two questions of like length look alike. Below the smallest rung the text is cut, and the caller says where the
 * rest can be read.
 */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RefObject } from "preact";

export interface Fit<E extends HTMLElement> {
  box: RefObject<E>;
  /** false when even the smallest size overflows */
  whole: boolean;
}

/** `sizes` in stage units, descending. `what` is anything that changes with the text. */
export function useFit<E extends HTMLElement>(sizes: readonly number[], what: unknown): Fit<E> {
  const box = useRef<E>(null);
  const [whole, setWhole] = useState(true);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const fit = () => setWhole(fitOnce(element, sizes));
    fit();
    const watch = new ResizeObserver(fit);
    watch.observe(element);
    return () => watch.disconnect();
  }, [what, sizes]);
  return { box, whole };
}

function fitOnce(element: HTMLElement, sizes: readonly number[]): boolean {
  for (const size of sizes) {
    element.style.setProperty("--fit", String(size));
    if (element.scrollHeight <= element.clientHeight + 1 && element.scrollWidth <= element.clientWidth + 1) return true;
  }
  return false;
}
