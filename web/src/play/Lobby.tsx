/* Waiting in the hall: that one is in, as whom and with whom, and what comes. */
import { CheckIcon } from "../shared/icons.tsx";
import { count } from "../shared/i18n.ts";
import type { Snapshot, You } from "../shared/protocol.gen.ts";
import { t } from "./messages.ts";
import type { Page } from "./Menu.tsx";
import type { Me } from "./screen.ts";
import { Members } from "./Team.tsx";

interface Props {
  snap: Snapshot;
  you: You | undefined;
  self: Me;
  go: (page: Page) => void;
}

export function Lobby({ snap, you, self, go }: Props) {
  const unit = self.team?.unit ?? you?.unit ?? "";
  return (
    <main class="lobby">
      <section class="seat" role="status">
        <span class="seat-mark">
          <CheckIcon />
          {t("lobby.in")}
        </span>
        <h1>{self.team?.name ?? you?.name}</h1>
        {unit !== "" && <p>{unit}</p>}
        {you?.guest && <p class="quiet">{t("lobby.guest")}</p>}
        {snap.head.teams && <Lot self={self} />}
      </section>
      {self.state && (
        <section class="crew">
          <Members team={self.state} person={self.person} />
          {self.state.captain && self.state.members.length > 1 && (
            <button type="button" class="quiet-act" onClick={() => go("captain")}>
              {t("team.hand")}
            </button>
          )}
        </section>
      )}
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
              <small class="num">{t(round.burst > 1 ? "lobby.burst" : "lobby.round", { n: round.questions, s: round.seconds })}</small>
            </li>
          ))}
        </ol>
        <button type="button" class="quiet-act" onClick={() => go("rules")}>
          {t("menu.rules")}
        </button>
      </section>
    </main>
  );
}

function Lot({ self }: { self: Me }) {
  if (self.lot === 0) return <p class="lot lot-wait">{t("team.lotWait")}</p>;
  return (
    <p class="lot num">
      <b>{t("team.lot", { n: self.lot })}</b>
      {self.team?.group !== undefined && self.team.group > 0 && <b>{t("team.group", { n: self.team.group })}</b>}
    </p>
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
