/* The rows of a board on the wall, as a component: it makes the list once and tells it what has changed. */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { lang } from "../shared/i18n.ts";
import { RowList, type Shape, type Told } from "./RowList.ts";
import { GLIDE_MS, type Line, type Phase } from "./rows.ts";

interface WallProps {
  lines: Line[];
  shape: Shape;
  write: (points: number) => string;
  unit: string;
  veiled?: string;
  /** pages: which one; wraps around */
  page?: number;
  /** the way to these lines; without one the rows glide */
  way?: Phase[] | "cut";
  /** what the way is about: it is gone once for each */
  of?: unknown;
  /** what stands in the middle of the window at first */
  focus?: string | undefined;
  told?: Told["award"];
  class?: string;
}

const SETTLE: Phase[] = [{ kind: "settle" }];

export function Wall(props: WallProps) {
  const { lines, shape, page = 0 } = props;
  const box = useRef<HTMLOListElement>(null);
  const list = useRef<RowList>();
  const told = useRef(props.told);
  told.current = props.told;
  const words = { points: props.write, unit: props.unit, veiled: props.veiled ?? "" };
  const spoken = useRef(lang.value);
  useLayoutEffect(() => {
    if (!box.current) return;
    const made = new RowList(box.current, shape, words, { award: (phase) => told.current?.(phase) });
    made.cut(lines, { page, focus: props.focus });
    list.current = made;
    return () => made.stop();
  }, []);
  const first = useRef(true);
  const gone = useRef(props.of);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    if (spoken.current !== lang.value) {
      spoken.current = lang.value;
      list.current?.say(words, lines);
      return;
    }
    // A way is gone once; what changes besides is simply so.
    const way = props.of !== undefined && props.of === gone.current ? SETTLE : props.way;
    gone.current = props.of;
    if (way === "cut") list.current?.cut(lines, { page, focus: props.focus });
    else list.current?.play(way ?? [{ kind: "glide", ms: GLIDE_MS }, { kind: "settle" }], lines);
  }, [lines]);
  useEffect(() => list.current?.turn(page), [page]);
  return (
    <ol
      class={`wall wall-${shape.columns === 2 ? "two" : "one"} ${props.class ?? ""}`}
      style={{ "--rows": shape.rows, "--columns": shape.columns }}
      ref={box}
    />
  );
}
