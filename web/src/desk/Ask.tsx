/* A question before something that others see at once: says in words what will happen. The safe answer has the focus. */
import { useEffect, useRef } from "preact/hooks";
import { t } from "./messages.ts";

interface Props {
  title: string;
  points: string[];
  yes: string;
  then: () => void;
  no: () => void;
}

export function Ask({ title, points, yes, then, no }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const safe = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    safe.current?.focus();
  }, []);
  return (
    <dialog class="confirm" ref={dialog} onCancel={no} aria-labelledby="ask-title">
      <h2 id="ask-title">{title}</h2>
      <ul>
        {points.map((point) => (
          <li key={point}>{point}</li>
        ))}
      </ul>
      <footer>
        <button type="button" class="button" ref={safe} onClick={no} data-confirm="no">
          {t("ask.no")}
        </button>
        <button type="button" class="button button-main" onClick={then} data-confirm="yes">
          {yes}
        </button>
      </footer>
    </dialog>
  );
}
