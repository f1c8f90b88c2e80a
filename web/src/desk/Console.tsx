/* The live console of one event: run sheet, question and buttons, people. */
import { useState } from "preact/hooks";
import type { CuesFrame, Press, ScreenRow, Snapshot } from "../shared/protocol.gen.ts";
import { spokenCode } from "../shared/code.ts";
import { BackIcon, ScreenIcon } from "../shared/icons.tsx";
import { selfPaced } from "../shared/modes.ts";
import type { RuleGroup } from "../shared/ruleWords.ts";
import { Actions } from "./Actions.tsx";
import { nextStep, openRulings } from "./actions.ts";
import { Bar, Line, type LineState } from "./Bar.tsx";
import { Evidence } from "./Evidence.tsx";
import { FindingsPane } from "./FindingsPane.tsx";
import { FreezeBadge, FreezeBand } from "./FreezeBand.tsx";
import { type SendCommand, useHost } from "./host.ts";
import { t } from "./messages.ts";
import { Now } from "./Now.tsx";
import type { Answer, Findings } from "./requests.ts";
import { canResolve, hides, type Reveal, revealOf } from "./reveal.ts";
import { RevealPanel } from "./RevealPanel.tsx";
import type { RosterState } from "./roster.ts";
import { type AskPreview, RulingForm } from "./RulingForm.tsx";
import type { DraftKind } from "./rulings.ts";
import { RulingsPane } from "./RulingsPane.tsx";
import { RulesPane } from "./RulesPane.tsx";
import { RunSheet } from "./RunSheet.tsx";
import { type ScreenActs, SCREENS_START, type ScreensState, ScreensPane } from "./ScreensPane.tsx";
import { useShortcuts } from "./shortcuts.ts";
import { BoardPane, PresencePane, RosterPane } from "./Side.tsx";
import { TeamsPane } from "./TeamsPane.tsx";
import { type AskChart, TrueBoard } from "./TrueBoard.tsx";

export interface ConsoleProps {
  snap: Snapshot;
  line: LineState;
  now: () => number;
  finalising: boolean;
  /** address of this event's stage, once its token is here */
  stageUrl: string | undefined;
  roster: RosterState;
  /** the person at this desk */
  me: string | undefined;
  /** marks expected in each round, as far as the sheet is here */
  judges: (number | undefined)[];
  rules: RuleGroup[] | undefined;
  send: SendCommand;
  preview: AskPreview;
  evidence: (question: number) => Promise<Answer<Press[]>>;
  findings: () => Promise<Answer<Findings>>;
  chart: AskChart;
  cues: CuesFrame | undefined;
  screens: ScreenRow[] | undefined;
  screenActs: ScreenActs;
  find: (find: string) => void;
  more: () => void;
  /** the way back to the list, when there is one */
  back: (() => void) | undefined;
  switchLang: () => void;
}

