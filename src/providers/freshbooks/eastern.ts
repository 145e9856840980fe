/** FreshBooks tells times as the wall clock of New York shows them, without a zone, whatever the account's own zone. */
const wallClock = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/New_York",
  hourCycle: "h23",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

const hourMs = 3_600_000;

/** What New York's time can be behind UTC. */
const behindMs = [4 * hourMs, 5 * hourMs];

/** Milliseconds since 1970. They differ only in the autumn hour that comes twice. */
export interface Told {
  readonly earliestMs: number;
  readonly latestMs: number;
}

/** The instants that "2026-11-01 01:30:00" can mean; null for what is no such time. */
export function readEastern(text: string): Told | null {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return null;
  const asUtcMs = Date.parse(`${text.replace(" ", "T")}Z`);
  if (Number.isNaN(asUtcMs)) return null;
  const possible = behindMs.map((offsetMs) => asUtcMs + offsetMs);
  const shown = possible.filter((epochMs) => wallTime(epochMs) === text);
  // A time that no clock showed lies in the hour that spring leaves out.
  const meant = shown.length === 0 ? possible : shown;
  return { earliestMs: Math.min(...meant), latestMs: Math.max(...meant) };
}

/** The day in New York, as date filters take it. */
export function easternDay(epochMs: number): string {
  return wallTime(epochMs).slice(0, 10);
}

function wallTime(epochMs: number): string {
  const parts: Record<string, string> = {};
  for (const { type, value } of wallClock.formatToParts(epochMs)) parts[type] = value;
  const { year, month, day, hour, minute, second } = parts;
  return `${year}-${month}-${day} ${hour}:${minute}:${second}`;
}
