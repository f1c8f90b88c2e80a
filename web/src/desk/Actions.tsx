/* The host's buttons: the next right one is big and always in the same place; the others are quiet and say why they are off. */
import { ERROR_TEXT, type Action, type Snapshot } from "../shared/protocol.gen.ts";
import { useState } from "preact/hooks";
import { owing, staked } from "../shared/contest.ts";
import { lang } from "../shared/i18n.ts";
import { CheckIcon, CrossIcon } from "../shared/icons.tsx";
import type { About } from "../shared/link.ts";
import { nameOf } from "../shared/teams.ts";
import { type Choice, choices, needsConfirm, nextStep, openRulings, type Step, type StepLabel } from "./actions.ts";
import { Confirm } from "./Confirm.tsx";
import type { Host } from "./host.ts";
import { t } from "./messages.ts";
import type { Reveal } from "./reveal.ts";
import { useShortcuts } from "./shortcuts.ts";

const EXTEND_S = 10;
const ABOUT: Partial<Record<Action, About>> = { extend: { value: EXTEND_S } };

interface Props {
  snap: Snapshot;
  host: Host;
  online: boolean;
  judges: number | undefined;
  reveal: Reveal | undefined;
  /** shows what waits for an answer */
  lookAtRulings: () => void;
}

export function Actions({ snap, host, online, judges, reveal, lookAtRulings }: Props) {
  const [asking, setAsking] = useState<Action | undefined>();
  const step = nextStep(snap, { judges });
  const others = choices(snap);
  const off = !online || host.resting || host.busy !== undefined;
  const press = (action: Action) => {
    if (off) return;
    if (needsConfirm(action, snap)) setAsking(action);
    else host.run(action, action === "resolve" ? { value: (snap.frozen?.step ?? 0) + 1 } : ABOUT[action]);
  };
  const pressPrimary = () => {
    if (step.kind === "act") press(step.action);
    if (step.kind === "look") lookAtRulings();
  };
  const pressOther = (...actions: Action[]) => {
    const other = others.find((choice) => actions.includes(choice.action));
    if (other && !other.refused) press(other.action);
  };
  const judge = (value: number) => {
    if (!off && step.kind === "judge") host.run("verdict", { value });
  };
  useShortcuts(asking === undefined, {
    " ": pressPrimary,
    Enter: pressPrimary,
    c: () => pressOther("close", "open"),
    d: () => pressOther("lot"),
    p: () => pressOther("pause", "resume"),
    x: () => pressOther("extend"),
    k: () => pressOther("skip", "advance"),
    e: () => pressOther("finish"),
    r: () => judge(1),
    w: () => judge(0),
  });
  return (
    <section class="acts" aria-label={t("acts.title")}>
      <Trouble host={host} online={online} />
      {step.kind === "judge" ? (
        <Judge snap={snap} host={host} off={off} judge={judge} />
      ) : (
        <Primary step={step} snap={snap} host={host} off={off} judges={judges} reveal={reveal} press={pressPrimary} />
      )}
      <div class="acts-others">
        {others
          .filter((choice) => step.kind !== "act" || choice.action !== step.action)
          .map((choice) => (
            <Other choice={choice} off={off} press={press} key={choice.action} />
          ))}
      </div>
      {asking && (
        <Confirm
          action={asking}
          snap={snap}
          yes={() => {
            setAsking(undefined);
            host.run(asking);
          }}
          no={() => setAsking(undefined)}
        />
      )}
    </section>
  );
}

/* Room is kept for it, so that the big button never moves under a finger. */
function Trouble({ host, online }: { host: Host; online: boolean }) {
  if (!online) {
    return (
      <p class="trouble trouble-on" role="status">
        {t("why.offline")}
      </p>
    );
  }
  if (!host.refused) return <p class="trouble" role="status" />;
  const words = { what: t(`act.${host.refused.action}`), why: ERROR_TEXT[host.refused.code][lang.value] };
  return (
    <p class="trouble trouble-on" role="alert">
      <span>{t("err.refused", words)}</span>
      <button type="button" class="link" onClick={host.dismiss}>
        {t("err.dismiss")}
      </button>
    </p>
  );
}

interface PrimaryProps {
  step: Exclude<Step, { kind: "judge" }>;
  snap: Snapshot;
  host: Host;
  off: boolean;
  judges: number | undefined;
  reveal: Reveal | undefined;
  press: () => void;
}

function Primary({ step, snap, host, off, judges, reveal, press }: PrimaryProps) {
  const words = stepWords(step.label, snap, judges);
  const resolving = step.kind === "act" && step.action === "resolve";
  const working = step.kind === "act" && host.busy === step.action;
  return (
    <button
      type="button"
      class={step.kind === "wait" ? "primary primary-wait" : "primary"}
      disabled={off || step.kind === "wait"}
      aria-busy={working}
      onClick={press}
      data-primary
      {...(step.kind === "act" ? { "data-action": step.action } : {})}
    >
      <span class="primary-words">
        <b>{working && !resolving ? t("step.working") : resolving ? cueTitle(reveal, step.label) : t(step.label, words)}</b>
        <small>{resolving ? cueHint(reveal, snap, step.label) : step.label === "step.next" ? comes(snap) : t(`${step.label}.hint`, words)}</small>
      </span>
      {resolving && <kbd>PageDown</kbd>}
      {step.kind !== "wait" && <kbd>{t("key.space")}</kbd>}
    </button>
  );
}

