/* The rows of a board on the wall, all of them, moved by hand.
 *
 * Nothing is ever measured: a row's place follows from its number, in shares of its own size, and one frame writes the transforms of the
 * few rows that the window shows, no matter how many change their places. A row outside of the window is hidden and costs nothing; its
 * words are written when it comes into sight. When nothing moves no frame is asked for.
 */
import { eased, resting, still } from "../shared/motion.ts";
import { phrases } from "./phrase.ts";
import { FOCUS_LEAST_MS, follow, focusMs, type Line, passed, type Phase } from "./rows.ts";
import { fitsLines } from "./view.ts";

/** Characters of a long name that a line of two columns holds. */
const NAME_ROOM = 16;

export interface Shape {
  /** rows of a column of the window */
  rows: number;
  columns: number;
  /** down: one long column that scrolls; pages: side by side */
  flow: "down" | "pages";
}

export interface Words {
  points: (value: number) => string;
  /** after the points */
  unit: string;
  veiled: string;
}

export interface Told {
  award(phase: Extract<Phase, { kind: "award" }>): void;
}

interface Spot {
  x: number;
  y: number;
}

interface Row {
  line: Line;
  /** of its words, what is written by now */
  written: Line | undefined;
  parts: Parts | undefined;
  index: number;
  from: Spot;
  spot: Spot;
  points: number;
  seen: boolean;
}

interface Parts {
  row: HTMLElement;
  rank: HTMLElement;
  moved: HTMLElement;
  name: HTMLElement;
  unit: HTMLElement;
  award: HTMLElement;
  side: HTMLElement;
  points: HTMLElement;
  shown: string;
}

interface Job {
  phases: Phase[];
  lines: Line[];
}

/* More than so many waiting steps are not shown one by one any more. */
const JOBS_MOST = 3;
const TURN_MS = 600;
const LATE_MS = 34;
/* While nothing moves, so many rows are made ready at a time. */
const READY_AT_ONCE = 4;
const READY_MS = 30;
/* Rows in sight whose words change are written over a few frames; a sixtieth of a second later nobody sees. */
const WRITTEN_AT_ONCE = 3;
/* Where many numbers count at once, each is written every so many frames: still quicker than it can be read. */
const COUNT_EVERY = 3;

