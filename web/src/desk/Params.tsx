/* What a view needs to be told. A choice takes effect at once; only what is typed waits for its button. */
import { useEffect, useState } from "preact/hooks";
import { BackIcon, NextIcon } from "../shared/icons.tsx";
import type { BoardOf, Snapshot, StageView, View } from "../shared/protocol.gen.ts";
import { t } from "./messages.ts";
import type { RosterState } from "./roster.ts";
import { boardChoices, minutesOf, needs } from "./screens.ts";

interface Props {
  view: StageView;
  snap: Snapshot;
  /** as it is shown now; only `view` when it is not */
  shown: View;
  roster: RosterState;
  find: (find: string) => void;
  now: () => number;
  online: boolean;
  show: (view: View) => void;
}

export function Params(props: Props) {
  switch (needs(props.view)) {
    case "board":
      return <BoardParams {...props} />;
    case "entry":
      return <EntryParams {...props} />;
    case "minutes":
      return <MinutesParams {...props} />;
    case "text":
      return <TextParams {...props} />;
    case "media":
      return <MediaParams {...props} />;
    case "nothing":
      return null;
  }
}

function BoardParams({ view, snap, shown, online, show }: Props) {
  const boards = boardChoices(snap.head, view);
  const of = shown.of ?? (view === "grid" ? "city" : "entry");
  const round = shown.round ?? 0;
  const turn = (change: Partial<View>) => show({ view, of, round, ...change });
  return (
    <div class="params">
      {boards.length > 1 && (
        <Chips
          label={t("param.of")}
          options={boards.map((one) => ({ value: one, words: t(`of.${one}`) }))}
          at={of}
          online={online}
          pick={(value) => turn({ of: value as BoardOf })}
        />
      )}
      {snap.head.round_boards && (
        <Chips
          label={t("param.round")}
          options={[{ value: "0", words: t("param.event") }, ...snap.head.rounds.map(({ title }, i) => ({ value: String(i + 1), words: title }))]}
          at={String(round)}
          online={online}
          pick={(value) => turn({ round: Number(value) })}
        />
      )}
      {view === "pages" && (
        <div class="params-row">
          <span class="params-label">{t("param.page")}</span>
          <div class="chips">
            <button type="button" class="chip" aria-pressed={shown.page === undefined} disabled={!online} onClick={() => turn({})}>
              {t("param.turning")}
            </button>
            <button
              type="button"
              class="chip chip-icon"
              disabled={!online || !shown.page}
              onClick={() => turn({ page: (shown.page ?? 1) - 1 })}
              aria-label={t("param.before")}
            >
              <BackIcon />
            </button>
            {shown.page !== undefined && <span class="num">{t("param.pageN", { n: shown.page + 1 })}</span>}
            <button
              type="button"
              class="chip chip-icon"
              disabled={!online}
              onClick={() => turn({ page: shown.page === undefined ? 0 : shown.page + 1 })}
              aria-label={t("param.after")}
            >
              <NextIcon />
            </button>
          </div>
        </div>
      )}
    </div>
  );
}

interface ChipsProps {
  label: string;
  options: { value: string; words: string }[];
  at: string | undefined;
  online: boolean;
  pick: (value: string) => void;
}

function Chips({ label, options, at, online, pick }: ChipsProps) {
  return (
    <div class="params-row" role="group" aria-label={label}>
      <span class="params-label" aria-hidden="true">
        {label}
      </span>
      <div class="chips">
        {options.map(({ value, words }) => (
          <button type="button" class="chip" aria-pressed={at === value} disabled={!online} onClick={() => pick(value)} data-value={value} key={value}>
            <span class="cut">{words}</span>
          </button>
        ))}
      </div>
    </div>
  );
}

const FOUND_MOST = 6;
const FIND_DELAY_MS = 250;

