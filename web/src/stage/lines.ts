/* Rows of boards and charts as lines of the wall. */
import type { AwardRule, Board, BoardOf, Chart, ChartRow } from "../shared/protocol.gen.ts";
import { count } from "../shared/i18n.ts";
import { t } from "./messages.ts";
import type { Line } from "./rows.ts";

/** `moves`: how far each went since the board before is said. */
export function boardLines(board: Board, moves: boolean): Line[] {
  return board.rows.map((row) => ({
    key: row.entry,
    rank: row.rank,
    name: row.name,
    unit: unitBeside(row),
    side: t("board.correct", { n: row.correct }),
    points: row.points,
    ...(moves ? { moved: row.moved } : {}),
    award: "",
  }));
}

/** Of a board as it stands. */
export function chartLines(chart: Chart): Line[] {
  return chart.rows.map((row) => ({ ...plain(chart.of, row), moved: row.moved, award: "" }));
}

/** Of a board that is being revealed: only what the step showed is said to have moved. */
export function revealLines(chart: Chart, awards: readonly AwardRule[], done: boolean): Line[] {
  const cue = chart.cue;
  return chart.rows.map((row) => ({
    ...plain(chart.of, row),
    ...(cue?.kind === "open" && cue.entry === row.id ? { moved: cue.rank_from > 0 ? cue.rank_from - cue.rank_to : 0 } : {}),
    veiled: !done && row.rank > 0 && row.opened !== true,
    award: row.award === undefined ? "" : (awards[row.award]?.title ?? ""),
  }));
}

function plain(of: BoardOf, row: ChartRow): Omit<Line, "award"> {
  return {
    key: row.id,
    rank: row.rank,
    name: nameIn(of, row),
    unit: unitBeside(row),
    side: of === "entry" ? t("board.correct", { n: row.correct }) : part(row),
    points: row.points,
    ...(of !== "entry" && row.rank === 0 ? { blank: true } : {}),
  };
}

/** The unit where it says something that the name does not: most teams are called after theirs. */
export function unitBeside({ name, unit }: { name: string; unit: string }): string {
  return name.includes(unit) ? "" : unit;
}

/** Kinds and audiences are told apart by number where they have no name. */
function nameIn(of: BoardOf, row: ChartRow): string {
  if (row.name !== "" || of !== "audience") return row.name;
  return t(row.id === "1" ? "of.leaders" : "of.others");
}

/** Who took part, of how many. */
export function part({ took, registered }: ChartRow): string {
  if (took === undefined) return "";
  return registered === undefined || registered === 0 ? t("board.took", { n: count(took) }) : t("board.tookOf", { n: count(took), of: count(registered) });
}

export function share({ took, registered }: ChartRow): number | undefined {
  return took === undefined || registered === undefined || registered === 0 ? undefined : Math.min(1, took / registered);
}

export function boardTitle(of: BoardOf, round: string | undefined): string {
  const title = t(of === "entry" ? "board.title" : `of.${of}`);
  return round === undefined || round === "" ? title : `${round} · ${title}`;
}

/** Who has got which award by where they stand: ties that begin within an award's places get it, the next one's places begin after all
 * that have a better one. Of a reveal, what was shown. Best first. */
export function winners(rows: readonly ChartRow[], awards: readonly AwardRule[], revealing: boolean): ChartRow[][] {
  if (revealing) return awards.map((_, i) => rows.filter((row) => row.award === i));
  const ranked = rows.filter((row) => row.rank > 0);
  let at = 0;
  return awards.map(({ places }) => {
    const from = at;
    const last = ranked[from + places - 1] ?? ranked[ranked.length - 1];
    while (at < ranked.length && last && (ranked[at] as ChartRow).rank <= last.rank) at++;
    return ranked.slice(from, at);
  });
}
