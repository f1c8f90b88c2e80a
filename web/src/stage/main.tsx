/* The stage's entrance: takes the session from the address, or shows a code until a desk takes the screen in; keeps the line, draws
 * what comes. */
import { render } from "preact";
import { arriveStage } from "../shared/arrival.ts";
import { lang } from "../shared/i18n.ts";
import { Link } from "../shared/link.ts";
import { rulesOf, sheetFacts } from "../shared/sheet.ts";
import "../shared/tokens.css";
import { Stage } from "./Stage.tsx";
import "./stage.css";
import "./team.css";
import "./wall.css";

const arrival = arriveStage();
const link = new Link("stage", arrival.credential ?? {}, arrival.keep, () => undefined);

function pairAnew(): void {
  arrival.forget();
  link.enter({});
}

function App() {
  // Read here, so that every word is drawn anew in the other language.
  const html = document.documentElement;
  const tag = lang.value === "zh" ? "zh-CN" : "en";
  // Even to set the same again styles every element anew.
  if (html.lang !== tag) html.lang = tag;
  const { snap, sheet, screen, charts, pairing } = link.live.value;
  return (
    <Stage
      snap={snap}
      line={link.status.value}
      pairing={pairing}
      screen={screen}
      charts={charts}
      now={link.now}
      judges={sheetFacts(sheet).judges}
      rules={rulesOf(sheet, lang.value)}
      pairAnew={pairAnew}
    />
  );
}

/** Whether a token that ended had been good: a code that is refused, too, is not asked for again and again. */
let was = arrival.credential !== undefined;

link.status.subscribe((status) => {
  if (status === "live") was = true;
  if (status === "live" && link.live.value.sheet === undefined) link.send({ t: "rules" });
  // A screen that was given up is nobody's again.
  if (status === "ended" && arrival.paired && was) {
    was = false;
    setTimeout(pairAnew, 0);
  }
});

const root = document.getElementById("app");
if (root) {
  root.textContent = "";
  render(<App />, root);
}
