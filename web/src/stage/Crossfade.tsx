/* Two pictures over each other while one gives way to the next, so that the hall never sees an empty wall. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

const FADE_MS = 400;

interface Picture {
  id: string;
  children: ComponentChildren;
}

export function Crossfade({ id, children }: Picture) {
  const shown = useRef<Picture>({ id, children });
  const leaving = useRef<Picture>();
  const [, redraw] = useState(0);
  // Noted while rendering, not in an effect: the leaving picture keeps its key and so its elements.
  if (shown.current.id !== id) leaving.current = shown.current;
  if (leaving.current?.id === id) leaving.current = undefined;
  shown.current = { id, children };
  useEffect(() => {
    const timer = setTimeout(() => {
      leaving.current = undefined;
      redraw((n) => n + 1);
    }, FADE_MS);
    return () => clearTimeout(timer);
  }, [id]);
  return (
    <div class="fade">
      {leaving.current && (
        <div class="fade-picture fade-out" key={leaving.current.id} aria-hidden="true">
          {leaving.current.children}
        </div>
      )}
      <div class="fade-picture fade-in" key={id}>
        {children}
      </div>
    </div>
  );
}
