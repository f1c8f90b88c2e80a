/* Letter, shape and colour of an answer, by its index. */
import "./badge.css";

const LETTERS = "ABCDEFGH";

/* Circle, diamond, square, pentagon up, hexagon, shield; drawn in 40 × 40 with room for the letter in the middle. */
const SHAPES = [
  { d: "M20 2a18 18 0 1 1 0 36a18 18 0 1 1 0-36Z", y: 26 },
  { d: "M20 0 40 20 20 40 0 20Z", y: 26 },
  { d: "M6 4h28a2 2 0 0 1 2 2v28a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2Z", y: 26 },
  { d: "M20 1 39 15.5 32 38H8L1 15.5Z", y: 28 },
  { d: "M10.5 3.5h19L39 20l-9.5 16.5h-19L1 20Z", y: 26 },
  { d: "M4 3h32v18c0 9-8 14-16 17C12 35 4 30 4 21Z", y: 25 },
] as const;

export function OptionBadge({ index }: { index: number }) {
  const shape = SHAPES[index % SHAPES.length] ?? SHAPES[0];
  return (
    <svg
      class="badge"
      viewBox="0 0 40 40"
      role="img"
      aria-label={LETTERS[index]}
      style={{ "--badge-colour": `var(--badge-${index % SHAPES.length})` }}
    >
      <path d={shape.d} />
      <text x="20" y={shape.y}>
        {LETTERS[index]}
      </text>
    </svg>
  );
}
