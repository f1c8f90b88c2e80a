/* Questions that the desk asks the server and that have an answer of their own: previews of rulings, evidence, findings and boards.
 *
 * Each ends once: with the answer, with the server's refusal, or with a code of our own when the line is away or too slow. */
import type { BoardOf, Change, Chart, ErrorCode, Finding, Frame, Press, PreviewRequest, Request } from "../shared/protocol.gen.ts";

export type Changes = { total: number; rows: Change[] };
export type Findings = { rows: Finding[]; more: boolean };
export type Answer<T> = { ok: T } | { code: ErrorCode };

const PATIENCE_MS = 10_000;

export class Requests {
  private previews = new Map<string, (answer: Answer<Changes>) => void>();
  private evidences = new Map<number, (answer: Answer<Press[]>) => void>();
  private findingsEnd: ((answer: Answer<Findings>) => void) | undefined;
  private chartEnd: { of: BoardOf; round: number; end: (answer: Answer<Chart>) => void } | undefined;
  private counter = 0;

  /** `send` says whether the message left. */
  constructor(private readonly send: (message: Request) => boolean) {}

  preview(what: Omit<PreviewRequest, "t" | "id">): Promise<Answer<Changes>> {
    this.counter += 1;
    const id = `preview-${this.counter}`;
    return new Promise((end) => {
      this.previews.set(id, end);
      this.asked({ t: "preview", id, ...what }, () => this.endPreview(id, { code: "gone" }));
    });
  }

  evidence(question: number): Promise<Answer<Press[]>> {
    return new Promise((end) => {
      this.endEvidence(question, { code: "gone" });
      this.evidences.set(question, end);
      this.asked({ t: "evidence", question }, () => this.endEvidence(question, { code: "gone" }));
    });
  }

  findings(): Promise<Answer<Findings>> {
    return new Promise((end) => {
      this.endFindings({ code: "gone" });
      this.findingsEnd = end;
      this.asked({ t: "findings" }, () => this.findingsEnd === end && this.endFindings({ code: "gone" }));
    });
  }

  /** The board as it is, freeze or not. */
  chart(of: BoardOf, round: number): Promise<Answer<Chart>> {
    return new Promise((end) => {
      this.endChart({ code: "gone" });
      this.chartEnd = { of, round, end };
      this.asked({ t: "chart", of, round }, () => this.chartEnd?.end === end && this.endChart({ code: "gone" }));
    });
  }

  hear(frame: Frame): void {
    const chart = this.chartEnd;
    if (frame.t === "chart" && frame.chart.of === chart?.of && frame.chart.round === chart.round) this.endChart({ ok: frame.chart });
    if (frame.t === "error" && frame.re === undefined && frame.code === "no_such_board") this.endChart({ code: frame.code });
    if (frame.t === "findings") this.endFindings({ ok: { rows: frame.rows, more: frame.more } });
    if (frame.t === "changes") this.endPreview(frame.id, { ok: { total: frame.total, rows: frame.rows } });
    if (frame.t === "evidence") this.endEvidence(frame.question, { ok: frame.rows });
    if (frame.t === "error" && frame.re !== undefined) this.endPreview(frame.re, { code: frame.code });
    if (frame.t === "error" && frame.re === undefined && frame.q !== undefined) this.endEvidence(frame.q, { code: frame.code });
  }

  private asked(message: Request, giveUp: () => void): void {
    if (this.send(message)) setTimeout(giveUp, PATIENCE_MS);
    else giveUp();
  }

  private endChart(answer: Answer<Chart>): void {
    const end = this.chartEnd?.end;
    this.chartEnd = undefined;
    end?.(answer);
  }

  private endFindings(answer: Answer<Findings>): void {
    const end = this.findingsEnd;
    this.findingsEnd = undefined;
    end?.(answer);
  }

  private endPreview(id: string, answer: Answer<Changes>): void {
    const end = this.previews.get(id);
    this.previews.delete(id);
    end?.(answer);
  }

  private endEvidence(question: number, answer: Answer<Press[]>): void {
    const end = this.evidences.get(question);
    this.evidences.delete(question);
    end?.(answer);
  }
}
