/* Rows glide to their new place: first, last, invert, play.
 *
 * Give the hook's ref to the list and `data-flip` to each child. When `what` changes, children that were there before glide from where
 * they stood on the screen, new ones rise in. A glide that is interrupted goes on from where it is. With reduced motion nothing moves.
 */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { still } from "./motion.ts";

const GLIDE_MS = 400;
const EASE = "cubic-bezier(0.2, 0.7, 0.2, 1)";

interface Spot {
  left: number;
  top: number;
}

export function useFlip<E extends HTMLElement>(what: unknown): RefObject<E> {
  const list = useRef<E>(null);
  const before = useRef(new Map<string, Spot>());
  // Read while rendering: the elements still stand where the eye saw them last.
  const seen = list.current ? spots(list.current) : before.current;
  useLayoutEffect(() => {
    if (list.current && seen.size > 0 && !still()) {
      glide(list.current, seen);
    }
    if (list.current) before.current = spots(list.current);
  }, [what]);
  return list;
}

function children(list: HTMLElement): HTMLElement[] {
  return Array.from(list.children).filter((child): child is HTMLElement => child instanceof HTMLElement);
}

function spots(list: HTMLElement): Map<string, Spot> {
  const map = new Map<string, Spot>();
  for (const child of children(list)) {
    const { left, top } = child.getBoundingClientRect();
    if (child.dataset.flip !== undefined) map.set(child.dataset.flip, { left, top });
  }
  return map;
}

function glide(list: HTMLElement, seen: Map<string, Spot>): void {
  for (const child of children(list)) {
    for (const running of child.getAnimations()) if (running.id === "flip") running.cancel();
    const from = child.dataset.flip === undefined ? undefined : seen.get(child.dataset.flip);
    const { left, top, height } = child.getBoundingClientRect();
    const frames = from
      ? [{ transform: `translate(${from.left - left}px, ${from.top - top}px)` }, { transform: "none" }]
      : [{ opacity: 0, transform: `translateY(${height}px)` }, { opacity: 1, transform: "none" }];
    if (from && Math.abs(from.left - left) < 1 && Math.abs(from.top - top) < 1) continue;
    child.animate(frames, { duration: GLIDE_MS, easing: EASE, id: "flip" });
  }
}

/** The same for rows that are equally high, `gap` apart: where each goes follows from its number, and nothing is measured. `keys` are
 * those of the children in their order. */
export function useGlide<E extends HTMLElement>(keys: readonly string[], gap: string): RefObject<E> {
  const list = useRef<E>(null);
  const before = useRef(keys);
  useLayoutEffect(() => {
    const places = new Map(before.current.map((key, place) => [key, place]));
    before.current = keys;
    if (!list.current || still()) return;
    const rows = children(list.current);
    keys.forEach((key, place) => {
      const from = places.get(key);
      if (from === undefined || from === place) return;
      const away = `translateY(calc(${from - place} * (100% + ${gap})))`;
      rows[place]?.animate([{ transform: away }, { transform: "none" }], { duration: GLIDE_MS, easing: EASE, id: "flip" });
    });
  }, [keys.join(" ")]);
  return list;
}
