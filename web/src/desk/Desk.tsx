/* The desk as a function of where the host is: refused at the door, in the list, or at an event. */
import { ERROR_TEXT, type ErrorCode, type EventRow } from "../shared/protocol.gen.ts";
import { lang } from "../shared/i18n.ts";
import { Bar, Line, type LineState } from "./Bar.tsx";
import { Console, type ConsoleProps } from "./Console.tsx";
import { EventList } from "./EventList.tsx";
import { t } from "./messages.ts";

export type DeskAt =
  /** no ticket came with the address */
  | { at: "door" }
  /** the server ended it; reconnecting is pointless */
  | { at: "ended"; code: ErrorCode; back: (() => void) | undefined }
  | {
      at: "list";
      rows: EventRow[] | undefined;
      choose: (event: string) => void;
      refresh: (() => void) | undefined;
    }
  | ({ at: "event" } & ConsoleProps)
  /** an event was chosen, its first picture is not here yet */
  | { at: "opening"; back: (() => void) | undefined };

interface Props {
  desk: DeskAt;
  line: LineState;
  who: string | undefined;
  switchLang: () => void;
}

export function Desk({ desk, line, who, switchLang }: Props) {
  if (desk.at === "event") return <Console {...desk} />;
  return (
    <>
      <Bar switchLang={switchLang}>
        <h1>{t("desk.title")}</h1>
        <span class="bar-gap" />
        {desk.at !== "door" && desk.at !== "ended" && <Line line={line} />}
        {who !== undefined && <span class="quiet cut">{who}</span>}
      </Bar>
      <Body desk={desk} />
    </>
  );
}

function Body({ desk }: { desk: Exclude<DeskAt, { at: "event" }> }) {
  switch (desk.at) {
    case "door":
      return <Blank title={t("desk.noTicket")} hint={t("desk.noTicketHint")} back={undefined} />;
    case "ended":
      return <Blank title={t("desk.ended")} hint={ERROR_TEXT[desk.code][lang.value]} back={desk.back} />;
    case "list":
      return <EventList rows={desk.rows} choose={desk.choose} refresh={desk.refresh} />;
    case "opening":
      return <Blank title={t("desk.opening")} hint="" back={desk.back} />;
  }
}

interface BlankProps {
  title: string;
  hint: string;
  /** the way back to the list, when there is one */
  back: (() => void) | undefined;
}

function Blank({ title, hint, back }: BlankProps) {
  return (
    <main class="blank blank-page" role="status">
      <h2>{title}</h2>
      <p>{hint}</p>
      {back && (
        <button type="button" class="button" onClick={back}>
          {t("desk.back")}
        </button>
      )}
    </main>
  );
}
