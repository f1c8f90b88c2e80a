/* The host's buttons: the next right one is big and always in the same place; the others are quiet and say why they are off. */
import { ERROR_TEXT, type Action, type Snapshot } from "../shared/protocol.gen.ts";
import { useState } from "preact/hooks";
import { lang } from "../shared/i18n.ts";
import { type Choice, choices, needsConfirm, nextStep, type Step } from "./actions.ts";
import { Confirm } from "./Confirm.tsx";
import type { Host } from "./host.ts";
import { t } from "./messages.ts";
import { useShortcuts } from "./shortcuts.ts";

interface Props {
  snap: Snapshot;
  host: Host;
  online: boolean;
}

export function Actions({ snap, host, online }: Props) {
  const [asking, setAsking] = useState<Action | undefined>();
  const step = nextStep(snap);
  const others = choices(snap);
  const off = !online || host.resting || host.busy !== undefined;
  const press = (action: Action) => {
    if (off) return;
    if (needsConfirm(action, snap)) setAsking(action);
    else host.run(action);
  };
  const pressPrimary = () => step.kind === "act" && press(step.action);
  const pressOther = (action: Action) => {
    const other = others.find((choice) => choice.action === action);
    if (other && !other.refused) press(action);
  };
  useShortcuts(asking === undefined, {
    " ": pressPrimary,
    Enter: pressPrimary,
    c: () => pressOther("close"),
    p: () => pressOther(snap.phase === "paused" ? "resume" : "pause"),
    e: () => pressOther("finish"),
  });
  return (
    <section class="acts" aria-label={t("acts.title")}>
      <Trouble host={host} online={online} />
      <Primary step={step} snap={snap} host={host} off={off} press={pressPrimary} />
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
  step: Step;
  snap: Snapshot;
  host: Host;
  off: boolean;
  press: () => void;
}

function Primary({ step, snap, host, off, press }: PrimaryProps) {
  const words = {
    n: step.label === "step.open" ? (snap.question?.seconds ?? 0) : step.label === "step.start" ? snap.presence.players : nextNumber(snap),
  };
  const working = step.kind === "act" && host.busy === step.action;
  return (
    <button
      type="button"
      class={step.kind === "act" ? "primary" : "primary primary-wait"}
      disabled={off || step.kind === "wait"}
      aria-busy={working}
      onClick={press}
      data-primary
      {...(step.kind === "act" ? { "data-action": step.action } : {})}
    >
      <span class="primary-words">
        <b>{working ? t("step.working") : t(step.label, words)}</b>
        <small>{t(`${step.label}.hint`, words)}</small>
      </span>
      {step.kind === "act" && <kbd>{t("key.space")}</kbd>}
    </button>
  );
}

function nextNumber(snap: Snapshot): number {
  return (snap.question?.q ?? 0) + 1;
}

const KEY: Partial<Record<Action, string>> = { close: "C", pause: "P", resume: "P", finish: "E" };

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
      <small>{refused ? t(refused) : "\u00a0"}</small>
    </button>
  );
}
