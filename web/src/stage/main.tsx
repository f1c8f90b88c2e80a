/* The stage's entrance: takes the session from the address, keeps the line, draws what comes. */
import { render } from "preact";
import { arrive, keepFor } from "../shared/arrival.ts";
import { lang } from "../shared/i18n.ts";
import { Link } from "../shared/link.ts";
import { rulesOf, sheetFacts } from "../shared/sheet.ts";
import "../shared/tokens.css";
import { Stage } from "./Stage.tsx";
import "./stage.css";
import "./team.css";

const KEPT = "leitai.stage";

const credential = arrive(KEPT);
const link = credential && new Link("stage", credential, (renewed) => keepFor(KEPT, renewed), () => undefined);

function App() {
  // Read here, so that every word is drawn anew in the other language.
  document.documentElement.lang = lang.value === "zh" ? "zh-CN" : "en";
  if (!link) return <Stage snap={undefined} line="no-credential" now={Date.now} judges={[]} rules={undefined} />;
  const { snap, sheet } = link.live.value;
  return (
    <Stage snap={snap} line={link.status.value} now={link.now} judges={sheetFacts(sheet).judges} rules={rulesOf(sheet, lang.value)} />
  );
}

link?.status.subscribe((status) => {
  if (status === "live" && link.live.value.sheet === undefined) link.send({ t: "rules" });
});

const root = document.getElementById("app");
if (root) {
  root.textContent = "";
  render(<App />, root);
}
