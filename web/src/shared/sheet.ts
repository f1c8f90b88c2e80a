/* Numbers of the rule sheet that the snapshot does not carry. The sheet comes as JSON when asked for; until then, or when it is of a newer
 * kind, they are simply not known. Pure. */

export interface SheetFacts {
  /** per round: marks that are expected for one part */
  judges: (number | undefined)[];
}

export function sheetFacts(sheet: string | undefined): SheetFacts {
  const rounds = member(parsed(sheet), "rounds");
  if (!Array.isArray(rounds)) return { judges: [] };
  return { judges: rounds.map((round) => number(member(member(round, "jury"), "judges"))) };
}

function parsed(sheet: string | undefined): unknown {
  if (sheet === undefined) return undefined;
  try {
    return JSON.parse(sheet);
  } catch {
    return undefined;
  }
}

function member(of: unknown, name: string): unknown {
  return typeof of === "object" && of !== null ? (of as Record<string, unknown>)[name] : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
