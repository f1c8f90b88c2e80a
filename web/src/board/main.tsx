/* The public board's entrance: `board.html#SHARE`, alone or in somebody's frame. */
import { effect } from "@preact/signals";
import { render } from "preact";
import { lang } from "../shared/i18n.ts";
import "../shared/tokens.css";
import { Board } from "./Board.tsx";
import "./board.css";
import { readPlace, writePlace } from "./board.ts";
import { Source } from "./source.ts";

const place = readPlace(location.hash);
const source = place && new Source(place);

function App() {
  const tag = lang.value === "zh" ? "zh-CN" : "en";
  if (document.documentElement.lang !== tag) document.documentElement.lang = tag;
  if (!source) return <Board at="no-code" place={{ share: "", of: "entry", round: 0, from: 1 }} list={undefined} page={undefined} away={false} reveal={undefined} go={() => undefined} />;
  return (
    <Board
      at={source.at.value}
      place={source.place.value}
      list={source.list.value}
      page={source.page.value}
      away={source.away.value}
      reveal={source.reveal.value}
      go={(next) => {
        source.go(next);
        scrollTo({ top: 0 });
      }}
    />
  );
}

if (source) {
  // The address says which board this is, so that it can be passed on.
  effect(() => history.replaceState(null, "", writePlace(source.place.value)));
  effect(() => {
    const title = source.page.value?.title;
    if (title) document.title = `${title} · 擂台`;
  });
}
addEventListener("hashchange", () => {
  const next = readPlace(location.hash);
  if (next && source) source.go(next);
  else location.reload();
});
if (window.parent !== window) document.documentElement.classList.add("framed");

const root = document.getElementById("app");
if (root) {
  root.textContent = "";
  render(<App />, root);
}
