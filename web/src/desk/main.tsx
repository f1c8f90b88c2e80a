/* The desk's entrance: takes the ticket from the address, keeps the line, and moves between the list and an event. */
import { signal } from "@preact/signals";
import { render } from "preact";
import { arrive, keepFor, kept } from "../shared/arrival.ts";
import { lang, switchLang } from "../shared/i18n.ts";
import { type Credential, Link, newId } from "../shared/link.ts";
import type { Frame } from "../shared/protocol.gen.ts";
import { rulesOf, sheetFacts } from "../shared/sheet.ts";
import "../shared/tokens.css";
import { lineState } from "./Bar.tsx";
import { Desk, type DeskAt } from "./Desk.tsx";
import "./desk.css";
import "./team.css";
import "./stage.css";
import { Requests } from "./requests.ts";
import { type RosterEvent, rosterAsked, rosterNext, rosterReduce, rosterStart } from "./roster.ts";

const KEPT = "leitai.desk";
/** the session that opens the list, to come back to it */
const KEPT_LIST = "leitai.desk.list";
const ROSTER_REFRESH_MS = 10_000;
/** while people come and go */
const ROSTER_HASTE_MS = 1500;
const SCREENS_PATIENCE_MS = 10_000;

const roster = signal(rosterStart());
const credential = arrive(KEPT);
const chosen = signal(credential?.event);
const requests = new Requests((message) => link?.send(message) ?? false);
const link = credential && new Link("desk", credential, (renewed) => keepFor(KEPT, renewed), hear);

function hear(frame: Frame): void {
  if (frame.t === "events") keepFor(KEPT_LIST, { session: frame.session });
  if (frame.t === "roster") {
    turnRoster({ t: "rows", rows: frame.rows, more: frame.more });
    // Teams are few enough to be listed whole: their list shows who is here.
    if (frame.more && link?.live.value.snap?.head.teams) turnRoster({ t: "more" });
  }
  requests.hear(frame);
  if (frame.t === "board") turnRoster({ t: "refresh" });
  if (frame.t === "presence") hearPresence(frame.presence.players);
  if (frame.t === "error" && frame.re === undefined) turnRoster({ t: "lost" });
}

/* Who is here is looked up soon after the number of those who are has changed. */
let hasty: ReturnType<typeof setTimeout> | undefined;
let players = -1;
function hearPresence(now: number): void {
  if (players === now) return;
  players = now;
  hasty ??= setTimeout(() => {
    hasty = undefined;
    if (link?.status.value === "live") turnRoster({ t: "refresh" });
  }, ROSTER_HASTE_MS);
}

function turnRoster(event: RosterEvent): void {
  roster.value = rosterReduce(roster.value, event);
  askRoster();
}

function askRoster(): void {
  if (!link?.live.value.snap) return;
  const query = rosterNext(roster.value);
  if (query && link.send({ t: "roster", ...query })) roster.value = rosterAsked(roster.value, query);
}

function choose(event: string): void {
  const list = kept(KEPT_LIST);
  if (list) enter({ ...list, event });
}

function enter(next: Credential): void {
  roster.value = rosterStart();
  chosen.value = next.event;
  keepFor(KEPT, next);
  link?.enter(next);
}

function stageUrl(session: string | undefined): string | undefined {
  return session === undefined ? undefined : `/stage#s=${encodeURIComponent(session)}`;
}

function whereWeAre(desk: Link): DeskAt {
  const { snap, events, stageSession, finalising, you, sheet } = desk.live.value;
  const code = desk.endedBy.value;
  const list = kept(KEPT_LIST);
  const back = list && (() => enter(list));
  if (desk.status.value === "ended" && code !== undefined) return { at: "ended", code, back };
  if (snap) {
    return {
      at: "event",
      snap,
      line: lineState(desk.status.value, desk.rttMs.value),
      now: desk.now,
      finalising,
      stageUrl: stageUrl(stageSession),
      roster: roster.value,
      me: you?.person,
      judges: sheetFacts(sheet).judges,
      rules: rulesOf(sheet, lang.value),
      send: (action, q, about) => desk.command(action, q, about),
      preview: (action, what) => requests.preview({ action, ...what }),
      evidence: (question) => requests.evidence(question),
      findings: () => requests.findings(),
      chart: (of, round) => requests.chart(of, round),
      cues: desk.live.value.cues,
      screens: desk.live.value.screens,
      screenActs: {
        pair: (code, name) => desk.request({ t: "pair", id: newId(), code, name }, SCREENS_PATIENCE_MS),
        unpair: (screen) => desk.request({ t: "unpair", id: newId(), screen }, SCREENS_PATIENCE_MS),
        show: (show) => desk.request({ t: "show", id: newId(), ...show }, SCREENS_PATIENCE_MS),
      },
      find: (find) => turnRoster({ t: "find", find }),
      more: () => turnRoster({ t: "more" }),
      back,
      switchLang,
    };
  }
  if (chosen.value !== undefined) return { at: "opening", back };
  return { at: "list", rows: events, choose, refresh: back };
}

function App() {
  // Read here, so that every word is drawn anew in the other language.
  document.documentElement.lang = lang.value === "zh" ? "zh-CN" : "en";
  if (!link) {
    return <Desk desk={{ at: "door" }} line={lineState("lost", undefined)} who={undefined} switchLang={switchLang} />;
  }
  return (
    <Desk
      desk={whereWeAre(link)}
      line={lineState(link.status.value, link.rttMs.value)}
      who={link.live.value.you?.name}
      switchLang={switchLang}
    />
  );
}

/* The sheet does not change while an event is open: it is asked for once. What the screens show is told for as long as the line lasts. */
function askRest(): void {
  if (!link?.live.value.snap) return;
  if (link.live.value.sheet === undefined) link.send({ t: "rules" });
  link.send({ t: "screens" });
}

link?.status.subscribe((status) => {
  turnRoster(status === "live" ? { t: "refresh" } : { t: "lost" });
  if (status === "live") askRest();
});
setInterval(() => link?.status.value === "live" && turnRoster({ t: "refresh" }), ROSTER_REFRESH_MS);

const root = document.getElementById("app");
if (root) {
  root.textContent = "";
  render(<App />, root);
}
