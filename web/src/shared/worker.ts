/* Has this page kept on the phone for later visits; see worker/main.ts. Without TLS browsers have no such thing, and the page is fetched
 * each time. */

/** `part`: the script that this page runs. When a newer page has come meanwhile and nobody is at work (`idle`), it is taken at once. */
export async function keepForLater(part: string, idle: () => boolean): Promise<void> {
  if (!("serviceWorker" in navigator) || !isSecureContext) return;
  const { serviceWorker } = navigator;
  try {
    if (serviceWorker.controller) serviceWorker.addEventListener("controllerchange", () => idle() && location.reload());
    await serviceWorker.register("/sw.js");
    const { active } = await serviceWorker.ready;
    active?.postMessage({ keep: new URL(part).pathname });
  } catch {
    // Forbidden, or the line broke: the next visit tries again.
    return;
  }
}
