/* The stage as a function of the snapshot, the line and the presenter's keys. */
import type { Board, Snapshot } from "../shared/protocol.gen.ts";
import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import { switchLang } from "../shared/i18n.ts";
import { ArmedView, ReadyView } from "./ArmedView.tsx";
import { BoardView } from "./BoardView.tsx";
import { Crossfade } from "./Crossfade.tsx";
import { Ground, Head, Keys, Mark, Notice } from "./Frame.tsx";
import { LobbyView } from "./LobbyView.tsx";
import { t } from "./messages.ts";
import { Pause } from "./Pause.tsx";
import { PodiumView } from "./PodiumView.tsx";
import { QuestionLine, QuestionView } from "./QuestionView.tsx";
import { BOARD_AFTER_MS, type Pin, type StageView, stageView } from "./view.ts";

const IDLE_MS = 3000;

export interface StageProps {
  /** the last good picture; absent before the first welcome */
  snap: Snapshot | undefined;
  line: "connecting" | "live" | "lost" | "ended" | "no-credential";
  /** server time now, ms */
  now: () => number;
}

export function Stage({ snap, line, now }: StageProps) {
  const shown = useShownBoard(snap);
  const [pin, setPin] = useState<Pin | undefined>();
  const [page, setPage] = useState(0);
  const sinceRevealMs = useSinceReveal(snap);
  const view = snap ? stageView(snap, pin, sinceRevealMs) : undefined;
  const q = snap?.question?.q ?? 0;
  const canTurn = snap?.question?.state === "revealed" && (view === "question" || view === "board");
  const turn = (to: Pin["view"]) => {
    if (!canTurn) return;
    setPage(0);
    setPin({ q, view: to });
  };
  useKeys({
    f: toggleFullscreen,
    l: switchLang,
    b: () => turn("board"),
    r: () => turn("reveal"),
    PageDown: () => view === "board" && setPage((n) => n + 1),
    PageUp: () => view === "board" && setPage((n) => n - 1),
  });
  useEffect(() => setPage(0), [q]);
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
          <Picture view={view} snap={snap} before={shown.before} page={page} now={now} />
        </Crossfade>
      </main>
      {snap.phase === "paused" && <Pause question={snap.question} now={now} />}
      <Keys
        full={toggleFullscreen}
        lang={switchLang}
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
      {view === "question" && snap.question ? (
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
}

function Picture({ view, snap, before, page, now }: PictureProps) {
  const question = snap.question;
  switch (view) {
    case "draft":
      return <Notice title={snap.head.title} hint={`${t("stage.draft")} · ${t("stage.draftHint")}`} />;
    case "lobby":
      return <LobbyView snap={snap} origin={location.origin} />;
    case "ready":
      return <ReadyView snap={snap} />;
    case "armed":
      return question ? <ArmedView snap={snap} question={question} /> : null;
    case "question":
      return question ? (
        <QuestionView
          snap={snap}
          question={question}
          now={now}
          stoppedMs={snap.phase === "paused" ? (question.paused_ms ?? now()) : undefined}
        />
      ) : null;
    case "board":
      return snap.board ? <BoardView board={snap.board} before={before} q={question?.q ?? 0} page={page} /> : null;
    case "podium":
      return <PodiumView snap={snap} />;
  }
}

/** What counts as another picture; a question is one picture from opening to reveal. */
function fadeId(view: StageView, q: number): string {
  return view === "armed" || view === "question" || view === "board" ? `${view}-${q}` : view;
}

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
