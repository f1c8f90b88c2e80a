/* Whose turn it is, who stakes, who is how far, who is marked, who is tied, who goes on. */
import type { Question, Snapshot, Team } from "../shared/protocol.gen.ts";
import { asked, justCut, manyAnswer, nextInTurn, roundNow, seatViews, staked, stakes, wentOn } from "../shared/contest.ts";
import { points } from "../shared/format.ts";
import { Countdown, RingStill } from "../shared/Ring.tsx";
import { nameOf } from "../shared/teams.ts";
import { Notice } from "./Frame.tsx";
import { t } from "./messages.ts";
import { BigName, Counted, Name, PictureHead, type Tile, Tiles, useTurning } from "./TeamParts.tsx";
import { chipColumns, pageOf, TILES_MAX } from "./view.ts";

/* ---- wager ---- */

export function WagerView({ snap, question }: { snap: Snapshot; question: Question }) {
  const { n, of } = staked(snap);
  const chosen = new Set(question.seats.filter((seat) => seat.staked).map((seat) => seat.entry));
  const tiles = asked(snap).map((team): Tile => {
    const done = chosen.has(team.entry);
    return { entry: team.entry, name: team.name, tone: done ? "done" : "idle", word: t(done ? "wager.chosen" : "wager.choosing") };
  });
  return (
    <section class="wager">
      <PictureHead over={t("buzz.number", { n: question.q })} title={t("wager.title")}>
        <ul class="chips">
          {question.stakes?.map((stake) => (
            <li key={stake}>{t("q.points", { n: points(stake) })}</li>
          ))}
          <li>{t("wager.decline")}</li>
        </ul>
      </PictureHead>
      {tiles.length === 1 ? <BigName name={tiles[0]?.name ?? ""} /> : <Tiles tiles={tiles} done={n} />}
      <p class="picture-foot num">{of > TILES_MAX ? t("wager.secret") : of === 1 ? t(n === 1 ? "wager.chosen" : "wager.choosing") : t("wager.count", { n, of })}</p>
    </section>
  );
}

const CARDS_MAX = 12;

/* The stakes are turned over as the question opens. */
export function StakeCards({ snap }: { snap: Snapshot }) {
  const piles = stakes(snap);
  const cards = piles.flatMap((pile) => pile.teams.map((team) => ({ team, stake: pile.points })));
  if (cards.length > CARDS_MAX) {
    return (
      <ol class="cards">
        {piles.map((pile, i) => (
          <li class={pile.points === 0 ? "card card-declined" : "card"} style={{ "--delay": i }} key={pile.points}>
            <b class="num">{stakeWord(pile.points)}</b>
            <span>{t("team.n", { n: pile.teams.length })}</span>
          </li>
        ))}
      </ol>
    );
  }
  return (
    <ol class={cards.length > 6 ? "cards cards-two" : "cards"} style={{ "--columns": Math.ceil(cards.length / 2) }}>
      {cards.map(({ team, stake }, i) => (
        <li class={stake === 0 ? "card card-declined" : "card"} style={{ "--delay": i }} key={team.entry}>
          <b class="num">{stakeWord(stake)}</b>
          <span>{team.name}</span>
        </li>
      ))}
    </ol>
  );
}

/** The stakes as a picture of their own: while they are chosen who has, from the opening on how much. */
export function StakesView({ snap, question }: { snap: Snapshot; question: Question }) {
  if (question.mode !== "wager") return <Notice title={t("stakes.without")} hint={t("stakes.withoutHint")} />;
  if (question.state === "armed") return <WagerView snap={snap} question={question} />;
  const tiles = stakes(snap).flatMap((pile) =>
    pile.teams.map((team): Tile => ({ entry: team.entry, name: team.name, tone: pile.points === 0 ? "idle" : "done", word: pile.points === 0 ? t("wager.declined") : t("q.points", { n: points(pile.points) }) })),
  );
  return (
    <section class="wager stakes">
      <PictureHead over={t("buzz.number", { n: question.q })} title={t("stakes.title")} />
      {tiles.length > TILES_MAX ? <StakeCards snap={snap} /> : <Tiles tiles={tiles} done={tiles.length} />}
      <p class="picture-foot" />
    </section>
  );
}

