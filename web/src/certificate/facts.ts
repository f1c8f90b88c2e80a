/* What the server says of a code. Pure. */
export interface Facts {
  title: string;
  tenant: string;
  name: string;
  unit: string;
  /** hundredths */
  points: number;
  rank: number;
  of: number;
  /** day: 2026-11-24 */
  issued: string;
}

export type Found = { at: "none" | "asking" | "unknown" | "away" | "many" } | { at: "found"; facts: Facts };

/** The answer of /api/certificate/CODE; undefined: it is none. */
export function readFacts(body: unknown): Facts | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const { title, tenant, name, unit, points, rank, of, issued } = body as Record<string, unknown>;
  if (typeof title !== "string" || typeof tenant !== "string" || typeof name !== "string") return undefined;
  if (typeof points !== "number" || typeof rank !== "number" || typeof of !== "number" || typeof issued !== "string") return undefined;
  return { title, tenant, name, unit: typeof unit === "string" ? unit : "", points, rank, of, issued };
}
