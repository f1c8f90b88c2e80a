/* The phone page as a function of what is known: at the door, in the hall, at a question, at the end. One decision per screen. */
import { lang, switchLang } from "../shared/i18n.ts";
import type { Credential, Status } from "../shared/link.ts";
import type { Live } from "../shared/live.ts";
import { ERROR_TEXT, type ErrorCode, type Snapshot } from "../shared/protocol.gen.ts";
import { Countdown } from "../shared/Ring.tsx";
import { Join } from "./Join.tsx";
import { Lobby, Ready } from "./Lobby.tsx";
import { t } from "./messages.ts";
import type { Draft, Mine } from "./mine.ts";
import { Armed, Closed, Open } from "./Question.tsx";
import { End, Reveal } from "./Result.tsx";

export interface PlayProps {
  live: Live | undefined;
  status: Status | undefined;
  endedBy: ErrorCode | undefined;
  now: () => number;
  mine: Mine;
  /** join code that came with the address */
  code: string | undefined;
  draft: (next: Draft) => void;
  submit: () => void;
  join: (credential: Credential) => void;
  leave: () => void;
}

export function Play(props: PlayProps) {
  const snap = props.live?.snap;
  return (
    <div class="page">
      <header class="top">
        <div class="top-words">
          <b class="cut">{snap?.head.title ?? "擂台"}</b>
          {snap && <span class="cut">{snap.head.tenant}</span>}
        </div>
        <button type="button" class="plain" onClick={switchLang}>
          {t("lang.other")}
        </button>
      </header>
      {snap && props.status === "lost" && (
        <p class="line" role="status">
          {t("line.lost")}
        </p>
      )}
      <Body {...props} snap={snap} />
    </div>
  );
}

function Body(props: PlayProps & { snap: Snapshot | undefined }) {
  const { snap, status, endedBy } = props;
  const guestRefused = status === "ended" && endedBy !== undefined && !snap;
  if (status === undefined || (guestRefused && AT_THE_DOOR.includes(endedBy))) {
    return <Join code={props.code} refused={endedBy} join={props.join} />;
  }
  if (status === "ended" && endedBy !== undefined) return <Ended code={endedBy} leave={props.leave} />;
  if (!snap || !props.live?.you) return <Waiting words={t("line.opening")} />;
  return <Hall {...props} snap={snap} live={props.live} />;
}

/* Refusals that another try at the door can heal. */
const AT_THE_DOOR: ErrorCode[] = ["no_event", "bad_name", "too_fast", "not_open", "no_guests", "out_of_range", "missing"];

function Hall({ snap, live, mine, now, draft, submit }: PlayProps & { snap: Snapshot; live: Live }) {
  const question = snap.question;
  switch (snap.phase) {
    case "draft":
    case "lobby":
      return <Lobby snap={snap} you={live.you} />;
    case "finished":
    case "final":
      return <End snap={snap} you={live.you} writing={live.finalising} />;
    case "paused":
      return <Paused snap={snap} now={now} />;
    case "running":
      break;
  }
  switch (question?.state) {
    case undefined:
    case "none":
      return <Ready />;
    case "armed":
      return <Armed question={question} total={snap.head.questions} round={snap.head.rounds[question.round - 1]?.title} />;
    case "open":
      return <Open key={question.q} question={question} mine={mine} now={now} draft={draft} submit={submit} />;
    case "closing":
    case "closed":
      return <Closed question={question} mine={mine} />;
    case "revealed":
      return <Reveal snap={snap} question={question} mine={mine} you={live.you} />;
  }
}

function Paused({ snap, now }: { snap: Snapshot; now: () => number }) {
  const question = snap.question;
  const deadline = question?.state === "open" ? question.deadline_ms : undefined;
  return (
    <main class="calm" role="status">
      {question && deadline !== undefined && (
        <Countdown
          deadlineMs={deadline}
          totalMs={question.seconds * 1000}
          stoppedMs={question.paused_ms}
          now={now}
          unit={t("q.seconds")}
        />
      )}
      <h1>{t("pause.title")}</h1>
      <p>{t("pause.hint")}</p>
    </main>
  );
}

function Waiting({ words }: { words: string }) {
  return (
    <main class="calm" role="status">
      <span class="pulse" aria-hidden="true" />
      <p>{words}</p>
    </main>
  );
}

function Ended({ code, leave }: { code: ErrorCode; leave: () => void }) {
  return (
    <main class="calm" role="alert">
      <h1>{t("ended.title")}</h1>
      <p>{ERROR_TEXT[code][lang.value]}</p>
      <button type="button" class="act" onClick={leave}>
        {t("ended.back")}
      </button>
    </main>
  );
}