export class RowList {
  private rows = new Map<string, Row>();
  private order: Row[] = [];
  private scroll: Spot = { x: 0, y: 0 };
  private mark: HTMLElement;
  private markAt: number | undefined;
  private jobs: Job[] = [];
  private playing: { phase: Phase; at: number; ms: number; draw: (share: number) => void; end: () => void } | undefined;
  private turning: { from: Spot; to: Spot; at: number } | undefined;
  private frame = 0;
  private last = 0;
  private behind = false;
  private readying: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly list: HTMLElement,
    private shape: Shape,
    private words: Words,
    private readonly told: Told,
  ) {
    this.mark = document.createElement("div");
    this.mark.className = "wall-mark";
    this.mark.hidden = true;
    list.append(this.mark);
  }

  /** At once, without a way there. */
  cut(lines: Line[], at: { page?: number; focus?: string | undefined } = {}): void {
    this.jobs = [];
    this.playing = undefined;
    this.turning = undefined;
    this.take(lines);
    this.place();
    for (const row of this.order) {
      row.spot = this.spot(row.index);
      row.points = row.line.points;
    }
    const focus = at.focus === undefined ? undefined : this.rows.get(at.focus);
    this.markAt = focus?.index;
    this.scroll = this.shape.flow === "down" ? { x: 0, y: focus ? this.followed(focus.index) : 0 } : { x: (at.page ?? 0) * this.shape.columns, y: 0 };
    this.draw();
    if (this.behind) this.start();
    else this.ready();
  }

  /** Shows a way to `lines`, after those that are under way. */
  play(phases: Phase[], lines: Line[]): void {
    if (this.jobs.length >= JOBS_MOST) {
      const focus = phases.filter((phase) => phase.kind === "focus").pop();
      for (const job of [...this.jobs, { phases }]) for (const phase of job.phases) if (phase.kind === "award") this.told.award(phase);
      this.cut(lines, focus?.kind === "focus" ? { focus: focus.key } : {});
      return;
    }
    this.jobs.push({ phases: [...phases], lines });
    this.start();
  }

  turn(page: number): void {
    const to = { x: page * this.shape.columns, y: 0 };
    if (this.shape.flow === "down" || (to.x === this.scroll.x && !this.turning)) return;
    this.turning = { from: this.scroll, to, at: 0 };
    this.start();
  }

  /** Words in another language. */
  say(words: Words, lines: Line[]): void {
    this.words = words;
    const byKey = new Map(lines.map((line) => [line.key, line]));
    for (const row of this.order) {
      row.line = byKey.get(row.line.key) ?? row.line;
      row.written = undefined;
      if (row.parts) row.parts.shown = "";
    }
    this.draw();
    if (this.behind) this.start();
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.readying);
    this.frame = 0;
  }

  /* Rows that come into sight later are made and written before, a few at a time, so that no frame of a move has to. */
  private ready(): void {
    clearTimeout(this.readying);
    this.readying = setTimeout(() => {
      if (this.frame !== 0) return;
      let n = 0;
      for (const row of this.order) {
        if (row.parts && row.written === row.line) continue;
        this.write(row, (row.parts ??= made(this.list)));
        if (++n === READY_AT_ONCE) break;
      }
      if (n > 0) this.ready();
    }, READY_MS);
  }

  private start(): void {
    if (this.frame !== 0) return;
    this.last = performance.now();
    this.frame = requestAnimationFrame(this.step);
  }

  private readonly step = (now: number): void => {
    // Who is in a hurry is not made to wait: the more is waiting, the quicker.
    const quick = 1 + 2 * Math.max(0, this.jobs.length - 1);
    // A frame that comes late goes no further than two: what moves may be slower on a busy machine, but never jumps.
    let ms = Math.min(LATE_MS, Math.max(0, now - this.last));
    this.last = now;
    if (this.turning) this.turnBy(ms);
    ms *= quick;
    while (this.playing || this.jobs.length > 0) {
      this.playing ??= this.begin();
      if (!this.playing) continue;
      this.playing.at += ms;
      const share = this.playing.ms === 0 ? 1 : Math.min(1, this.playing.at / this.playing.ms);
      this.playing.draw(share);
      if (share < 1) break;
      ms = this.playing.at - this.playing.ms;
      const { end } = this.playing;
      this.playing = undefined;
      end();
    }
    this.draw();
    this.frame = this.playing || this.turning || this.jobs.length > 0 || this.behind ? requestAnimationFrame(this.step) : 0;
    if (this.frame === 0) this.ready();
  };

  private turnBy(ms: number): void {
    const turning = this.turning;
    if (!turning) return;
    turning.at += ms;
    const share = still() ? 1 : Math.min(1, turning.at / TURN_MS);
    const way = eased(share);
    this.scroll = { x: turning.from.x + (turning.to.x - turning.from.x) * way, y: 0 };
    if (share === 1) this.turning = undefined;
  }

  /* The next phase of the first job, as functions of its share. */
  private begin(): typeof this.playing {
    const job = this.jobs[0];
    const phase = job?.phases.shift();
    if (!job) return undefined;
    if (!phase) {
      this.jobs.shift();
      return undefined;
    }
    const calm = still();
    const run = (ms: number, draw: (share: number) => void, end: () => void = () => undefined) => ({ phase, at: 0, ms: calm && phase.kind !== "hold" ? 0 : ms, draw, end });
    switch (phase.kind) {
      case "focus":
        return this.focusing(phase.key, run);
      case "count":
        return this.counting(phase, job.lines, run);
      case "move":
        return this.moving(phase, job.lines, run);
      case "glide":
        return this.gliding(phase.ms, job.lines, run);
      case "settle":
        this.take(job.lines);
        this.place();
        for (const row of this.order) {
          row.spot = this.spot(row.index);
          row.points = row.line.points;
        }
        return run(0, () => undefined);
      case "award":
        this.told.award(phase);
        return run(0, () => undefined);
      case "hold":
        return run(phase.ms, () => undefined);
    }
  }

  private focusing(key: string, run: Run) {
    const row = this.rows.get(key);
    if (!row) return run(0, () => undefined);
    const from = this.markAt ?? row.index;
    const top = this.scroll.y;
    const to = this.followed(row.index);
    this.markAt = from;
    const ms = Math.max(focusMs(Math.abs(row.index - from)), focusMs(Math.abs(to - top)));
    return run(from === row.index && to === top ? 0 : Math.max(FOCUS_LEAST_MS, ms), (share) => {
      const way = eased(share);
      this.markAt = from + (row.index - from) * way;
      this.scroll = { x: 0, y: top + (to - top) * way };
    });
  }

  private counting(phase: Extract<Phase, { kind: "count" }>, lines: Line[], run: Run) {
    const row = this.rows.get(phase.key);
    const line = lines.find(({ key }) => key === phase.key);
    if (!row || !line) return run(0, () => undefined);
    const { rank } = row.line;
    row.line = { ...line, rank };
    return run(phase.ms, (share) => {
      row.points = counted(phase.from, phase.to, resting(share));
    });
  }

  private moving(phase: Extract<Phase, { kind: "move" }>, lines: Line[], run: Run) {
    const row = this.rows.get(phase.key);
    const to = lines.findIndex(({ key }) => key === phase.key);
    if (!row || to < 0 || this.shape.flow !== "down") return run(0, () => undefined);
    const from = row.index;
    const standing = this.order.map(({ line }) => line.rank);
    const coming = new Map(lines.map((line) => [line.key, line]));
    const top = this.scroll.y;
    row.parts?.row.style.setProperty("z-index", "1");
    const low = Math.min(from, to);
    const high = Math.max(from, to);
    return run(from === to ? 0 : phase.ms, (share) => {
      const at = from + (to - from) * eased(share);
      for (let index = low; index <= high; index++) {
        const other = this.order[index];
        if (!other || other === row) continue;
        const y = passed(index, from, to, at);
        other.spot = { x: 0, y };
        if (Math.abs(y - index) > 0.5) other.line = coming.get(other.line.key) ?? other.line;
      }
      row.spot = { x: 0, y: at };
      row.line = { ...row.line, rank: standing[Math.round(at)] ?? row.line.rank };
      this.markAt = at;
      // From where the window is to where it follows, within the first third of the way.
      const followed = this.followed(at);
      const near = eased(Math.min(1, share * 3));
      this.scroll = { x: 0, y: top + (followed - top) * near };
    }, () => row.parts?.row.style.removeProperty("z-index"));
  }

  private gliding(ms: number, lines: Line[], run: Run) {
    const from = new Map(this.order.map((row) => [row.line.key, { spot: row.spot, points: row.points }]));
    const fresh = this.order.length === 0;
    this.take(lines);
    this.place();
    let moves = false;
    for (const row of this.order) {
      const to = this.spot(row.index);
      const was = from.get(row.line.key);
      row.from = was?.spot ?? (fresh ? to : { x: to.x, y: to.y + 0.6 });
      row.spot = row.from;
      row.points = was?.points ?? row.line.points;
      moves ||= row.from.x !== to.x || row.from.y !== to.y || row.points !== row.line.points;
    }
    const counting = this.order.filter((row) => row.points !== row.line.points).map((row) => ({ row, from: row.points }));
    let drawn = 0;
    return run(moves ? ms : 0, (share) => {
      const way = eased(share);
      for (const row of this.order) {
        const to = this.spot(row.index);
        row.spot = share === 1 ? to : { x: row.from.x + (to.x - row.from.x) * way, y: row.from.y + (to.y - row.from.y) * way };
      }
      if (share < 1 && ++drawn % COUNT_EVERY !== 0) return;
      for (const { row, from } of counting) row.points = counted(from, row.line.points, resting(share));
    });
  }

  /* Which rows there are. One that is gone leaves; a new one is made without words. */
  private take(lines: Line[]): void {
    const had = this.rows;
    this.rows = new Map();
    this.order = lines.map((line, index) => {
      const old = had.get(line.key);
      const row: Row = old ?? { line, written: undefined, parts: undefined, index, from: { x: 0, y: 0 }, spot: { x: 0, y: -2 }, points: line.points, seen: false };
      row.line = line;
      this.rows.set(line.key, row);
      had.delete(line.key);
      return row;
    });
    for (const gone of had.values()) gone.parts?.row.remove();
  }

  private place(): void {
    this.order.forEach((row, index) => (row.index = index));
  }

  private spot(index: number): Spot {
    return this.shape.flow === "down" ? { x: 0, y: index } : { x: Math.floor(index / this.shape.rows), y: index % this.shape.rows };
  }

  private followed(place: number): number {
    return follow(place, this.shape.rows, this.order.length);
  }

  private draw(): void {
    const { rows, columns } = this.shape;
    let written = 0;
    this.behind = false;
    for (const row of this.order) {
      const x = row.spot.x - this.scroll.x;
      const y = row.spot.y - this.scroll.y;
      const seen = x > -1 && x < columns && y > -1 && y < rows;
      if (!seen && !row.seen) continue;
      const parts = (row.parts ??= made(this.list));
      if (seen !== row.seen) parts.row.style.visibility = seen ? "visible" : "hidden";
      row.seen = seen;
      if (!seen) continue;
      parts.row.style.transform = `translate3d(${(x * 100).toFixed(3)}%,${(y * 100).toFixed(3)}%,0)`;
      if (row.written !== row.line && row.written !== undefined && ++written > WRITTEN_AT_ONCE) this.behind = true;
      else this.write(row, parts);
    }
    this.drawMark();
  }

  private drawMark(): void {
    const { mark, markAt } = this;
    if (mark.hidden !== (markAt === undefined)) mark.hidden = markAt === undefined;
    if (markAt !== undefined) mark.style.transform = `translate3d(0,${((markAt - this.scroll.y) * 100).toFixed(3)}%,0)`;
  }

  private write(row: Row, parts: Parts): void {
    const { line } = row;
    if (row.written !== line) {
      writeLine(parts, line, row.written, this.words);
      row.written = line;
    }
    const shown = line.blank ? "–" : this.words.points(row.points);
    if (shown !== parts.shown) {
      parts.shown = shown;
      parts.points.textContent = shown;
    }
  }
}

