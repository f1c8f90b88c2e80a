/* The individuals' part as a function of what is known: the list, an event, a paper in the hand, the record. */
import { lang } from "../shared/i18n.ts";
import type { Status } from "../shared/link.ts";
import { ERROR_TEXT, type ErrorCode } from "../shared/protocol.gen.ts";
import type { Acts, Starting } from "./acts.ts";
import { Duel } from "./Duel.tsx";
import { EventPage } from "./EventPage.tsx";
import { Head } from "./Head.tsx";
import { History } from "./History.tsx";
import type { Home } from "./home.ts";
import { List } from "./List.tsx";
import { Match } from "./Match.tsx";
import { t } from "./messages.ts";
import { type Book, keyOf } from "./paper.ts";
import { Pausing } from "./Pausing.tsx";
import type { Place } from "./place.ts";
import { Ranks } from "./Ranks.tsx";
import { Result } from "./Result.tsx";
import { Survival } from "./Survival.tsx";
import { Timed } from "./Timed.tsx";

export interface HomeProps {
  home: Home;
  books: Readonly<Record<string, Book>>;
  place: Place;
  status: Status;
  endedBy: ErrorCode | undefined;
  /** the line has been away for longer than a blink */
  away: boolean;
  kept: boolean;
  starting: Starting | undefined;
  /** why what was asked for is not shown */
  refused: ErrorCode | undefined;
  fetching: string | undefined;
  now: () => number;
  acts: Acts;
  leave: () => void;
}

export function HomePage(props: HomeProps) {
  const { home, status, endedBy, away, leave } = props;
  if (status === "ended" && endedBy !== undefined) {
    return (
      <div class="page">
        <Head title="擂台" />
        <Ended code={endedBy} leave={leave} door={props.acts.door} />
        {Object.values(props.books).some((book) => book.paper.state === "open") && (
          <footer class="bar">
            <p>{t("ended.kept")}</p>
          </footer>
        )}
      </div>
    );
  }
  return (
    <div class="page">
      {home.frame && away && props.place.at !== "paper" && (
        <p class="line" role="status">
          {t("line.away")}
        </p>
      )}
      <Body {...props} />
    </div>
  );
}

function Body(props: HomeProps) {
  const { home, books, place, now, starting, kept, acts } = props;
  const live = props.status === "live";
  if (!home.frame) return <Opening away={props.away} />;
  const event = "event" in place ? home.frame.events.find((one) => one.event === place.event) : undefined;
  switch (place.at) {
    case "list":
      return <List frame={home.frame} now={now} acts={acts} />;
    case "history":
      return <History you={home.frame.you} history={home.history} fetching={props.fetching} live={live} acts={acts} />;
    case "ranks":
      return <Ranks title={event?.title ?? ""} ranks={home.ranks[place.event]} refused={props.refused} acts={acts} />;
    case "event":
      return event ? (
        <EventPage event={event} tenant={home.frame.tenant} now={now} live={live} starting={starting} acts={acts} />
      ) : (
        <Nothing words={t("event.gone")} acts={acts} />
      );
    case "match":
      return (
        <Match
          title={event?.title ?? ""}
          matching={home.matching?.event === place.event && home.matching.round === place.round ? home.matching : undefined}
          starting={starting}
          now={now}
          live={live}
          acts={acts}
        />
      );
    case "paper": {
      const book = books[keyOf(place)];
      if (!book) return props.refused ? <Nothing words={ERROR_TEXT[props.refused][lang.value]} acts={acts} /> : <PaperOpening live={live} acts={acts} />;
      const round = event?.rounds.find((one) => one.round === place.round);
      const shared = { book, now, live, kept, acts };
      if (book.paper.state !== "open") {
        const again = round?.may && round.open === undefined && live && event?.phase === "running";
        const start = () => (book.paper.mode === "duel" ? acts.match(place.event, place.round) : acts.start(place.event, place.round));
        return <Result {...shared} again={again ? start : undefined} />;
      }
      if (book.paper.mode === "survival") return <Survival {...shared} />;
      if (book.paper.mode === "duel") return <Duel {...shared} target={round?.target} />;
      return <Timed {...shared} />;
    }
  }
}

/* What only the study platform can heal. */
const FROM_THERE: ErrorCode[] = ["bad_session", "bad_ticket", "ticket_expired"];

function Ended({ code, leave, door }: { code: ErrorCode; leave: () => void; door: () => void }) {
  const gone = FROM_THERE.includes(code);
  return (
    <main class="calm" role="alert">
      <h2>{t(gone ? "ended.platform" : "ended.stopped")}</h2>
      <p>{ERROR_TEXT[code][lang.value]}</p>
      {gone ? (
        <button type="button" class="quiet-act" onClick={door}>
          {t("home.code")}
        </button>
      ) : (
        <button type="button" class="act" onClick={leave}>
          {t("ended.open")}
        </button>
      )}
    </main>
  );
}

function Opening({ away }: { away: boolean }) {
  return (
    <>
      <Head title="擂台" />
      <Pausing title={t(away ? "line.lost" : "line.open")} />
    </>
  );
}

function PaperOpening({ live, acts }: { live: boolean; acts: Acts }) {
  return (
    <>
      <Head title={t("paper.opening")} back={acts.back} />
      <Pausing title={t(live ? "paper.opening" : "paper.openAway")} />
    </>
  );
}

function Nothing({ words, acts }: { words: string; acts: Acts }) {
  return (
    <>
      <Head title="擂台" back={acts.back} />
      <main class="calm" role="alert">
        <h2>{words}</h2>
        <button type="button" class="act" onClick={() => acts.go({ at: "list" })}>
          {t("home.title")}
        </button>
      </main>
    </>
  );
}
