/* The own team: who is in it, who leads it, and how the lead is handed over. */
import { useState } from "preact/hooks";
import { CaptainIcon } from "../shared/icons.tsx";
import type { Member, TeamState } from "../shared/protocol.gen.ts";
import { type Act, useAct } from "./act.ts";
import { t } from "./messages.ts";
import type { Me } from "./screen.ts";
import { Refused } from "../phone/Sheet.tsx";

export function Members({ team, person }: { team: TeamState; person: string | undefined }) {
  return (
    <ul class="members">
      {team.members.map((member) => (
        <li key={member.person}>
          <i class={member.online ? "dot dot-on" : "dot"} />
          <MemberName member={member} person={person} />
          <small class={member.online ? "here" : ""}>{t(member.answered ? "team.answered" : member.online ? "team.here" : "team.away")}</small>
        </li>
      ))}
    </ul>
  );
}

function MemberName({ member, person }: { member: Member; person: string | undefined }) {
  return (
    <span class="member-name">
      <span class="cut">{member.name}</span>
      {member.person === person && <small>{t("team.you")}</small>}
      {member.captain && (
        <small class="captain">
          <CaptainIcon />
          {t("team.captain")}
        </small>
      )}
    </span>
  );
}

/** The captain chooses who leads from now on. */
export function HandOver({ self, team, act, done }: { self: Me; team: TeamState; act: Act; done: () => void }) {
  const [to, choose] = useState<string | undefined>(undefined);
  const { busy, refused, run } = useAct(act);
  const chosen = team.members.find((member) => member.person === to);
  return (
    <>
      <div class="picks" role="radiogroup" aria-label={t("team.handTo")}>
        {team.members
          .filter((member) => !member.captain)
          .map((member) => (
            <button
              type="button"
              key={member.person}
              role="radio"
              aria-checked={member.person === to}
              class={member.person === to ? "pick pick-on" : "pick"}
              onClick={() => choose(member.person)}
            >
              <i class={member.online ? "dot dot-on" : "dot"} />
              <MemberName member={member} person={self.person} />
              <small class={member.online ? "here" : ""}>{t(member.online ? "team.here" : "team.away")}</small>
            </button>
          ))}
      </div>
      <p class="quiet">{t("team.handAfter")}</p>
      <Refused code={refused} />
      <button
        type="button"
        class="act"
        disabled={!chosen || busy}
        onClick={() => chosen && self.entry !== undefined && run("captain", { entry: self.entry, value: Number(chosen.person) }, done)}
      >
        {chosen ? t("team.handSure", { name: chosen.name }) : t("team.handTo")}
      </button>
    </>
  );
}
