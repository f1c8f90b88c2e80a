/* Keys of the live part. A key typed into a field, or meant for a focused button or link, is left alone. */
import { useEffect, useRef } from "preact/hooks";

export type Shortcuts = Record<string, () => void>;

export function useShortcuts(active: boolean, keys: Shortcuts): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    if (!active) return;
    const press = (e: KeyboardEvent) => {
      if (e.repeat || e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented || belongsToPage(e)) return;
      const act = latest.current[e.key.length === 1 ? e.key.toLowerCase() : e.key];
      if (!act) return;
      e.preventDefault();
      act();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [active]);
}

function belongsToPage(e: KeyboardEvent): boolean {
  const target = e.target;
  if (!(target instanceof Element)) return false;
  if (target.closest("dialog[open]")) return true;
  if (target.closest("input, textarea, select")) return true;
  // Space and Enter press a focused control; the big button is the one they would press anyway, once.
  return (e.key === " " || e.key === "Enter") && target.closest("button:not([data-primary]), a") !== null;
}
