/* Cities where they lie: a tile each, on a grid that everybody who knows the map recognises. The more gold, the further up. */
import type { Chart, ChartRow, Snapshot } from "../shared/protocol.gen.ts";
import { places, points } from "../shared/format.ts";
import { boardTitle, part, share } from "./lines.ts";
import { t } from "./messages.ts";
import { Counting } from "./Rolling.tsx";

const WIDTH = 110;
const HEIGHT = 47.5;
const GAP = 0.9;

export function GridView({ chart, snap }: { chart: Chart; snap: Snapshot }) {
  const placed = chart.rows.filter((row) => row.x !== undefined && row.y !== undefined);
  const mapped = placed.length > 0;
  // By number, not by rank: no tile is moved within the document when ranks change. A grid without a map keeps the order of ranks.
  const rows = mapped ? [...placed].sort((a, b) => a.id.length - b.id.length || (a.id < b.id ? -1 : 1)) : chart.rows;
  const columns = mapped ? Math.max(...rows.map((row) => row.x ?? 0)) + 1 : Math.max(1, Math.ceil(Math.sqrt(rows.length * 2)));
  const deep = mapped ? Math.max(...rows.map((row) => row.y ?? 0)) + 1 : Math.max(1, Math.ceil(rows.length / columns));
  const least = places(rows);
  const width = Math.min(20, (WIDTH - GAP * (columns - 1)) / columns);
  const tall = (HEIGHT - GAP * (deep - 1)) / deep;
  const ranked = rows.filter((row) => row.rank > 0).length;
  return (
    <section class="board">
      <header class="board-head">
        <h1>{boardTitle(chart.of, snap.head.rounds[chart.round - 1]?.title)}</h1>
        {snap.presence.stale && <span role="status">{t("board.stale")}</span>}
        {!snap.head.teams && <Legend />}
        <span class="num board-where">{t("board.ranked", { n: ranked })}</span>
      </header>
      <ol class="grid" style={{ "--columns": columns, "--deep": deep, "--width": width, "--figures": figuresIn(tall) }}>
        {rows.map((row, i) => (
          <Tile
            row={row}
            at={mapped ? { x: row.x ?? 0, y: row.y ?? 0 } : { x: i % columns, y: Math.floor(i / columns) }}
            ranked={ranked}
            width={width}
            tall={tall}
            least={least}
            teams={snap.head.teams}
            key={row.id}
          />
        ))}
      </ol>
    </section>
  );
}

interface TileProps {
  row: ChartRow;
  at: { x: number; y: number };
  ranked: number;
  width: number;
  tall: number;
  least: number;
  /** a team takes part, not a share of those who are registered */
  teams: boolean;
}

/* Sizes follow from a tile's, which follows from how many there are. */
function figuresIn(tall: number): number {
  return Math.min(2.2, Math.max(1.5, tall * 0.27));
}

/* A share that rounds to nothing is told as people. */
function tookWords(row: ChartRow, share: number): string {
  const percent = Math.round(share * 100);
  return percent === 0 && (row.took ?? 0) > 0 ? t("q.people", { n: row.took ?? 0 }) : `${percent}%`;
}

function Tile({ row, at, ranked, width, tall, least, teams }: TileProps) {
  const took = teams ? undefined : share(row);
  const short = shortName(row.name);
  const name = Math.min(3.2, (width - 5) / Math.max(1, [...short].length), (tall - 1.15 - 1.3 * figuresIn(tall)) / 1.15);
  return (
    <li class={`tile-city ${tierOf(row.rank, ranked)}`} style={{ "--x": at.x + 1, "--y": at.y + 1, "--name": name }} title={`${row.name} ${part(row)}`}>
      <b class="tile-rank num">{row.rank > 0 ? row.rank : "–"}</b>
      <span class="tile-city-name">{short}</span>
      <span class="tile-figures num">
        {row.rank > 0 ? <Counting value={row.points} write={(value) => points(value, least)} /> : t("grid.few")}
        {took !== undefined && <small>{tookWords(row, took)}</small>}
        {teams && <small>{t("team.n", { n: row.took ?? 0 })}</small>}
      </span>
      {!teams && (
        <i class="tile-bar" aria-hidden="true">
          <i style={{ transform: `scaleX(${took ?? 0})` }} />
        </i>
      )}
    </li>
  );
}

/** As the map writes it: without what every city is called, and of an autonomous prefecture without its peoples. */
export function shortName(name: string): string {
  const prefecture = /^(.{2,3}?)(?:[\u4e00-\u9fff]{1,3}族)+自治州$/.exec(name);
  if (prefecture) return `${prefecture[1]}州`;
  return name.length > 2 && name.endsWith("市") ? name.slice(0, -1) : name;
}

/** Shades by where a city stands among the ranked; told apart in black and white, too. */
export function tierOf(rank: number, ranked: number): string {
  if (rank < 1) return "tier-none";
  if (rank <= 3) return `tier-top tier-${rank}`;
  const share = (rank - 1) / Math.max(1, ranked - 1);
  return share <= 1 / 3 ? "tier-high" : share <= 2 / 3 ? "tier-middle" : "tier-low";
}

function Legend() {
  return (
    <span class="grid-legend">
      <i class="tile-bar">
        <i style={{ transform: "scaleX(0.6)" }} />
      </i>
      {t("grid.legend")}
    </span>
  );
}