function stepWords(label: Exclude<Step, { kind: "judge" }>["label"], snap: Snapshot, judges: number | undefined) {
  const question = snap.question;
  switch (label) {
    case "step.start":
      return { n: snap.presence.players };
    case "step.open":
    case "step.openWager":
    case "step.go":
    case "step.goAgain":
      return { n: question?.seconds ?? 0 };
    case "step.openBurst":
      return { n: question?.seconds ?? 0, of: question?.n ?? 0 };
    case "step.openPart":
    case "wait.turn":
      return { team: nameOf(snap, question?.turn) };
    case "wait.held":
      return { team: nameOf(snap, question?.held) };
    case "wait.stakes":
      return staked(snap);
    case "wait.marks":
      return { n: question?.marks ?? 0, of: judges ?? "?" };
    case "step.closeMarks":
      return { n: question?.marks ?? 0 };
    case "step.advance":
      return { n: owing(snap)?.advance ?? 0 };
    case "look.rulings":
      return { n: openRulings(snap) };
    default:
      return { n: snap.ahead?.q ?? 0 };
  }
}

/* The presenter reads what the step will show; the hall does not see this page. */
function cueTitle(reveal: Reveal | undefined, label: StepLabel): string {
  const next = reveal?.step === 0 ? undefined : reveal?.next;
  if (!next) return t(label);
  if (next.kind === "others") return t("reveal.others");
  return t(next.kind === "award" ? "reveal.give" : "reveal.open", { name: next.name });
}

function cueHint(reveal: Reveal | undefined, snap: Snapshot, label: StepLabel): string {
  const next = reveal?.step === 0 ? undefined : reveal?.next;
  if (!next || next.kind === "others") return t(`${label}.hint` as "step.resolve.hint" | "step.resolveNext.hint");
  const rank = (n: number) => (n > 0 ? t("reveal.rank", { n }) : t("reveal.noRank"));
  if (next.kind === "award") return [rank(next.rank_to), snap.head.awards[next.award ?? -1]?.title ?? ""].join(" · ");
  return next.rank_from === next.rank_to ? `${rank(next.rank_to)} · ${t("reveal.stays")}` : `${rank(next.rank_from)} → ${rank(next.rank_to)}`;
}

/* Who or what comes next, when the engine has said so. */
function comes(snap: Snapshot): string {
  const { ahead, question } = snap;
  if (!ahead) return t("step.next.hint");
  const title = snap.head.rounds[(ahead.round ?? 0) - 1]?.title ?? "";
  const parts = ahead.round !== undefined && ahead.round !== question?.round && title !== "" ? [t("comes.round", { round: title })] : [];
  if (ahead.turn !== undefined) parts.push(t("comes.turn", { team: nameOf(snap, ahead.turn) }));
  if (ahead.field && ahead.field.length > 0) {
    parts.push(t("comes.field", { teams: ahead.field.map((entry) => nameOf(snap, entry)).join(t("list.comma")) }));
  }
  return parts.length === 0 ? t("step.next.hint") : parts.join(" · ");
}

interface JudgeProps {
  snap: Snapshot;
  host: Host;
  off: boolean;
  judge: (value: number) => void;
}

/* A spoken answer: two buttons as large as the one, and no space bar. */
function Judge({ snap, host, off, judge }: JudgeProps) {
  const team = nameOf(snap, snap.question?.held ?? snap.question?.turn);
  const busy = host.busy === "verdict";
  return (
    <div class="judge" role="group" aria-label={t("judge.spoken", { team })} aria-busy={busy}>
      <button type="button" class="primary judge-right" disabled={off} onClick={() => judge(1)} data-verdict="1">
        <CheckIcon />
        <span class="primary-words">
          <b>{t("judge.right")}</b>
          <small>{busy ? t("step.working") : t("judge.spoken", { team })}</small>
        </span>
        <kbd>R</kbd>
      </button>
      <button type="button" class="primary judge-wrong" disabled={off} onClick={() => judge(0)} data-verdict="0">
        <CrossIcon />
        <span class="primary-words">
          <b>{t("judge.wrong")}</b>
          <small>{t(snap.question?.mode === "buzzer" ? "judge.wrongBuzzer" : "judge.wrongHint")}</small>
        </span>
        <kbd>W</kbd>
      </button>
    </div>
  );
}

const KEY: Partial<Record<Action, string>> = {
  close: "C",
  open: "C",
  lot: "D",
  pause: "P",
  resume: "P",
  extend: "X",
  skip: "K",
  advance: "K",
  finish: "E",
};

function Other({ choice, off, press }: { choice: Choice; off: boolean; press: (action: Action) => void }) {
  const { action, refused } = choice;
  const key = KEY[action];
  return (
    <button
      type="button"
      class="other"
      disabled={off || refused !== undefined}
      onClick={() => press(action)}
      data-action={action}
    >
      <b>
        {t(`act.${action}`)}
        {key && <kbd>{key}</kbd>}
      </b>
      <small title={refused && t(refused)}>{refused ? t(refused) : "\u00a0"}</small>
    </button>
  );
}
