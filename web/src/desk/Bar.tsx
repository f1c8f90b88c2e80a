/* The line at the top of every desk view. */
import type { ComponentChildren } from "preact";
import type { Status } from "../shared/link.ts";
import { t } from "./messages.ts";

export interface LineState {
  state: "connecting" | "live" | "slow" | "lost";
  /** measured round trip, when there is one */
  rttMs: number | undefined;
}

const SLOW_RTT_MS = 400;

/** How good the line is, from what the client knows. Pure. */
export function lineState(status: Status, rttMs: number | undefined): LineState {
  if (status === "ended") return { state: "lost", rttMs: undefined };
  const slow = status === "live" && rttMs !== undefined && rttMs > SLOW_RTT_MS;
  return { state: slow ? "slow" : status, rttMs };
}

export function Bar({ switchLang, children }: { switchLang: () => void; children: ComponentChildren }) {
  return (
    <header class="bar">
      <svg class="bar-mark" viewBox="0 0 48 48" fill="none" aria-hidden="true">
        <path d="M24 4 44 24 24 44 4 24Z" stroke="#c08a1e" stroke-width="4" />
        <path d="M24 13 35 24 24 35 13 24Z" fill="#c9372c" />
      </svg>
      {children}
      <button type="button" class="button button-bare" onClick={switchLang}>
        {t("desk.language")}
      </button>
    </header>
  );
}

export function Line({ line }: { line: LineState }) {
  return (
    <span class={`line line-${line.state}`} role="status">
      <i class="dot" aria-hidden="true" />
      {t(`line.${line.state}`)}
      {line.rttMs !== undefined && (line.state === "live" || line.state === "slow") && (
        <small class="num">{t("line.ms", { n: Math.round(line.rttMs) })}</small>
      )}
    </span>
  );
}
