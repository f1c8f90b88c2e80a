/* The individuals' part of the phone page: a line of role home, papers that are kept on the phone and sent until they are stored, and the
 * places one goes. What is known is folded by home.ts and paper.ts; here it is only carried about. */
import { effect, signal } from "@preact/signals";
import { render } from "preact";
import type { Draft } from "../phone/draft.ts";
import { arrive, forget, keepFor, KEPT_HALL, KEPT_HOME, PHONE } from "../shared/arrival.ts";
import { lang } from "../shared/i18n.ts";
import { type Credential, Link, newId } from "../shared/link.ts";
import type { ErrorCode, Frame, Paper } from "../shared/protocol.gen.ts";
import { keepForLater } from "../shared/worker.ts";
import type { Acts, Starting } from "./acts.ts";
import { HomePage } from "./Home.tsx";
import { NO_HOME, reduceHome } from "./home.ts";
import { device, dropPaper, papersOf, putHome, putKept, putPaper, takeHome, takeKept, takePaper } from "./drawer.ts";
import { type Book, chosen, count, flagged, handed, heard, keep, keyOf, opened, PASSING, saveEnded, standOf, toHand, toSend, turned, withdrawn } from "./paper.ts";
import { LIST, type Place, placeOf } from "./place.ts";

const TYPING_MS = 700;
const AGAIN_MS = 3_000;
const LOOK_MS = 1_000;
const ASK_AGAIN_MS = 4_000;
const RESULTS_MS = 15_000;
const FRESH_MS = 1_500;
const BLINK_MS = 2_500;
const QUIET_MS = 3_000;
const START_MS = 30_000;

