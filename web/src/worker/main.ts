/* The service worker: later visits of the phone page come from the phone itself, also where there is no network.
 *
 * A version is a hash of all built files, so a new build is a new worker with a cache of its own. It holds the page, its entrance and its
 * style; which of the two parts a phone needs is known by the page, which tells it (`keep`): nobody pays for the other one. The cache of
 * the version before stays until the one after, since a page of it may still be open. Nothing but these files is ever answered from here:
 * not /api, not /ws, not the other pages.
 */

/* What the build fills in. */
declare const VERSION: string;
declare const SHELL: string[];
declare const PARTS: string[];

/* The few things of a worker's world that are used here. */
interface Waits extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetches extends Waits {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface Told extends Waits {
  readonly data: unknown;
}
interface Scope {
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: "install" | "activate", heard: (event: Waits) => void): void;
  addEventListener(type: "fetch", heard: (event: Fetches) => void): void;
  addEventListener(type: "message", heard: (event: Told) => void): void;
}
const worker = self as unknown as Scope;

const OURS = "leitai-";
const NAME = OURS + VERSION;
const PAGE = "/play.html";
/** The ways to write it. */
const PAGE_PATHS = ["/", "/play", "/play/", PAGE];

worker.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(NAME)
      .then((cache) => cache.addAll(SHELL))
      .then(() => carried())
      .then(() => worker.skipWaiting()),
  );
});

/* A part that was kept before is kept in its new form, too: the next visit may have no network. */
async function carried(): Promise<void> {
  const names = await older();
  const cache = await caches.open(NAME);
  for (const part of PARTS) {
    const kind = kindOf(part);
    for (const name of names) {
      const had = (await (await caches.open(name)).keys()).some((request) => kindOf(new URL(request.url).pathname) === kind);
      if (had && !(await cache.match(part))) await cache.add(part);
    }
  }
}

/** "/assets/home-2GX4.js" is a home. */
function kindOf(path: string): string {
  return path.replace(/^.*\//, "").replace(/-.*$/, "");
}

async function older(): Promise<string[]> {
  return (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== NAME);
}

worker.addEventListener("activate", (event) => {
  event.waitUntil(
    older()
      .then((names) => Promise.all(names.slice(0, -1).map((name) => caches.delete(name))))
      .then(() => worker.clients.claim()),
  );
});

worker.addEventListener("message", (event) => {
  const part = (event.data as { keep?: string } | null)?.keep;
  if (part === undefined || !PARTS.includes(part)) return;
  event.waitUntil(caches.open(NAME).then(async (cache) => (await cache.match(part)) ?? cache.add(part)));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate" && PAGE_PATHS.includes(url.pathname)) event.respondWith(kept(PAGE, request));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(kept(url.pathname, request));
});

/* This version's first; one of the version before for a page of it; else the network. */
async function kept(path: string, request: Request): Promise<Response> {
  const own = await (await caches.open(NAME)).match(path);
  return own ?? (await caches.match(path)) ?? fetch(request);
}