function stakeWord(stake: number): string {
  return stake === 0 ? t("wager.declined") : points(stake);
}

/* ---- required, in turn, tie-break: the line below the question ---- */

const CHIPS_MAX = 12;

/** Which teams have answered, and how many of each; undefined when they are too many to name. */
export function answeredTeams(snap: Snapshot): Tile[] | undefined {
  const views = seatViews(snap, 0);
  const many = manyAnswer(snap);
  if (views.length === 0 || views.length > CHIPS_MAX) return undefined;
  return views.map(({ team, done }) => ({
    entry: team.entry,
    name: team.name,
    tone: done > 0 ? "done" : "idle",
    word: many && done > 0 ? t("q.people", { n: done }) : "",
  }));
}

export function TeamChips({ tiles }: { tiles: Tile[] }) {
  return (
    <ol class="team-chips" style={{ "--columns": chipColumns(tiles.length) }}>
      {tiles.map((tile) => (
        <li class={`team-chip team-chip-${tile.tone}`} key={tile.entry}>
          <i />
          <span>
            <Name name={tile.name} />
          </span>
          {tile.word !== "" && <b class="num">{tile.word}</b>}
        </li>
      ))}
    </ol>
  );
}

export function TurnFoot({ snap, question }: { snap: Snapshot; question: Question }) {
  const next = nextInTurn(snap);
  return (
    <div class="foot-line foot-turn">
      <span>{t("turn.now")}</span>
      <b>{nameOf(snap, question.turn)}</b>
      {next && (
        <em>
          {t("turn.next")} {next.name}
        </em>
      )}
    </div>
  );
}

/* ---- speed ---- */

const RACE_ROWS = 8;

export function RaceView({ snap, question, now, stoppedMs }: { snap: Snapshot; question: Question; now: () => number; stoppedMs: number | undefined }) {
  const views = seatViews(snap, now());
  const wide = views.length > RACE_ROWS;
  const shown = views.length > 2 * RACE_ROWS ? views.sort((a, b) => b.done - a.done).slice(0, 2 * RACE_ROWS) : views;
  const opened = question.opened_ms ?? 0;
  const deadline = question.deadline_ms ?? opened;
  return (
    <section class="race">
      <div class="race-top">
        <PictureHead over="" title={views.length === 1 ? (views[0]?.team.name ?? "") : t("race.title")}>
          {views.length > shown.length && <span class="num">{t("race.first", { n: shown.length, of: views.length })}</span>}
        </PictureHead>
        {question.state === "open" ? (
          <Countdown
            deadlineMs={deadline}
            totalMs={Math.max(1000, deadline - opened)}
            stoppedMs={stoppedMs}
            now={now}
            unit={t("q.seconds", { n: "" }).trim()}
          />
        ) : (
          <RingStill>
            <div class="ring-label ring-words">{t("q.timeUp")}</div>
          </RingStill>
        )}
      </div>
      <ol
        class={wide ? "race-lanes race-wide" : shown.length === 1 ? "race-lanes race-one" : "race-lanes"}
        style={{ "--rows": wide ? Math.ceil(shown.length / 2) : shown.length }}
      >
        {shown.map(({ team, done }) => (
          <li class={done >= question.n ? "lane lane-done" : "lane"} key={team.entry}>
            <span>
              <Name name={team.name} />
            </span>
            <div class="lane-track">
              <div style={{ transform: `scaleX(${Math.min(1, done / question.n)})` }} />
            </div>
            <b class="num">
              {done}
              <small> / {question.n}</small>
            </b>
          </li>
        ))}
      </ol>
    </section>
  );
}

/* ---- jury ---- */

