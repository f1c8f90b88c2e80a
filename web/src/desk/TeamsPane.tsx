/* Teams: order, group, who is in, who is here, points; a row opens for what can be done about a team. */
import { ERROR_TEXT, type Round, type Snapshot } from "../shared/protocol.gen.ts";
import { useState } from "preact/hooks";
import { points } from "../shared/format.ts";
import { lang } from "../shared/i18n.ts";
import { SearchIcon } from "../shared/icons.tsx";
import type { CommandEnd, Host } from "./host.ts";
import { t } from "./messages.ts";
import { hides } from "./reveal.ts";
import type { RosterState } from "./roster.ts";
import type { DraftKind } from "./rulings.ts";
import { type TeamOrder, type TeamRow, teamRows } from "./teamlist.ts";

interface Props {
  snap: Snapshot;
  roster: RosterState;
  host: Host;
  online: boolean;
  rule: (kind: DraftKind, entry: string) => void;
}

export function TeamsPane({ snap, roster, host, online, rule }: Props) {
  const [order, setOrder] = useState<TeamOrder>("lot");
  const [find, setFind] = useState("");
  const [opened, setOpened] = useState<string | undefined>();
  const rows = teamRows(snap, roster.rows, order, find);
  const here = rows.filter((row) => row.online).length;
  return (
    <section class="pane pane-list" aria-label={t("tab.teams")}>
      <div class="teams-tools">
        <label class="roster-find">
          <SearchIcon />
          <input
            type="search"
            data-find
            placeholder={t("roster.find")}
            aria-label={t("roster.find")}
            maxLength={40}
            value={find}
            onInput={(e) => setFind(e.currentTarget.value)}
            onKeyDown={(e) => e.key === "Escape" && e.currentTarget.blur()}
          />
          <kbd>/</kbd>
        </label>
        <div class="switch" role="group" aria-label={t("teams.order")}>
          {(["lot", "rank"] as const).map((one) => (
            <button type="button" aria-pressed={order === one} onClick={() => setOrder(one)} key={one}>
              {t(`teams.by.${one}`)}
            </button>
          ))}
        </div>
      </div>
      <p class="teams-count quiet num">
        {find === "" ? t("teams.here", { n: here, of: rows.length }) : t("roster.shown", { n: rows.length })}
      </p>
      {hides(snap) && <p class="truth">{t("freeze.truth")}</p>}
      {rows.length === 0 ? (
        <p class="pane-empty quiet">{t("roster.none", { find })}</p>
      ) : (
        <ol class="teams" tabIndex={0} aria-label={t("tab.teams")}>
          {rows.map((row) => (
            <Row
              row={row}
              rounds={snap.head.rounds}
              order={order}
              opened={opened === row.team.entry}
              toggle={() => setOpened((old) => (old === row.team.entry ? undefined : row.team.entry))}
              helps={(snap.head.helps?.length ?? 0) > 0}
              host={host}
              online={online}
              rule={rule}
              over={snap.phase === "final"}
              key={row.team.entry}
            />
          ))}
        </ol>
      )}
    </section>
  );
}

interface RowProps {
  row: TeamRow;
  rounds: Round[];
  order: TeamOrder;
  opened: boolean;
  toggle: () => void;
  helps: boolean;
  host: Host;
  online: boolean;
  over: boolean;
  rule: Props["rule"];
}

function Row({ row, rounds, order, opened, toggle, helps, host, online, over, rule }: RowProps) {
  const { team } = row;
  const about = [
    ...(team.unit !== "" && team.unit !== team.name ? [team.unit] : []),
    ...(team.captain === undefined ? [t("team.noCaptain")] : []),
    ...(team.left === undefined ? [] : [t("team.left", { round: rounds[team.left - 1]?.title ?? "" })]),
    ...(helps ? [t(team.helped ? "team.helped" : "team.help")] : []),
  ];
  const out = team.out ? "teams-out" : team.in ? "" : "teams-gone";
  return (
    <li class={`teams-row ${out}`}>
      <button type="button" class="teams-main" aria-expanded={opened} onClick={toggle}>
        <span class="num">{order === "lot" ? row.place : (row.rank ?? "–")}</span>
        <i class={row.online ? "dot" : "dot dot-off"} role="img" aria-label={t(row.online ? "roster.online" : "roster.offline")} />
        <b class="cut" title={team.unit === "" ? team.name : `${team.name} · ${team.unit}`}>
          {team.name}
        </b>
        {team.out ? <small class="tag tag-rejected">{t("team.out")}</small> : !team.in && <small class="tag">{t("team.gone")}</small>}
        {team.group !== undefined && team.group > 0 && <small class="tag">{t("team.group", { n: team.group })}</small>}
        <em class="num">{row.points === undefined ? "" : points(row.points)}</em>
      </button>
      {opened && (
        <div class="teams-more">
          {about.length > 0 && <p class="quiet num">{about.join(" · ")}</p>}
          <Members row={row} host={host} online={online} over={over} />
          {!over && (
            <div>
              <button type="button" class="button" onClick={() => rule("adjust", team.entry)} disabled={team.out}>
                {t("ruling.adjust")}
              </button>
              <button type="button" class="button" onClick={() => rule("disqualify", team.entry)} disabled={team.out}>
                {t("ruling.disqualify")}
              </button>
            </div>
          )}
        </div>
      )}
    </li>
  );
}

/* Who leads the team: chosen among its members. */
function Members({ row, host, online, over }: { row: TeamRow; host: Host; online: boolean; over: boolean }) {
  const [refused, setRefused] = useState<CommandEnd>();
  const { team, members } = row;
  const give = (person: string) => {
    setRefused(undefined);
    host.run("captain", { entry: team.entry, value: Number(person) }, setRefused);
  };
  if (members.length === 0) return <p class="quiet">{t("captain.loading")}</p>;
  return (
    <>
      <ul class="members" aria-label={t("captain.title")}>
        {members.map((member) => (
          <li key={member.person}>
            <i class={member.online ? "dot" : "dot dot-off"} role="img" aria-label={t(member.online ? "roster.online" : "roster.offline")} />
            <span class="cut" title={member.name}>
              {member.name}
            </span>
            {member.person === team.captain ? (
              <small class="tag">{t("captain.now")}</small>
            ) : (
              !over && (
                <button
                  type="button"
                  class="link"
                  disabled={!online || host.busy !== undefined}
                  onClick={() => give(member.person)}
                  data-captain={member.person}
                >
                  {t("captain.give")}
                </button>
              )
            )}
          </li>
        ))}
      </ul>
      {refused !== undefined && (
        <p class="trouble trouble-on" role="alert">
          {ERROR_TEXT[refused][lang.value]}
        </p>
      )}
    </>
  );
}
