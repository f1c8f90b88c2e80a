/* The line to the server: one WebSocket at a time, kept up, resumed and believed only as long as it speaks.
 *
 * - A lost line comes back with full jitter, so that a hall does not knock at one moment; the server's own delay is honoured. Who has
 *   something to send knocks more often: in a dead spot the moments with a signal are short.
 * - The picture stays while the line is away. Resuming returns {epoch, seq} and gets what was missed.
 * - A request is an object that ends once: done, or an error code. It is sent again with the same id after a reconnect, or when the
 *   server says "later"; the server acts on an id once.
 * - A press is the exception: it is sent once or not at all, since late it would be another press.
 * - Silence is noticed: probes go out regularly, and a line that does not answer is cut and made anew. Who comes back to the page waits
 *   less for that: a phone that slept has mostly lost its line without being told.
 */
import { signal } from "@preact/signals";
import { bestOffset, type Probe, probe, remember, sleptMs } from "./clock.ts";
import { lang } from "./i18n.ts";
import { NOTHING_YET, reduceLive } from "./live.ts";
import {
  type AnswerRequest,
  type CommandRequest,
  type MatchRequest,
  type LeaveRequest,
  type PairRequest,
  type SaveRequest,
  type ShowRequest,
  type StartRequest,
  type SubmitRequest,
  type UnpairRequest,
  type ErrorCode,
  FINAL_CLOSE_CODES,
  type Frame,
  type HelloRequest,
  PROTOCOL_VERSION,
  type Request,
  type Role,
} from "./protocol.gen.ts";

const PROBE_MS = 5_000;
const SILENCE_MS = 12_000;
const WAKE_MS = 5_000;
const HELLO_MS = 10_000;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MOST_MS = 15_000;
const BACKOFF_SENDING_MS = 5_000;
const RESEND_MS = 4_000;
const GIVE_UP_MS = 30_000;

export interface Credential {
  ticket?: string;
  session?: string;
  /** a guest's way in, until the first welcome gives a session */
  code?: string;
  name?: string;
  event?: string;
  /** the phone page of a judge */
  judge?: boolean;
}

/** What an action is about, beside the question that its sender sees. */
export type About = Omit<CommandRequest, "t" | "id" | "action" | "q">;

/** A stage that waits until a desk takes it in is "connecting", with a code in `live.pairing`. */
export type Status = "connecting" | "live" | "lost" | "ended";

/** What is answered by its id. */
export type Asked =
  | CommandRequest
  | AnswerRequest
  | StartRequest
  | SaveRequest
  | SubmitRequest
  | MatchRequest
  | LeaveRequest
  | PairRequest
  | UnpairRequest
  | ShowRequest;

interface Pending {
  message: Asked;
  /** never sent again: late it would mean something else */
  once: boolean;
  /** when to stop asking; an answer is never given up */
  untilMs: number;
  end: (code: ErrorCode | undefined) => void;
}

export class Link {
  readonly status = signal<Status>("connecting");
  readonly endedBy = signal<ErrorCode | undefined>(undefined);
  readonly rttMs = signal<number | undefined>(undefined);
  readonly live = signal(NOTHING_YET);

