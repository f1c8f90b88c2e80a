/* Nothing to do here: the page is opening, or was left. */
import { lang } from "../shared/i18n.ts";
import { ERROR_TEXT, type ErrorCode } from "../shared/protocol.gen.ts";
import { t } from "./messages.ts";

export function Waiting({ words }: { words: string }) {
  return (
    <main class="calm" role="status">
      <span class="pulse" aria-hidden="true" />
      <p>{words}</p>
    </main>
  );
}

export function Ended({ code, leave }: { code: ErrorCode; leave: () => void }) {
  return (
    <main class="calm" role="alert">
      <h1>{t("ended.title")}</h1>
      <p>{ERROR_TEXT[code][lang.value]}</p>
      <button type="button" class="act" onClick={leave}>
        {t("ended.back")}
      </button>
    </main>
  );
}
