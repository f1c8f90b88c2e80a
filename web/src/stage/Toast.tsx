/* One line of news over the picture, for some seconds; the next one waits its turn. Nothing below it moves. */
import type { Ruling, Snapshot } from "../shared/protocol.gen.ts";
import { useEffect, useRef, useState } from "preact/hooks";
import { points } from "../shared/format.ts";
import { nameOf } from "../shared/teams.ts";
import { t } from "./messages.ts";
import { holds, type News, NEWS_MS, news } from "./news.ts";

export function Toast({ snap }: { snap: Snapshot }) {
  const before = useRef<Snapshot>();
  const [queue, setQueue] = useState<News[]>([]);
  useEffect(() => {
    const fresh = news(before.current, snap);
    before.current = snap;
    if (fresh.length > 0) setQueue((old) => [...old, ...fresh]);
  }, [snap]);
  const shown = queue.find((item) => holds(item, snap));
  useEffect(() => {
    if (!shown) return;
    const timer = setTimeout(() => setQueue((old) => old.filter(({ id }) => id !== shown.id)), NEWS_MS);
    return () => clearTimeout(timer);
  }, [shown?.id]);
  if (!shown) return null;
  return (
    <div class={`toast toast-${shown.kind}`} role="status" key={shown.id}>
      {shown.kind === "help" ? <Help snap={snap} news={shown} /> : <Ruled snap={snap} ruling={shown.ruling} />}
    </div>
  );
}

function Help({ snap, news: { entry, help } }: { snap: Snapshot; news: Extract<News, { kind: "help" }> }) {
  return (
    <>
      <b>{t(helpWords(help), { team: nameOf(snap, entry) })}</b>
      <span>{t("news.helpOnce")}</span>
    </>
  );
}

function helpWords(help: number): "news.help0" | "news.help1" | "news.help2" {
  return help === 0 ? "news.help0" : help === 1 ? "news.help1" : "news.help2";
}

function Ruled({ snap, ruling }: { snap: Snapshot; ruling: Ruling }) {
  return (
    <>
      <b>{ruledWords(snap, ruling)}</b>
      <span>{ruling.answer ?? ruling.reason}</span>
    </>
  );
}

function ruledWords(snap: Snapshot, ruling: Ruling): string {
  const n = ruling.question ?? 0;
  const team = nameOf(snap, ruling.entry);
  switch (ruling.kind) {
    case "void":
      return t("news.void", { n });
    case "accept":
      return t("news.accept", { n });
    case "adjust": {
      const by = ruling.points ?? 0;
      return t(by < 0 ? "news.less" : "news.more", { team, n: points(Math.abs(by)) });
    }
    case "disqualify":
      return t("news.disqualify", { team });
    case "appeal":
      return t(ruling.state === "done" ? "news.upheld" : "news.denied", { team, n });
  }
}