  private socket: WebSocket | undefined;
  private attempt = 0;
  private retryMs = 0;
  private lastError: ErrorCode | undefined;
  private heardMs = 0;
  /** when the first probe that is still unanswered went out */
  private askedMs = 0;
  private probes: Probe[] = [];
  private gapMs = Date.now() - performance.now();
  private firstOffsetMs = this.gapMs;
  private pending = new Map<string, Pending>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `keep` is told of every renewed credential; `other` gets the frames that are no part of the shared state. */
  constructor(
    private readonly role: Role,
    private credential: Credential,
    private readonly keep: (credential: Credential) => void,
    private readonly other: (frame: Frame) => void,
  ) {
    setInterval(() => this.tend(), PROBE_MS);
    addEventListener("online", () => this.status.value !== "live" && this.wake());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.wake());
    this.connect();
  }

  /** Server time, ms. An arrow, so that views may hold it. */
  readonly now = (): number => {
    const gapMs = Date.now() - performance.now();
    const slept = sleptMs(this.gapMs, gapMs);
    if (slept !== 0) this.slept(gapMs, slept);
    return performance.now() + (bestOffset(this.probes) ?? this.firstOffsetMs);
  };

  /* Until a probe says better, the wall clock is believed for as long as the sleep was. */
  private slept(gapMs: number, ms: number): void {
    this.firstOffsetMs = (bestOffset(this.probes) ?? this.firstOffsetMs) + ms;
    this.probes = [];
    this.gapMs = gapMs;
    this.ask();
  }

  /** Leaves what is shown and enters with another credential. */
  enter(credential: Credential): void {
    for (const id of [...this.pending.keys()]) this.settle(id, "gone");
    this.credential = credential;
    this.live.value = { ...NOTHING_YET, you: this.live.value.you };
    this.status.value = "connecting";
    this.attempt = 0;
    this.connect();
  }

  send(message: Request): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN || this.status.value !== "live") return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  /** Ends once: undefined when the server did it, otherwise why not. */
  command(action: CommandRequest["action"], q: number, about: About = {}): Promise<ErrorCode | undefined> {
    return this.request({ t: "command", id: newId(), action, q, ...about }, GIVE_UP_MS);
  }

  /** A command that is worth something only now, a press: sent at most once. "gone": perhaps it never arrived. */
  commandNow(action: CommandRequest["action"], q: number, about: About = {}): Promise<ErrorCode | undefined> {
    const message: CommandRequest = { t: "command", id: newId(), action, q, ...about };
    return new Promise((end) => {
      this.pending.set(message.id, { message, once: true, untilMs: Number.POSITIVE_INFINITY, end });
      if (!this.send(message)) this.settle(message.id, "gone");
    });
  }

  /** Ends once: undefined when the answer is committed, otherwise why it is not. Sent again and again with the same id until then. */
  answer(answer: Omit<AnswerRequest, "t" | "id">): Promise<ErrorCode | undefined> {
    return this.request({ t: "answer", id: newId(), ...answer }, Number.POSITIVE_INFINITY);
  }

  /** Ends once, as `answer` does. The caller chooses the id, so that it may outlive this page. */
  request(message: Asked, patienceMs = Number.POSITIVE_INFINITY): Promise<ErrorCode | undefined> {
    return new Promise((end) => {
      this.pending.set(message.id, { message, once: false, untilMs: performance.now() + patienceMs, end });
      this.send(message);
      this.resendLater(message.id, RESEND_MS);
    });
  }

  /** What was asked is not wanted any more: it is not sent again, and ends with "gone". */
  recall(id: string): void {
    this.settle(id, "gone");
  }

  private resendLater(id: string, afterMs: number): void {
    setTimeout(() => {
      const waiting = this.pending.get(id);
      if (!waiting) return;
      if (performance.now() > waiting.untilMs) {
        this.settle(id, "outcome_unknown");
        return;
      }
      this.send(waiting.message);
      this.resendLater(id, RESEND_MS);
    }, afterMs);
  }

  private settle(id: string, code: ErrorCode | undefined): void {
    const waiting = this.pending.get(id);
    this.pending.delete(id);
    waiting?.end(code);
  }

  private connect(): void {
    clearTimeout(this.timer);
    this.drop();
    this.lastError = undefined;
    this.retryMs = 0;
    this.heardMs = performance.now();
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
    this.socket = socket;
    socket.onopen = () => socket.send(JSON.stringify(this.hello()));
    socket.onmessage = (e) => this.hear(JSON.parse(String(e.data)) as Frame);
    socket.onclose = (e) => this.closed(e.code);
    this.timer = setTimeout(() => this.status.value !== "live" && this.lose(), HELLO_MS);
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = undefined;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private hello(): HelloRequest {
    const { ticket, session, code, name, event } = this.credential;
    const { snap, epoch, seq } = this.live.value;
    return {
      t: "hello",
      v: PROTOCOL_VERSION,
      role: this.role,
      ...(session !== undefined ? { session } : ticket !== undefined ? { ticket } : code !== undefined ? { code } : {}),
      ...(session === undefined && code !== undefined && name !== undefined ? { name } : {}),
      ...(event !== undefined ? { event } : {}),
      // A screen may be another event's by now.
      ...(snap && this.role !== "stage" ? { epoch, seq } : {}),
      lang: lang.value,
    };
  }

  private hear(frame: Frame): void {
    this.heardMs = performance.now();
    if (frame.t === "probe") {
      // First of all: the buzzer's fairness rests on this round trip.
      this.send({ t: "echo", n: frame.n });
      return;
    }
    this.live.value = reduceLive(this.live.value, frame, this.now());
    if (this.live.value.gap) {
      this.lose();
      return;
    }
    switch (frame.t) {
      case "welcome":
        this.firstOffsetMs = frame.now_ms - performance.now();
        this.welcomed(frame.session);
        return;
      case "pairing":
        clearTimeout(this.timer);
        this.firstOffsetMs = frame.now_ms - performance.now();
        this.attempt = 0;
        return;
      case "events":
        this.welcomed(frame.session);
        break;
      case "home":
        this.firstOffsetMs = frame.now_ms - performance.now();
        // `list` is answered by one, too.
        if (this.status.value !== "live") this.welcomed(frame.session);
        break;
      case "paper":
        if (frame.re !== undefined) this.settle(frame.re, undefined);
        break;
      case "saved":
      case "matching":
        this.settle(frame.id, undefined);
        break;
      case "time":
        this.probes = remember(this.probes, probe(frame.c, performance.now(), frame.s));
        this.rttMs.value = this.probes[this.probes.length - 1]?.rttMs;
        return;
      case "done":
        this.settle(frame.id, undefined);
        return;
      case "ack":
        this.settle(frame.id, frame.state === "late" ? "question_closed" : undefined);
        return;
      case "error":
        this.refused(frame.code, frame.re, frame.retry_ms);
        break;
      case "bye":
        this.lastError = frame.code;
        this.retryMs = frame.retry_ms;
        return;
      default:
        break;
    }
    this.other(frame);
  }

  private welcomed(session: string): void {
    clearTimeout(this.timer);
    const { event, judge } = this.credential;
    // Who watches has no session: the code is the way in, again and again.
    if (this.role !== "watch") this.credential = { session, ...(event === undefined ? {} : { event }), ...(judge ? { judge } : {}) };
    this.keep(this.credential);
    this.attempt = 0;
    this.status.value = "live";
    this.ask();
    for (const [id, { message, once }] of [...this.pending]) {
      if (once) this.settle(id, "gone");
      else this.send(message);
    }
  }

  private refused(code: ErrorCode, re: string | undefined, retryMs: number | undefined): void {
    this.lastError = code;
    if (re !== undefined) {
      if (retryMs !== undefined && this.pending.get(re)?.once === false) this.resendLater(re, retryMs);
      else this.settle(re, code);
    } else if (this.status.value !== "live") {
      // The hello itself was refused, and the server leaves the line open.
      if (retryMs === undefined) this.end(code);
      else this.lose(retryMs);
    }
  }

  private closed(code: number): void {
    if (FINAL_CLOSE_CODES.includes(code)) this.end(this.lastError ?? "bad_session");
    else this.lose(this.retryMs);
  }

  private lose(atLeastMs = 0): void {
    this.drop();
    if (this.status.value !== "connecting") this.status.value = "lost";
    if (this.live.value.pairing) this.live.value = { ...this.live.value, pairing: undefined };
    this.rttMs.value = undefined;
    const most = Math.min(this.pending.size > 0 ? BACKOFF_SENDING_MS : BACKOFF_MOST_MS, BACKOFF_FIRST_MS * 2 ** this.attempt);
    this.attempt += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), atLeastMs + Math.random() * most);
  }

  private end(code: ErrorCode): void {
    this.drop();
    clearTimeout(this.timer);
    this.status.value = "ended";
    this.endedBy.value = code;
    for (const id of [...this.pending.keys()]) this.settle(id, code);
  }

  /* Somebody looks at the page again, or the network is back. */
  private wake(): void {
    if (this.status.value === "ended" || this.live.value.pairing) return;
    if (this.status.value !== "live") {
      this.attempt = 0;
      this.connect();
      return;
    }
    const askedMs = performance.now();
    this.ask();
    setTimeout(() => this.status.value === "live" && this.heardMs < askedMs && this.lose(), WAKE_MS);
  }

  private tend(): void {
    // A code that has run out without a new one: the line is dead.
    const { pairing } = this.live.value;
    if (pairing && this.now() > pairing.untilMs + SILENCE_MS) this.lose();
    if (this.status.value !== "live") return;
    // Against the probe, not against the clock: a browser lets the timers of a hidden page sleep.
    if (this.askedMs > this.heardMs && performance.now() - this.askedMs > SILENCE_MS) this.lose();
    else this.ask();
  }

  private ask(): void {
    if (this.askedMs <= this.heardMs) this.askedMs = performance.now();
    this.send({ t: "time", c: Math.round(performance.now()) });
  }
}

/** 128 random bits; getRandomValues works without TLS, randomUUID does not. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
