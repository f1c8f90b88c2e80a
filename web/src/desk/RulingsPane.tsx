/* Rulings and appeals: what waits for an answer first. */
import { ERROR_TEXT, type Ruling, type Snapshot } from "../shared/protocol.gen.ts";
import { useState } from "preact/hooks";
import { points } from "../shared/format.ts";
import { lang } from "../shared/i18n.ts";
import { nameOf } from "../shared/teams.ts";
import type { CommandEnd, Host } from "./host.ts";
import { t } from "./messages.ts";
import { listed, mayAnswer } from "./rulings.ts";

interface Props {
  snap: Snapshot;
  host: Host;
  online: boolean;
  me: string | undefined;
  begin: () => void;
}

export function RulingsPane({ snap, host, online, me, begin }: Props) {
  const over = snap.phase === "final" || snap.phase === "draft";
  return (
    <section class="pane pane-list" aria-label={t("tab.rulings")}>
      <button type="button" class="button button-wide" onClick={begin} disabled={over} data-new-ruling>
        {t("ruling.begin")} <kbd>N</kbd>
      </button>
      {snap.rulings.length === 0 ? (
        <p class="pane-empty quiet">{t(over && snap.phase === "final" ? "rulings.closed" : "rulings.empty")}</p>
      ) : (
        <ol class="rulings" tabIndex={0} aria-label={t("tab.rulings")}>
          {listed(snap.rulings).map((ruling) => (
            <Row snap={snap} ruling={ruling} host={host} online={online} me={me} key={ruling.no} />
          ))}
        </ol>
      )}
    </section>
  );
}

interface RowProps {
  snap: Snapshot;
  ruling: Ruling;
  host: Host;
  online: boolean;
  me: string | undefined;
}

function Row({ snap, ruling, host, online, me }: RowProps) {
  return (
    <li class={`ruling ruling-${ruling.state}`}>
      <header>
        <b>{what(snap, ruling)}</b>
        <span class={`tag tag-${ruling.state}`}>{t(stateKey(ruling))}</span>
      </header>
      <p>{ruling.reason}</p>
      {ruling.answer && <p class="ruling-said">{t("ruling.answer", { text: ruling.answer })}</p>}
      <small class="quiet num">{signed(ruling, me)}</small>
      {ruling.state === "open" &&
        (mayAnswer(ruling, me) ? (
          <AnswerForm ruling={ruling} host={host} online={online} />
        ) : (
          <p class="ruling-own">{t("ruling.own")}</p>
        ))}
    </li>
  );
}

function what(snap: Snapshot, ruling: Ruling): string {
  const n = ruling.question ?? 0;
  const team = nameOf(snap, ruling.entry);
  switch (ruling.kind) {
    case "void":
      return t("ruled.void", { n });
    case "accept":
      return t("ruled.accept", { n });
    case "adjust": {
      const by = ruling.points ?? 0;
      return t(by < 0 ? "ruled.less" : "ruled.more", { team, n: points(Math.abs(by)) });
    }
    case "disqualify":
      return t("ruled.disqualify", { team });
    case "appeal":
      return t("ruled.appeal", { team, n });
  }
}

function stateKey(ruling: Ruling) {
  if (ruling.kind === "appeal") {
    return ruling.state === "open" ? "appeal.open" : ruling.state === "done" ? "appeal.done" : "appeal.rejected";
  }
  return ruling.state === "open" ? "ruling.open" : ruling.state === "done" ? "ruling.done" : "ruling.rejected";
}

function signed(ruling: Ruling, me: string | undefined): string {
  const first = t(ruling.kind === "appeal" ? "signed.captain" : "signed.by", { no: ruling.no, who: who(ruling.by, me) });
  return ruling.by2 === undefined ? first : `${first} · ${t("signed.by2", { who: who(ruling.by2, me) })}`;
}

function who(person: string, me: string | undefined): string {
  return person === me ? t("signed.me") : t("signed.other", { person });
}

interface AnswerProps {
  ruling: Ruling;
  host: Host;
  online: boolean;
}

/* An appeal is answered with a reason; a colleague's ruling may be approved without. */
function AnswerForm({ ruling, host, online }: AnswerProps) {
  const [reason, setReason] = useState("");
  const [refused, setRefused] = useState<CommandEnd>();
  const appeal = ruling.kind === "appeal";
  const off = !online || host.busy !== undefined || (appeal && reason.trim() === "");
  const answer = (action: "approve" | "reject") => {
    if (off) return;
    const said = reason.trim() === "" ? {} : { reason: reason.trim() };
    host.run(action, { value: ruling.no, ...said }, setRefused);
  };
  return (
    <div class="ruling-answer">
      <input
        maxLength={130}
        placeholder={t(appeal ? "answer.reason" : "answer.reasonFree")}
        aria-label={t(appeal ? "answer.reason" : "answer.reasonFree")}
        value={reason}
        onInput={(e) => setReason(e.currentTarget.value)}
      />
      <div>
        <button type="button" class="button" disabled={off} onClick={() => answer("approve")} data-approve={ruling.no}>
          {t(appeal ? "answer.uphold" : "answer.approve")}
        </button>
        <button type="button" class="button" disabled={off} onClick={() => answer("reject")} data-reject={ruling.no}>
          {t(appeal ? "answer.deny" : "answer.reject")}
        </button>
      </div>
      {refused && (
        <p class="trouble-on trouble" role="alert">
          {refused === "second_person" ? t("ruling.own") : ERROR_TEXT[refused][lang.value]}
        </p>
      )}
    </div>
  );
}