/** On the way from one number of points to another: with no more places than the two have. */
export function counted(from: number, to: number, share: number): number {
  if (share >= 1) return to;
  const place = from % 100 === 0 && to % 100 === 0 ? 100 : from % 10 === 0 && to % 10 === 0 ? 10 : 1;
  return Math.round((from + (to - from) * share) / place) * place;
}

type Run = (ms: number, draw: (share: number) => void, end?: () => void) => { phase: Phase; at: number; ms: number; draw: (share: number) => void; end: () => void };

function made(list: HTMLElement): Parts {
  const row = element("li", "wall-row", list);
  const card = element("div", "wall-card", row);
  const rank = element("span", "board-rank num", card);
  const moved = element("span", "board-moved num", card);
  const names = element("div", "wall-name", card);
  const name = element("b", "", names);
  const unit = element("small", "", names);
  const award = element("span", "wall-award", card);
  const side = element("span", "wall-side num", card);
  const sum = element("span", "wall-points num", card);
  const points = element("b", "", sum);
  element("small", "wall-unit", sum);
  return { row, rank, moved, name, unit, award, side, points, shown: "" };
}

function element(tag: string, name: string, parent: HTMLElement): HTMLElement {
  const made = document.createElement(tag);
  if (name !== "") made.className = name;
  parent.append(made);
  return made;
}

