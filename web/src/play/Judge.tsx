/* A judge's phone: one part to mark or one spoken answer to decide at a time; appeals and rulings that wait beside it. */
import { useEffect, useState } from "preact/hooks";
import { points } from "../shared/format.ts";
import { CheckIcon, CrossIcon } from "../shared/icons.tsx";
import { switchLang } from "../shared/i18n.ts";
import type { Status } from "../shared/link.ts";
import type { Live } from "../shared/live.ts";
import type { ErrorCode, Ruling, Snapshot } from "../shared/protocol.gen.ts";
import { nameOf } from "../shared/teams.ts";
import { type Act, useAct } from "./act.ts";
import { Ended, Waiting } from "./Calm.tsx";
import { cases, type Duty, dutyOf, typed } from "./judging.ts";
import { t } from "./messages.ts";
import { Clock, Content, HeadOf } from "./Question.tsx";
import { REASON_MOST, rulingWords } from "./Rulings.tsx";
import { me } from "./screen.ts";
import { Refused } from "../phone/Sheet.tsx";

interface Props {
  live: Live | undefined;
  status: Status | undefined;
  endedBy: ErrorCode | undefined;
  now: () => number;
  act: Act;
  leave: () => void;
}

export function Judge({ live, status, endedBy, now, act, leave }: Props) {
  const snap = live?.snap;
  return (
    <div class="page">
      <header class="top">
        <div class="top-words">
          <b class="cut">{snap?.head.title ?? "擂台"}</b>
          <span class="cut">
            {t("j.judge")} {live?.you?.name}
          </span>
        </div>
        <button type="button" class="plain" onClick={switchLang}>
          {t("lang.other")}
        </button>
      </header>
      {snap && status === "lost" && (
        <p class="line" role="status">
          {t("line.lost")}
        </p>
      )}
      {snap?.presence.waiting && status === "live" && (
        <p class="line" role="status">
          {t("line.waiting")}
        </p>
      )}
      {status === "ended" && endedBy !== undefined ? (
        <Ended code={endedBy} leave={leave} />
      ) : snap && live ? (
        <Bench snap={snap} live={live} now={now} act={act} />
      ) : (
        <Waiting words={t("line.opening")} />
      )}
    </div>
  );
}

interface BenchProps {
  snap: Snapshot;
  live: Live;
  now: () => number;
  act: Act;
}

function Bench({ snap, live, now, act }: BenchProps) {
  const duty = dutyOf(snap);
  const open = cases(snap);
  const pressing = duty.at === "mark" || duty.at === "verdict";
  const [chosen, choose] = useState<"task" | "cases" | undefined>(undefined);
  const duties = duty.at === "mark" || duty.at === "verdict" ? `${duty.q} ${duty.who}` : duty.at;
  // What is new to judge comes to the front, wherever the judge was.
  useEffect(() => {
    if (pressing) choose(undefined);
  }, [duties]);
  const tab = chosen ?? (!pressing && open.length > 0 ? "cases" : "task");
  return (
    <>
      <nav class="tabs" role="tablist">
        <button type="button" role="tab" aria-selected={tab === "task"} onClick={() => choose("task")}>
          {t("j.task")}
          {pressing && tab !== "task" && <i class="tab-call" />}
        </button>
        <button type="button" role="tab" aria-selected={tab === "cases"} onClick={() => choose("cases")}>
          {t("j.cases")}
          {open.length > 0 && <small class="num">{open.length}</small>}
        </button>
      </nav>
      {tab === "cases" ? (
        <Cases snap={snap} live={live} open={open} act={act} />
      ) : (
        <DutyView key={duties} duty={duty} snap={snap} now={now} act={act} />
      )}
    </>
  );
}

function DutyView({ duty, snap, now, act }: Omit<BenchProps, "live"> & { duty: Duty }) {
  switch (duty.at) {
    case "mark":
      return <Mark duty={duty} snap={snap} now={now} act={act} />;
    case "verdict":
      return <Verdict duty={duty} snap={snap} now={now} act={act} />;
    case "wait":
    case "soon":
    case "over":
      return (
        <main class="calm" role="status">
          {duty.at !== "over" && <span class="pulse" aria-hidden="true" />}
          {duty.at === "soon" && <p>{nameOf(snap, snap.question?.turn)}</p>}
          <h1>{t(`j.${duty.at}`)}</h1>
          {duty.at === "wait" && <p>{t("j.waitHint")}</p>}
        </main>
      );
  }
}

const PAD = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "clear", "0", "back"];

