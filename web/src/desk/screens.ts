/* The tenant's screens as the desk handles them: which are meant, what they are to show, and what has to be said for that.
 *
 * No chosen screen means all of them: the common case costs no click. A screen keeps its own flags (contrast, calm, muted) whatever is
 * assigned to it. Screens of another event are listed but not meant by "all": they are in another hall. Pure.
 */
import type { BoardOf, EventHead, ScreenRow, ShowRequest, StageView, View } from "../shared/protocol.gen.ts";

export type Show = Omit<ShowRequest, "t" | "id">;

export const FLAGS = ["contrast", "calm", "muted"] as const;
export type Flag = (typeof FLAGS)[number];

/** What a view needs to be told: nothing, a board with a sensible default, or something that only a person can say. */
export type Needs = "nothing" | "board" | "entry" | "text" | "media" | "minutes";

const NEEDS: Record<StageView, Needs> = {
  auto: "nothing",
  lobby: "nothing",
  question: "nothing",
  media: "media",
  countdown: "minutes",
  distribution: "nothing",
  buzzer: "nothing",
  stakes: "nothing",
  board: "board",
  pages: "board",
  grid: "board",
  team: "entry",
  reveal: "nothing",
  awards: "nothing",
  text: "text",
  black: "nothing",
};

export function needs(view: StageView): Needs {
  return NEEDS[view];
}

/** The views that make sense in this event, in the order of an evening. */
export function palette(head: EventHead): StageView[] {
  const has = (mode: string) => head.rounds.some((round) => round.mode === mode);
  const views: StageView[] = ["auto", "lobby", "question", "distribution"];
  if (has("buzzer")) views.push("buzzer");
  if (has("wager")) views.push("stakes");
  views.push("board", "pages");
  if (boardsOf(head).includes("city")) views.push("grid");
  views.push("team");
  if (head.freeze) views.push("reveal");
  if (head.awards.length > 0) views.push("awards");
  views.push("countdown", "text", "media", "black");
  return views;
}

/** Which boards there are: of entries, and the declared roll-ups. */
export function boardsOf(head: EventHead): BoardOf[] {
  return ["entry", ...new Set(head.boards.map((board) => board.of))];
}

/** What a board view can be about in this event; the map is of cities. */
export function boardChoices(head: EventHead, view: StageView): BoardOf[] {
  return view === "grid" ? ["city"] : boardsOf(head);
}

/** Screens of this event, and those of others or of none. */
export function halls(rows: ScreenRow[], event: string): { here: ScreenRow[]; elsewhere: ScreenRow[] } {
  return { here: rows.filter((row) => row.event === event), elsewhere: rows.filter((row) => row.event !== event) };
}

/** A click on a screen: the first one chosen means only that one; none left means all again. */
export function toggled(chosen: readonly string[], screen: string): string[] {
  return chosen.includes(screen) ? chosen.filter((one) => one !== screen) : [...chosen, screen];
}

/** Those that are meant. Who was unpaired meanwhile is not. */
export function meant(here: ScreenRow[], chosen: readonly string[]): ScreenRow[] {
  return chosen.length === 0 ? here : here.filter((row) => chosen.includes(row.screen));
}

/** Chosen screens that are still there. */
export function stillThere(here: ScreenRow[], chosen: readonly string[]): string[] {
  return chosen.filter((screen) => here.some((row) => row.screen === screen));
}

export function flagsOf(view: View): Pick<View, Flag> {
  const flags: Pick<View, Flag> = {};
  for (const flag of FLAGS) if (view[flag]) flags[flag] = true;
  return flags;
}

/** On for all that are meant, for some, or for none. */
export function flagState(rows: readonly ScreenRow[], flag: Flag): "on" | "some" | "off" {
  const on = rows.filter((row) => row.view[flag]).length;
  return on === 0 ? "off" : on === rows.length ? "on" : "some";
}

/** Whether all that are meant show this view, some, or none. */
export function viewState(rows: readonly ScreenRow[], view: StageView): "on" | "some" | "off" {
  const on = rows.filter((row) => row.view.view === view).length;
  return on === 0 ? "off" : on === rows.length ? "on" : "some";
}