export function Console(props: ConsoleProps) {
  const { snap, line, stageUrl } = props;
  const host = useHost(snap, props.send);
  const [tab, setTab] = useState<Tab>("people");
  const [writing, setWriting] = useState<{ kind: DraftKind; entry: string | undefined } | undefined>();
  const [looking, setLooking] = useState(false);
  const [truth, setTruth] = useState(false);
  const [screens, setScreens] = useState<ScreensState>(SCREENS_START);
  const online = line.state === "live" || line.state === "slow";
  const judges = snap.question && props.judges[snap.question.round - 1];
  const begin = (kind: DraftKind, entry?: string) => {
    if (snap.phase !== "final" && snap.phase !== "draft") setWriting({ kind, entry });
  };
  const found = selfPaced(snap.head.rounds) && snap.phase === "final";
  const reveal = snap.phase === "final" ? undefined : revealOf(snap, props.cues);
  const revealing = reveal !== undefined && showsReveal(snap, reveal, judges);
  const showEvidence = () => snap.head.rounds.some((round) => round.mode === "buzzer") && setLooking(true);
  const openStage = () => {
    if (stageUrl !== undefined) window.open(stageUrl, "_blank", "noopener");
  };
  useShortcuts(true, {
    s: openStage,
    l: props.switchLang,
    "/": () => {
      setTab("people");
      setTimeout(() => document.querySelector<HTMLInputElement>("[data-find]")?.focus());
    },
    v: showEvidence,
    n: () => begin(snap.head.teams ? "adjust" : "void"),
    b: () => reveal && reveal.state !== "done" && setTruth(true),
    t: () => {
      setTab("screens");
      setTimeout(() => document.querySelector<HTMLButtonElement>(".tiles [tabindex='0']")?.focus());
    },
    1: () => setTab("people"),
    2: () => setTab("screens"),
    3: () => setTab("rulings"),
    4: () => setTab("rules"),
    5: () => found && setTab("findings"),
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
        <FreezeBadge reveal={reveal} />
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
      <div class="bands">
        {line.state === "lost" && (
          <p class="lost-band" role="status">
            {t("line.lostLong")}
          </p>
        )}
        {line.state !== "lost" && snap.presence.waiting && (
          <p class="lost-band" role="status">
            {t("line.waiting")}
          </p>
        )}
        {reveal && <FreezeBand reveal={reveal} ready={revealing} look={() => setTruth(true)} />}
      </div>
      <RunSheet snap={snap} />
      <main class={line.state === "lost" ? "centre centre-old" : "centre"}>
        {reveal && revealing ? (
          <RevealPanel snap={snap} reveal={reveal} cues={props.cues} host={host} online={online} />
        ) : (
          <Now snap={snap} now={props.now} finalising={props.finalising} judges={judges} showEvidence={showEvidence} />
        )}
        <Actions snap={snap} host={host} online={online} judges={judges} reveal={reveal} lookAtRulings={() => setTab("rulings")} />
      </main>
      <aside class="side">
        <PresencePane presence={snap.presence} />
        <Tabs tab={tab} turn={setTab} teams={snap.head.teams} waiting={openRulings(snap)} offline={screensOff(props.screens, snap.head.event)} found={found} />
        <div class="side-body" role="tabpanel" aria-labelledby={`tab-${tab}`}>
          {tab === "screens" ? (
            <ScreensPane
              snap={snap}
              rows={props.screens}
              online={online}
              now={props.now}
              roster={props.roster}
              find={props.find}
              acts={props.screenActs}
              state={screens}
              turn={(change) => setScreens((old) => ({ ...old, ...change }))}
            />
          ) : tab === "rulings" ? (
            <RulingsPane snap={snap} host={host} online={online} me={props.me} begin={() => begin(snap.head.teams ? "adjust" : "void")} />
          ) : tab === "rules" ? (
            <RulesPane parts={props.rules} />
          ) : tab === "findings" ? (
            <FindingsPane ask={props.findings} />
          ) : snap.teams.length > 0 ? (
            <TeamsPane snap={snap} roster={props.roster} host={host} online={online} rule={begin} />
          ) : (
            <>
              <BoardPane board={snap.board} stale={snap.presence.stale} alone={selfPaced(snap.head.rounds)} />
              <RosterPane hides={hides(snap)} roster={props.roster} entries={snap.presence.entries} find={props.find} more={props.more} />
            </>
          )}
        </div>
      </aside>
      {writing && (
        <RulingForm
          snap={snap}
          host={host}
          online={online}
          kind={writing.kind}
          entry={writing.entry}
          entries={entriesOf(snap, props.roster)}
          preview={props.preview}
          close={() => setWriting(undefined)}
        />
      )}
      {looking && <Evidence snap={snap} ask={props.evidence} close={() => setLooking(false)} />}
      {truth && <TrueBoard snap={snap} ask={props.chart} close={() => setTruth(false)} />}
    </div>
  );
}

/* Where the reveal is the next right thing, or has begun; while another question comes first, that one is shown. */
function showsReveal(snap: Snapshot, reveal: Reveal, judges: number | undefined): boolean {
  if (!canResolve(snap)) return false;
  if (reveal.state !== "frozen") return true;
  const step = nextStep(snap, { judges });
  return step.kind === "act" && step.action === "resolve";
}

function screensOff(rows: ScreenRow[] | undefined, event: string): number {
  return (rows ?? []).filter((row) => row.event === event && !row.online).length;
}

type Tab = "people" | "screens" | "rulings" | "rules" | "findings";
const TABS: readonly Tab[] = ["people", "screens", "rulings", "rules", "findings"];

interface TabsProps {
  tab: Tab;
  turn: (tab: Tab) => void;
  teams: boolean;
  waiting: number;
  /** screens that do not answer */
  offline: number;
  /** papers were looked through */
  found: boolean;
}

function Tabs({ tab, turn, teams, waiting, offline, found }: TabsProps) {
  return (
    <div class="tabs" role="tablist">
      {TABS.filter((one) => one !== "findings" || found).map((one, i) => (
        <button type="button" role="tab" id={`tab-${one}`} aria-selected={tab === one} onClick={() => turn(one)} key={one}>
          {t(one === "people" ? (teams ? "tab.teams" : "tab.people") : `tab.${one}`)}
          {one === "rulings" && waiting > 0 && (
            <mark class="num" title={t("tab.waiting", { n: waiting })}>
              {waiting}
            </mark>
          )}
          {one === "screens" && offline > 0 && <i class="tab-warn" role="img" title={t("tab.screensOff", { n: offline })} aria-label={t("tab.screensOff", { n: offline })} />}
          <kbd>{i + 1}</kbd>
        </button>
      ))}
    </div>
  );
}

/* Whom a ruling may be about: teams as drawn, otherwise who is listed. */
function entriesOf(snap: Snapshot, roster: RosterState): { entry: string; name: string }[] {
  return snap.teams.length > 0 ? snap.teams : roster.rows;
}
