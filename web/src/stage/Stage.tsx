/* The stage as a function of the snapshot, the line and the presenter's keys. */
import type { Board, Chart, Question, Screen, Snapshot, View } from "../shared/protocol.gen.ts";
import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import { switchLang } from "../shared/i18n.ts";
import { CALM } from "../shared/motion.ts";
import type { RuleGroup } from "../shared/ruleWords.ts";
import { ArmedView, ReadyView } from "./ArmedView.tsx";
import { assignedView, chartFor, entryChart, fillsWall, hasPages, markOf, outlastsPause } from "./assign.ts";
import { AwardsView } from "./AwardsView.tsx";
import { BoardView, ChartBoard } from "./BoardView.tsx";
import { HeldView, OutcomeView, PressesView, ReadingView } from "./BuzzerViews.tsx";
import { Crossfade } from "./Crossfade.tsx";
import { DistributionView } from "./DistributionView.tsx";
import { Ground, Head, Keys, LostMark, Mark, Notice } from "./Frame.tsx";
import { GridView } from "./GridView.tsx";
import { LobbyView } from "./LobbyView.tsx";
import { LotView } from "./LotView.tsx";
import { t } from "./messages.ts";
import { Pause } from "./Pause.tsx";
import { PodiumView } from "./PodiumView.tsx";
import { QuestionLine, QuestionView } from "./QuestionView.tsx";
import { RevealView } from "./RevealView.tsx";
import { RulesView } from "./RulesView.tsx";
import { SealView } from "./SealView.tsx";
import { CountdownView, MediaView, PairView, TextView } from "./ShowViews.tsx";
import { TeamCard } from "./TeamCard.tsx";
import { AdvanceView, DuelView, JuryView, RaceView, StakesView, WagerView } from "./TeamViews.tsx";
import { Toast } from "./Toast.tsx";
import { useSounds } from "./useSounds.ts";
import { BOARD_AFTER_MS, type Page, type Pin, type StageView, stageView } from "./view.ts";

const IDLE_MS = 3000;
const NAME_MS = 6000;
const AUTO: View = { view: "auto" };
const MUTED = "leitai.muted";

export interface StageProps {
  /** the last good picture; absent before the first welcome */
  snap: Snapshot | undefined;
  line: "connecting" | "live" | "lost" | "ended";
  /** nobody's screen yet: its code */
  pairing: { code: string; untilMs: number } | undefined;
  /** what the desk told this screen to show */
  screen: Screen | undefined;
  charts: Readonly<Record<string, Chart>>;
  /** server time now, ms */
  now: () => number;
  /** marks expected in each round, as far as the sheet is here */
  judges: (number | undefined)[];
  /** the rules in plain words, once the sheet is here */
  rules: RuleGroup[] | undefined;
  /** gives up what this page was, and shows a code */
  pairAnew: () => void;
}

