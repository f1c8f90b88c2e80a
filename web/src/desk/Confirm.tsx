/* Before what cannot be taken back: says in words what will happen. The safe answer has the focus. */
import type { Action, Snapshot } from "../shared/protocol.gen.ts";
import { useEffect, useRef } from "preact/hooks";
import { t } from "./messages.ts";

interface Props {
  action: Action;
  snap: Snapshot;
  yes: () => void;
  no: () => void;
}

export function Confirm({ action, snap, yes, no }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const safe = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    safe.current?.focus();
  }, []);
  const finalise = action === "finalise";
  const points = finalise
    ? [t("ask.finalise.1", { n: snap.presence.entries }), t("ask.finalise.2"), t("ask.finalise.3")]
    : [t("ask.finish.1", { n: snap.head.questions - (snap.question?.q ?? 0) }), t("ask.finish.2")];
  return (
    <dialog class="confirm" ref={dialog} onCancel={no} aria-labelledby="confirm-title">
      <h2 id="confirm-title">{t(finalise ? "ask.finalise" : "ask.finish")}</h2>
      <ul>
        {points.map((point) => (
          <li key={point}>{point}</li>
        ))}
      </ul>
      <footer>
        <button type="button" class="button" ref={safe} onClick={no} data-confirm="no">
          {t("ask.no")}
        </button>
        <button type="button" class="button button-main" onClick={yes} data-confirm="yes">
          {t(finalise ? "ask.finalise.yes" : "ask.finish.yes")}
        </button>
      </footer>
    </dialog>
  );
}
