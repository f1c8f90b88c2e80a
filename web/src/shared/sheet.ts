/* What desk and stage take from the rule sheet, which comes as JSON when asked for: the rules in words, and numbers that the snapshot does
 * not carry. Until it is here, or when it cannot be read, they are simply not known. Pure. */
import type { Lang } from "./protocol.gen.ts";
import { readSheet, type RuleGroup, ruleWords } from "./ruleWords.ts";

export interface SheetFacts {
  /** per round: marks that are expected for one part */
  judges: (number | undefined)[];
}

export function sheetFacts(json: string | undefined): SheetFacts {
  const sheet = json === undefined ? null : readSheet(json);
  return { judges: (sheet?.rounds ?? []).map((round) => round.jury?.judges ?? (round.mode === "jury" ? 3 : undefined)) };
}

export function rulesOf(json: string | undefined, lang: Lang): RuleGroup[] | undefined {
  const sheet = json === undefined ? null : readSheet(json);
  return sheet ? ruleWords(sheet, lang) : undefined;
}