export function Stage({ snap, line, pairing, screen, charts, now, judges, rules, pairAnew }: StageProps) {
  const shown = useShownBoard(snap);
  const [pin, setPin] = useState<Pin | undefined>();
  const [page, setPage] = useState(0);
  const [over, setOver] = useState<Page | undefined>();
  const [quiet, setQuiet] = useMuted();
  const sinceRevealMs = useSinceReveal(snap);
  const told = screen?.view ?? AUTO;
  const auto = snap ? stageView(snap, pin, sinceRevealMs, over) : undefined;
  // What the presenter lays over it by key lies over every picture.
  const view = snap && auto ? (over && (over === "rules" || snap.seal) ? auto : assignedView(told, snap, auto)) : undefined;
  const q = snap?.question?.q ?? 0;
  const canTurn = told.view === "auto" && snap?.phase === "running" && snap.question?.state === "revealed" && view !== "reveal";
  const turn = (to: Pin["view"]) => {
    if (!canTurn) return;
    setPage(0);
    setOver(undefined);
    setPin({ q, view: to });
  };
  const leaf = (by: number) => view && hasPages(view) && setPage((n) => n + by);
  const lay = (what: Page) => {
    setPage(0);
    setOver((old) => (old === what ? undefined : what));
  };
  const laySeal = () => snap?.seal && lay("seal");
  const mute = () => setQuiet(!quiet);
  useKeys({
    f: toggleFullscreen,
    l: switchLang,
    m: mute,
    b: () => turn("board"),
    a: () => turn("reveal"),
    r: () => lay("rules"),
    q: laySeal,
    p: () => line === "ended" && pairAnew(),
    Escape: () => setOver(undefined),
    PageDown: () => leaf(1),
    PageUp: () => leaf(-1),
    ArrowRight: () => leaf(1),
    ArrowLeft: () => leaf(-1),
    ArrowDown: () => leaf(1),
    ArrowUp: () => leaf(-1),
  });
  useEffect(() => setPage(0), [q, screen?.rev]);
  // Nobody is to miss a question behind the rules.
  useEffect(() => setOver(undefined), [snap?.phase, q, snap?.question?.state]);
  useIdleCursor();
  useLooks(told);
  const revealing = snap && view === "reveal" ? entryChart(snap, charts) : undefined;
  useSounds({ snap, chart: revealing, deadlineMs: snap && view ? clockOf(snap, view, told) : undefined, now, muted: quiet || told.muted === true });

  if (line === "connecting" && pairing) {
    return (
      <>
        <Ground />
        <main class="stage-frame">
          <header class="stage-head">
            <div class="stage-head-title">
              <Mark />
              <span>{t("stage.name")}</span>
            </div>
          </header>
          <PairView code={pairing.code} untilMs={pairing.untilMs} now={now} />
        </main>
        <Keys full={toggleFullscreen} lang={switchLang} />
      </>
    );
  }
  if (line === "ended" || !snap || !view) return <Unready line={line} />;
  const props = { view, snap, told, charts, before: shown.before, page, now, judges, rules, quiet: quiet || told.muted === true };
  return (
    <>
      <Ground />
      {fillsWall(view) ? (
        <main class={`stage-wall stage-wall-${view}`}>
          <Crossfade id={fadeId(view, told, q)}>
            <Picture {...props} />
          </Crossfade>
          {line !== "live" && view !== "black" && <LostMark />}
        </main>
      ) : (
        <main class="stage-frame">
          <Head snap={snap} lost={line !== "live"} mark={view === "awards" ? undefined : markOf(snap)} bare={view === "awards"}>
            <HeadTitle view={view} snap={snap} />
          </Head>
          <Crossfade id={fadeId(view, told, q)}>
            <Picture {...props} />
          </Crossfade>
        </main>
      )}
      {told.view !== "black" && <Toast snap={snap} />}
      {snap.phase === "paused" && !outlastsPause(view) && <Pause question={snap.question} now={now} />}
      {screen && <ScreenName screen={screen} />}
      <Keys
        full={toggleFullscreen}
        lang={switchLang}
        rules={() => lay("rules")}
        mute={mute}
        muted={quiet}
        {...(snap.seal ? { seal: laySeal } : {})}
        {...(canTurn ? { board: () => turn("board"), reveal: () => turn("reveal") } : {})}
      />
    </>
  );
}

/* Which screen this is, for whoever sets it up. */
function ScreenName({ screen }: { screen: Screen }) {
  const [shown, setShown] = useState(true);
  useEffect(() => {
    setShown(true);
    const timer = setTimeout(() => setShown(false), NAME_MS);
    return () => clearTimeout(timer);
  }, [screen.screen, screen.name]);
  if (!shown || screen.name === "") return null;
  return <div class="stage-name">{t("stage.screen", { name: screen.name })}</div>;
}

/* The clock that this picture shows, while it runs. */
function clockOf(snap: Snapshot, view: StageView, told: View): number | undefined {
  if (view === "countdown") return told.until_ms;
  const { question, phase } = snap;
  if (phase !== "running" || !question || !CLOCKED.has(view)) return undefined;
  return question.state === "open" || question.state === "held" ? question.deadline_ms : undefined;
}

const CLOCKED = new Set<StageView>(["question", "held", "race"]);

/* High contrast and calm are the page's, so that every style can tell. */
function useLooks({ contrast, calm }: View): void {
  useEffect(() => {
    document.body.classList.toggle("contrast", contrast === true);
    document.body.classList.toggle(CALM, calm === true);
  }, [contrast, calm]);
}

/* For as long as the tab lives. */
function useMuted(): [boolean, (muted: boolean) => void] {
  const [muted, setMuted] = useState(() => {
    try {
      return sessionStorage.getItem(MUTED) === "1";
    } catch {
      return false;
    }
  });
  return [
    muted,
    (next) => {
      setMuted(next);
      try {
        sessionStorage.setItem(MUTED, next ? "1" : "0");
      } catch {
        return;
      }
    },
  ];
}

