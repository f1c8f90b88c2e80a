/* Sounds of the hall: short, made here, never without a picture that says the same. Browsers let a page sound only after somebody has
 * pressed a key or clicked; until then, and while it is muted, nothing is played. */
import type { Chart, Snapshot } from "../shared/protocol.gen.ts";
import { LAST_SECONDS, secondsLeft } from "../shared/countdown.ts";

export type Cue =
  /** one of the last seconds; the last of them is higher */
  | "tick"
  | "last"
  /** presses count from now on, or a question is open */
  | "signal"
  /** nobody can answer any more */
  | "lock"
  /** a step of the reveal */
  | "step"
  | "award";

/** What is to be heard when one picture becomes the next. A page that has just opened is silent. Pure. */
export function cuesOf(before: Heard | undefined, now: Heard): Cue[] {
  if (!before || before.snap.head.event !== now.snap.head.event) return [];
  const cues: Cue[] = [];
  const was = before.snap.question;
  const is = now.snap.question;
  if (is) {
    const same = was?.q === is.q;
    if (is.state === "open" && !(same && was?.state === "open")) cues.push("signal");
    if (same && was?.state === "open" && (is.state === "closing" || is.state === "closed" || is.state === "held")) cues.push("lock");
  }
  const step = now.chart?.step ?? 0;
  if (now.chart && before.chart && now.chart !== before.chart && step > before.chart.step) {
    cues.push(now.chart.cue?.kind === "award" ? "award" : "step");
  }
  return cues;
}

export interface Heard {
  snap: Snapshot;
  /** of the reveal, while it is shown */
  chart: Chart | undefined;
}

/** When the next second of a countdown is to be heard: how long from now, and how; absent: it is over. Pure. */
export function nextTick(deadlineMs: number, atMs: number): { inMs: number; cue: Cue } | undefined {
  const left = secondsLeft(deadlineMs, atMs);
  if (left <= 1) return undefined;
  const next = Math.min(LAST_SECONDS, left - 1);
  return { inMs: Math.max(0, deadlineMs - next * 1000 - atMs), cue: next === 1 ? "last" : "tick" };
}

export class Sounds {
  private context: AudioContext | undefined;
  private out: GainNode | undefined;
  muted = false;

  /** Call when a person has pressed or clicked. */
  wake(): void {
    if (this.context) {
      if (this.context.state === "suspended") void this.context.resume();
      return;
    }
    if (typeof AudioContext === "undefined") return;
    this.context = new AudioContext();
    // Nothing of this is ever loud, whatever sounds together.
    const limit = this.context.createDynamicsCompressor();
    this.out = this.context.createGain();
    this.out.gain.value = 0.5;
    this.out.connect(limit).connect(this.context.destination);
  }

  play(cue: Cue): void {
    if (this.muted || this.context?.state !== "running") return;
    switch (cue) {
      case "tick":
        return this.note(880, 0, 0.07, 0.35, "triangle");
      case "last":
        return this.note(1320, 0, 0.18, 0.4, "triangle");
      case "signal":
        this.note(587, 0, 0.16, 0.35, "triangle");
        return this.note(880, 0.11, 0.34, 0.45, "triangle");
      case "lock":
        this.note(196, 0, 0.22, 0.5, "sine");
        return this.note(98, 0.02, 0.4, 0.5, "sine");
      case "step":
        // A drum, struck softly at its edge.
        this.note(146, 0, 0.28, 0.55, "sine", 92);
        return this.note(1175, 0, 0.05, 0.12, "triangle");
      case "award":
        [523.25, 659.25, 783.99, 1046.5].forEach((pitch, i) => this.note(pitch, i * 0.13, i === 3 ? 1.3 : 0.5, 0.3, "triangle"));
        return this.note(261.63, 0.39, 1.4, 0.25, "sine");
    }
  }

  private note(pitch: number, inS: number, lengthS: number, loud: number, shape: OscillatorType, to?: number): void {
    const { context, out } = this;
    if (!context || !out) return;
    const at = context.currentTime + inS;
    const tone = context.createOscillator();
    const gain = context.createGain();
    tone.type = shape;
    tone.frequency.setValueAtTime(pitch, at);
    if (to !== undefined) tone.frequency.exponentialRampToValueAtTime(to, at + lengthS);
    gain.gain.setValueAtTime(0.0001, at);
    gain.gain.exponentialRampToValueAtTime(loud, at + 0.008);
    gain.gain.exponentialRampToValueAtTime(0.0001, at + lengthS);
    tone.connect(gain).connect(out);
    tone.start(at);
    tone.stop(at + lengthS + 0.02);
  }
}
