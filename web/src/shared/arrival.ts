/* How a page was opened: the credential rides in the fragment, which no server ever sees, and is taken out of the address at once so that
 * it stays out of the history and of photographs of the screen. For a reload it is kept for this tab only. */
import type { Credential } from "./link.ts";

/** What the fragment says: `#s=SESSION`, `#t=TICKET&e=EVENT`. Pure. */
export function readFragment(hash: string): Credential | undefined {
  const named = new URLSearchParams(hash.replace(/^#/, ""));
  const session = named.get("s");
  const ticket = named.get("t");
  const event = named.get("e");
  if (!session && !ticket) return undefined;
  return { ...(session ? { session } : ticket ? { ticket } : {}), ...(event ? { event } : {}) };
}

export function arrive(key: string): Credential | undefined {
  const fresh = readFragment(location.hash);
  if (location.hash !== "") history.replaceState(null, "", location.pathname + location.search);
  if (!fresh) return kept(key);
  keepFor(key, fresh);
  return fresh;
}

export function keepFor(key: string, credential: Credential): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(credential));
  } catch {
    return;
  }
}

export function kept(key: string): Credential | undefined {
  try {
    const text = sessionStorage.getItem(key);
    return text === null ? undefined : (JSON.parse(text) as Credential);
  } catch {
    return undefined;
  }
}
