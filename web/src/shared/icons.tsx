/* One set of icons, drawn with one pen: 24 × 24, round ends, the colour of the text. */
import type { ComponentChildren } from "preact";

function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2.5"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

export const CheckIcon = () => (
  <Icon>
    <path d="M4.5 12.5 10 18 19.5 7" />
  </Icon>
);
export const UpIcon = () => (
  <Icon>
    <path d="M12 20V5M5.5 11.5 12 5l6.5 6.5" />
  </Icon>
);
export const DownIcon = () => (
  <Icon>
    <path d="M12 4v15M5.5 12.5 12 19l6.5-6.5" />
  </Icon>
);
export const BackIcon = () => (
  <Icon>
    <path d="M15 5 8 12l7 7" />
  </Icon>
);
export const SearchIcon = () => (
  <Icon>
    <circle cx="10.5" cy="10.5" r="6" />
    <path d="m15 15 5 5" />
  </Icon>
);
export const ScreenIcon = () => (
  <Icon>
    <rect x="3" y="4.5" width="18" height="12" rx="1.5" />
    <path d="M12 16.5V20M8 20h8" />
  </Icon>
);
export const CrossIcon = () => (
  <Icon>
    <path d="M6 6l12 12M18 6 6 18" />
  </Icon>
);
export const MenuIcon = () => (
  <Icon>
    <path d="M4 7h16M4 12h16M4 17h16" />
  </Icon>
);
/* The captain's flag. */
export const CaptainIcon = () => (
  <Icon>
    <path d="M6 21V4M6 4.5h12l-3.5 4 3.5 4H6" />
  </Icon>
);
export const MicIcon = () => (
  <Icon>
    <rect x="9" y="3" width="6" height="11" rx="3" />
    <path d="M5 11.5a7 7 0 0 0 14 0M12 18.5V21" />
  </Icon>
);
export const LockIcon = () => (
  <Icon>
    <rect x="5" y="10.5" width="14" height="10" rx="2" />
    <path d="M8 10.5V8a4 4 0 0 1 8 0v2.5" />
  </Icon>
);
export const NextIcon = () => (
  <Icon>
    <path d="m9 5 7 7-7 7" />
  </Icon>
);
/* A question to come back to. */
export const FlagIcon = () => (
  <Icon>
    <path d="M7 3.5h10V21l-5-4-5 4Z" />
  </Icon>
);
export const GridIcon = () => (
  <Icon>
    <path d="M4.5 4.5h5v5h-5zM14.5 4.5h5v5h-5zM4.5 14.5h5v5h-5zM14.5 14.5h5v5h-5z" />
  </Icon>
);
export const ClockIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M12 7v5l3.5 2" />
  </Icon>
);
export const HeartIcon = () => (
  <Icon>
    <path d="M12 20 4.5 12.5a4.6 4.6 0 0 1 0-6.6 4.8 4.8 0 0 1 6.7 0l.8.8.8-.8a4.8 4.8 0 0 1 6.7 0 4.6 4.6 0 0 1 0 6.6Z" />
  </Icon>
);
export const RobotIcon = () => (
  <Icon>
    <rect x="4" y="8.5" width="16" height="11" rx="2.5" />
    <path d="M12 8.5V4M9 13v1.5M15 13v1.5" />
  </Icon>
);
export const AwayIcon = () => (
  <Icon>
    <path d="M3 3l18 18M8.5 16.5a5 5 0 0 1 5-1.4M5 12.8a10 10 0 0 1 4-2.3M13 9.8a10 10 0 0 1 6 3M12 20v.1" />
  </Icon>
);
export const ScrollIcon = () => (
  <Icon>
    <path d="M6 3.5h9l3.5 3.5v13.5H6zM9.5 12h6M9.5 16h6" />
  </Icon>
);
