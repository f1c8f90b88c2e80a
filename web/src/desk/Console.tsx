/* The live console of one event: run sheet, question and buttons, people. */
import type { Snapshot } from "../shared/protocol.gen.ts";
import { spokenCode } from "../shared/code.ts";
import { BackIcon, ScreenIcon } from "../shared/icons.tsx";
import { Actions } from "./Actions.tsx";
import { Bar, Line, type LineState } from "./Bar.tsx";
import { type SendCommand, useHost } from "./host.ts";
import { t } from "./messages.ts";
import { Now } from "./Now.tsx";
import type { RosterState } from "./roster.ts";
import { RunSheet } from "./RunSheet.tsx";
import { useShortcuts } from "./shortcuts.ts";
import { BoardPane, PresencePane, RosterPane } from "./Side.tsx";

export interface ConsoleProps {
  snap: Snapshot;
  line: LineState;
  now: () => number;
  finalising: boolean;
  /** address of this event's stage, once its token is here */
  stageUrl: string | undefined;
  roster: RosterState;
  send: SendCommand;
  find: (find: string) => void;
  more: () => void;
  /** the way back to the list, when there is one */
  back: (() => void) | undefined;
  switchLang: () => void;
}

export function Console(props: ConsoleProps) {
  const { snap, line, stageUrl } = props;
  const host = useHost(snap, props.send);
  const openStage = () => {
    if (stageUrl !== undefined) window.open(stageUrl, "_blank", "noopener");
  };
  useShortcuts(true, {
    s: openStage,
    l: props.switchLang,
    "/": () => document.querySelector<HTMLInputElement>("[data-find]")?.focus(),
  });
  return (
    <div class="console">
      <Bar switchLang={props.switchLang}>
        {props.back && (
          <button
            type="button"
            class="button button-bare"
            onClick={props.back}
            title={t("desk.back")}
            aria-label={t("desk.back")}
          >
            <BackIcon />
          </button>
        )}
        <h1 class="cut" title={snap.head.title}>
          {snap.head.title}
        </h1>
        <span class={`phase phase-${snap.phase}`}>{t(`phase.${snap.phase}`)}</span>
        <span class="bar-gap" />
        <Line line={line} />
        <span class="bar-code">
          <small>{t("desk.code")}</small> <b class="num">{spokenCode(snap.head.code)}</b>
        </span>
        <button
          type="button"
          class="button"
          onClick={openStage}
          disabled={stageUrl === undefined}
          title={t(stageUrl === undefined ? "desk.noStage" : "desk.openStageHint")}
          data-open-stage
        >
          <ScreenIcon />
          {t("desk.openStage")} <kbd>S</kbd>
        </button>
      </Bar>
      {line.state === "lost" && (
        <p class="lost-band" role="status">
          {t("line.lostLong")}
        </p>
      )}
      <RunSheet snap={snap} />
      <main class={line.state === "lost" ? "centre centre-old" : "centre"}>
        <Now snap={snap} now={props.now} finalising={props.finalising} />
        <Actions snap={snap} host={host} online={line.state === "live" || line.state === "slow"} />
      </main>
      <aside class="side">
        <PresencePane presence={snap.presence} />
        <BoardPane board={snap.board} />
        <RosterPane roster={props.roster} entries={snap.presence.entries} find={props.find} more={props.more} />
      </aside>
    </div>
  );
}
