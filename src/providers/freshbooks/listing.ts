import { instantOf, type Clock } from "../../lib/clock.ts";
import { AuthError } from "../../lib/errors.ts";
import type { Observation } from "../../model/observation.ts";
import { fingerprint, readRecords } from "../kit/records.ts";
import type { BadRecord, Page, PageRequest } from "../provider.ts";
import { title } from "./answers.ts";
import {
  parseCursor,
  parsePlace,
  writeCursor,
  writePlace,
  type Cursor,
  type Place,
} from "./cursor.ts";
import { easternDay, readEastern } from "./eastern.ts";
import type { Observe } from "./observe.ts";
import { parseClient, withTextId, type ClientRecord } from "./record.ts";
import type { FreshbooksWire } from "./wire.ts";

/** Nothing lapses at FreshBooks; a long pause is a reason to look at everything again. */
export const cursorSeconds = 7 * 24 * 3600;

/** Times are told to the second, and a change may show up somewhat after its time. */
export const overlapSeconds = 120;

/** Handled rows that a cursor remembers; further ones are shown again, which does no harm. */
const seenLimit = 300;

export const daySeconds = 24 * 3600;

interface PullOptions {
  readonly request: PageRequest;
  readonly wire: FreshbooksWire;
  readonly clock: Clock;
  readonly observe: Observe;
}

/** One page of one list. */
interface Part {
  readonly records: readonly ClientRecord[];
  readonly bad: readonly BadRecord[];
  /** Of those that changed and were not handled yet. */
  readonly observations: readonly Observation[];
  readonly pages: number;
  readonly startedMs: number;
}

/**
 * A page of all clients, or of those that changed. FreshBooks lists the deleted ones apart: that list is asked for
 * where the other one ends.
 *
 * Pages are counted, not tied to a record: where one leaves a page that was read, another slips past unread. So what
 * changed is looked for twice wherever it filled several pages, and a full listing on several pages is repeated if
 * something changed while it lasted.
 */
export async function pullPage(options: PullOptions): Promise<Page> {
  const { request, wire, clock } = options;
  const place = request.page === null ? null : parsePlace(request.page);
  const cursor = request.cursor === null ? null : parseCursor(request.cursor);
  const isLost =
    (request.page !== null && place === null) || (request.cursor !== null && cursor === null);
  const nowSeconds = wire.toProviderTime(clock.now()) / 1000;
  if (isLost || (cursor !== null && cursor.start < nowSeconds - cursorSeconds)) return expired;
  const account = await wire.accountId();
  if (cursor !== null && cursor.account !== account) throw otherAccount();

  const { list, page } = place ?? { list: "kept", page: 1 };
  const parts = [await readPart(options, cursor, { page, deleted: list === "deleted" })];
  const [first] = parts;
  const startedMs = first?.startedMs ?? clock.now();
  const hasMore = page < (first?.pages ?? 0);
  if (cursor !== null && list === "kept" && !hasMore)
    parts.push(await readPart(options, cursor, { page: 1, deleted: true }));
  if (cursor !== null && isDoubtful(cursor, parts)) return expired;

  const start = place?.start ?? Math.floor(wire.toProviderTime(startedMs) / 1000);
  const since = (cursor?.start ?? start) - overlapSeconds;
  const marks = parts.flatMap(({ records }) =>
    records.filter((record) => changedSince(record, since)).map(markOf),
  );
  const state = {
    start,
    several: place?.several === true || parts.some(({ pages }) => pages > 1),
    seen: [...(place?.seen ?? []), ...marks].slice(0, seenLimit),
  };
  const next = nextPlace({ list, page, hasMore, deletedPages: parts[1]?.pages ?? 0 });
  return {
    observations: withoutTwins(parts.flatMap(({ observations }) => observations)),
    bad: parts.flatMap(({ bad }) => bad),
    next:
      next === null
        ? { kind: "complete", cursor: writeCursor({ account, ...endOf(options, cursor, state) }) }
        : { kind: "more", page: writePlace({ ...next, ...state }) },
  };
}

const expired: Page = { observations: [], bad: [], next: { kind: "expired" } };

async function readPart(
  { wire, clock, observe }: PullOptions,
  cursor: Cursor | null,
  { page, deleted }: { readonly page: number; readonly deleted: boolean },
): Promise<Part> {
  const startedMs = clock.now();
  const requestedAt = instantOf(clock);
  const answer = await wire.list({ page, deleted, ...sinceDay(cursor) });
  const { records, bad } = readRecords(answer.entries.map(withTextId), parseClient, "id");
  const handled = new Set(cursor?.seen ?? []);
  const fresh = records.filter(
    (record) =>
      cursor === null || (changedSince(record, cursor.since) && !handled.has(markOf(record))),
  );
  const observations = fresh.map((record) => observe(record, requestedAt));
  return { records, bad, observations, pages: answer.pages, startedMs };
}

/** Filters know days alone, of New York: one more than needed, for whichever way the day is meant. */
function sinceDay(cursor: Cursor | null): { readonly updatedMin?: string } {
  return cursor === null ? {} : { updatedMin: easternDay((cursor.since - daySeconds) * 1000) };
}

/** The hour that autumn has twice counts as the later one; without a time, a row is always new. */
function changedSince({ updated }: ClientRecord, sinceSeconds: number): boolean {
  const told = updated === null ? null : readEastern(updated);
  return told === null || told.latestMs >= sinceSeconds * 1000;
}

/** The row with its content: two changes within one second have the same time. */
function markOf({ id, ...content }: ClientRecord): string {
  return `${id}.${fingerprint(content).slice(0, 12)}`;
}

/** Whether something changed while everything was listed on several pages. */
function isDoubtful({ listed }: Cursor, parts: readonly Part[]): boolean {
  if (listed === null) return false;
  const [from, to] = listed;
  return parts.some(({ records }) =>
    records.some(({ updated }) => {
      const told = updated === null ? null : readEastern(updated);
      return told !== null && told.latestMs >= from * 1000 && told.earliestMs <= to * 1000;
    }),
  );
}

/** One that was deleted between the two lists is in both: the later look counts. */
function withoutTwins(observations: readonly Observation[]): readonly Observation[] {
  return [...new Map(observations.map((seen) => [seen.externalId, seen])).values()];
}

/** Null where the pass ends. */
function nextPlace(at: {
  readonly list: Place["list"];
  readonly page: number;
  readonly hasMore: boolean;
  /** Of the deleted ones, where their first page was read beside the last one of the others. */
  readonly deletedPages: number;
}): Pick<Place, "list" | "page"> | null {
  if (at.hasMore) return { list: at.list, page: at.page + 1 };
  return at.deletedPages > 1 ? { list: "deleted", page: 2 } : null;
}

function endOf(
  { wire, clock }: PullOptions,
  before: Cursor | null,
  { start, several, seen }: Omit<Place, "list" | "page">,
): Omit<Cursor, "account"> {
  const end = Math.ceil(wire.toProviderTime(clock.now()) / 1000);
  const from = several && before !== null ? before.start : start;
  return {
    since: from - overlapSeconds,
    start,
    seen,
    listed: several && before === null ? [start, end] : null,
  };
}

export function otherAccount(): AuthError {
  return new AuthError(
    "reauth-required",
    `the sign-in now leads to another ${title} business than the one that was synced`,
    { hint: "Run `astralis reconnect` for this connection." },
  );
}
