/* The end of the record, to be taken home: whoever kept it can later tell whether the record was changed. */
import type { Seal, Snapshot } from "../shared/protocol.gen.ts";
import { QrCode } from "../shared/QrCode.tsx";
import { t } from "./messages.ts";

export function SealView({ snap, seal }: { snap: Snapshot; seal: Seal }) {
  return (
    <section class="seal">
      <div class="seal-card">
        <QrCode text={sealText(snap, seal)} label={t("seal.scan")} />
      </div>
      <div class="seal-words">
        <p>{snap.head.title}</p>
        <h1>{t("seal.title")}</h1>
        <p class="seal-hint">{t("seal.hint")}</p>
        <ol class="seal-hash num" aria-label={t("seal.hash")}>
          {groups(seal.hash).map((group, i) => (
            <li key={i}>{group}</li>
          ))}
        </ol>
        <p class="seal-facts num">{t("seal.records", { n: seal.seq })} · SHA-256</p>
      </div>
    </section>
  );
}

/** What the code says when it is scanned: readable, and all that is needed to compare. */
export function sealText(snap: Snapshot, seal: Seal): string {
  return `leitai ${snap.head.event} ${seal.seq} ${seal.hash}`;
}

function groups(hash: string): string[] {
  return hash.match(/.{1,8}/g) ?? [];
}
