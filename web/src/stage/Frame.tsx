/* What stands around every picture: the ground, the line at the top, the presenter's keys, and the notices. */
import type { ComponentChildren } from "preact";
import type { Snapshot } from "../shared/protocol.gen.ts";
import { spokenCode } from "../shared/code.ts";
import type { Mark as BoardMark } from "./assign.ts";
import { LockIcon } from "../shared/icons.tsx";
import { t } from "./messages.ts";

/** Leitai's mark: the raised square stage, seen from above, with its four posts. */
export function Mark() {
  return (
    <svg class="stage-mark" viewBox="0 0 48 48" fill="none" aria-hidden="true">
      <path d="M24 4 44 24 24 44 4 24Z" stroke="#e0a93b" stroke-width="3" />
      <path d="M24 13 35 24 24 35 13 24Z" fill="#c9372c" />
    </svg>
  );
}

export function Ground() {
  return (
    <div class="stage-ground" aria-hidden="true">
      <svg viewBox="0 0 1500 240" fill="none" stroke="#3a2a2c" stroke-width="2">
        <path d="M430 40H1070L1260 240H240Z" />
        <path d="M480 70H1020L1180 240H320Z" />
        <path d="M530 100H970L1100 240H400Z" />
      </svg>
    </div>
  );
}

interface HeadProps {
  snap: Snapshot;
  lost: boolean;
  /** how the board stands, said with every picture */
  mark: BoardMark | undefined;
  /** banners hang where the code would stand */
  bare?: boolean;
  /** what this picture is about: the event's title, or a question's line */
  children: ComponentChildren;
}

export function Head({ snap, lost, mark, bare, children }: HeadProps) {
  const joinable = !bare && snap.head.guests && (snap.phase === "running" || snap.phase === "paused");
  return (
    <header class="stage-head">
      <div class="stage-head-title">{children}</div>
      <div class="stage-head-facts">
        {mark && <FreezeMark mark={mark} />}
        {lost && (
          <span class="stage-lost" role="status">
            {t("stage.lost")}
          </span>
        )}
        {!lost && snap.presence.waiting && (
          <span class="stage-lost" role="status">
            {t("stage.waiting")}
          </span>
        )}
        {joinable && (
          <span>
            {t("lobby.code")}
            <b class="num">{spokenCode(snap.head.code)}</b>
          </span>
        )}
      </div>
    </header>
  );
}

/** The line is lost, on a picture without a head. */
export function LostMark() {
  return (
    <span class="stage-lost stage-lost-alone" role="status">
      {t("stage.lost")}
    </span>
  );
}

export function FreezeMark({ mark }: { mark: BoardMark }) {
  return (
    <span class={`stage-freeze stage-freeze-${mark}`} role="status">
      {mark === "frozen" && <LockIcon />}
      {t(`mark.${mark}`)}
    </span>
  );
}

interface NoticeProps {
  title: string;
  hint: string;
  waiting?: boolean;
}

export function Notice({ title, hint, waiting }: NoticeProps) {
  return (
    <section class={waiting ? "notice notice-waiting" : "notice"} role="status">
      <Mark />
      <h1>{title}</h1>
      <p>{hint}</p>
    </section>
  );
}

export interface StageKeys {
  full: () => void;
  lang: () => void;
  board?: () => void;
  reveal?: () => void;
  rules?: () => void;
  seal?: () => void;
  mute?: () => void;
  muted?: boolean;
}

export function Keys({ full, lang, board, reveal, rules, seal, mute, muted }: StageKeys) {
  return (
    <div class="stage-keys">
      {reveal && <Key name="A" word={t("keys.reveal")} press={reveal} />}
      {board && <Key name="B" word={t("keys.board")} press={board} />}
      {seal && <Key name="Q" word={t("keys.seal")} press={seal} />}
      {rules && <Key name="R" word={t("keys.rules")} press={rules} />}
      {mute && <Key name="M" word={t(muted ? "keys.unmute" : "keys.mute")} press={mute} />}
      <Key name="L" word={t("keys.lang")} press={lang} />
      <Key name="F" word={t("keys.full")} press={full} />
    </div>
  );
}

function Key({ name, word, press }: { name: string; word: string; press: () => void }) {
  return (
    <button type="button" onClick={press}>
      {word}
      <kbd>{name}</kbd>
    </button>
  );
}
