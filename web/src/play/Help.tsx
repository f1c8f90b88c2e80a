/* 求助: the team's one help, chosen by its captain. */
import { useState } from "preact/hooks";
import { type Act, useAct } from "./act.ts";
import type { Question, Snapshot } from "../shared/protocol.gen.ts";
import { nameOf } from "../shared/teams.ts";
import { type Key, t } from "./messages.ts";
import { helpsAsked, type Me } from "./screen.ts";
import { Refused, Sheet } from "../phone/Sheet.tsx";

export function Help({ helps, act }: { helps: number[]; act: Act }) {
  const [open, setOpen] = useState(false);
  const [help, choose] = useState<number | undefined>(undefined);
  const { busy, refused, run } = useAct(act);
  if (helps.length === 0) return null;
  const close = () => setOpen(false);
  return (
    <>
      <button type="button" class="help" onClick={() => setOpen(true)}>
        {t("help.open")}
      </button>
      {open && (
        <Sheet title={t("help.title")} close={close}>
          <div class="picks" role="radiogroup" aria-label={t("help.title")}>
            {helps.map((n) => (
              <button
                type="button"
                key={n}
                role="radio"
                aria-checked={n === help}
                class={n === help ? "pick pick-on" : "pick"}
                onClick={() => choose(n)}
              >
                <b>{t(`help.${n}` as Key)}</b>
                <small>{t(`help.${n}h` as Key)}</small>
              </button>
            ))}
          </div>
          <Refused code={refused} />
          <button
            type="button"
            class="act"
            disabled={help === undefined || busy}
            onClick={() => help !== undefined && run("help", { value: help }, close)}
          >
            {t("help.confirm")}
          </button>
        </Sheet>
      )}
    </>
  );
}

/** Who has asked for what help at this question. */
export function Helps({ snap, question, self }: { snap: Snapshot; question: Question; self: Me }) {
  const asked = helpsAsked(question);
  if (asked.length === 0) return null;
  return (
    <p class="helps" role="status">
      {asked.map(({ entry, help }) => (
        <span key={entry}>
          {t("help.asks", { team: entry === self.entry ? t("help.own") : nameOf(snap, entry), help: t(`help.${help}` as Key) })}
        </span>
      ))}
    </p>
  );
}
