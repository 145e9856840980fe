/** Eight hours behind UTC, in which the vendor's own sandbox tells all times; summer time is left out. */
const offsetMs = -8 * 3600 * 1000;

/** "2026-11-02T01:00:00.123-08:00" */
export function pacificTime(epochMs: number): string {
  return new Date(epochMs + offsetMs).toISOString().replace("Z", "-08:00");
}

/** "2026-11-02T01:00:00-08:00": a record's times have whole seconds. */
export function pacificSecond(epochMs: number): string {
  return pacificTime(epochMs).replace(/\.\d{3}/, "");
}

export function wholeSecond(epochMs: number): number {
  return Math.floor(epochMs / 1000) * 1000;
}
