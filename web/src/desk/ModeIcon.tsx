/* How a round is played, as a sign beside its name. */
import type { Mode } from "../shared/protocol.gen.ts";

/* Each drawn in 24 × 24 with one pen, as the icons of the other pages. */
const PATH: Record<Mode, string> = {
  live: "M5 5h14v10H9l-4 4z",
  required: "M5 6h2M11 6h8M5 12h2M11 12h8M5 18h2M11 18h8",
  buzzer: "M4 19h16M6 19v-3a6 6 0 0 1 12 0v3M12 7V4M5.5 8.5 4 7M18.5 8.5 20 7",
  wager: "M12 3 21 20H3zM12 10v4M12 17v.1",
  speed: "M12 21a8 8 0 1 0 0-16 8 8 0 0 0 0 16ZM12 13V9M9.5 2.5h5",
  jury: "M12 4v16M7 20h10M5 7h14M5 7l-2.5 6h5zM19 7l-2.5 6h5z",
  tiebreak: "M5 4l14 16M19 4 5 20",
  timed: "M6 3h9l4 4v14H6zM12 11v4l2.5 1.5M9 3v4",
  survival: "M4 20h4v-5h4v-5h4V5h4",
  duel: "M3 12h7M14 12h7M7 8l-4 4 4 4M17 8l4 4-4 4",
};

export function ModeIcon({ mode }: { mode: Mode }) {
  return (
    <svg
      class="mode-icon"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATH[mode]} />
    </svg>
  );
}