function writeLine(parts: Parts, line: Line, was: Line | undefined, words: Words): void {
  const put = (where: HTMLElement, text: string) => where.textContent !== text && (where.textContent = text);
  if (was?.rank !== line.rank) {
    put(parts.rank, line.rank > 0 ? String(line.rank) : "–");
  }
  if (was?.name !== line.name) name(parts.name, line.name);
  if (was?.unit !== line.unit) put(parts.unit, line.unit);
  if (was?.side !== line.side) put(parts.side, line.side);
  if (was?.award !== line.award) put(parts.award, line.award);
  put(parts.moved, line.veiled ? words.veiled : movedWord(line.moved));
  if (was === undefined) put(parts.points.nextElementSibling as HTMLElement, words.unit);
  const look = lookOf(line);
  if (parts.row.className !== look) parts.row.className = look;
}

/* It breaks between its parts where it needs two lines. */
function name(where: HTMLElement, text: string): void {
  where.textContent = "";
  phrases(text).forEach((part, i) => {
    if (i > 0) where.append(document.createElement("wbr"));
    where.append(part);
  });
}

function movedWord(moved: number | undefined): string {
  if (moved === undefined) return "";
  return moved === 0 ? "–" : String(Math.abs(moved));
}

function lookOf({ rank, moved, veiled, award, name, unit, blank }: Line): string {
  let look = "wall-row";
  if (rank >= 1 && rank <= 3) look += ` medal-${rank}`;
  if (rank > 99) look += " rank-long";
  if (veiled) look += " veiled";
  else if (moved !== undefined && moved !== 0) look += moved > 0 ? " went-up" : " went-down";
  if (award !== "") look += " has-award";
  if (unit !== "") look += " has-unit";
  if (blank) look += " no-points";
  const breadth = broad(name);
  if (breadth > 12) look += breadth > 14.5 ? " name-longest" : " name-long";
  if (!fitsLines(phrases(name), 2, NAME_ROOM)) look += " name-anyhow";
  return look;
}

/* In widths of a Chinese character. */
function broad(text: string): number {
  let n = 0;
  for (const c of text) n += c < "\u2000" ? 0.58 : 1;
  return n;
}