function EntryParams({ view, snap, shown, roster, find, online, show }: Props) {
  const [typed, setTyped] = useState("");
  const wanted = typed.trim().toLowerCase();
  const teams = snap.teams.length > 0;
  // Persons are too many to be here: the server looks for them.
  useEffect(() => {
    if (teams) return;
    const timer = setTimeout(() => find(typed.trim()), FIND_DELAY_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  useEffect(() => () => void (!teams && find("")), []);
  const all = teams ? snap.teams : roster.rows;
  const found = all.filter(({ name, unit }) => name.toLowerCase().includes(wanted) || unit.toLowerCase().includes(wanted));
  return (
    <div class="params">
      <input
        type="search"
        class="params-field"
        placeholder={t("param.find")}
        aria-label={t("param.find")}
        maxLength={40}
        value={typed}
        onInput={(e) => setTyped(e.currentTarget.value)}
        data-find-entry
      />
      <ul class="params-found">
        {found.slice(0, FOUND_MOST).map(({ entry, name, unit }) => (
          <li key={entry}>
            <button type="button" aria-pressed={shown.entry === entry} disabled={!online} onClick={() => show({ view, entry })}>
              <b class="cut">{name}</b>
              {unit !== "" && unit !== name && <small class="cut">{unit}</small>}
            </button>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="quiet">{t("param.noEntry", { find: typed.trim() })}</p>}
      {found.length > FOUND_MOST && <p class="quiet num">{t("param.more", { n: found.length - FOUND_MOST })}</p>}
    </div>
  );
}

const MINUTES = [1, 3, 5, 10, 15] as const;
const LINE_MOST = 60;

function MinutesParams({ view, shown, now, online, show }: Props) {
  const [line, setLine] = useState(shown.text ?? "");
  const [other, setOther] = useState("");
  const minutes = minutesOf(other);
  const begin = (n: number) => show({ view, until_ms: Math.round(now() + n * 60_000), text: line.trim() });
  return (
    <form
      class="params"
      onSubmit={(e) => {
        e.preventDefault();
        if (minutes !== undefined && online) begin(minutes);
      }}
    >
      <input
        class="params-field"
        placeholder={t("param.line")}
        aria-label={t("param.line")}
        maxLength={LINE_MOST}
        value={line}
        onInput={(e) => setLine(e.currentTarget.value)}
      />
      <div class="chips" role="group" aria-label={t("param.minutes")}>
        {MINUTES.map((n) => (
          <button type="button" class="chip num" disabled={!online} onClick={() => begin(n)} data-minutes={n} key={n}>
            {t("param.minutesN", { n })}
          </button>
        ))}
      </div>
      <div class="params-other">
        <input
          class="params-field num"
          inputMode="decimal"
          placeholder={t("param.other")}
          aria-label={t("param.minutes")}
          maxLength={5}
          value={other}
          onInput={(e) => setOther(e.currentTarget.value)}
        />
        <span class="quiet">{t("param.minutes")}</span>
        <button type="submit" class="button" disabled={!online || minutes === undefined}>
          {t("param.begin")}
        </button>
      </div>
    </form>
  );
}

const TEXT_MOST = 120;

function TextParams({ view, shown, online, show }: Props) {
  const [text, setText] = useState(shown.text ?? "");
  const say = () => online && text.trim() !== "" && show({ view, text: text.trim() });
  return (
    <form
      class="params"
      onSubmit={(e) => {
        e.preventDefault();
        say();
      }}
    >
      <textarea
        class="params-field"
        rows={3}
        placeholder={t("param.textHint")}
        aria-label={t("param.text")}
        maxLength={TEXT_MOST}
        value={text}
        onInput={(e) => setText(e.currentTarget.value)}
        onKeyDown={(e) => {
          if (e.key !== "Enter" || !(e.ctrlKey || e.metaKey)) return;
          e.preventDefault();
          say();
        }}
        data-text
      />
      <button type="submit" class="button" disabled={!online || text.trim() === ""} data-show>
        {t("param.show")}
      </button>
    </form>
  );
}

const FILE_MOST = 100;

function MediaParams({ view, shown, online, show }: Props) {
  const [file, setFile] = useState(shown.media ?? "");
  const [line, setLine] = useState(shown.text ?? "");
  return (
    <form
      class="params"
      onSubmit={(e) => {
        e.preventDefault();
        if (online && file.trim() !== "") show({ view, media: file.trim(), text: line.trim() });
      }}
    >
      <input
        class="params-field"
        placeholder={t("param.mediaHint")}
        aria-label={t("param.media")}
        maxLength={FILE_MOST}
        spellcheck={false}
        value={file}
        onInput={(e) => setFile(e.currentTarget.value)}
        data-media
      />
      <input
        class="params-field"
        placeholder={t("param.line")}
        aria-label={t("param.line")}
        maxLength={LINE_MOST}
        value={line}
        onInput={(e) => setLine(e.currentTarget.value)}
      />
      <button type="submit" class="button" disabled={!online || file.trim() === ""} data-show>
        {t("param.show")}
      </button>
    </form>
  );
}
