/* Takes in a screen: the code that it shows, and a name for it. */
import { useEffect, useRef, useState } from "preact/hooks";
import { lang } from "../shared/i18n.ts";
import { ERROR_TEXT, type ScreenRow } from "../shared/protocol.gen.ts";
import type { CommandEnd } from "./host.ts";
import { t } from "./messages.ts";
import { freeNames, isCode, typedCode } from "./screens.ts";

const NAME_MOST = 20;

interface Props {
  rows: ScreenRow[];
  pair: (code: string, name: string) => Promise<CommandEnd>;
  online: boolean;
  close: () => void;
}

type Wrong = "pair.needCode" | "pair.needName" | "pair.taken";

export function PairForm({ rows, pair, online, close }: Props) {
  const [code, setCode] = useState("");
  const [name, setName] = useState("");
  const [wrong, setWrong] = useState<Wrong | undefined>();
  const [refused, setRefused] = useState<CommandEnd>();
  const [busy, setBusy] = useState(false);
  const codeField = useRef<HTMLInputElement>(null);
  const nameField = useRef<HTMLInputElement>(null);
  useEffect(() => codeField.current?.focus(), []);
  const names = freeNames(rows, (["main", "left", "right", "lobby"] as const).map((one) => t(`name.${one}`)));

  const missing = (): Wrong | undefined => {
    if (!isCode(code)) return "pair.needCode";
    if (name.trim() === "") return "pair.needName";
    return rows.some((row) => row.name === name.trim()) ? "pair.taken" : undefined;
  };
  const submit = (e: Event) => {
    e.preventDefault();
    const what = missing();
    setWrong(what);
    setRefused(undefined);
    if (what) {
      (what === "pair.needCode" ? codeField : nameField).current?.focus();
      return;
    }
    setBusy(true);
    void pair(code, name.trim()).then((end) => {
      setBusy(false);
      setRefused(end);
      if (end === undefined) close();
      else codeField.current?.select();
    });
  };
  return (
    <form class="pair" onSubmit={submit} onKeyDown={(e) => e.key === "Escape" && close()} aria-label={t("pair.title")}>
      <p class="quiet">{t("pair.how", { url: `${location.host}/stage` })}</p>
      <div class="pair-fields">
        <label class="field">
          <span>{t("pair.code")}</span>
          <input
            class="pair-code num"
            ref={codeField}
            value={code}
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            aria-invalid={wrong === "pair.needCode" || refused === "no_such_screen"}
            onInput={(e) => {
              const typed = typedCode(e.currentTarget.value);
              e.currentTarget.value = typed;
              setCode(typed);
              if (isCode(typed) && name === "") nameField.current?.focus();
            }}
            data-pair-code
          />
        </label>
        <label class="field">
          <span>{t("pair.name")}</span>
          <input
            ref={nameField}
            value={name}
            maxLength={NAME_MOST}
            placeholder={t("pair.nameHint")}
            autocomplete="off"
            aria-invalid={wrong === "pair.needName" || wrong === "pair.taken"}
            onInput={(e) => setName(e.currentTarget.value)}
            data-pair-name
          />
        </label>
      </div>
      {names.length > 0 && (
        <div class="reasons">
          {names.map((one) => (
            <button type="button" class="chip" onClick={() => setName(one)} key={one}>
              {one}
            </button>
          ))}
        </div>
      )}
      <p class="pair-wrong" role="alert">
        {wrong ? t(wrong) : refused !== undefined ? ERROR_TEXT[refused][lang.value] : ""}
      </p>
      <footer>
        <button type="button" class="button" onClick={close}>
          {t("pair.cancel")}
        </button>
        <button type="submit" class="button button-strong" disabled={!online || busy} data-pair-go>
          {t(busy ? "pair.going" : "pair.go")}
        </button>
      </footer>
    </form>
  );
}