function Unready({ line }: { line: StageProps["line"] }) {
  return (
    <>
      <Ground />
      <main class="stage-frame">
        <span />
        {line === "ended" ? (
          <Notice title={t("stage.ended")} hint={`${t("stage.endedHint")}${t("stage.pairAgain")}`} />
        ) : (
          <Notice title={t("stage.opening")} hint={t("stage.openingHint")} waiting />
        )}
      </main>
    </>
  );
}

/* The title stands in the line at the top unless the picture itself says it; at the end the banners hang there. */
function HeadTitle({ view, snap }: { view: StageView; snap: Snapshot }) {
  if (view === "podium" || view === "awards") return null;
  return (
    <>
      <Mark />
      {(view === "question" || view === "held" || view === "outcome" || view === "race") && snap.question ? (
        <QuestionLine snap={snap} question={snap.question} />
      ) : (
        <span>{view === "lobby" || view === "draft" ? t("stage.name") : snap.head.title}</span>
      )}
    </>
  );
}

interface PictureProps {
  view: StageView;
  snap: Snapshot;
  told: View;
  charts: Readonly<Record<string, Chart>>;
  quiet: boolean;
  before: Board | undefined;
  page: number;
  now: () => number;
  judges: (number | undefined)[];
  rules: RuleGroup[] | undefined;
}

function Picture(props: PictureProps) {
  const { view, snap, told, charts, before, page, now } = props;
  const question = snap.question;
  const stoppedMs = snap.phase === "paused" ? (question?.paused_ms ?? now()) : undefined;
  switch (view) {
    case "draft":
      return <Notice title={snap.head.title} hint={`${t("stage.draft")} · ${t("stage.draftHint")}`} />;
    case "lobby":
      return <LobbyView snap={snap} origin={location.origin} chart={entryChart(snap, charts)} />;
    case "lot":
      return <LotView snap={snap} />;
    case "ready":
      return <ReadyView snap={snap} />;
    case "armed":
      return question ? <ArmedView snap={snap} question={question} /> : null;
    case "reading":
      return question ? <ReadingView snap={snap} question={question} /> : null;
    case "wager":
      return question ? <WagerView snap={snap} question={question} /> : null;
    case "duel":
      return question ? <DuelView snap={snap} question={question} /> : null;
    case "question":
      return question ? <QuestionView snap={snap} question={question} now={now} stoppedMs={stoppedMs} /> : null;
    case "held":
      return question ? <HeldView snap={snap} question={question} now={now} stoppedMs={stoppedMs} /> : null;
    case "outcome":
      return question ? <OutcomeView snap={snap} question={question} /> : null;
    case "race":
      return question ? <RaceView snap={snap} question={question} now={now} stoppedMs={stoppedMs} /> : null;
    case "jury":
      return question ? <JuryView snap={snap} question={question} judges={props.judges[question.round - 1]} /> : null;
    case "board":
      return snap.board ? (
        <BoardView board={snap.board} before={before} q={lastOf(question)} page={page} teams={snap.head.teams} stale={snap.presence.stale === true} />
      ) : null;
    case "advance":
      return <AdvanceView snap={snap} />;
    case "seal":
      return snap.seal ? <SealView snap={snap} seal={snap.seal} /> : null;
    case "rules":
      return <RulesView title={snap.head.title} parts={props.rules} turned={page} />;
    case "podium":
      return <PodiumView snap={snap} />;
    case "media":
      return <MediaView name={told.media ?? ""} caption={told.text ?? ""} muted={props.quiet} />;
    case "countdown":
      return <CountdownView untilMs={told.until_ms ?? 0} text={told.text ?? ""} now={now} />;
    case "text":
      return <TextView text={told.text ?? ""} />;
    case "black":
      return null;
    case "distribution":
      return question?.stem !== undefined ? <DistributionView snap={snap} question={question} /> : <ReadyView snap={snap} />;
    case "presses":
      return question ? <PressesView snap={snap} question={question} /> : <ReadyView snap={snap} />;
    case "stakes":
      return question ? <StakesView snap={snap} question={question} /> : <ReadyView snap={snap} />;
    case "team":
      return <TeamCard chart={entryChart(snap, charts)} snap={snap} entry={told.entry ?? ""} />;
    case "chart":
    case "pages":
    case "grid":
    case "reveal":
    case "awards":
      return <ChartPicture {...props} />;
  }
}

