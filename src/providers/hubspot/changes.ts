import { instantOf } from "../../lib/clock.ts";
import { malformed } from "../kit/answers.ts";
import { readRecords } from "../kit/records.ts";
import type { Page, PageNext } from "../provider.ts";
import { remembered, writePlace, type Cursor, type Pass, type Place } from "./cursor.ts";
import { goneObservation, withRedirects } from "./observe.ts";
import { cursorAfter, overlapMs, recentOf, remember, timesOf, type PullOptions } from "./passes.ts";
import type { SearchPage } from "./wire.ts";

/** The first look at what is new: few, for mostly there is little, and the count of all contacts comes along. */
const glance = 30;

/** The most that search shows on a page. */
const searchPageSize = 200;

/** The archived contacts are listed at least this often, whatever the count of contacts says. */
const archivedEveryMs = 3_600_000;

type ChangesPlace = Place & { readonly stage: "changes" };
type ArchivedPlace = Place & { readonly stage: "archived" };

/**
 * What changed since the cursor. The newest few come first, with the count of all contacts; if that is not all, every
 * change follows in the order of the ids, each page behind the last id of the one before: so no contact moves to
 * another page while it is read, and none lies behind the 10,000 that one search can show.
 */
export async function pullChanges(
  options: PullOptions,
  cursor: Cursor,
  place: ChangesPlace | null,
): Promise<Page> {
  const { wire, clock } = options;
  const startedMs = clock.now();
  const requestedAt = instantOf(clock);
  const found = await (place === null ? newest(options) : behind(options, cursor, place));
  const pass: Pass = place?.pass ?? {
    start: Math.floor(wire.toProviderTime(startedMs)),
    fullAt: cursor.fullAt,
    seen: {},
    whole: true,
    total: found.total,
    gone: {},
  };
  const changed = found.entries.filter((entry) => {
    const { modifiedMs } = timesOf(entry);
    return modifiedMs === null || modifiedMs >= cursor.since;
  });
  const reached = changed.length < found.entries.length || found.after === null;
  if (place === null && !reached) {
    const next = writePlace({ stage: "changes", afterId: "", created: 0, pass });
    return { observations: [], bad: [], next: { kind: "more", page: next } };
  }
  const remembering = remember(pass, recentOf(changed, pass.start - overlapMs));
  const created = (place?.created ?? 0) + changed.filter((entry) => isNew(entry, cursor)).length;
  const told = tell(
    options,
    changed.filter((entry) => !wasShown(entry, cursor)),
    requestedAt,
  );
  if (!reached) {
    const afterId = lastIdOf(found, place);
    const next = writePlace({ stage: "changes", afterId, created, pass: remembering });
    return { ...told, next: { kind: "more", page: next } };
  }
  if (archivedIsDue(cursor, remembering, created)) {
    const next = writePlace({ stage: "archived", after: null, pass: remembering });
    return { ...told, next: { kind: "more", page: next } };
  }
  const { archivedSince, gone } = cursor;
  return { ...told, next: complete(remembering, { archivedSince, gone }) };
}

/** The contacts that were archived since they were last listed; the list has no order that could be relied upon. */
export async function pullArchived(
  { wire, clock }: PullOptions,
  cursor: Cursor,
  { after: from, pass }: ArchivedPlace,
): Promise<Page> {
  const requestedAt = instantOf(clock);
  const { entries, after } = await wire.list({ after: from, archived: true });
  const known: Record<string, number> = {};
  const told: string[] = [];
  for (const { id, archivedMs } of entries.map(timesOf)) {
    if (id === null || archivedMs === null || archivedMs < cursor.archivedSince) continue;
    if (archivedMs >= pass.start - overlapMs) known[id] = archivedMs;
    if (cursor.gone[id] !== archivedMs) told.push(id);
  }
  const observations = told.map((id) => goneObservation(id, { requestedAt, mergedInto: null }));
  const gone = remembered(pass.gone, known).times;
  if (after !== null) {
    if (after === from) throw malformed("HubSpot's list shows the same page again", false);
    const next = writePlace({ stage: "archived", after, pass: { ...pass, gone } });
    return { observations, bad: [], next: { kind: "more", page: next } };
  }
  const archivedSince = pass.start - overlapMs;
  return { observations, bad: [], next: complete(pass, { archivedSince, gone }) };
}

function newest({ wire }: PullOptions): Promise<SearchPage> {
  const sort = { propertyName: "lastmodifieddate", direction: "DESCENDING" } as const;
  return wire.search({ filters: [], sort, limit: glance });
}

function behind(
  { wire }: PullOptions,
  { since }: Cursor,
  place: ChangesPlace,
): Promise<SearchPage> {
  const changed = {
    propertyName: "lastmodifieddate",
    operator: "GTE",
    value: String(since),
  } as const;
  const further = { propertyName: "hs_object_id", operator: "GT", value: place.afterId } as const;
  const filters = place.afterId === "" ? [changed] : [changed, further];
  const sort = { propertyName: "hs_object_id", direction: "ASCENDING" } as const;
  return wire.search({ filters, sort, limit: searchPageSize });
}

function tell({ wire, observe }: PullOptions, entries: readonly unknown[], requestedAt: string) {
  const { records, bad } = readRecords(entries, wire.parse, "id");
  const observations = records.flatMap((contact) =>
    withRedirects(contact, observe(contact, requestedAt)),
  );
  return { observations, bad };
}

/** Created since the last pass counted; what that pass showed it had counted. */
function isNew(entry: unknown, cursor: Cursor): boolean {
  const { id, createdMs } = timesOf(entry);
  return (
    createdMs !== null &&
    createdMs >= cursor.since &&
    !(id !== null && Object.hasOwn(cursor.seen, id))
  );
}

function wasShown(entry: unknown, cursor: Cursor): boolean {
  const { id, modifiedMs } = timesOf(entry);
  const shownMs = id === null ? undefined : cursor.seen[id];
  return modifiedMs !== null && shownMs !== undefined && modifiedMs <= shownMs;
}

/**
 * Whether the list of archived contacts has to be read. It is as long as all that was archived in 90 days, so that it is
 * left alone as long as there are as many contacts as there were, and those that are new.
 */
function archivedIsDue(cursor: Cursor, pass: Pass, created: number): boolean {
  if (cursor.total === null || pass.total === null) return true;
  if (pass.total !== cursor.total + created) return true;
  return pass.start - (cursor.archivedSince + overlapMs) >= archivedEveryMs;
}

function lastIdOf({ entries }: SearchPage, place: ChangesPlace | null): string {
  const { id } = timesOf(entries.at(-1));
  if (id === null) throw malformed("HubSpot's search goes on, but its last entry has no id", false);
  if (id === place?.afterId) throw malformed("HubSpot's search shows the same page again", false);
  return id;
}

function complete(pass: Pass, archived: Pick<Cursor, "archivedSince" | "gone">): PageNext {
  return { kind: "complete", cursor: cursorAfter(pass, archived) };
}
