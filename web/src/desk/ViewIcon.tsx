/* What a screen can show, as a sign on its tile. */
import type { StageView } from "../shared/protocol.gen.ts";

/* Each drawn in 24 × 24 with one pen, as the icons of the other pages. */
const PATH: Record<StageView, string> = {
  auto: "M4 12a8 8 0 0 1 13.7-5.6L20 8.5M20 4v4.5h-4.5M20 12a8 8 0 0 1-13.7 5.6L4 15.5M4 20v-4.5h4.5",
  lobby: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14h2M14 18v2",
  question: "M9 9a3 3 0 1 1 4.2 2.7c-.8.4-1.2 1-1.2 1.8v.5M12 17.5v.1M4 4h16v16H4z",
  media: "M3.5 5h17v14h-17zM3.5 16l5-5 4 4 3-3 5 5M15.5 9v.1",
  countdown: "M12 21a8 8 0 1 0 0-16 8 8 0 0 0 0 16ZM12 9v4l2.5 2M9.5 2.5h5",
  distribution: "M4 6h9M4 12h16M4 18h5",
  buzzer: "M4 19h16M6 19v-3a6 6 0 0 1 12 0v3M12 7V4M5.5 8.5 4 7M18.5 8.5 20 7",
  stakes: "M12 3 21 20H3zM12 10v4M12 17v.1",
  board: "M4 20v-7h5v7M9 20V5h6v15M15 20V9.5h5V20M3 20h18",
  pages: "M8 4h12v12M4 8h12v12H4zM7 12h6M7 16h6",
  grid: "M4 9h5V4h6v5h5v6h-5v5H9v-5H4zM9 9h6v6H9z",
  team: "M3.5 5h17v14h-17zM9 12.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM5.8 16a3.4 3.4 0 0 1 6.4 0M15 10h3M15 14h3",
  reveal: "M4 20h16M6 16h12M8 12h8M12 9V3M9 6l3-3 3 3",
  awards: "M12 14a5 5 0 1 0 0-10 5 5 0 0 0 0 10ZM9 13.5 7.5 21l4.5-2.5L16.5 21 15 13.5",
  text: "M5 7V4.5h14V7M12 4.5V19.5M9 19.5h6",
  black: "M3.5 5h17v14h-17zM8 9l8 6M16 9l-8 6",
};

export function ViewIcon({ view }: { view: StageView }) {
  return (
    <svg
      class="view-icon"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATH[view]} />
    </svg>
  );
}
