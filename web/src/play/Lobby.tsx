/* Waiting in the hall: that one is in, as whom, and what comes. */
import { CheckIcon } from "../shared/icons.tsx";
import { count } from "../shared/i18n.ts";
import type { Snapshot, You } from "../shared/protocol.gen.ts";
import { t } from "./messages.ts";

export function Lobby({ snap, you }: { snap: Snapshot; you: You | undefined }) {
  return (
    <main class="lobby">
      <section class="seat" role="status">
        <span class="seat-mark">
          <CheckIcon />
          {t("lobby.in")}
        </span>
        <h1>{you?.name}</h1>
        {you?.unit !== undefined && <p>{you.unit}</p>}
        {you?.guest && <p class="quiet">{t("lobby.guest")}</p>}
      </section>
      <section class="wait">
        <span class="pulse" aria-hidden="true" />
        <p>{t("lobby.wait")}</p>
        <p class="quiet num" aria-live="off">
          {t("lobby.here", { n: count(snap.presence.players) })}
        </p>
      </section>
      <section class="plan">
        <h2>{t("lobby.rules", { n: snap.head.questions })}</h2>
        <ol>
          {snap.head.rounds.map((round) => (
            <li key={round.title}>
              <span>{round.title}</span>
              <small class="num">{t("lobby.round", { n: round.questions, s: round.seconds })}</small>
            </li>
          ))}
        </ol>
      </section>
    </main>
  );
}

export function Ready() {
  return (
    <main class="calm" role="status">
      <span class="pulse" aria-hidden="true" />
      <h1>{t("ready.title")}</h1>
      <p>{t("ready.hint")}</p>
    </main>
  );
}
