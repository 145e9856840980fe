/** What a staged listing would do to a connection's mappings; counted in the database. */
export interface Tally {
  /** Mappings that are linked or missing, or were unlinked in the 24 hours before. */
  readonly mappings: number;
  /** Mapped records that the listing names as deleted, or that a full listing lacks. */
  readonly lost: number;
  /** Those of them that went missing or were unlinked in the 24 hours before. */
  readonly recentlyLost: number;
  /** Mapped records that differ from what was last seen. */
  readonly changed: number;
}

export interface Ceiling {
  readonly stop: "deletes" | "changes";
  readonly count: number;
  readonly of: number;
}

/** So few deletes are never an accident worth stopping for. */
const harmlessDeletes = 2;
/** From so many records on, half of them changing at once is suspicious. */
const manyRecords = 50;

/** The ceilings that a listing reaches, before anything of it is committed (law 7). */
export function ceilingsReached(tally: Tally, maxDeletes: number): readonly Ceiling[] {
  const reached: Ceiling[] = [];
  const { mappings: of, changed } = tally;
  const lost = tally.lost + tally.recentlyLost;
  if (tally.lost > 0 && lost > harmlessDeletes && (lost > of / 3 || lost > of * maxDeletes))
    reached.push({ stop: "deletes", count: lost, of });
  if (of >= manyRecords && changed > of / 2) reached.push({ stop: "changes", count: changed, of });
  return reached;
}
