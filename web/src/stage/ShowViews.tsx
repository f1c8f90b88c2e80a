/* What a desk puts on the wall beside the contest: a picture or a film, a clock, words. */
import { useEffect, useRef, useState } from "preact/hooks";
import { LAST_SECONDS, secondsLeft } from "../shared/countdown.ts";
import { useFit } from "./fit.ts";
import { Notice } from "./Frame.tsx";
import { t } from "./messages.ts";

const TEXT_SIZES = [9, 7.5, 6.25, 5.25, 4.25, 3.5, 2.9, 2.4] as const;

export function TextView({ text }: { text: string }) {
  const { box } = useFit<HTMLDivElement>(TEXT_SIZES, text);
  return (
    <section class="text" role="status">
      <div ref={box}>
        <p>{text}</p>
      </div>
    </section>
  );
}

/* ---- media ---- */

type Kind = "image" | "video" | "audio";

/** By the name's ending. */
export function mediaKind(name: string): Kind {
  const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  if (["mp4", "webm", "m4v", "mov", "ogv"].includes(ending)) return "video";
  if (["mp3", "m4a", "ogg", "oga", "opus", "wav", "flac"].includes(ending)) return "audio";
  return "image";
}

/** A name of a file; nothing else may be reached by it. */
export function mediaAddress(name: string): string {
  return `/media/${name.split("/").map(encodeURIComponent).join("/")}`;
}

export function MediaView({ name, caption, muted }: { name: string; caption: string; muted: boolean }) {
  const [broken, setBroken] = useState(false);
  const kind = mediaKind(name);
  const fail = () => setBroken(true);
  if (name === "" || broken) return <Notice title={t("media.broken")} hint={name} />;
  return (
    <section class={caption === "" ? "media" : "media media-captioned"}>
      {kind === "image" && <img src={mediaAddress(name)} alt={caption} decoding="async" onError={fail} />}
      {kind === "video" && <Film name={name} muted={muted} fail={fail} />}
      {kind === "audio" && <Sound name={name} muted={muted} fail={fail} />}
      {caption !== "" && <p>{caption}</p>}
    </section>
  );
}

/* A browser that nobody has touched plays no sound: then the film goes on without. */
function Film({ name, muted, fail }: { name: string; muted: boolean; fail: () => void }) {
  const film = useRef<HTMLVideoElement>(null);
  useEffect(() => play(film.current, muted), [muted]);
  return <video src={mediaAddress(name)} playsInline preload="auto" ref={film} onError={fail} />;
}

function play(media: HTMLMediaElement | null, muted: boolean): void {
  if (!media) return;
  media.muted = muted;
  media.play().catch(() => {
    media.muted = true;
    media.play().catch(() => undefined);
  });
}

function Sound({ name, muted, fail }: { name: string; muted: boolean; fail: () => void }) {
  const sound = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const [share, setShare] = useState(0);
  useEffect(() => play(sound.current, muted), [muted]);
  return (
    <div class={playing ? "sound sound-playing" : "sound"}>
      <div class="sound-bars" aria-hidden="true">
        {Array.from({ length: 9 }, (_, i) => (
          <i key={i} />
        ))}
      </div>
      <div class="sound-line">
        <div style={{ transform: `scaleX(${share})` }} />
      </div>
      <audio
        src={mediaAddress(name)}
        preload="auto"
        ref={sound}
        onError={fail}
        onPlaying={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onTimeUpdate={(e) => setShare(e.currentTarget.duration > 0 ? e.currentTarget.currentTime / e.currentTarget.duration : 0)}
      />
    </div>
  );
}

/* ---- a clock ---- */

const RADIUS = 47;
const ROUND = 2 * Math.PI * RADIUS;
const MINUTES_FROM = 100;

export function CountdownView({ untilMs, text, now }: { untilMs: number; text: string; now: () => number }) {
  const ring = useRef<SVGCircleElement>(null);
  const total = useRef({ untilMs: 0, ms: 1 });
  if (total.current.untilMs !== untilMs) total.current = { untilMs, ms: Math.max(1000, untilMs - now()) };
  const [seconds, setSeconds] = useState(() => secondsLeft(untilMs, now()));
  useEffect(() => {
    let frame = 0;
    const draw = () => {
      const left = untilMs - now();
      ring.current?.setAttribute("stroke-dashoffset", String(ROUND * (1 - Math.min(1, Math.max(0, left / total.current.ms)))));
      setSeconds(secondsLeft(untilMs, now()));
      if (left > 0) frame = requestAnimationFrame(draw);
    };
    draw();
    return () => cancelAnimationFrame(frame);
  }, [untilMs, now]);
  const last = seconds > 0 && seconds <= LAST_SECONDS;
  const clock = clockWords(seconds);
  return (
    <section class="clock" role="timer" aria-label={clock}>
      <div class={last ? "clock-ring ring ring-last" : "clock-ring ring"}>
        <svg viewBox="0 0 100 100" aria-hidden="true">
          <circle class="ring-track" cx="50" cy="50" r={RADIUS} />
          <circle class="ring-left" cx="50" cy="50" r={RADIUS} stroke-dasharray={ROUND} ref={ring} />
        </svg>
        <div class={clock.length > 3 ? "ring-label clock-long" : "ring-label"}>
          {seconds === 0 ? <span class="clock-over">{t("q.timeUp")}</span> : <span key={last ? seconds : "calm"}>{clock}</span>}
        </div>
      </div>
      {text !== "" && <p>{text}</p>}
    </section>
  );
}

/** Seconds while they are few, minutes and seconds, hours. */
export function clockWords(seconds: number): string {
  if (seconds < MINUTES_FROM) return String(seconds);
  const two = (n: number) => String(n).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}:${two(seconds % 60)}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/* ---- a screen that is nobody's yet ---- */

export function PairView({ code, untilMs, now }: { code: string; untilMs: number; now: () => number }) {
  const [seconds, setSeconds] = useState(() => secondsLeft(untilMs, now()));
  useEffect(() => {
    const timer = setInterval(() => setSeconds(secondsLeft(untilMs, now())), 250);
    return () => clearInterval(timer);
  }, [untilMs, now]);
  const half = Math.ceil(code.length / 2);
  return (
    <section class="pair">
      <p class="pair-what">{t("pair.what")}</p>
      <div class="pair-code num" aria-label={code.split("").join(" ")} key={code}>
        <b>{code.slice(0, half)}</b>
        <b>{code.slice(half)}</b>
      </div>
      <ol class="pair-how">
        <li>{t("pair.how1")}</li>
        <li>{t("pair.how2")}</li>
        <li>{t("pair.how3")}</li>
      </ol>
      <p class="pair-until num">{seconds > 0 ? t("pair.until", { n: minutesOf(seconds) }) : t("pair.renewing")}</p>
    </section>
  );
}

function minutesOf(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
