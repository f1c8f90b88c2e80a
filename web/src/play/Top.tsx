/* The head of the page: in a team contest who we are, where we stand and who is here; else the event. Behind it the menu. */
import { points } from "../shared/format.ts";
import { CaptainIcon, MenuIcon } from "../shared/icons.tsx";
import { switchLang } from "../shared/i18n.ts";
import type { Status } from "../shared/link.ts";
import type { Snapshot, TeamState } from "../shared/protocol.gen.ts";
import { standsStill } from "./freeze.ts";
import { t } from "./messages.ts";
import type { Me } from "./screen.ts";

const DOTS_MOST = 6;

interface Props {
  snap: Snapshot | undefined;
  self: Me | undefined;
  status: Status | undefined;
  menu: () => void;
}

export function Top({ snap, self, status, menu }: Props) {
  const own = snap?.own;
  const frozen = snap !== undefined && standsStill(snap);
  return (
    <header class="top">
      {snap && self?.team ? (
        <div class="top-words">
          <b class="cut">{self.team.name}</b>
          <span class="top-team">
            {self.state && <Dots team={self.state} />}
            <span class="cut">{self.team.unit}</span>
          </span>
        </div>
      ) : (
        <div class="top-words">
          <b class="cut">{snap?.head.title ?? "擂台"}</b>
          {snap && (
            <span class="cut">
              {frozen && <i class="frozen-mark">{t("frozen.on")}</i>}
              {snap.head.tenant}
            </span>
          )}
        </div>
      )}
      {self?.team && own && (
        <p class="top-own num">
          <b>{t("team.points", { n: points(own.points) })}</b>
          {own.rank > 0 && <span>{t(frozen ? "frozen.place" : "team.place", { n: own.rank })}</span>}
        </p>
      )}
      {snap ? (
        <button type="button" class="plain top-menu" aria-label={t("menu.open")} onClick={menu}>
          <MenuIcon />
          <i class={status === "live" ? "signal" : "signal signal-lost"} />
        </button>
      ) : (
        <button type="button" class="plain" onClick={switchLang}>
          {t("lang.other")}
        </button>
      )}
    </header>
  );
}

/** A dot for each member: full when here, the captain's with a flag. */
function Dots({ team }: { team: TeamState }) {
  const here = team.members.filter((member) => member.online).length;
  const captain = team.members.find((member) => member.captain);
  const label = t("team.online", { n: here, of: team.members.length });
  return (
    <span class="dots num" role="img" aria-label={captain ? `${label}，${t("team.isCaptain", { name: captain.name })}` : label}>
      {team.members.length > DOTS_MOST
        ? `${here}/${team.members.length}`
        : team.members.map((member) => <i key={member.person} class={member.online ? "dot dot-on" : "dot"} />)}
      {captain && (
        <span class={captain.online ? "dots-captain" : "dots-captain dots-away"}>
          <CaptainIcon />
          {captain.name}
        </span>
      )}
    </span>
  );
}
