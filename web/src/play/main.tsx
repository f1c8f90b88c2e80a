/* The phone's entrance: a ticket or a code in, the line kept, an answer handed in once. */
import { effect, signal } from "@preact/signals";
import { render } from "preact";
import { arrive, forget, type Keep, keepFor } from "../shared/arrival.ts";
import { lang } from "../shared/i18n.ts";
import { type Credential, Link } from "../shared/link.ts";
import "../shared/tokens.css";
import { answered, blank, type Draft, type Mine, underSnapshot } from "./mine.ts";
import "./play.css";
import { Play } from "./Play.tsx";

const KEPT = "leitai.play";
/* Phones throw tabs away; the seat in the hall must outlive that. */
const PHONE: Keep = () => localStorage;

const arrived = arrive(KEPT, PHONE);
const code = signal(arrived?.session === undefined && arrived?.ticket === undefined ? arrived?.code : undefined);
const link = signal(arrived && code.value === undefined ? open(arrived) : undefined);
const mine = signal<Mine>(blank(0));

function open(credential: Credential): Link {
  return new Link("play", credential, (renewed) => keepFor(KEPT, renewed, PHONE), () => undefined);
}

function join(credential: Credential): void {
  if (link.value) link.value.enter(credential);
  else link.value = open(credential);
}

/** Back to the door, with the code that led here. */
function leave(): void {
  forget(KEPT, PHONE);
  location.reload();
}

function draft(next: Draft): void {
  if (mine.value.at === "draft") mine.value = { ...mine.value, draft: next };
}

async function submit(): Promise<void> {
  const { q, draft } = mine.value;
  if (!link.value || mine.value.at !== "draft") return;
  mine.value = { at: "sending", q, draft };
  const code = await link.value.answer(draft.choice.length > 0 ? { q, choice: draft.choice } : { q, text: draft.text.trim() });
  mine.value = answered(mine.value, q, code);
}

effect(() => {
  const snap = link.value?.live.value.snap;
  const next = underSnapshot(mine.peek(), snap);
  if (next !== mine.peek()) mine.value = next;
});

function App() {
  // Read here, so that every word is drawn anew in the other language.
  document.documentElement.lang = lang.value === "zh" ? "zh-CN" : "en";
  const at = link.value;
  return (
    <Play
      live={at?.live.value}
      status={at?.status.value}
      endedBy={at?.endedBy.value}
      now={at?.now ?? Date.now}
      mine={mine.value}
      code={code.value}
      draft={draft}
      submit={() => void submit()}
      join={join}
      leave={leave}
    />
  );
}

const root = document.getElementById("app");
if (root) {
  root.textContent = "";
  render(<App />, root);
}
