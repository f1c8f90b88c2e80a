/* Behind the head's button: the own team, the rules, the rulings, the language, the line. */
import { points } from "../shared/format.ts";
import { lang, switchLang } from "../shared/i18n.ts";
import type { Status } from "../shared/link.ts";
import type { Live } from "../shared/live.ts";
import type { Snapshot } from "../shared/protocol.gen.ts";
import type { Act } from "./act.ts";
import { t } from "./messages.ts";
import { Rules } from "./Rules.tsx";
import { RulingList } from "./Rulings.tsx";
import type { Me } from "./screen.ts";
import { Sheet } from "../phone/Sheet.tsx";
import { HandOver, Members } from "./Team.tsx";

export type Page = "menu" | "rules" | "rulings" | "captain";

interface Props {
  live: Live;
  snap: Snapshot;
  self: Me;
  status: Status | undefined;
  page: Page;
  go: (page: Page | undefined) => void;
  askRules: () => void;
  act: Act;
  home: (() => void) | undefined;
}

export function Menu({ live, snap, self, status, page, go, askRules, act, home }: Props) {
  const close = () => go(undefined);
  const back = () => go("menu");
  switch (page) {
    case "rules":
      return (
        <Sheet title={t("menu.rules")} close={close} back={back} key={page}>
          <Rules sheet={live.sheet} ask={askRules} />
        </Sheet>
      );
    case "rulings":
      return (
        <Sheet title={t("menu.rulings")} close={close} back={back} key={page}>
          <RulingList snap={snap} self={self} />
        </Sheet>
      );
    case "captain":
      return (
        <Sheet title={t("team.handTo")} close={close} back={back} key={page}>
          {self.state && <HandOver self={self} team={self.state} act={act} done={close} />}
        </Sheet>
      );
    case "menu":
      return (
        <Sheet title={self.team?.name ?? snap.head.title} close={close} key={page}>
          {self.team && <OwnTeam snap={snap} self={self} go={go} />}
          <nav class="menu">
            <button type="button" onClick={() => go("rules")}>
              {t("menu.rules")}
            </button>
            {(snap.head.teams || snap.rulings.length > 0) && (
              <button type="button" onClick={() => go("rulings")}>
                {t("menu.rulings")}
                {snap.rulings.length > 0 && <small class="num">{snap.rulings.length}</small>}
              </button>
            )}
            {home && (
              <button type="button" onClick={home}>
                {t("menu.home")}
              </button>
            )}
            <button type="button" onClick={switchLang} lang={lang.value === "zh" ? "en" : "zh-CN"}>
              {t("lang.other")}
            </button>
          </nav>
          <p class={status === "live" ? "connection" : "connection connection-lost"} role="status">
            <i class={status === "live" ? "signal" : "signal signal-lost"} />
            {t(status === "live" ? "line.live" : "line.lost")}
          </p>
        </Sheet>
      );
  }
}

function OwnTeam({ snap, self, go }: { snap: Snapshot; self: Me; go: (page: Page) => void }) {
  const { own } = snap;
  return (
    <section class="own-team">
      {self.team?.unit !== "" && <p class="quiet">{self.team?.unit}</p>}
      <p class="num">
        {own && t("team.points", { n: points(own.points) })}
        {own && own.rank > 0 && ` · ${t("team.place", { n: own.rank })}`}
        {self.team?.helped && ` · ${t("help.used")}`}
      </p>
      {self.state && <Members team={self.state} person={self.person} />}
      {self.state?.captain && self.state.members.length > 1 && (
        <button type="button" class="quiet-act" onClick={() => go("captain")}>
          {t("team.hand")}
        </button>
      )}
    </section>
  );
}
