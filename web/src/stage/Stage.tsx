/* The stage as a function of the snapshot, the line and the presenter's keys. */
import type { Board, Question, Snapshot } from "../shared/protocol.gen.ts";
import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import { fellOut } from "../shared/contest.ts";
import { switchLang } from "../shared/i18n.ts";
import type { RuleGroup } from "../shared/ruleWords.ts";
import { ArmedView, ReadyView } from "./ArmedView.tsx";
import { BoardView } from "./BoardView.tsx";
import { HeldView, OutcomeView, ReadingView } from "./BuzzerViews.tsx";
import { Crossfade } from "./Crossfade.tsx";
import { Ground, Head, Keys, Mark, Notice } from "./Frame.tsx";
import { LobbyView } from "./LobbyView.tsx";
import { LotView } from "./LotView.tsx";
import { t } from "./messages.ts";
import { Pause } from "./Pause.tsx";
import { PodiumView } from "./PodiumView.tsx";
import { QuestionLine, QuestionView } from "./QuestionView.tsx";
import { RulesView } from "./RulesView.tsx";
import { SealView } from "./SealView.tsx";
import { AdvanceView, DuelView, JuryView, RaceView, WagerView } from "./TeamViews.tsx";
import { Toast } from "./Toast.tsx";
import { BOARD_AFTER_MS, type Page, type Pin, type StageView, stageView } from "./view.ts";

const IDLE_MS = 3000;

export interface StageProps {
  /** the last good picture; absent before the first welcome */
  snap: Snapshot | undefined;
  line: "connecting" | "live" | "lost" | "ended" | "no-credential";
  /** server time now, ms */
  now: () => number;
  /** marks expected in each round, as far as the sheet is here */
  judges: (number | undefined)[];
  /** the rules in plain words, once the sheet is here */
  rules: RuleGroup[] | undefined;
}

export function Stage({ snap, line, now, judges, rules }: StageProps) {
  const shown = useShownBoard(snap);
  const [pin, setPin] = useState<Pin | undefined>();
  const [page, setPage] = useState(0);
  const [over, setOver] = useState<Page | undefined>();
  const cutAt = useCut(snap);
  const sinceRevealMs = useSinceReveal(snap);
  const view = snap ? stageView(snap, pin, sinceRevealMs, over, cutAt === snap.question?.q) : undefined;
  const q = snap?.question?.q ?? 0;
  const canTurn = snap?.phase === "running" && snap.question?.state === "revealed";
  const turn = (to: Pin["view"]) => {
    if (!canTurn) return;
    setPage(0);
    setOver(undefined);
    setPin({ q, view: to });
  };
  const hasPages = view === "board" || view === "rules";
  const lay = (what: Page) => {
    setPage(0);
    setOver((old) => (old === what ? undefined : what));
  };
  const laySeal = () => snap?.seal && lay("seal");
  useKeys({
    f: toggleFullscreen,
    l: switchLang,
    b: () => turn("board"),
    a: () => turn("reveal"),
    r: () => lay("rules"),
    q: laySeal,
    Escape: () => setOver(undefined),
    PageDown: () => hasPages && setPage((n) => n + 1),
    PageUp: () => hasPages && setPage((n) => n - 1),
  });
  useEffect(() => setPage(0), [q]);
  // Nobody is to miss a question behind the rules.
  useEffect(() => setOver(undefined), [snap?.phase, q, snap?.question?.state]);
  useIdleCursor();

  if (line === "no-credential" || line === "ended" || !snap || !view) return <Unready line={line} />;
  return (
    <>
      <Ground />
      <main class="stage-frame">
        <Head snap={snap} lost={line !== "live"}>
          <HeadTitle view={view} snap={snap} />
        </Head>
        <Crossfade id={fadeId(view, q)}>
          <Picture view={view} snap={snap} before={shown.before} page={page} now={now} judges={judges} rules={rules} />
        </Crossfade>
      </main>
      <Toast snap={snap} />
      {snap.phase === "paused" && view !== "rules" && <Pause question={snap.question} now={now} />}
      <Keys
        full={toggleFullscreen}
        lang={switchLang}
        rules={() => lay("rules")}
        {...(snap.seal ? { seal: laySeal } : {})}
        {...(canTurn ? { board: () => turn("board"), reveal: () => turn("reveal") } : {})}
      />
    </>
  );
}

function Unready({ line }: { line: StageProps["line"] }) {
  return (
    <>
      <Ground />
      <main class="stage-frame">
        <span />
        {line === "no-credential" ? (
          <Notice title={t("stage.noCredential")} hint={t("stage.noCredentialHint")} />
        ) : line === "ended" ? (
          <Notice title={t("stage.ended")} hint={t("stage.endedHint")} />
        ) : (
          <Notice title={t("stage.opening")} hint={t("stage.openingHint")} waiting />
        )}
      </main>
    </>
  );
}

/* The title stands in the line at the top unless the picture itself says it; at the end the banners hang there. */
function HeadTitle({ view, snap }: { view: StageView; snap: Snapshot }) {
  if (view === "podium") return null;
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
  before: Board | undefined;
  page: number;
  now: () => number;
  judges: (number | undefined)[];
  rules: RuleGroup[] | undefined;
}

function Picture(props: PictureProps) {
  const { view, snap, before, page, now } = props;
  const question = snap.question;
  const stoppedMs = snap.phase === "paused" ? (question?.paused_ms ?? now()) : undefined;
  switch (view) {
    case "draft":
      return <Notice title={snap.head.title} hint={`${t("stage.draft")} · ${t("stage.draftHint")}`} />;
    case "lobby":
      return <LobbyView snap={snap} origin={location.origin} />;
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
  }
}

/** Number of the last question that a board includes: of a burst, its last. */
function lastOf(question: Question | undefined): number {
  return question ? question.q + question.n - 1 : 0;
}

/** What counts as another picture; a question is one picture from opening to reveal. */
function fadeId(view: StageView, q: number): string {
  return FADES_ALONE.has(view) ? view : `${view}-${q}`;
}

const FADES_ALONE = new Set<StageView>(["draft", "lobby", "lot", "ready", "podium", "seal", "rules"]);

/* The board before the newest one, to glide from. Only a board seen here counts: after a reload there is none. */
function useShownBoard(snap: Snapshot | undefined): { before: Board | undefined } {
  const seen = useRef<{ now: Board | undefined; before: Board | undefined }>({ now: undefined, before: undefined });
  const board = snap?.board;
  if (board && board.v !== seen.current.now?.v) seen.current = { now: board, before: seen.current.now };
  return seen.current;
}

/* Number of the question after which this stage saw teams go out. */
function useCut(snap: Snapshot | undefined): number | undefined {
  const seen = useRef<{ snap: Snapshot | undefined; at: number | undefined }>({ snap: undefined, at: undefined });
  if (snap && snap !== seen.current.snap) {
    seen.current = { snap, at: fellOut(seen.current.snap, snap) ? snap.question?.q : seen.current.at };
  }
  return seen.current.at;
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
