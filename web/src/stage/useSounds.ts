/* Ties the sounds to what happens on this stage. */
import type { Chart, Snapshot } from "../shared/protocol.gen.ts";
import { useEffect, useRef } from "preact/hooks";
import { cuesOf, type Heard, nextTick, Sounds } from "./sound.ts";

const AWARD_MS = 400;

interface Props {
  snap: Snapshot | undefined;
  chart: Chart | undefined;
  /** end of the clock that the picture shows and that runs, server time */
  deadlineMs: number | undefined;
  now: () => number;
  muted: boolean;
}

export function useSounds({ snap, chart, deadlineMs, now, muted }: Props): void {
  const sounds = useRef<Sounds>();
  const player = (sounds.current ??= new Sounds());
  player.muted = muted;
  useEffect(() => {
    const wake = () => player.wake();
    addEventListener("keydown", wake);
    addEventListener("pointerdown", wake);
    return () => {
      removeEventListener("keydown", wake);
      removeEventListener("pointerdown", wake);
    };
  }, []);
  const before = useRef<Heard>();
  useEffect(() => {
    if (!snap) return;
    const heard = { snap, chart };
    // An award is heard as its card appears: the mark goes to the row first.
    for (const cue of cuesOf(before.current, heard)) setTimeout(() => player.play(cue), cue === "award" ? AWARD_MS : 0);
    before.current = heard;
  }, [snap, chart]);
  useEffect(() => {
    if (deadlineMs === undefined) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wait = () => {
      const next = nextTick(deadlineMs, now());
      if (!next) return;
      timer = setTimeout(() => {
        player.play(next.cue);
        wait();
      }, next.inMs + 4);
    };
    wait();
    return () => clearTimeout(timer);
  }, [deadlineMs, now]);
}
