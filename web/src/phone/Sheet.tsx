/* A sheet that rises from the thumb's edge: one matter, closed by its cross, Escape or a tap beside it. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { BackIcon, CrossIcon } from "../shared/icons.tsx";
import { lang } from "../shared/i18n.ts";
import { ERROR_TEXT, type ErrorCode } from "../shared/protocol.gen.ts";
import { t } from "./words.ts";

interface Props {
  title: string;
  close: () => void;
  back?: (() => void) | undefined;
  children: ComponentChildren;
}

export function Sheet({ title, close, back, children }: Props) {
  const sheet = useRef<HTMLDivElement>(null);
  const leave = useRef(close);
  leave.current = close;
  useEffect(() => {
    const before = document.activeElement;
    sheet.current?.focus();
    const key = (e: KeyboardEvent) => e.key === "Escape" && leave.current();
    // The page behind is covered: the keyboard stays in front.
    const focus = (e: FocusEvent) => {
      if (sheet.current && e.target instanceof Node && !sheet.current.contains(e.target)) sheet.current.focus();
    };
    addEventListener("keydown", key);
    document.addEventListener("focusin", focus);
    return () => {
      removeEventListener("keydown", key);
      document.removeEventListener("focusin", focus);
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <div class="veil" onClick={(e) => e.target === e.currentTarget && close()}>
      <div class="sheet" role="dialog" aria-modal="true" aria-label={title} tabIndex={-1} ref={sheet}>
        <div class="sheet-head">
          {back && (
            <button type="button" class="plain" aria-label={t("menu.back")} onClick={back}>
              <BackIcon />
            </button>
          )}
          <h2>{title}</h2>
          <button type="button" class="plain" aria-label={t("menu.close")} onClick={close}>
            <CrossIcon />
          </button>
        </div>
        <div class="sheet-body">{children}</div>
      </div>
    </div>
  );
}

/** Why something was refused, in words. */
export function Refused({ code }: { code: ErrorCode | undefined }) {
  if (code === undefined) return null;
  return (
    <p class="refused" role="alert">
      {ERROR_TEXT[code][lang.value]}
    </p>
  );
}