export function openHome(root: HTMLElement): void {
  const fresh = location.hash !== "";
  const credential: Credential = arrive(KEPT_HOME, PHONE) ?? {};
  const home = signal(fresh || !takeHome() ? NO_HOME : { ...NO_HOME, frame: takeHome() });
  const books = signal<Readonly<Record<string, Book>>>({});
  const place = signal<Place>(credential.event === undefined ? placeOf(history.state) : { at: "event", event: credential.event });
  const starting = signal<Starting | undefined>(undefined);
  const refused = signal<ErrorCode | undefined>(undefined);
  const fetching = signal<string | undefined>(undefined);
  const kept = signal(true);
  const away = signal(false);
  /** ids that the line takes care of, by paper */
  const asked = new Map<string, string>();
  /** when a paper was last asked for, or came */
  let openedMs = 0;
  let openedKey = "";
  /** the paper in the hand is to be asked for once all is stored */
  let stale = false;
  let wantsPage = false;

  const link = new Link(
    "home",
    credential.event === undefined ? credential : withoutEvent(credential),
    (renewed) => keepFor(KEPT_HOME, renewed, PHONE),
    hear,
  );
  const person = () => home.value.frame?.you.person ?? "";

  // ---- papers ----

  function shelve(book: Book): void {
    const key = keyOf(book.paper);
    books.value = { ...books.value, [key]: book };
    if (book.paper.state === "open") kept.value = putKept(person(), key, keep(book));
    else dropPaper(person(), key);
  }

  function change(key: string, how: (book: Book) => Book): void {
    const book = books.value[key];
    if (!book) return;
    const next = how(book);
    if (next !== book) shelve(next);
  }

  /** The paper as this phone left it, when the line is not there to ask for it. */
  function fromDrawer(key: string): Book | undefined {
    const paper = takePaper(person(), key);
    return paper && opened(paper, takeKept(person(), key));
  }

  function received(paper: Paper): void {
    const key = keyOf(paper);
    const before = books.value[key];
    openedMs = performance.now();
    openedKey = key;
    if (paper.state === "open") kept.value = putPaper(person(), paper);
    const was = before ?? fromDrawer(key);
    shelve(was ? heard(was, paper) : opened(paper, takeKept(person(), key)));
    if (paper.state !== "open" && before?.paper.state === "open") link.send({ t: "list" });
    pump();
  }

  /** Sends what is to be on its way, and no more what is not wanted any longer. */
  function pump(): void {
    const wanted = new Map<string, string>();
    for (const [key, book] of Object.entries(books.value)) {
      for (const own of Object.values(book.own)) if (own.at === "waiting") wanted.set(own.id, key);
      if (book.handing !== undefined) wanted.set(book.handing, key);
      for (const save of toSend(book)) ask(key, save);
      if (toHand(book) && book.handing !== undefined) {
        const { event, round, attempt } = book.paper;
        ask(key, { t: "submit", id: book.handing, event, round, attempt });
      }
    }
    for (const id of [...asked.keys()]) if (!wanted.has(id)) link.recall(id);
  }

  function ask(key: string, message: Parameters<Link["request"]>[0]): void {
    if (asked.has(message.id)) return;
    asked.set(message.id, key);
    void link.request(message).then((code) => {
      asked.delete(message.id);
      ended(key, message.id, code);
    });
  }

  function ended(key: string, id: string, code: ErrorCode | undefined): void {
    // The line itself came to an end: what is kept here is for the next visit.
    if (link.status.value === "ended") return;
    const book = books.value[key];
    if (code !== undefined && PASSING.includes(code)) {
      setTimeout(pump, AGAIN_MS);
      return;
    }
    if (book?.handing === id && code !== undefined) change(key, withdrawn);
    else change(key, (one) => saveEnded(one, id, code));
    const now = here();
    if (code !== undefined && book) openPaper(book.paper);
    else if (stale && now && !waits(now)) {
      stale = false;
      openPaper(now.paper);
    }
    pump();
  }

  function openPaper({ event, round, attempt }: { event: string; round: number; attempt: number }): void {
    const key = keyOf({ event, round, attempt });
    // It has just come: a weak line is not to carry it twice.
    if (openedKey === key && performance.now() - openedMs < FRESH_MS) return;
    if (!link.send({ t: "open", event, round, attempt })) return;
    openedMs = performance.now();
    openedKey = key;
  }

  const here = (): Book | undefined => (place.value.at === "paper" ? books.value[keyOf(place.value)] : undefined);
  const withHere = (how: (book: Book) => Book): void => {
    if (place.value.at === "paper") change(keyOf(place.value), how);
  };

  // ---- frames ----

  function hear(frame: Frame): void {
    const before = person();
    home.value = reduceHome(home.value, frame);
    switch (frame.t) {
      case "home":
        putHome(frame);
        if (before !== "" && before !== person()) books.value = {};
        resume();
        return;
      case "paper":
        received(frame.paper);
        if (place.value.at === "match" && frame.paper.mode === "duel" && frame.paper.state === "open") goPaper(frame.paper, true);
        else if (frame.re !== undefined && frame.re === startId) goPaper(frame.paper, place.value.at === "paper");
        return;
      case "duel":
        change(keyOf(frame), (book) => ({ ...book, paper: { ...book.paper, duel: frame.sides } }));
        return;
      case "certificate":
        if (fetching.value === frame.event) location.assign(`/certificate.html#${frame.code}`);
        fetching.value = undefined;
        return;
      case "error":
        // Of what has no id: one thing is asked for at a time.
        if (frame.re === undefined) refused.value = frame.code;
        if (fetching.value !== undefined && frame.re === undefined) fetching.value = undefined;
        return;
      default:
        return;
    }
  }

  /* The list says which papers are open; what of the others lies here is of no use any more. */
  function resume(): void {
    const open = new Set(
      (home.value.frame?.events ?? []).flatMap(({ event, rounds }) =>
        rounds.flatMap(({ round, open: attempt }) => (attempt === undefined ? [] : [keyOf({ event, round, attempt })])),
      ),
    );
    for (const key of papersOf(person())) {
      const shelved = books.value[key] ?? fromDrawer(key);
      if (!open.has(key) && !(place.value.at === "paper" && keyOf(place.value) === key)) dropPaper(person(), key);
      else if (shelved && !books.value[key]) books.value = { ...books.value, [key]: shelved };
    }
    pump();
  }

  // ---- places ----

  let startId: string | undefined;

  function show(next: Place): void {
    place.value = next;
    refused.value = undefined;
    scrollTo(0, 0);
    want();
  }

  function go(next: Place, instead = false): void {
    const depth = ((history.state as { depth?: number } | null)?.depth ?? 0) + (instead ? 0 : 1);
    if (instead) history.replaceState({ place: next, depth }, "");
    else history.pushState({ place: next, depth }, "");
    if (next.at !== "match") starting.value = undefined;
    show(next);
  }

  function goPaper({ event, round, attempt }: Paper, instead: boolean): void {
    startId = undefined;
    go({ at: "paper", event, round, attempt }, instead);
  }

  function back(): void {
    if (((history.state as { depth?: number } | null)?.depth ?? 0) > 0) history.back();
    else go(LIST, true);
  }

  /** Asks for what the place shows. */
  function want(): void {
    const at = place.value;
    switch (at.at) {
      case "list":
      case "event":
        link.send({ t: "list" });
        return;
      case "history":
        link.send({ t: "history" });
        return;
      case "ranks":
        link.send({ t: "ranks", event: at.event });
        return;
      case "paper": {
        const known = here() ?? fromDrawer(keyOf(at));
        if (known && !here()) books.value = { ...books.value, [keyOf(at)]: known };
        openPaper(at);
        return;
      }
      case "match":
        if (starting.value === undefined && home.value.matching === undefined) go({ at: "event", event: at.event }, true);
        return;
    }
  }

  function begin(kind: "start" | "match", event: string, round: number): void {
    if (starting.value?.busy) return;
    const id = newId();
    startId = id;
    starting.value = { event, round, busy: true, refused: undefined };
    if (kind === "match" && place.value.at !== "match") go({ at: "match", event, round }, place.value.at === "paper");
    void link.request({ t: kind, id, event, round, device: device(newId) }, START_MS).then((code) => {
      if (code !== undefined && code !== "gone") link.send({ t: "list" });
      starting.value = code === undefined ? undefined : { event, round, busy: false, refused: code };
    });
  }

  const acts: Acts = {
    go: (next) => go(next),
    back,
    enter: (event) => {
      const session = home.value.frame?.session;
      if (session) keepFor(KEPT_HALL, { session, event }, PHONE);
      location.reload();
    },
    door: () => {
      forget(KEPT_HALL, PHONE);
      location.hash = "door";
      location.reload();
    },
    start: (event, round) => begin("start", event, round),
    match: (event, round) => begin("match", event, round),
    stopMatch: () => {
      const { matching } = home.value;
      if (matching) void link.request({ t: "match", id: newId(), event: matching.event, round: matching.round, stop: true }, START_MS);
      home.value = { ...home.value, matching: undefined };
      starting.value = undefined;
      back();
    },
    choose: (i: number, draft: Draft, sure: boolean) => {
      withHere((book) => chosen(book, i, draft, sure ? newId() : ""));
      const typing = here()?.paper.items[i - 1]?.type === "fill" && !here()?.paper.forward;
      clearTimeout(typingTimer);
      if (typing) typingTimer = setTimeout(pump, TYPING_MS);
      else pump();
    },
    flag: (i) => withHere((book) => flagged(book, i)),
    turn: (i) => {
      withHere((book) => turned(book, i));
      pump();
    },
    hand: () => {
      withHere((book) => handed(book, newId()));
      pump();
    },
    keepOn: () => {
      withHere(withdrawn);
      pump();
    },
    leave: () => {
      const book = here();
      if (!book) return;
      const { event, round, attempt } = book.paper;
      void link.request({ t: "leave", id: newId(), event, round, attempt }, START_MS);
    },
    certificate: (event) => {
      const known = home.value.certificates[event];
      if (known) location.assign(`/certificate.html#${known.code}`);
      else if (link.send({ t: "certificate", event })) fetching.value = event;
    },
    moreHistory: () => {
      const rows = home.value.history?.rows ?? [];
      const last = rows[rows.length - 1];
      if (last) link.send({ t: "history", before_ms: last.on_ms });
    },
  };
  let typingTimer: ReturnType<typeof setTimeout> | undefined;

  // ---- what goes on by itself ----

  effect(() => {
    const live = link.status.value === "live";
    const timer = setTimeout(() => {
      away.value = !live;
    }, live ? 0 : BLINK_MS);
    if (live) queueMicrotask(again);
    return () => clearTimeout(timer);
  });

  /* A new line: what was asked for on the one before is asked for again. What is to be stored goes first: a whole paper would hold it up
   * by seconds, and is asked for when the last of it is acknowledged. */
  function again(): void {
    const { matching } = home.peek();
    const at = place.peek();
    pump();
    if (at.at === "match" && matching) begin("match", matching.event, matching.round);
    else if (at.at === "paper" && waits(here())) stale = true;
    else if (at.at !== "list" && at.at !== "event") want();
  }

  function waits(book: Book | undefined): boolean {
    return book !== undefined && count(book).waiting > 0;
  }

  /* The server tells when a paper or a question ends. Should that word be lost, it is asked for. */
  setInterval(() => {
    const book = here();
    if (!book || performance.now() - openedMs < ASK_AGAIN_MS) return;
    const nowMs = link.now();
    if (book.paper.state !== "open") {
      const due = book.paper.result === undefined && nowMs > (book.paper.results_ms ?? Number.POSITIVE_INFINITY);
      if (due && performance.now() - openedMs > RESULTS_MS) openPaper(book.paper);
      return;
    }
    if (nowMs > book.paper.deadline_ms + LOOK_MS || standOf(book, nowMs).at === "next") openPaper(book.paper);
  }, LOOK_MS);

  addEventListener("popstate", () => show(placeOf(history.state)));

  effect(() => {
    if (!wantsPage && home.value.frame && link.status.value === "live") {
      wantsPage = true;
      setTimeout(() => keepForLater(import.meta.url, () => place.value.at === "list"), QUIET_MS);
    }
  });

  if (!fresh && home.value.frame) {
    resume();
    if (place.value.at === "paper") want();
  }

  function App() {
    // Read here, so that every word is drawn anew in the other language.
    document.documentElement.lang = lang.value === "zh" ? "zh-CN" : "en";
    return (
      <HomePage
        home={home.value}
        books={books.value}
        place={place.value}
        status={link.status.value}
        endedBy={link.endedBy.value}
        away={away.value}
        kept={kept.value}
        starting={starting.value}
        refused={refused.value}
        fetching={fetching.value}
        now={link.now}
        acts={acts}
        leave={() => location.reload()}
      />
    );
  }

  root.textContent = "";
  render(<App />, root);
}

function withoutEvent({ event: _, ...rest }: Credential): Credential {
  return rest;
}
