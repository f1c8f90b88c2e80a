/* A certificate, for its owner to print and for anybody to check: the code in the fragment is asked of the server, and what it says is shown. */
import { signal } from "@preact/signals";
import { render } from "preact";
import { lang } from "../shared/i18n.ts";
import "../shared/tokens.css";
import "./certificate.css";
import { Page } from "./Certificate.tsx";
import { cleanCode, wholeCode } from "./code.ts";
import { readFacts, type Found } from "./facts.ts";

const found = signal<Found>({ at: "asking" });
const code = signal("");

async function check(): Promise<void> {
  code.value = cleanCode(location.hash.replace(/^#/, ""));
  if (code.value === "") {
    found.value = { at: "none" };
    return;
  }
  if (!wholeCode(code.value)) {
    found.value = { at: "unknown" };
    return;
  }
  found.value = { at: "asking" };
  const asked = code.value;
  const answer = await ask(asked);
  if (asked === code.value) found.value = answer;
}

async function ask(asked: string): Promise<Found> {
  try {
    const response = await fetch(`/api/certificate/${asked}`, { headers: { accept: "application/json" } });
    if (response.status === 404) return { at: "unknown" };
    if (response.status === 429) return { at: "many" };
    const facts = response.ok ? readFacts(await response.json()) : undefined;
    return facts ? { at: "found", facts } : { at: "away" };
  } catch {
    return { at: "away" };
  }
}

function App() {
  // Read here, so that every word is drawn anew in the other language.
  document.documentElement.lang = lang.value === "zh" ? "zh-CN" : "en";
  return <Page found={found.value} code={code.value} again={() => void check()} />;
}

addEventListener("hashchange", () => void check());
void check();
const root = document.getElementById("app");
if (root) {
  root.textContent = "";
  render(<App />, root);
}
