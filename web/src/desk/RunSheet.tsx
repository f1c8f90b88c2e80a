/* Left: every round and question, and where we are. */
import type { Snapshot } from "../shared/protocol.gen.ts";
import { useEffect, useRef } from "preact/hooks";
import { CheckIcon } from "../shared/icons.tsx";
import { isSelfPaced } from "../shared/modes.ts";
import { t } from "./messages.ts";
import { ModeIcon } from "./ModeIcon.tsx";
import { type RunItem, type RunRound, runSheet } from "./runsheet.ts";

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
            <h3>
              {snap.head.teams && <ModeIcon mode={round.mode} />}
              {round.title}
              {snap.head.teams && <small class="num">{t("sheet.progress", { n: round.done, of: round.items.length })}</small>}
            </h3>
            <p class="quiet num">{facts(round, snap.head.teams)}</p>
            <ol class={round.items.length > LONG ? "run-items run-items-long" : "run-items"}>
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

const LONG = 15;

function facts(round: RunRound, teams: boolean): string {
  if (isSelfPaced(round.mode)) {
    const each = round.seconds > 0 ? [t("q.seconds", { n: round.seconds })] : [];
    return [t(`mode.${round.mode}`), t("sheet.each", { n: round.questions }), ...each].join(" · ");
  }
  if (!teams) return t("sheet.round", { n: round.items.length, s: round.seconds });
  const facts = [t(`mode.${round.mode}`)];
  if (round.turns !== "all") facts.push(t(`turns.${round.turns}`));
  if (round.group) facts.push(t("team.group", { n: round.group }));
  facts.push(t("q.seconds", { n: round.seconds }));
  if (round.advance !== undefined) facts.push(t("sheet.advance", { n: round.advance }));
  return facts.join(" · ");
}

function Item({ item }: { item: RunItem }) {
  const state = t(item.voided ? "sheet.state.void" : `sheet.state.${item.state}`);
  const label = t("sheet.q", { n: item.q, state });
  return (
    <li
      class={`run-item run-${item.state}${item.voided ? " run-void" : ""} num`}
      aria-label={label}
      title={label}
      {...(item.state === "current" ? { "aria-current": "step" as const } : {})}
    >
      {item.state === "done" && !item.voided ? <CheckIcon /> : item.q}
    </li>
  );
}
