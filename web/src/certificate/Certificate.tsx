/* The certificate as a function of what the server said of its code. */
import { useState } from "preact/hooks";
import { count, lang, switchLang } from "../shared/i18n.ts";
import { points } from "../shared/format.ts";
import { QrCode } from "../shared/QrCode.tsx";
import { cleanCode, groupedCode, wholeCode } from "./code.ts";
import type { Facts, Found } from "./facts.ts";
import { t } from "./messages.ts";

interface Props {
  found: Found;
  code: string;
  again: () => void;
}

export function Page({ found, code, again }: Props) {
  switch (found.at) {
    case "found":
      return <Sheet facts={found.facts} code={code} />;
    case "asking":
      return (
        <main class="check" role="status">
          <h1>{t("checking")}</h1>
          <p class="code">{groupedCode(code)}</p>
        </main>
      );
    case "away":
    case "many":
      return (
        <main class="check" role="alert">
          <h1>{t("away.title")}</h1>
          <p>{t(found.at === "many" ? "many.hint" : "away.hint")}</p>
          <button type="button" class="act" onClick={again}>
            {t("away.again")}
          </button>
        </main>
      );
    case "none":
    case "unknown":
      return <Ask code={code} unknown={found.at === "unknown"} />;
  }
}

function Ask({ code: given, unknown }: { code: string; unknown: boolean }) {
  const [code, set] = useState(given);
  return (
    <main class="check">
      {unknown ? (
        <div role="alert">
          <h1>{t("none.title")}</h1>
          <p>{t("none.hint", { code: groupedCode(given) })}</p>
        </div>
      ) : (
        <h1>{t("check.title")}</h1>
      )}
      <form
        onSubmit={(e) => {
          e.preventDefault();
          if (wholeCode(code)) location.hash = code;
        }}
      >
        <label>
          {t("check.hint")}
          <input
            class="code"
            autoComplete="off"
            autoCapitalize="characters"
            spellcheck={false}
            value={groupedCode(code)}
            onInput={(e) => {
              const next = cleanCode(e.currentTarget.value);
              set(next);
              e.currentTarget.value = groupedCode(next);
            }}
          />
        </label>
        <button type="submit" class="act" disabled={!wholeCode(code) || (unknown && code === given)}>
          {t("check.go")}
        </button>
      </form>
      <LangButton />
    </main>
  );
}

function LangButton() {
  return (
    <button type="button" class="plain" onClick={switchLang} lang={lang.value === "zh" ? "en" : "zh-CN"}>
      {t("lang.other")}
    </button>
  );
}

function Sheet({ facts, code }: { facts: Facts; code: string }) {
  const link = `${location.origin}/certificate.html#${code}`;
  return (
    <main class="page">
      <article class="certificate">
        <Frame />
        <header>
          <p class="tenant">{facts.tenant}</p>
          <h1>{t("title")}</h1>
          <p class="sub">{t("sub")}</p>
        </header>
        <section class="who">
          <p>{t("granted")}</p>
          <p class="name">{facts.name}</p>
          {facts.unit !== "" && <p class="unit">{facts.unit}</p>}
          <p class="event">
            {t("in", { title: facts.title })}
            <br />
            {t("special")}
          </p>
        </section>
        <dl class="facts">
          <div>
            <dt>{t("points")}</dt>
            <dd>{t("pointsOf", { n: points(facts.points) })}</dd>
          </div>
          <div>
            <dt>{t("rank")}</dt>
            <dd>{t("rankOf", { n: count(facts.rank), of: count(facts.of) })}</dd>
          </div>
          <div>
            <dt>{t("on")}</dt>
            <dd>{day(facts.issued)}</dd>
          </div>
        </dl>
        <footer>
          <div class="qr">
            <QrCode text={link} label={t("scan")} />
            <small>{t("scan")}</small>
          </div>
          <div class="number">
            <span>{t("code")}</span>
            <b>{groupedCode(code)}</b>
            <small>{location.host}/certificate.html</small>
          </div>
          <Seal />
        </footer>
      </article>
      <nav class="tools">
        <p role="status">{t("real")}</p>
        <button type="button" class="act" onClick={() => print()}>
          {t("print")}
        </button>
        <button
          type="button"
          class="plain"
          onClick={() => {
            location.hash = "";
          }}
        >
          {t("other")}
        </button>
        <LangButton />
      </nav>
    </main>
  );
}

/* A day is that day everywhere. */
function day(iso: string): string {
  const form: Intl.DateTimeFormatOptions = { year: "numeric", month: "long", day: "numeric", timeZone: "UTC" };
  const at = Date.parse(iso);
  return Number.isNaN(at) ? iso : new Intl.DateTimeFormat(lang.value === "zh" ? "zh-CN" : "en-GB", form).format(at);
}

/* A double line with a fret in each corner, as on a lacquered board. */
function Frame() {
  return (
    <svg class="frame" viewBox="0 0 1000 1414" preserveAspectRatio="none" aria-hidden="true">
      <rect x="18" y="18" width="964" height="1378" />
      <rect x="34" y="34" width="932" height="1346" class="thin" />
      {[
        "translate(34 34)",
        "translate(966 34) scale(-1 1)",
        "translate(34 1380) scale(1 -1)",
        "translate(966 1380) scale(-1 -1)",
      ].map((transform) => (
        <path key={transform} transform={transform} d="M0 96H44V44H96V0M0 70H22V22H70V0" />
      ))}
    </svg>
  );
}

/* The house's seal: the raised square of the arena. */
function Seal() {
  return (
    <svg class="stamp" viewBox="0 0 120 120" role="img" aria-label={t("seal")}>
      <rect x="5" y="5" width="110" height="110" rx="10" />
      <path d="M60 16 104 60 60 104 16 60Z" />
      <text x="60" y="57">
        擂台
      </text>
      <text x="60" y="77" class="small">
        {t("seal")}
      </text>
    </svg>
  );
}
