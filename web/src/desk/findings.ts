/* A finding in a sentence. */
import type { Finding, FindingSubject } from "../shared/protocol.gen.ts";
import { t } from "./messages.ts";

const percent = (e4: number) => `${Math.round(e4 / 100)} %`;

export function evidenceOf(f: Finding): string {
  return t(`finding.${f.kind}.how`, { n: f.n, of: f.of, before: percent(f.before), after: percent(f.after) });
}

/** Those that are named, and how many more there are. */
export function subjectsOf(f: Finding): { shown: readonly FindingSubject[]; rest: number } {
  return { shown: f.subjects, rest: Math.max(0, f.of_subjects - f.subjects.length) };
}
