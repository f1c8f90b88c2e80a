/* Keeps a public board up to date: a line to the server says when it moved; without one it is asked for every few seconds. The browser's
 * own cache knows the ETag, so what has not changed costs a few bytes. Nothing is asked while nobody looks. */
import { effect, signal } from "@preact/signals";
import { Link } from "../shared/link.ts";
import { listAddress, type List, nearest, type Page, pageAddress, pageOfBoard, type Place, readList, readPage } from "./board.ts";

const POLL_MS = 6_000;
const POLL_WATCHED_MS = 60_000;
/** so that thousands of pages do not ask in one moment */
const SPREAD_MS = 900;
const RENEW_MS = 4_000;

export type At = "asking" | "here" | "none" | "many" | "away";

export class Source {
  readonly at = signal<At>("asking");
  readonly place = signal<Place>({ share: "", of: "entry", round: 0, from: 1 });
  readonly list = signal<List | undefined>(undefined);
  readonly page = signal<Page | undefined>(undefined);
  /** the last answer did not come */
  readonly away = signal(false);
  readonly reveal = signal<{ step: number; done: boolean } | undefined>(undefined);

  private link: Link | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private renewing: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;
  private moved = "";

  constructor(place: Place) {
    this.place.value = place;
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void this.refresh());
    void this.open();
  }

  /** Another board, or another page of it. */
  go(place: Place): void {
    const other = place.share !== this.place.value.share;
    this.place.value = place;
    if (other) location.reload();
    else void this.refresh();
  }

  private async open(): Promise<void> {
    await this.refresh();
    if (this.at.value !== "here") return;
    this.link = new Link("watch", { code: this.place.value.share }, () => undefined, () => undefined);
    const { live } = this.link;
    effect(() => {
      const { snap } = live.value;
      if (!snap) return;
      this.reveal.value = snap.frozen;
      // Between two whole writes a self-paced board moves under one version.
      const moved = JSON.stringify([snap.phase, snap.board, snap.frozen]);
      if (moved === this.moved) return;
      const first = this.moved === "";
      this.moved = moved;
      const page = this.page.peek();
      const now = page && snap.board ? pageOfBoard(snap.board, page) : undefined;
      if (now) {
        this.page.value = now;
        this.renewLater();
      } else if (!first) this.later(Math.random() * SPREAD_MS);
    });
  }

  private later(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), ms);
  }

  private async refresh(): Promise<void> {
    const no = ++this.asked;
    clearTimeout(this.timer);
    const { share } = this.place.value;
    const list = this.list.value && this.page.value ? this.list.value : await get(listAddress(share), readList);
    if (no !== this.asked) return;
    if (typeof list === "string") return this.failed(list);
    const place = nearest(this.place.value, list.boards);
    if (place !== this.place.value) this.place.value = place;
    const page = await get(pageAddress(place), readPage);
    if (no !== this.asked) return;
    if (typeof page === "string") {
      // A board that is gone: the list says what there is now.
      this.list.value = undefined;
      return this.failed(page);
    }
    this.list.value = list;
    this.page.value = page;
    this.at.value = "here";
    this.away.value = false;
    if (page.version !== list.version) this.renewLater();
    this.wait();
  }

  /* Other boards come into being while the contest goes on; nobody is in a hurry for their tabs. */
  private renewLater(): void {
    this.renewing ??= setTimeout(() => {
      this.renewing = undefined;
      void get(listAddress(this.place.value.share), readList).then((list) => {
        if (typeof list !== "string") this.list.value = list;
      });
    }, RENEW_MS * (0.5 + Math.random()));
  }

  private failed(at: "none" | "many" | "away"): void {
    if (this.page.value && at !== "none") this.away.value = true;
    else {
      this.page.value = undefined;
      this.at.value = at;
    }
    this.wait();
  }

  private wait(): void {
    if (document.visibilityState === "hidden") return;
    const watched = this.link?.status.peek() === "live";
    this.later((watched ? POLL_WATCHED_MS : POLL_MS) * (1 + Math.random() * 0.3));
  }
}

async function get<T>(address: string, read: (json: unknown) => T | undefined): Promise<T | "none" | "many" | "away"> {
  try {
    const response = await fetch(address, { cache: "no-cache", headers: { accept: "application/json" } });
    if (response.status === 404) return "none";
    if (response.status === 429) return "many";
    return (response.ok ? read(await response.json()) : undefined) ?? "away";
  } catch {
    return "away";
  }
}