/** What to send so that those who are meant show `view`. Screens without a name follow what is said to all. */
export function assign(here: ScreenRow[], chosen: readonly string[], view: View): Show[] {
  const rows = meant(here, chosen);
  if (chosen.length > 0) return rows.map((row) => ({ screen: row.screen, ...bare(view), ...flagsOf(row.view) }));
  const first = rows[0] ? flagsOf(rows[0].view) : flagsOf(view);
  const others = rows.filter((row) => !sameFlags(flagsOf(row.view), first));
  return [{ ...bare(view), ...first }, ...others.map((row) => ({ screen: row.screen, ...bare(view), ...flagsOf(row.view) }))];
}

/** What to send so that a flag is on or off for those who are meant, whatever each of them shows. `last`: what all were told last. */
export function flagged(here: ScreenRow[], chosen: readonly string[], flag: Flag, on: boolean, last: View): Show[] {
  const rows = meant(here, chosen);
  const change = (view: View): View => ({ ...bare(view), ...flagsOf({ ...view, [flag]: on }) });
  const wanted = rows.map((row) => change(row.view));
  const alike = wanted.every((view) => JSON.stringify(view) === JSON.stringify(wanted[0]));
  if (chosen.length === 0 && alike) return [wanted[0] ?? change(last)];
  return rows.map((row, i) => ({ screen: row.screen, ...(wanted[i] as View) }));
}

function sameFlags(a: Pick<View, Flag>, b: Pick<View, Flag>): boolean {
  return FLAGS.every((flag) => Boolean(a[flag]) === Boolean(b[flag]));
}

/* Without its flags, and without what the view has no use for. */
function bare({ view, of, round, page, entry, text, media, until_ms }: View): View {
  const need = NEEDS[view];
  return {
    view,
    ...(need === "board" && of !== undefined ? { of } : {}),
    ...(need === "board" && round ? { round } : {}),
    ...(view === "pages" && page !== undefined ? { page } : {}),
    ...(need === "entry" && entry !== undefined ? { entry } : {}),
    ...((need === "text" || need === "minutes" || need === "media") && text ? { text } : {}),
    ...(need === "media" && media !== undefined ? { media } : {}),
    ...(need === "minutes" && until_ms !== undefined ? { until_ms } : {}),
  };
}

/** What was sent to a screen and is not in the list yet; `before`: how it may stand there until then. */
export interface Sent {
  view: View;
  before: string[];
}
export type Sents = Readonly<Record<string, Sent>>;

/** The list as it will be: two clicks in a row must not take back each other's half. */
export function asSent(rows: ScreenRow[], sent: Sents): ScreenRow[] {
  return rows.map((row) => {
    const one = sent[row.screen];
    return one && one.before.includes(viewKey(row.view)) ? { ...row, view: one.view } : row;
  });
}

export function remember(rows: ScreenRow[], here: ScreenRow[], sent: Sents, shows: readonly Show[]): Sents {
  const next: Record<string, Sent> = { ...sent };
  for (const { screen, ...view } of shows) {
    for (const { screen: id } of screen === undefined ? here : here.filter((row) => row.screen === screen)) {
      const row = rows.find((one) => one.screen === id);
      const old = next[id];
      if (row) next[id] = { view, before: [...(old ? [...old.before, viewKey(old.view)] : []), viewKey(row.view)] };
    }
  }
  return next;
}

/** Once the list tells something else of a screen, that holds. */
export function confirmed(rows: ScreenRow[], sent: Sents): Sents {
  const open = Object.entries(sent).filter(([screen, { before }]) => rows.some((row) => row.screen === screen && before.includes(viewKey(row.view))));
  return open.length === Object.keys(sent).length ? sent : Object.fromEntries(open);
}

function viewKey(view: View): string {
  return JSON.stringify(Object.entries(view).filter(([, value]) => value !== false && value !== 0 && value !== "").sort(([a], [b]) => (a < b ? -1 : 1)));
}

const CODE_LENGTH = 6;

/** A pairing code as somebody types it: capitals, without blanks. */
export function typedCode(text: string): string {
  return text.toUpperCase().replace(/[^A-Z0-9]/g, "").slice(0, CODE_LENGTH);
}

export function isCode(code: string): boolean {
  return code.length === CODE_LENGTH;
}

/** Names to pick instead of typing, without those that are taken. */
export function freeNames(rows: ScreenRow[], names: readonly string[]): string[] {
  return names.filter((name) => !rows.some((row) => row.name === name));
}

/** Minutes as typed: 0.5 … 180, or undefined. */
export function minutesOf(text: string): number | undefined {
  const n = Number(text.trim().replace("，", ".").replace(",", "."));
  return text.trim() !== "" && Number.isFinite(n) && n >= 0.5 && n <= 180 ? n : undefined;
}
