/* Left: every round and question, and where we are. */
import type { Snapshot } from "../shared/protocol.gen.ts";
import { useEffect, useRef } from "preact/hooks";
import { CheckIcon } from "../shared/icons.tsx";
import { t } from "./messages.ts";
import { type RunItem, runSheet } from "./runsheet.ts";

export function RunSheet({ snap }: { snap: Snapshot }) {
  const list = useRef<HTMLOListElement>(null);
  const q = snap.question?.q ?? 0;
  useEffect(() => {
    list.current?.querySelector(".run-current")?.scrollIntoView({ block: "nearest" });
  }, [q]);
  return (
    <nav class="pane run" aria-label={t("sheet.title")}>
      <h2 class="pane-title">{t("sheet.title")}</h2>
      <ol ref={list}>
        {runSheet(snap).map((round, i) => (
          <li class={`run-round run-round-${round.state}`} key={i}>
            <h3>{round.title}</h3>
            <p class="quiet num">{t("sheet.round", { n: round.items.length, s: round.seconds })}</p>
            <ol class="run-items">
              {round.items.map((item) => (
                <Item item={item} key={item.q} />
              ))}
            </ol>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Item({ item }: { item: RunItem }) {
  const label = t("sheet.q", { n: item.q, state: t(`sheet.state.${item.state}`) });
  return (
    <li
      class={`run-item run-${item.state} num`}
      aria-label={label}
      title={label}
      {...(item.state === "current" ? { "aria-current": "step" as const } : {})}
    >
      {item.state === "done" ? <CheckIcon /> : item.q}
    </li>
  );
}
