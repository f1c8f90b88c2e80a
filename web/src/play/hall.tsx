/* The hall on the phone: a ticket or a code in, the line kept, an answer handed in once, a press sent once. A judge's link opens his page
 * in the same place. */
import { computed, effect, signal } from "@preact/signals";
import { render } from "preact";
import type { Draft } from "../phone/draft.ts";
import { arrive, forget, keepFor, kept, KEPT_HALL, KEPT_HOME, PHONE } from "../shared/arrival.ts";
import { lang } from "../shared/i18n.ts";
import { type About, type Credential, Link } from "../shared/link.ts";
import type { Action, ErrorCode, Question, Ruling } from "../shared/protocol.gen.ts";
import { Reaction } from "../shared/reaction.ts";
import { roundOf } from "../shared/teams.ts";
import { keepForLater } from "../shared/worker.ts";
import { Judge } from "./Judge.tsx";
import type { Page } from "./Menu.tsx";
import { answered, blank, type Mine, underSnapshot } from "./mine.ts";
import { type Heard, heard, heardAll, news, opened } from "./news.ts";
import { Play } from "./Play.tsx";
import { type Press, pressed, pressEnded, signalOf, UNPRESSED, underQuestion } from "./press.ts";

const QUIET_MS = 5_000;

const arrived = arrive(KEPT_HALL, PHONE);
const judge = arrived?.judge === true;
const code = signal(arrived?.session === undefined && arrived?.ticket === undefined ? arrived?.code : undefined);
const link = signal(arrived && code.value === undefined ? open(arrived) : undefined);
const live = computed(() => link.value?.live.value);
const mine = signal<Mine>(blank(0));
const press = signal<Press>(UNPRESSED);
const rulingsHeard = signal<Heard>(undefined);
const reaction = new Reaction();
let questionBefore: Question | undefined;
const page = signal<Page | undefined>(undefined);

function open(credential: Credential): Link {
  return new Link(judge ? "judge" : "play", credential, (renewed) => keepFor(KEPT_HALL, renewed, PHONE), () => undefined);
}

function join(credential: Credential): void {
  if (link.value) link.value.enter(credential);
  else link.value = open(credential);
}

/** Back to the door, or to the own events for whoever came from there. */
function leave(): void {
  forget(KEPT_HALL, PHONE);
  location.reload();
}

/* A ticket for an event that is not led by a host, or not open: the individuals' part knows what to say of it. */
const ELSEWHERE: ErrorCode[] = ["no_event", "not_open", "wrong_phase", "forbidden"];
effect(() => {
  const code = link.value?.endedBy.value;
  if (code === undefined || !ELSEWHERE.includes(code) || judge || arrived?.ticket === undefined || link.value?.live.peek().snap) return;
  const { ticket, event } = arrived;
  keepFor(KEPT_HOME, { ticket, ...(event === undefined ? {} : { event }) }, PHONE);
  leave();
});

async function act(action: Action, about: About = {}): Promise<ErrorCode | undefined> {
  return link.value ? link.value.command(action, live.value?.snap?.question?.q ?? 0, about) : "gone";
}

function draft(next: Draft): void {
  if (mine.value.at === "draft") mine.value = { ...mine.value, draft: next };
}

/** `whole`: the draft that a tap made, where a tap sends at once. */
async function submit(whole?: Draft): Promise<void> {
  if (!link.value || mine.value.at !== "draft") return;
  const { q } = mine.value;
  const draft = whole ?? mine.value.draft;
  mine.value = { at: "sending", q, draft };
  const refused = await link.value.answer(draft.choice.length > 0 ? { q, choice: draft.choice } : { q, text: draft.text.trim() });
  mine.value = answered(mine.value, q, refused, oneForAll());
}

/** Whether one member's answer is the team's. */
function oneForAll(): boolean {
  const snap = live.value?.snap;
  const policy = snap?.team && snap.question && roundOf(snap, snap.question)?.policy;
  return policy === "first" || policy === "captain";
}

async function sendPress(event: Event): Promise<void> {
  const question = live.value?.snap?.question;
  const before = press.value;
  if (!link.value || !question) return;
  const claim = reaction.claimUs(event.timeStamp);
  press.value = pressed(before, question);
  if (press.value === before) return;
  const { key } = press.value;
  const refused = await link.value.commandNow("press", question.q, claim === undefined ? {} : { claim_us: claim });
  press.value = pressEnded(press.value, key, refused);
}

function hear(ruling: Ruling): void {
  rulingsHeard.value = heard(rulingsHeard.value, ruling);
}

effect(() => {
  const snap = live.value?.snap;
  const next = underSnapshot(mine.peek(), snap);
  if (next !== mine.peek()) mine.value = next;
  press.value = underQuestion(press.peek(), snap?.question);
  reaction.begin(signalOf(snap?.question));
  if (snap && (rulingsHeard.peek() === undefined || opened(questionBefore, snap.question))) rulingsHeard.value = heardAll(snap.rulings);
  questionBefore = snap?.question;
});

function App() {
  // Read here, so that every word is drawn anew in the other language.
  document.documentElement.lang = lang.value === "zh" ? "zh-CN" : "en";
  const at = link.value;
  if (judge) return <Judge live={live.value} status={at?.status.value} endedBy={at?.endedBy.value} now={at?.now ?? Date.now} act={act} leave={leave} />;
  const { snap, you } = live.value ?? {};
  return (
    <Play
      live={live.value}
      status={at?.status.value}
      endedBy={at?.endedBy.value}
      now={at?.now ?? Date.now}
      mine={mine.value}
      press={press.value}
      news={news(snap?.rulings ?? [], rulingsHeard.value, you?.entry)}
      page={page.value}
      code={code.value}
      draft={draft}
      submit={(whole) => void submit(whole)}
      act={act}
      sendPress={(event) => void sendPress(event)}
      heard={hear}
      go={(next) => {
        page.value = next;
      }}
      askRules={() => at?.send({ t: "rules" })}
      join={join}
      leave={leave}
      home={kept(KEPT_HOME, PHONE) === undefined ? undefined : leave}
    />
  );
}

let later = false;
effect(() => {
  if (later || link.value?.status.value !== "live") return;
  later = true;
  setTimeout(() => keepForLater(import.meta.url, () => false), QUIET_MS);
});

export function openHall(root: HTMLElement): void {
  root.textContent = "";
  render(<App />, root);
}
