import type { Clock } from "../../lib/clock.ts";
import { isRecord } from "../../lib/json.ts";
import { isId } from "../kit/records.ts";
import type { PageRequest } from "../provider.ts";
import { remembered, writeCursor, type Cursor, type Pass, type Times } from "./cursor.ts";
import type { Observe } from "./observe.ts";
import type { HubSpotWire } from "./wire.ts";

export interface PullOptions {
  readonly request: PageRequest;
  readonly wire: HubSpotWire;
  readonly clock: Clock;
  readonly observe: Observe;
}

/** Search is late: each pass begins so much before the one before it did. */
export const overlapMs = 5 * 60_000;

/** What is read of an entry before it is parsed, so that a damaged one is placed as well. */
export interface EntryTimes {
  readonly id: string | null;
  readonly createdMs: number | null;
  readonly modifiedMs: number | null;
  readonly archivedMs: number | null;
}

export function timesOf(entry: unknown): EntryTimes {
  const record = isRecord(entry) ? entry : {};
  return {
    id: isId(record["id"]) ? record["id"] : null,
    createdMs: timeOf(record["createdAt"]),
    modifiedMs: timeOf(record["updatedAt"]),
    archivedMs: timeOf(record["archivedAt"]),
  };
}

/** The entries that changed from then on, each with the time of its last change. */
export function recentOf(entries: readonly unknown[], sinceMs: number): Times {
  const recent: Record<string, number> = {};
  for (const { id, modifiedMs } of entries.map(timesOf))
    if (id !== null && modifiedMs !== null && modifiedMs >= sinceMs) recent[id] = modifiedMs;
  return recent;
}

/** What was shown already is not shown again, as far as it can be remembered. */
export function remember(pass: Pass, recent: Times): Pass {
  const { times, whole } = remembered(pass.seen, recent);
  return { ...pass, seen: times, whole: pass.whole && whole };
}

/** Where the next pass starts. */
export function cursorAfter(
  { start, fullAt, seen, whole, total }: Pass,
  archived: Pick<Cursor, "archivedSince" | "gone">,
): string {
  const since = start - overlapMs;
  return writeCursor({ fullAt, since, seen, total: whole ? total : null, ...archived });
}

function timeOf(value: unknown): number | null {
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
