import { isRecord } from "../../lib/json.ts";
import { isId } from "../kit/records.ts";
import { readToken, writeToken } from "../kit/tokens.ts";

/** Times by record id, in milliseconds by HubSpot's clock. */
export type Times = Readonly<Record<string, number>>;

/** Where the next pass starts. Times are in milliseconds, by HubSpot's clock but for `fullAt`. */
export interface Cursor {
  /** When the last full listing began, by our clock. */
  readonly fullAt: number;
  /** What changed from then on is asked for: the start of the pass before, minus the overlap. */
  readonly since: number;
  /** Contacts of the overlap that were shown already, as they were changed last. */
  readonly seen: Times;
  /** How many contacts there were; null where that is not known. */
  readonly total: number | null;
  /** What was archived from then on has not been asked for yet, or is told in `gone`. */
  readonly archivedSince: number;
  readonly gone: Times;
}

/** What a pass has come to know on its way. */
export interface Pass {
  /** When it started, by HubSpot's clock. */
  readonly start: number;
  readonly fullAt: number;
  readonly seen: Times;
  /** Whether `seen` has all that it should: else the next pass cannot tell how many contacts are new to it. */
  readonly whole: boolean;
  readonly total: number | null;
  readonly gone: Times;
}

export type Place =
  /** In the list of all contacts, behind that one. */
  | { readonly stage: "all"; readonly after: string; readonly pass: Pass }
  /** Among the changes, in the order of the ids. `created`: how many of those so far are new. */
  | {
      readonly stage: "changes";
      readonly afterId: string;
      readonly created: number;
      readonly pass: Pass;
    }
  /** In the list of archived contacts. */
  | { readonly stage: "archived"; readonly after: string | null; readonly pass: Pass };

/** So many ids a cursor remembers; with more of them the count of contacts is given up. */
const mostRemembered = 300;

/** The first of them, and whether these are all. */
export function remembered(...parts: readonly Times[]): {
  readonly times: Times;
  readonly whole: boolean;
} {
  const all = new Map(parts.flatMap((times) => Object.entries(times)));
  const kept = Object.fromEntries([...all].slice(0, mostRemembered));
  return { times: kept, whole: all.size <= mostRemembered };
}

export function writeCursor(cursor: Cursor): string {
  return writeToken({ ...cursor });
}

/** null for text that is none of this version's cursors. */
export function parseCursor(text: string): Cursor | null {
  const token = readToken(text);
  if (token === null) return null;
  const { fullAt, since, archivedSince } = token;
  const [seen, gone, total] = [readTimes(token["seen"]), readTimes(token["gone"]), token["total"]];
  if (!isTime(fullAt) || !isTime(since) || !isTime(archivedSince)) return null;
  if (seen === null || gone === null) return null;
  return { fullAt, since, archivedSince, seen, gone, total: isTime(total) ? total : null };
}

export function writePlace(place: Place): string {
  return writeToken({ ...place });
}

export function parsePlace(text: string): Place | null {
  const token = readToken(text);
  const pass = parsePass(token?.["pass"]);
  if (token === null || pass === null) return null;
  const { stage, after, afterId, created } = token;
  if (stage === "all" && isId(after)) return { stage, after, pass };
  if (stage === "archived" && (after === null || isId(after))) return { stage, after, pass };
  if (stage !== "changes" || typeof afterId !== "string" || !isTime(created)) return null;
  return { stage, afterId, created, pass };
}

function parsePass(value: unknown): Pass | null {
  if (!isRecord(value)) return null;
  const { start, fullAt, total, whole } = value;
  const [seen, gone] = [readTimes(value["seen"]), readTimes(value["gone"])];
  if (!isTime(start) || !isTime(fullAt) || seen === null || gone === null) return null;
  return { start, fullAt, seen, gone, whole: whole === true, total: isTime(total) ? total : null };
}

function readTimes(value: unknown): Times | null {
  if (!isRecord(value)) return null;
  const times: Record<string, number> = {};
  for (const [id, time] of Object.entries(value)) if (isTime(time)) times[id] = time;
  return times;
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value);
}
