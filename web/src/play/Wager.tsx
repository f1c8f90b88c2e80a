/* 风险: the captain chooses a stake or declines before the question is shown, in secret; the others of the team see what was chosen. */
import { useState } from "preact/hooks";
import { staked } from "../shared/contest.ts";
import { points } from "../shared/format.ts";
import { CheckIcon } from "../shared/icons.tsx";
import type { Question, Snapshot } from "../shared/protocol.gen.ts";
import { type Act, useAct } from "./act.ts";
import { t } from "./messages.ts";
import type { Me, Screen } from "./screen.ts";
import { Refused } from "../phone/Sheet.tsx";

interface Props {
  snap: Snapshot;
  question: Question;
  self: Me;
  hand: Extract<Screen, { at: "stake" }>["hand"];
  act: Act;
}

export function Wager({ snap, question, self, hand, act }: Props) {
  if (hand === "free") return <Choose snap={snap} question={question} act={act} />;
  const stake = self.state?.stake;
  return (
    <>
      <main class="calm" role="status">
        <p class="quiet num">{t("q.number", { n: question.q })}</p>
        {hand === "captain" ? (
          <>
            <h1>{t("stake.captain")}</h1>
            <p>{t("stake.rule")}</p>
          </>
        ) : (
          <>
            <h1 class="num">{stake === 0 ? t("stake.mineNone") : t("stake.mine", { n: points(stake ?? 0) })}</h1>
            <p>{t("stake.secret")}</p>
          </>
        )}
      </main>
      <Chosen snap={snap} saved={hand === "chosen"} />
    </>
  );
}

function Choose({ snap, question, act }: { snap: Snapshot; question: Question; act: Act }) {
  const [stake, choose] = useState<number | undefined>(undefined);
  const { busy, refused, run } = useAct(act);
  const { n, of } = staked(snap);
  const card = (value: number) => (
    <button
      type="button"
      key={value}
      role="radio"
      aria-checked={stake === value}
      class={`stake${value === 0 ? " stake-none" : ""}${stake === value ? " stake-on" : ""}`}
      onClick={() => choose(value)}
    >
      {value === 0 ? (
        <>
          <b>{t("stake.decline")}</b>
          <small>{t("stake.declineHint")}</small>
        </>
      ) : (
        <b class="num">{t("stake.n", { n: points(value) })}</b>
      )}
      {stake === value && <CheckIcon />}
    </button>
  );
  return (
    <>
      <main class="wager">
        <h1>{t("stake.title")}</h1>
        <p class="quiet">
          {t("q.number", { n: question.q })} · {question.topic}
          <br />
          {t("stake.rule")}
        </p>
        <div class="stakes" role="radiogroup" aria-label={t("stake.title")}>
          {[...(question.stakes ?? [])].map(card)}
          {card(0)}
        </div>
        {of > 1 && <p class="quiet num">{t("stake.count", { n, of })}</p>}
      </main>
      <footer class="bar">
        {refused === undefined ? <p class="quiet">{t(stake === undefined ? "stake.secret" : "stake.final")}</p> : <Refused code={refused} />}
        <button type="button" class="act" disabled={stake === undefined || busy} onClick={() => stake !== undefined && run("stake", { value: stake })}>
          {stake === undefined ? t("stake.pick") : stake === 0 ? t("stake.confirmNone") : t("stake.confirm", { n: points(stake) })}
        </button>
      </footer>
    </>
  );
}

/* In turn there is nobody else to count. */
function Chosen({ snap, saved }: { snap: Snapshot; saved: boolean }) {
  const { n, of } = staked(snap);
  return (
    <footer class={saved ? "bar bar-saved num" : "bar bar-watch num"} role="status">
      {saved && <CheckIcon />}
      <b>{of > 1 ? t("stake.count", { n, of }) : t(saved ? "q.saved" : "stake.wait")}</b>
    </footer>
  );
}
