/* The phone's one entrance. It only finds out which part is wanted and fetches that one: over a weak signal every kilobyte is waited for. */
import { kept, KEPT_HALL, KEPT_HOME, forget, partOf, PHONE } from "../shared/arrival.ts";
import "../shared/tokens.css";
import "../shared/badge.css";
import "./play.css";
import "../home/home.css";

/* Their paths are known once they are built. */
declare const PART_HALL: string;
declare const PART_HOME: string;

const AGAIN_MS = 3_000;

async function open(root: HTMLElement): Promise<void> {
  if (partOf(location.hash, kept(KEPT_HALL, PHONE), kept(KEPT_HOME, PHONE)) === "hall") {
    (await (import(PART_HALL) as Promise<typeof import("./hall.tsx")>)).openHall(root);
    return;
  }
  const { openHome } = await (import(PART_HOME) as Promise<typeof import("../home/main.tsx")>);
  if (location.hash !== "") forget(KEPT_HALL, PHONE);
  openHome(root);
}

const root = document.getElementById("app");
// The line broke on the way: the address still says everything, so the page may begin anew.
if (root) open(root).catch(() => setTimeout(() => location.reload(), AGAIN_MS));