function Mark({ duty, snap, now, act }: Omit<BenchProps, "live"> & { duty: Extract<Duty, { at: "mark" }> }) {
  const place = `leitai.mark ${snap.head.event} ${duty.q}`;
  const [given, setGiven] = useState(() => recall(place));
  const [digits, type] = useState("");
  const { busy, refused, run } = useAct(act);
  const value = digits === "" ? undefined : Number(digits) * 100;
  const give = () => {
    if (value === undefined) return;
    run("mark", { value }, () => {
      remember(place, value);
      setGiven(value);
      type("");
    });
  };
  const shown = digits !== "" ? digits : given !== undefined ? points(given) : "–";
  return (
    <>
      <main class="mark-pad">
        <div class="mark-who">
          <div>
            <p class="quiet">{t("j.mark")}</p>
            <h1>{nameOf(snap, duty.who)}</h1>
          </div>
          {snap.question && <Clock question={snap.question} now={now} />}
        </div>
        <output class={digits === "" && given !== undefined ? "mark-value mark-given num" : "mark-value num"}>
          {shown}
          <small>/ {points(duty.most)}</small>
        </output>
        <div class="pad num">
          {PAD.map((key) => (
            <button
              type="button"
              key={key}
              class={key.length > 1 ? "pad-quiet" : ""}
              onClick={() => type(typed(digits, key, duty.most))}
            >
              {key === "clear" ? t("j.clear") : key === "back" ? t("j.back") : key}
            </button>
          ))}
        </div>
      </main>
      <footer class="bar">
        <MarkState given={given} busy={busy} refused={refused} most={duty.most} />
        <button type="button" class="act num" disabled={value === undefined || busy} onClick={give}>
          {value === undefined ? t("j.pick") : t(given === undefined ? "j.confirm" : "j.change", { n: digits })}
        </button>
      </footer>
    </>
  );
}

function MarkState({ given, busy, refused, most }: { given: number | undefined; busy: boolean; refused: ErrorCode | undefined; most: number }) {
  if (refused !== undefined) return <Refused code={refused} />;
  if (busy) return <p class="quiet">{t("j.saving")}</p>;
  if (given === undefined) return <p class="quiet num">{t("j.range", { n: points(most) })}</p>;
  return (
    <p class="mark-saved num" role="status">
      <CheckIcon />
      {t("j.given", { n: points(given) })}
    </p>
  );
}

/* The server keeps marks to itself until they are counted: what this judge gave is remembered here, for a reload. */
function recall(place: string): number | undefined {
  try {
    const text = sessionStorage.getItem(place);
    return text === null ? undefined : Number(text);
  } catch {
    return undefined;
  }
}

function remember(place: string, value: number): void {
  try {
    sessionStorage.setItem(place, String(value));
  } catch {
    return;
  }
}

function Verdict({ duty, snap, now, act }: Omit<BenchProps, "live"> & { duty: Extract<Duty, { at: "verdict" }> }) {
  const [right, choose] = useState<boolean | undefined>(undefined);
  const { busy, refused, run } = useAct(act);
  const word = (is: boolean) => t(is ? "j.right" : "j.wrong");
  return (
    <>
      <main class="ask">
        <div class="verdict-who">
          <p class="quiet">{t("j.answers")}</p>
          <h1>{nameOf(snap, duty.who)}</h1>
        </div>
        {snap.question && <HeadOf question={snap.question} now={now} />}
        {snap.question && <Content question={snap.question} dropped={snap.question.dropped ?? []} />}
      </main>
      <footer class="bar">
        <Refused code={refused} />
        <div class="decide" role="radiogroup" aria-label={t("j.decide")}>
          {[true, false].map((is) => (
            <button
              type="button"
              key={String(is)}
              role="radio"
              aria-checked={right === is}
              class={`decide-${is ? "right" : "wrong"}${right === is ? " decide-on" : ""}`}
              onClick={() => choose(is)}
            >
              {is ? <CheckIcon /> : <CrossIcon />}
              {word(is)}
            </button>
          ))}
        </div>
        <button type="button" class="act" disabled={right === undefined || busy} onClick={() => run("verdict", { value: right ? 1 : 0 })}>
          {right === undefined ? t("j.decide") : t("j.sure", { word: word(right) })}
        </button>
      </footer>
    </>
  );
}

function Cases({ snap, live, open, act }: Omit<BenchProps, "now"> & { open: Ruling[] }) {
  return (
    <main class="cases">
      {open.length === 0 && <p class="quiet">{t("j.noCases")}</p>}
      {open.map((ruling) => (
        <Case key={ruling.no} ruling={ruling} snap={snap} live={live} act={act} />
      ))}
    </main>
  );
}

function Case({ ruling, snap, live, act }: Omit<BenchProps, "now"> & { ruling: Ruling }) {
  const [reason, setReason] = useState("");
  const { busy, refused, run } = useAct(act);
  const appeal = ruling.kind === "appeal";
  const mine = ruling.by === live.you?.person;
  const answer = (action: "approve" | "reject") =>
    run(action, { value: ruling.no, ...(reason.trim() === "" ? {} : { reason: reason.trim() }) });
  return (
    <article class="case">
      <h2>{rulingWords(snap, ruling, me(snap, live.you))}</h2>
      {ruling.reason !== "" && <p>{t("ruling.because", { r: ruling.reason })}</p>}
      {mine ? (
        <p class="quiet">{t("j.own")}</p>
      ) : (
        <>
          <input
            aria-label={t("j.reason")}
            placeholder={t("j.reason")}
            maxLength={REASON_MOST}
            value={reason}
            onInput={(e) => setReason(e.currentTarget.value)}
          />
          <Refused code={refused} />
          <div class="case-answers">
            <button type="button" disabled={busy} onClick={() => answer("reject")}>
              {t(appeal ? "j.deny" : "j.reject")}
            </button>
            <button type="button" class="case-yes" disabled={busy} onClick={() => answer("approve")}>
              {t(appeal ? "j.uphold" : "j.approve")}
            </button>
          </div>
        </>
      )}
    </article>
  );
}
