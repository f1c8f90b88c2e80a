/* The door: a code from the stage and a name. */
import { useState } from "preact/hooks";
import { lang } from "../shared/i18n.ts";
import type { Credential } from "../shared/link.ts";
import { ERROR_TEXT, type ErrorCode } from "../shared/protocol.gen.ts";
import { t } from "./messages.ts";

const CODE_LEAST = 6;
const CODE_MOST = 8;
const NAME_MOST = 20;

interface Props {
  code: string | undefined;
  refused: ErrorCode | undefined;
  join: (credential: Credential) => void;
}

export function Join({ code: given, refused, join }: Props) {
  const [code, setCode] = useState(given ?? "");
  const [name, setName] = useState("");
  const whole = code.length >= CODE_LEAST && name.trim() !== "";
  return (
    <main class="join">
      <h1 class="mark" aria-label="擂台 Leitai">
        <span>擂</span>
        <span>台</span>
      </h1>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          if (whole) join({ code, name: name.trim() });
        }}
      >
        <label>
          <span class="label">
            {t("join.code")} <small>{t("join.codeHint")}</small>
          </span>
          <input
            class="code num"
            inputMode="numeric"
            autoComplete="off"
            name="code"
            value={code}
            onInput={(e) => setCode(e.currentTarget.value.replace(/\D/g, "").slice(0, CODE_MOST))}
          />
        </label>
        <label>
          <span class="label">
            {t("join.name")} <small>{t("join.nameHint")}</small>
          </span>
          <input
            name="name"
            autoComplete="name"
            maxLength={NAME_MOST}
            value={name}
            onInput={(e) => setName(e.currentTarget.value)}
          />
        </label>
        {refused !== undefined && (
          <p class="refused" role="alert">
            {ERROR_TEXT[refused][lang.value]}
          </p>
        )}
        <button type="submit" class="act" disabled={!whole}>
          {t("join.go")}
        </button>
      </form>
      <p class="quiet">{t("join.platform")}</p>
    </main>
  );
}
