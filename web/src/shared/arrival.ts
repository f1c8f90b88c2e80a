/* How a page was opened: the credential rides in the fragment, which no server ever sees, and is taken out of the address at once so that
 * it stays out of the history and of photographs of the screen. For a reload it is kept: by desk and stage for their tab only, by the
 * phone page for longer, since phones throw tabs away.
 *
 * The phone page has two parts: the hall of a live event, and the individuals' part, for whoever comes with a ticket and names no event.
 * Each keeps its own credential; a seat in a hall comes first, until it is left. */
import type { Credential } from "./link.ts";

/** What the fragment says: `#s=SESSION`, `#t=TICKET&e=EVENT`, `#c=CODE`; `r=judge` makes the phone page a judge's. Pure. */
export function readFragment(hash: string): Credential | undefined {
  const named = new URLSearchParams(hash.replace(/^#/, ""));
  const session = named.get("s");
  const ticket = named.get("t");
  const event = named.get("e");
  const code = named.get("c");
  const judge = named.get("r") === "judge";
  if (!session && !ticket && !code) return undefined;
  return {
    ...(session ? { session } : ticket ? { ticket } : code ? { code } : {}),
    ...(event ? { event } : {}),
    ...(judge ? { judge } : {}),
  };
}

export type Part = "hall" | "home";
export const KEPT_HALL = "leitai.play";
export const KEPT_HOME = "leitai.home";
/** To the door of the hall, whatever is kept. */
export const DOOR = "#door";

/** Which part of the phone page is wanted. Pure. */
export function partOf(hash: string, hall: Credential | undefined, home: Credential | undefined): Part {
  if (hash === DOOR) return "hall";
  const fresh = readFragment(hash);
  if (fresh) return fresh.ticket !== undefined && fresh.event === undefined && !fresh.judge ? "home" : "hall";
  return hall === undefined && home !== undefined ? "home" : "hall";
}

/** Storage may be forbidden: even naming it may throw. */
export type Keep = () => Storage;
/** Phones throw tabs away; the seat in the hall must outlive that, and so must an open paper. */
export const PHONE: Keep = () => localStorage;
const TAB: Keep = () => sessionStorage;

/* ---- stages ----
 *
 * One that a desk opened is its tab's. One that was paired by a code is the machine's: it is the same screen after a power cut. A second
 * screen of the same machine is opened as `#pair`, and is its tab's. */
const KEPT_STAGE = "leitai.stage";
const KEPT_SCREEN = "leitai.screen";
/** of the tab: whose the stage in it is */
const KEPT_WHOSE = "leitai.whose";
export const PAIR = "#pair";

export interface StageArrival {
  /** absent: to be paired */
  credential: Credential | undefined;
  /** its token came by pairing: when it ends, another code is shown */
  paired: boolean;
  keep(credential: Credential): void;
  forget(): void;
}

export function arriveStage(): StageArrival {
  const another = location.hash === PAIR;
  const fromDesk = readFragment(location.hash) !== undefined;
  if (another) forget(KEPT_STAGE);
  const tab = arrive(KEPT_STAGE);
  const whose = fromDesk ? "desk" : another ? "tab" : tab === undefined ? "machine" : (read(KEPT_WHOSE, TAB) ?? "desk");
  write(KEPT_WHOSE, whose, TAB);
  return {
    credential: tab ?? (whose === "machine" ? kept(KEPT_SCREEN, PHONE) : undefined),
    paired: whose !== "desk",
    keep: (credential) => {
      keepFor(KEPT_STAGE, credential);
      if (whose === "machine") keepFor(KEPT_SCREEN, credential, PHONE);
    },
    forget: () => {
      forget(KEPT_STAGE);
      if (whose === "machine") forget(KEPT_SCREEN, PHONE);
    },
  };
}

export function arrive(key: string, keep = TAB): Credential | undefined {
  const fresh = readFragment(location.hash);
  if (location.hash !== "") history.replaceState(null, "", location.pathname + location.search);
  if (!fresh) return kept(key, keep);
  keepFor(key, fresh, keep);
  return fresh;
}

export function keepFor(key: string, credential: Credential, keep = TAB): void {
  write(key, JSON.stringify(credential), keep);
}

export function forget(key: string, keep = TAB): void {
  try {
    keep().removeItem(key);
  } catch {
    return;
  }
}

export function kept(key: string, keep = TAB): Credential | undefined {
  try {
    const text = read(key, keep);
    return text === undefined ? undefined : (JSON.parse(text) as Credential);
  } catch {
    return undefined;
  }
}

function write(key: string, text: string, keep: Keep): void {
  try {
    keep().setItem(key, text);
  } catch {
    return;
  }
}

function read(key: string, keep: Keep): string | undefined {
  try {
    return keep().getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}