/* Pictures of a board that comes by itself; while it is under way the one before stays. */
function ChartPicture({ view, snap, told, charts, page }: PictureProps) {
  const chart = view === "reveal" || view === "awards" || told.view === "auto" ? entryChart(snap, charts) : chartFor(told, snap, charts);
  if (!chart) return <Notice title={t("board.waiting")} hint={t("board.waitingHint")} waiting />;
  if (view === "grid") return <GridView chart={chart} snap={snap} />;
  if (view === "reveal") return <RevealView snap={snap} chart={chart} />;
  if (view === "awards") return <AwardsView chart={chart} snap={snap} turned={page} />;
  return <ChartBoard chart={chart} snap={snap} all={view === "pages"} at={view === "pages" ? told.page : undefined} turned={page} />;
}

/** Number of the last question that a board includes: of a burst, its last. */
function lastOf(question: Question | undefined): number {
  return question ? question.q + question.n - 1 : 0;
}

/** What counts as another picture; a question is one picture from opening to reveal, and a picture that was chosen is another one when
 * something else about it is chosen. */
function fadeId(view: StageView, told: View, q: number): string {
  if (told.view !== "auto" && !OF_QUESTIONS.has(view)) {
    return [view, told.of ?? "", told.round ?? 0, told.entry ?? "", told.media ?? "", told.until_ms ?? "", view === "text" ? (told.text ?? "") : ""].join(" ");
  }
  return FADES_ALONE.has(view) ? view : `${view}-${q}`;
}

const FADES_ALONE = new Set<StageView>(["draft", "lobby", "lot", "ready", "podium", "seal", "rules", "reveal", "pages"]);
const OF_QUESTIONS = new Set<StageView>(["armed", "reading", "wager", "duel", "question", "held", "outcome", "race", "jury", "distribution", "presses", "stakes"]);

/* The board before the newest one, to glide from. Only a board seen here counts: after a reload there is none. */
function useShownBoard(snap: Snapshot | undefined): { before: Board | undefined } {
  const seen = useRef<{ now: Board | undefined; before: Board | undefined }>({ now: undefined, before: undefined });
  const board = snap?.board;
  if (board && board.v !== seen.current.now?.v) seen.current = { now: board, before: seen.current.now };
  return seen.current;
}

/* Time since this stage saw the answer revealed; redraws when the board is due. A stage that opens on a revealed question shows the
 * answer first, too: it cannot know how long ago that was. */
function useSinceReveal(snap: Snapshot | undefined): number {
  const revealed = snap?.question?.state === "revealed" ? snap.question.q : 0;
  const [, redraw] = useReducer((n: number, _: void) => n + 1, 0);
  const since = useRef({ q: 0, at: 0 });
  if (since.current.q !== revealed) since.current = { q: revealed, at: performance.now() };
  useEffect(() => {
    if (revealed === 0) return;
    const timer = setTimeout(redraw, BOARD_AFTER_MS + 20);
    return () => clearTimeout(timer);
  }, [revealed]);
  return performance.now() - since.current.at;
}

function useKeys(keys: Record<string, () => void>): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const press = (e: KeyboardEvent) => {
      if (e.repeat || e.ctrlKey || e.metaKey || e.altKey) return;
      const act = latest.current[e.key] ?? latest.current[e.key.toLowerCase()];
      if (!act) return;
      e.preventDefault();
      act();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

/* The pointer and the keys vanish when the mouse rests. */
function useIdleCursor(): void {
  useEffect(() => {
    const body = document.body.classList;
    let timer = setTimeout(() => body.add("stage-idle"), IDLE_MS);
    const moved = () => {
      body.remove("stage-idle");
      clearTimeout(timer);
      timer = setTimeout(() => body.add("stage-idle"), IDLE_MS);
    };
    addEventListener("pointermove", moved);
    return () => {
      clearTimeout(timer);
      removeEventListener("pointermove", moved);
    };
  }, []);
}

function toggleFullscreen(): void {
  // Refused without a key press or click of a person; then nothing happens, which is right.
  if (document.fullscreenElement) void document.exitFullscreen().catch(() => undefined);
  else void document.documentElement.requestFullscreen().catch(() => undefined);
}
