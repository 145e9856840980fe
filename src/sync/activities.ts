import { instantOf, toEpochMs } from "../lib/clock.ts";
import type { Instant } from "../lib/clock.ts";
import type { Deps } from "../lib/deps.ts";
import { ProviderError } from "../lib/errors.ts";
import { activityKey } from "../model/activity.ts";
import type { Parked } from "../model/journal.ts";
import type {
  ActivitiesCapabilities,
  ActivitiesSession,
  ActivityPage,
} from "../providers/provider.ts";
import { takeActivities } from "../reconcile/activities.ts";
import type { CursorRow, Listing, Reader, Store, Writes } from "../store/ports.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import type { Line, Tally } from "./line.ts";
import { patiently } from "./look-up.ts";
import type { Member } from "./parties.ts";

/** What a run has in hand while it reads one connection's activities. */
export interface Inflow extends Member {
  readonly store: Store;
  readonly deps: Deps;
  readonly orgId: string;
  readonly runId: string;
  readonly capabilities: ActivitiesCapabilities;
  readonly session: ActivitiesSession;
  readonly lease: LeaseKeeper;
  readonly tally: Tally;
  readonly stall: () => void;
  progress: Line["progress"];
  readonly signal: AbortSignal | undefined;
}

const collection = "activities";

/** A listing that was cut off longer ago is begun again: its page tokens may have lapsed. */
const resumableMs = 12 * 3600_000;

/** A page that lapsed, then a cursor that did: what fails after that fails again. */
const mostRestarts = 2;

/**
 * Reads what is new page by page. Nothing here can take anything away, so that no ceiling has to see the whole first:
 * each page is committed at once, in a transaction with the place to go on from, the last one with the cursor (law 5).
 */
export async function pullActivities(
  inflow: Inflow,
  options: { readonly full: boolean },
): Promise<void> {
  const { store, row } = inflow;
  const cursor = await store.cursors.get(row.id, collection);
  let listing = resumed(inflow, cursor, options) ?? (await begin(inflow, cursor, options));
  for (let restarts = 0; ;) {
    const page = await nextPage(inflow, cursor, listing);
    if (page === null || page.next.kind === "expired") {
      restarts += 1;
      if (restarts > mostRestarts) throw neverEnds(inflow);
      listing = await begin(inflow, cursor, { full: options.full || page !== null });
      continue;
    }
    const { next } = page;
    listing = {
      ...listing,
      pages: listing.pages + 1,
      page: next.kind === "more" ? next.page : null,
      endCursor: next.kind === "complete" ? next.cursor : null,
    };
    await commitPage(inflow, page, listing);
    if (next.kind === "complete") break;
  }
  await inflow.lease.ensure();
  await store.activities.link(row.id, inflow.lease.lease);
}

/** null where a page token is no longer honoured: the listing starts over. */
async function nextPage(
  inflow: Inflow,
  cursor: CursorRow | null,
  listing: Listing,
): Promise<ActivityPage | null> {
  const request = {
    cursor: listing.mode === "full" ? null : (cursor?.cursor ?? null),
    page: listing.page,
  };
  try {
    return await patiently(inflow, () => inflow.session.pull(request));
  } catch (error) {
    const lapsed =
      error instanceof ProviderError && error.code === "provider-refused" && listing.page !== null;
    if (!lapsed) throw error;
    return null;
  }
}

function neverEnds({ provider }: Inflow): ProviderError {
  return new ProviderError(
    "provider-malformed",
    `${provider.title} breaks off each listing of activities before its end`,
    { retry: "later", hint: "The next sync begins it again." },
  );
}

function resumed(
  { deps }: Inflow,
  cursor: CursorRow | null,
  options: { readonly full: boolean },
): Listing | null {
  const listing = cursor?.listing ?? null;
  if (listing === null) return null;
  const isOld = deps.clock.now() - toEpochMs(listing.startedAt) > resumableMs;
  return isOld || (options.full && listing.mode !== "full") ? null : listing;
}

