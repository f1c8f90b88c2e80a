/* After a question, and after the last: how it went, with a mark and a word; where one stands; why. */
import { places, points } from "../shared/format.ts";
import { CheckIcon, CrossIcon, DownIcon, UpIcon } from "../shared/icons.tsx";
import { count } from "../shared/i18n.ts";
import { useFlip } from "../shared/flip.ts";
import { OptionBadge } from "../shared/OptionBadge.tsx";
import type { Board, Own, Question, Snapshot, You } from "../shared/protocol.gen.ts";
import { nameOf } from "../shared/teams.ts";
import type { Act } from "./act.ts";
import { freezeOf, standsStill } from "./freeze.ts";
import { t } from "./messages.ts";
import type { Mine } from "./mine.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { Appeal, signed } from "./Rulings.tsx";
import type { Me } from "./screen.ts";

interface RevealProps {
  snap: Snapshot;
  question: Question;
  self: Me;
  mine: Mine;
  act: Act;
}

export function Reveal({ snap, question, self, mine, act }: RevealProps) {
  const own = snap.own?.q === question.q || question.hidden ? snap.own : undefined;
  const keyed = question.key !== undefined || question.accepted !== undefined;
  return (
    <main class="result">
      <Verdict outcome={outcomeOf(snap, question, self)} snap={snap} self={self} />
      {own && own.rank > 0 && <Standing own={own} snap={snap} />}
      {keyed && question.n === 1 && (
        <section class="key">
          <h2>{t("r.answer")}</h2>
          <Key question={question} mine={mine} />
          {question.explanation !== undefined && question.explanation !== "" && (
            <details open>
              <summary>{t("r.why")}</summary>
              <p>{question.explanation}</p>
              {question.source !== undefined && <p class="quiet">{question.source}</p>}
            </details>
          )}
        </section>
      )}
      <Appeal snap={snap} question={question} self={self} act={act} />
      {snap.board && <Rows board={snap.board} entry={self.entry} stale={snap.presence.stale} />}
    </main>
  );
}

function Verdict({ outcome, snap, self }: { outcome: Outcome; snap: Snapshot; self: Me }) {
  switch (outcome.at) {
    case "settling":
      return (
        <section class="verdict" role="status">
          <span class="pulse" aria-hidden="true" />
          <h1>{t("r.settling")}</h1>
        </section>
      );
    case "hidden": {
      const freeze = freezeOf(snap);
      const words = freeze === "going" || freeze === "over" ? freeze : "on";
      return (
        <section class="verdict verdict-frozen" role="status">
          <h1>{t(`frozen.${words}`)}</h1>
          <p>{t(`frozen.${words}Hint`)}</p>
        </section>
      );
    }
    case "voided":
    case "silent":
      return (
        <section class="verdict" role="status">
          <h1>{t(`r.${outcome.at}`)}</h1>
          <p>{t(`r.${outcome.at}Hint`)}</p>
        </section>
      );
    case "missed":
    case "declined":
      return (
        <section class="verdict" role="status">
          <h1>{t(`r.${outcome.at}`)}</h1>
          <Gained gained={outcome.gained} />
        </section>
      );
    case "right":
    case "wrong":
      return (
        <section class={`verdict verdict-${outcome.at}`} role="status">
          {outcome.at === "right" ? <CheckIcon /> : <CrossIcon />}
          <h1>{t(`r.${outcome.at}`)}</h1>
          {snap.question?.mode !== "tiebreak" && <p class="num">{t("r.gained", { n: signed(outcome.gained) })}</p>}
        </section>
      );
    case "watched":
      return outcome.gained === 0 ? null : (
        <section class="verdict" role="status">
          <Gained gained={outcome.gained} />
        </section>
      );
    case "burst":
      return (
        <section class="verdict" role="status">
          <h1 class="num">{t("r.burst", { n: signed(outcome.gained) })}</h1>
          {self.seat?.done !== undefined && <p class="num">{t("speed.saved", { n: self.seat.done })}</p>}
        </section>
      );
    case "burstTheirs":
      return (
        <section class="verdict" role="status">
          <p>{nameOf(snap, outcome.who)}</p>
          <h1>{t("r.burstTheirs")}</h1>
        </section>
      );
    case "theirs":
      return (
        <section class="verdict" role="status">
          <p>{nameOf(snap, outcome.who)}</p>
          <h1>{t(`r.theirs.${outcome.how}`)}</h1>
          <Gained gained={outcome.gained} />
        </section>
      );
    case "marked":
      return (
        <section class={outcome.who === self.entry ? "verdict verdict-right" : "verdict"} role="status">
          <p>{nameOf(snap, outcome.who)}</p>
          <h1 class="num">{t("jury.given", { n: points(outcome.points) })}</h1>
        </section>
      );
  }
}

