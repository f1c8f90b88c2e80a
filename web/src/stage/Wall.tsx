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
  /** what stands in the middle of the window at first */
  focus?: string | undefined;
  told?: Told["award"];
  class?: string;
}

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
    if (props.way === "cut") list.current?.cut(lines, { page, focus: props.focus });
    else list.current?.play(props.way ?? [{ kind: "glide", ms: GLIDE_MS }, { kind: "settle" }], lines);
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