async function begin(
  { store, deps, row, lease, capabilities }: Inflow,
  cursor: CursorRow | null,
  options: { readonly full: boolean },
): Promise<Listing> {
  const ageSeconds = cursor?.cursorAt
    ? (deps.clock.now() - toEpochMs(cursor.cursorAt)) / 1000
    : Infinity;
  const trusted = cursor?.cursor != null && ageSeconds < capabilities.cursorSeconds;
  const listing: Listing = {
    id: deps.ids(),
    mode: trusted && !options.full ? "changes" : "full",
    startedAt: instantOf(deps.clock),
    page: null,
    endCursor: null,
    pages: 0,
    accepted: [],
  };
  await lease.ensure();
  await store.cursors.setListing(row.id, collection, listing, lease.lease);
  return listing;
}

async function commitPage(inflow: Inflow, page: ActivityPage, listing: Listing): Promise<void> {
  const { store, lease, tally, row } = inflow;
  const at = instantOf(inflow.deps.clock);
  await lease.ensure();
  const taken = await store.work.commit(lease.lease, async (reader) => {
    const decided = takeActivities(await knownOf(reader, row.id, page), page.observations, {
      orgId: inflow.orgId,
      connectionId: row.id,
      at,
      ids: inflow.deps.ids,
    });
    const parked = await parkedWrites(inflow, reader, page, at);
    return {
      writes: { activities: decided.put, parked, ...placeOf(inflow, listing, at) },
      result: decided,
    };
  });
  tally.add({
    pulled: page.observations.length + page.bad.length,
    created: taken.created,
    updated: taken.updated,
    deleted: taken.deleted,
    failed: page.bad.length,
  });
  inflow.progress("pulling", tally.counts().pulled, null);
}

async function knownOf(reader: Reader, connectionId: string, page: ActivityPage) {
  const unique = (ids: readonly string[]) => [...new Set(ids)];
  const ids = unique(page.observations.map((seen) => seen.externalId));
  const activities = await reader.activities(connectionId, ids);
  const customers = unique(
    [...page.observations, ...activities].flatMap((seen) => seen.customerId ?? []),
  );
  return {
    activities,
    mappings: await reader.mappingsByExternalId(connectionId, "clients", customers),
  };
}

/** Sets aside what could not be read, and clears what can be read by now. */
async function parkedWrites(
  inflow: Inflow,
  reader: Reader,
  page: ActivityPage,
  at: Instant,
): Promise<NonNullable<Writes["parked"]>> {
  const connectionId = inflow.row.id;
  const bad = new Map(
    page.bad.map((record) => [record.externalId ?? `unreadable:${record.fingerprint}`, record]),
  );
  const read = page.observations.map(activityKey).filter((key) => !bad.has(key));
  const before = await reader.parked(connectionId, collection, [...bad.keys(), ...read]);
  const known = new Map(before.map((one) => [one.externalId, one.fingerprint]));
  const put = [...bad]
    .filter(([key, { fingerprint }]) => known.get(key) !== fingerprint)
    .map(([key, { reason, fingerprint }]): Parked => ({
      id: inflow.deps.ids(),
      orgId: inflow.orgId,
      connectionId,
      collection,
      externalId: key,
      reason: "bad-record",
      message: reason,
      fingerprint,
      runId: inflow.runId,
      at,
    }));
  const clear = read
    .filter((externalId) => known.has(externalId))
    .map((externalId) => ({ connectionId, collection, externalId }) as const);
  return { put, clear };
}

function placeOf(inflow: Inflow, listing: Listing, at: Instant): Writes {
  const of = { connectionId: inflow.row.id, collection } as const;
  if (listing.endCursor === null) return { listing: { ...of, listing } };
  const cursor = {
    ...of,
    cursor: listing.endCursor,
    cursorAt: listing.startedAt,
    lastCompleteAt: at,
    settledRules: null,
  };
  return { cursor };
}