/* Who did not answer may have lost points all the same: by a foul. */
function Gained({ gained }: { gained: number }) {
  return gained === 0 ? null : <p class="num">{t("r.gainedOwn", { n: signed(gained) })}</p>;
}

function Standing({ own, snap }: { own: Own; snap: Snapshot }) {
  const { teams } = snap.head;
  return (
    <dl class="standing num" {...(standsStill(snap) ? { "data-frozen": t("frozen.standing") } : {})}>
      <div>
        <dt>{t("own.points")}</dt>
        <dd>{points(own.points)}</dd>
      </div>
      <div>
        <dt>{t("own.rank")}</dt>
        <dd>
          {count(own.rank)}
          <small>{t(teams ? "own.ofTeams" : "own.of", { n: count(own.of) })}</small>
        </dd>
      </div>
      <div>
        <dt>{t("own.correct")}</dt>
        <dd>{t("own.questions", { n: own.correct })}</dd>
      </div>
    </dl>
  );
}

/* The right answer, and beside it what one had chosen. */
function Key({ question, mine }: { question: Question; mine: Mine }) {
  if (question.accepted) return <p class="key-text">{question.accepted[0]}</p>;
  return (
    <ol class="key-options">
      {question.key?.map((i) => (
        <li key={i}>
          <OptionBadge index={i} />
          <span>{question.options?.[i]}</span>
          {question.type !== "order" && mine.q === question.q && mine.draft.choice.includes(i) && mine.at === "saved" && (
            <small>{t("r.mine")}</small>
          )}
        </li>
      ))}
    </ol>
  );
}

export function Rows({ board, entry, stale }: { board: Board; entry: string | undefined; stale: boolean | undefined }) {
  const list = useFlip<HTMLOListElement>(board.v);
  const least = places(board.rows);
  return (
    <section class="board">
      <h2>
        {t("board.title")}
        {board.frozen && <small class="frozen-mark">{t("frozen.on")}</small>}
        {stale && <small> · {t("board.stale")}</small>}
      </h2>
      <ol ref={list}>
        {board.rows.map((row) => (
          <li key={row.entry} data-flip={row.entry} class={row.entry === entry ? "row row-own" : "row"}>
            <b class={row.rank <= 3 ? `num place place-${row.rank}` : "num place"}>{row.rank}</b>
            <span class="row-name">
              <span class="cut">{row.name}</span>
              {row.unit !== "" && <small class="cut">{row.unit}</small>}
            </span>
            {row.moved !== 0 && <i class={row.moved > 0 ? "moved moved-up" : "moved"}>{row.moved > 0 ? <UpIcon /> : <DownIcon />}</i>}
            <b class="num">{points(row.points, least)}</b>
          </li>
        ))}
      </ol>
    </section>
  );
}

interface EndProps {
  snap: Snapshot;
  you: You | undefined;
  self: Me;
  writing: boolean;
}

export function End({ snap, you, self, writing }: EndProps) {
  const final = snap.phase === "final";
  const waits = standsStill(snap);
  const own = snap.own;
  return (
    <main class="result">
      <section class={final ? "verdict verdict-final" : waits ? "verdict verdict-frozen" : "verdict"} role="status">
        <p>{final ? t("end.final") : t("end.finished")}</p>
        {self.team && <p>{self.team.name}</p>}
        {self.team?.out ? (
          <h1>{t("watch.out")}</h1>
        ) : waits ? (
          <h1>{t(freezeOf(snap) === "going" ? "frozen.going" : "frozen.end")}</h1>
        ) : (
          own && own.rank > 0 && <h1 class="num">{t("end.place", { n: count(own.rank) })}</h1>
        )}
        {waits && <p>{t(freezeOf(snap) === "going" ? "frozen.goingHint" : "frozen.endHint")}</p>}
        {!final && !waits && <p class="quiet">{writing ? t("end.writing") : t("end.provisional")}</p>}
        {final && <p>{you?.guest ? t("end.guest") : t("end.credits")}</p>}
      </section>
      {own && own.rank > 0 && <Standing own={own} snap={snap} />}
      {snap.board && <Rows board={snap.board} entry={you?.entry} stale={snap.presence.stale} />}
    </main>
  );
}
