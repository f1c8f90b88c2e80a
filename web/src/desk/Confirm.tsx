/* Before what cannot be taken back: says in words what will happen. The safe answer has the focus. */
import type { Action, Snapshot } from "../shared/protocol.gen.ts";
import { useEffect, useRef } from "preact/hooks";
import { firstOf, goingOn, owing } from "../shared/contest.ts";
import { points } from "../shared/format.ts";
import { selfPaced } from "../shared/modes.ts";
import { leftInRound } from "./actions.ts";
import { t } from "./messages.ts";
import { hides, revealState } from "./reveal.ts";

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
  const words = asked(action, snap);
  return (
    <dialog class="confirm" ref={dialog} onCancel={no} aria-labelledby="confirm-title">
      <h2 id="confirm-title">{words.title}</h2>
      {action === "advance" && <GoingOn snap={snap} />}
      <ul>
        {words.points.map((point) => (
          <li key={point}>{point}</li>
        ))}
      </ul>
      <footer>
        <button type="button" class="button" ref={safe} onClick={no} data-confirm="no">
          {t("ask.no")}
        </button>
        <button type="button" class="button button-main" onClick={yes} data-confirm="yes">
          {words.yes}
        </button>
      </footer>
    </dialog>
  );
}

function asked(action: Action, snap: Snapshot): { title: string; points: string[]; yes: string } {
  switch (action) {
    case "finalise":
      return {
        title: t("ask.finalise"),
        points: [t("ask.finalise.1", { n: snap.presence.entries }), t("ask.finalise.2"), t("ask.finalise.3")],
        yes: t("ask.finalise.yes"),
      };
    case "lot":
      return { title: t("ask.lot"), points: [t("ask.lot.1"), t("ask.lot.2")], yes: t("ask.lot.yes") };
    case "skip":
      return {
        title: t("ask.skip"),
        points: [t("ask.skip.1", { n: leftInRound(snap) }), t("ask.skip.2")],
        yes: t("ask.skip.yes"),
      };
    case "next":
      return { title: t("ask.thaw"), points: [t("ask.thaw.1"), t("ask.thaw.2")], yes: t("ask.thaw.yes") };
    case "advance":
      return { title: t("ask.advance", { n: owing(snap)?.advance ?? 0 }), points: advancing(snap), yes: t("ask.advance.yes") };
    default:
      if (selfPaced(snap.head.rounds)) {
        return { title: t("ask.finishAlone"), points: [t("ask.finishAlone.1"), t("ask.finishAlone.2")], yes: t("ask.finish.yes") };
      }
      return { title: t("ask.finish"), points: finishing(snap), yes: t("ask.finish.yes") };
  }
}

function finishing(snap: Snapshot): string[] {
  const left = unplayed(snap);
  return [
    ...(left > 0 ? [t("ask.finish.1", { n: left })] : []),
    ...(hides(snap) ? [t("ask.finish.frozen")] : [t("ask.finish.2")]),
    ...(revealState(snap) === "done" ? [t("ask.finish.revealed")] : []),
  ];
}

/* Before its last question a round may end so, too; then nobody has worked out yet who it would be. */
function advancing(snap: Snapshot): string[] {
  const left = leftInRound(snap);
  return left === 0 ? [t("ask.advance.1")] : [t("ask.skip.1", { n: left }), t("ask.advance.now"), t("ask.advance.1")];
}

/* From the next question on, spare ones of the rounds to come included: they are announced nowhere else. */
function unplayed(snap: Snapshot): number {
  const next = snap.ahead?.q;
  return next === undefined ? 0 : firstOf(snap, snap.head.rounds.length) - next;
}

/* Whoever is as good as the last of them goes on, too. */
function GoingOn({ snap }: { snap: Snapshot }) {
  const on = goingOn(snap);
  if (on.length === 0) return null;
  return (
    <>
      <ol class="going-on">
        {on.map(({ entry, name, row }) => (
          <li key={entry}>
            <span class="num">{row?.rank}</span>
            <b>{name}</b>
            <em class="num">{row && points(row.points)}</em>
          </li>
        ))}
      </ol>
      {on.length > (owing(snap)?.advance ?? 0) && <p class="going-tied">{t("ask.advance.tied")}</p>}
    </>
  );
}