export function JuryView({ snap, question, judges }: { snap: Snapshot; question: Question; judges: number | undefined }) {
  const open = question.state === "open" || question.state === "closing" || question.state === "closed";
  return (
    <section class="jury">
      <p class="jury-over">{t(question.state === "armed" ? "jury.call" : question.state === "open" ? "jury.now" : "jury.done")}</p>
      <BigName name={nameOf(snap, question.turn)} />
      <p class="jury-part">{question.stem ?? question.topic}</p>
      <div class="jury-foot">
        {open && <JuryMarks marks={question.marks} judges={judges} closed={question.state !== "open"} />}
        {question.state === "revealed" && (
          <p class="jury-points num">
            <b>
              <Counted value={question.points_given ?? 0} write={points} />
            </b>
            <span>{t("board.points")}</span>
          </p>
        )}
      </div>
    </section>
  );
}

function JuryMarks({ marks, judges, closed }: { marks: number; judges: number | undefined; closed: boolean }) {
  const of = Math.max(judges ?? 0, marks);
  return (
    <div class="jury-marks" role="status">
      <span>{t(closed ? "jury.closed" : "jury.marking")}</span>
      {of > 0 && (
        <div aria-hidden="true">
          {Array.from({ length: of }, (_, i) => (
            <i class={i < marks ? "jury-lamp jury-lit" : "jury-lamp"} key={i} />
          ))}
        </div>
      )}
      <b class="num">{judges === undefined ? t("jury.n", { n: marks }) : `${marks} / ${of}`}</b>
    </div>
  );
}

/* ---- tie-break ---- */

export function DuelView({ snap, question }: { snap: Snapshot; question: Question }) {
  const field = asked(snap);
  if (field.length === 2) {
    return (
      <section class="duel">
        <PictureHead over={duelRound(snap)} title={t("duel.title", { n: question.in_round })} />
        <div class="duel-pair">
          <Corner team={field[0]} side="left" />
          <span class="duel-versus" aria-hidden="true">
            <i />
          </span>
          <Corner team={field[1]} side="right" />
        </div>
        <p class="picture-foot">{t("duel.hint")}</p>
      </section>
    );
  }
  const tiles = field.map((team): Tile => ({ entry: team.entry, name: team.name, tone: "done", word: "" }));
  return (
    <section class="duel duel-many">
      <PictureHead over={duelRound(snap)} title={t("duel.title", { n: question.in_round })} />
      <Tiles tiles={tiles} done={tiles.length} />
      <p class="picture-foot">{t("duel.hintMany", { n: field.length })}</p>
    </section>
  );
}

/* The round is often simply called a tie-break: once is enough. */
function duelRound(snap: Snapshot): string {
  const title = roundNow(snap)?.title ?? "";
  return title === t("mode.tiebreak") ? "" : title;
}

const CORNER_SIZES = [7, 6, 5, 4.25, 3.5] as const;

function Corner({ team, side }: { team: Team | undefined; side: "left" | "right" }) {
  return (
    <div class={`corner corner-${side}`}>
      <BigName name={team?.name ?? ""} sizes={CORNER_SIZES} />
      {team && team.unit !== "" && team.unit !== team.name && <small>{team.unit}</small>}
    </div>
  );
}

/* ---- who goes on ---- */

const PAGE_MS = 8000;

export function AdvanceView({ snap }: { snap: Snapshot }) {
  const teams = wentOn(snap);
  const round = snap.head.rounds[(justCut(snap) ?? 0) - 1];
  const pages = Math.max(1, Math.ceil(teams.length / TILES_MAX));
  const page = useTurning(pages, PAGE_MS);
  const tiles = pageOf(teams, page, TILES_MAX).map((team): Tile => ({ entry: team.entry, name: team.name, tone: "done", word: "" }));
  return (
    <section class="advance">
      <PictureHead over={round?.title ?? ""} title={t("advance.title", { n: teams.length })} />
      <Tiles tiles={tiles} done={teams.length} />
    </section>
  );
}
