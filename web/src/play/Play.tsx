/* The phone page as a function of what is known: at the door, in the hall, at a question, at the end. One decision per screen. */
import type { Draft } from "../phone/draft.ts";
import type { Credential, Status } from "../shared/link.ts";
import type { Live } from "../shared/live.ts";
import type { ErrorCode, Question, Ruling, Snapshot } from "../shared/protocol.gen.ts";
import type { Act } from "./act.ts";
import { Buzzer } from "./Buzzer.tsx";
import { Ended, Waiting } from "./Calm.tsx";
import { Join } from "./Join.tsx";
import { Lobby, Ready } from "./Lobby.tsx";
import { Menu, type Page } from "./Menu.tsx";
import { t } from "./messages.ts";
import type { Mine } from "./mine.ts";
import type { Press } from "./press.ts";
import { Armed, Clock, Closed, Done, Open } from "./Question.tsx";
import { End, Reveal } from "./Result.tsx";
import { News } from "./Rulings.tsx";
import { asked, helpsNow, type Me, me, type Screen, screenOf, stepOf } from "./screen.ts";
import { Top } from "./Top.tsx";
import { Advance, Perform, Spoken, Watch } from "./Watch.tsx";
import { Wager } from "./Wager.tsx";

export interface PlayProps {
  live: Live | undefined;
  status: Status | undefined;
  endedBy: ErrorCode | undefined;
  now: () => number;
  mine: Mine;
  press: Press;
  news: Ruling[];
  page: Page | undefined;
  /** join code that came with the address */
  code: string | undefined;
  draft: (next: Draft) => void;
  submit: (whole?: Draft) => void;
  act: Act;
  sendPress: (event: Event) => void;
  heard: (ruling: Ruling) => void;
  go: (page: Page | undefined) => void;
  askRules: () => void;
  join: (credential: Credential) => void;
  leave: () => void;
  /** for whoever came from his own events */
  home: (() => void) | undefined;
}

export function Play(props: PlayProps) {
  const { live, status, page, go } = props;
  const snap = live?.snap;
  const self = snap && me(snap, live.you);
  const inside = snap !== undefined && self !== undefined && status !== "ended";
  return (
    <div class="page">
      <Top snap={snap} self={self} status={status} menu={() => go("menu")} />
      {snap && status === "lost" && (
        <p class="line" role="status">
          {t("line.lost")}
        </p>
      )}
      {inside && status === "live" && snap.presence.waiting && (
        <p class="line" role="status">
          {t("line.waiting")}
        </p>
      )}
      {inside && <News snap={snap} self={self} news={props.news} heard={props.heard} />}
      <Body {...props} snap={snap} self={self} />
      {inside && live && page !== undefined && (
        <Menu live={live} snap={snap} self={self} status={status} page={page} go={go} askRules={props.askRules} act={props.act} home={props.home} />
      )}
    </div>
  );
}

function Body(props: PlayProps & { snap: Snapshot | undefined; self: Me | undefined }) {
  const { snap, self, status, endedBy } = props;
  const guestRefused = status === "ended" && endedBy !== undefined && !snap;
  if (status === undefined || (guestRefused && AT_THE_DOOR.includes(endedBy))) {
    return <Join code={props.code} refused={endedBy} join={props.join} />;
  }
  if (status === "ended" && endedBy !== undefined) return <Ended code={endedBy} leave={props.leave} />;
  if (!snap || !self || !props.live?.you) return <Waiting words={t("line.opening")} />;
  return <Hall {...props} snap={snap} self={self} live={props.live} />;
}

/* Refusals that another try at the door can heal. */
const AT_THE_DOOR: ErrorCode[] = ["no_event", "bad_name", "too_fast", "not_open", "no_guests", "out_of_range", "missing"];

type HallProps = PlayProps & { snap: Snapshot; self: Me; live: Live };

function Hall(props: HallProps) {
  const { snap, self, live, now } = props;
  const screen = screenOf(snap, self);
  switch (screen.at) {
    case "lobby":
      return <Lobby snap={snap} you={live.you} self={self} go={props.go} />;
    case "end":
      return <End snap={snap} you={live.you} self={self} writing={live.finalising} />;
    case "paused":
      return <Paused snap={snap} now={now} />;
    case "ready":
      return <Ready />;
    default:
      return snap.question ? <Asked {...props} screen={screen} question={snap.question} /> : <Ready />;
  }
}

type AskedScreen = Exclude<Screen, { at: "lobby" | "end" | "paused" | "ready" }>;

function Asked({ screen, question, ...props }: HallProps & { screen: AskedScreen; question: Question }) {
  const { snap, self, mine, now, act } = props;
  switch (screen.at) {
    case "advance":
      return <Advance snap={snap} self={self} screen={screen} />;
    case "armed":
      return <Armed snap={snap} question={question} self={self} />;
    case "stake":
      return <Wager key={question.q} snap={snap} question={question} self={self} hand={screen.hand} act={act} />;
    case "press":
      return (
        <Buzzer question={question} seat={self.seat} press={props.press} now={now} send={props.sendPress} />
      );
    case "answer":
      return <Answer screen={screen} {...props} />;
    case "spoken":
      return <Spoken snap={snap} question={question} self={self} now={now} helps={helpsNow(snap, self)} act={act} />;
    case "done":
      return <Done question={question} self={self} now={now} />;
    case "perform":
      return <Perform question={question} now={now} />;
    case "watch":
      return <Watch snap={snap} question={question} self={self} now={now} why={screen.why} who={screen.who} />;
    case "closed":
      return <Closed snap={snap} question={question} self={self} mine={mine} />;
    case "reveal":
      return <Reveal key={question.q} snap={snap} question={question} self={self} mine={mine} act={act} />;
  }
}

function Answer({ screen, ...props }: HallProps & { screen: Extract<Screen, { at: "answer" }> }) {
  const { snap, self, mine, now, draft, submit, act } = props;
  const question = asked(snap);
  if (!question) return null;
  return (
    <Open
      key={question.q}
      snap={snap}
      question={question}
      step={stepOf(snap)}
      self={self}
      hand={screen.hand}
      own={screen.own}
      mine={mine}
      now={now}
      draft={draft}
      submit={submit}
      act={act}
    />
  );
}

function Paused({ snap, now }: { snap: Snapshot; now: () => number }) {
  return (
    <main class="calm" role="status">
      {snap.question && <Clock question={snap.question} now={now} />}
      <h1>{t("pause.title")}</h1>
      <p>{t("pause.hint")}</p>
    </main>
  );
}
