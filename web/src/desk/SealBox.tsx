/* The end of the hash chain: to copy, and to compare with what the stage showed. */
import type { Seal } from "../shared/protocol.gen.ts";
import { useEffect, useState } from "preact/hooks";
import { t } from "./messages.ts";

const SAID_MS = 2500;

export function SealBox({ seal }: { seal: Seal }) {
  const [copied, setCopied] = useState<boolean | undefined>();
  useEffect(() => {
    if (copied === undefined) return;
    const timer = setTimeout(() => setCopied(undefined), SAID_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    // Absent without TLS; then the text is marked, to be copied by hand.
    if (navigator.clipboard) void navigator.clipboard.writeText(seal.hash).then(() => setCopied(true), () => setCopied(false));
    else setCopied(false);
  };
  return (
    <div class="seal-box">
      <span class="quiet">
        {t("seal.title")} · {t("seal.records", { n: seal.seq })}
      </span>
      <code>{seal.hash}</code>
      <button type="button" class="button" onClick={copy} data-copy-seal>
        {t(copied === undefined ? "seal.copy" : copied ? "seal.copied" : "seal.byHand")}
      </button>
    </div>
  );
}
