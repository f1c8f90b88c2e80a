/* How long somebody took from seeing a question to pressing, by this page's own clock.
 *
 * It begins when the picture that shows the start signal has been painted, not when the frame came in: only then can anybody react. It ends
 * at the pointer's or the key's own time, not when the page came around to handle it. The server believes the result only as far as its own
 * measurements bear it out (docs/fairness.md).
 */
export interface Screen {
  now(): number;
  /** Runs `seen` once, right after the next picture has been painted. */
  painted(seen: () => void): void;
}

export class Reaction {
  private signal: string | undefined;
  private seenMs: number | undefined;

  constructor(private readonly screen: Screen = browserScreen) {}

  /** Call when presses begin to count, with what makes this signal unlike others, e.g. question and opening time: `${q}:${opened_ms}`. Called again with the
   *  same one it changes nothing; undefined: presses do not count. */
  begin(signal: string | undefined): void {
    if (signal === this.signal) return;
    this.signal = signal;
    this.seenMs = undefined;
    if (signal === undefined) return;
    this.screen.painted(() => {
      if (this.signal === signal) this.seenMs = this.screen.now();
    });
  }

  /** Microseconds from seeing to `pressedMs`, the event's timeStamp; undefined when nothing was seen: then nothing is claimed. */
  claimUs(pressedMs: number): number | undefined {
    if (this.seenMs === undefined) return undefined;
    const now = this.screen.now();
    // Old browsers stamp events with the wall clock, and a script's events may carry anything.
    const at = pressedMs > 0 && pressedMs <= now ? pressedMs : now;
    return Math.max(0, Math.round((at - this.seenMs) * 1000));
  }
}

/** A page that nobody looks at is not painted: then nothing is seen. */
const browserScreen: Screen = {
  now: () => performance.now(),
  painted: (seen) => {
    // What is drawn in an animation frame is on the screen once the browser comes around to a task after it.
    requestAnimationFrame(() => {
      const after = new MessageChannel();
      after.port1.onmessage = () => {
        after.port1.close();
        seen();
      };
      after.port2.postMessage(0);
    });
  },
};
