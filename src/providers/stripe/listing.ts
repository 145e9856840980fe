import type Stripe from "stripe";
import { instantOf, type Clock } from "../../lib/clock.ts";
import { isRecord } from "../../lib/json.ts";
import type { Observation } from "../../model/observation.ts";
import { AnswerError, malformed } from "../kit/answers.ts";
import { mapConcurrently } from "../kit/concurrently.ts";
import { isId, readRecords, UnreadableRecord } from "../kit/records.ts";
import { readToken, writeToken } from "../kit/tokens.ts";
import type { BadRecord, Page, PageNext, PageRequest } from "../provider.ts";
import type { Observe } from "./observe.ts";
import {
  errorOf,
  isMissing,
  parseCustomer,
  parseEvent,
  type Customer,
  type CustomerEvent,
  type StripeWire,
  type WirePage,
} from "./wire.ts";

/** Stripe keeps events for 30 days; a cursor is trusted for somewhat less. */
export const cursorSeconds = 25 * 24 * 3600;

/** Events are dated to the second and may show up late: each pass begins a little before the one before it ended. */
export const overlapSeconds = 30;

/** Ids of handled events that a cursor remembers; further ones are handled again, which only costs reads. */
export const seenLimit = 300;

export const pageSize = 100;

/** So many single customers are read at a time. */
export const readConcurrency = 8;

const eventTypes = ["customer.created", "customer.updated", "customer.deleted"];

/** What of a customer is read here: an update of nothing else is none to us. */
const ourKeys = new Set("email name business_name phone description address metadata".split(" "));

interface PullOptions {
  readonly request: PageRequest;
  readonly wire: StripeWire;
  readonly clock: Clock;
  readonly observe: Observe;
}

/** Seconds since 1970 by Stripe's clock, and the events of the overlap that were handled already. */
export interface Cursor {
  readonly since: number;
  readonly seen: readonly string[];
}

/** Where a pass is: when it started, by Stripe's clock, and behind which object it goes on. */
interface Place {
  readonly start: number;
  readonly after: string;
  /** Creation time of that customer; null in passes over events. */
  readonly upTo: number | null;
  readonly seen: readonly string[];
}

export async function pullPage(options: PullOptions): Promise<Page> {
  const { request, wire, clock } = options;
  const place = request.page === null ? null : parsePlace(request.page);
  if (request.page !== null && place === null) return expired;
  if (request.cursor === null) return pullAll(options, place);
  const cursor = parseCursor(request.cursor);
  const nowSeconds = wire.toProviderTime(clock.now()) / 1000;
  if (cursor === null || cursor.since < nowSeconds - cursorSeconds) return expired;
  return pullChanges(options, cursor, place);
}

/** Every customer, newest first. Who is created meanwhile is in the events after the pass's start. */
async function pullAll(options: PullOptions, place: Place | null): Promise<Page> {
  const { wire, clock, observe } = options;
  const startedMs = clock.now();
  const requestedAt = instantOf(clock);
  const page = await listFrom(wire, place);
  const start = place?.start ?? Math.floor(wire.toProviderTime(startedMs) / 1000);
  const { records, bad } = readRecords(page.entries, parseCustomer, "id");
  const observations = records.map((customer) => observe(customer, { requestedAt }));
  const upTo = records.at(-1)?.created ?? null;
  return { observations, bad, next: nextOf(page, { start, seen: [], upTo }, place) };
}

/** The customer that a page ended with may be gone by now: then its creation time leads on. */
async function listFrom(wire: StripeWire, place: Place | null): Promise<WirePage> {
  if (place === null) return wire.listCustomers({ limit: pageSize });
  try {
    return await wire.listCustomers({ limit: pageSize, starting_after: place.after });
  } catch (error) {
    const lost = error instanceof AnswerError && errorOf(error.answer).param === "starting_after";
    if (!lost || place.upTo === null) throw error;
    return wire.listCustomers({ limit: pageSize, created: { lte: place.upTo } });
  }
}

/**
 * The customers that events name, as they are now: an event's own copy may be outdated, or rendered in another
 * version of the API.
 */
async function pullChanges(
  options: PullOptions,
  cursor: Cursor,
  place: Place | null,
): Promise<Page> {
  const { wire, clock } = options;
  const startedMs = clock.now();
  const parameters: Stripe.EventListParams = {
    types: eventTypes,
    created: { gte: cursor.since },
    limit: pageSize,
    ...(place === null ? {} : { starting_after: place.after }),
  };
  const page = await wire.listEvents(parameters);
  const start = place?.start ?? Math.floor(wire.toProviderTime(startedMs) / 1000);
  const { records: events, bad } = readRecords(page.entries, parseEvent, "id");
  const handled = new Set(cursor.seen);
  const edits = newestEdits(events.filter((event) => !handled.has(event.id)));
  const read = await mapConcurrently([...edits], readConcurrency, (edit) =>
    readCustomer(options, edit),
  );
  const recent = events.filter((event) => event.created >= start - overlapSeconds);
  const seen = [...(place?.seen ?? []), ...recent.map((event) => event.id)].slice(0, seenLimit);
  return {
    observations: read.flatMap((item) => ("observation" in item ? [item.observation] : [])),
    bad: [
      ...bad.map((event) => ({ ...event, externalId: null })),
      ...read.flatMap((item) => ("bad" in item ? [item.bad] : [])),
    ],
    next: nextOf(page, { start, seen, upTo: null }, place),
  };
}

/** When each customer was last edited in what we read, in seconds; events come newest first. */
function newestEdits(events: readonly CustomerEvent[]): ReadonlyMap<string, number> {
  const edits = new Map<string, number>();
  for (const { customerId, created, changed } of events) {
    const ours = changed === null || changed.some((key) => ourKeys.has(key));
    if (ours && !edits.has(customerId)) edits.set(customerId, created);
  }
  return edits;
}

type ReadCustomer = { readonly observation: Observation } | { readonly bad: BadRecord };

async function readCustomer(
  { wire, clock, observe }: PullOptions,
  [id, editedAt]: readonly [string, number],
): Promise<ReadCustomer> {
  const requestedAt = instantOf(clock);
  let answer: unknown;
  try {
    answer = await wire.retrieve(id);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return { observation: observe(deletedCustomer(id), { requestedAt, editedAt }) };
  }
  const { records, bad } = readRecords([answer], parseCustomer, "id");
  const [customer] = records;
  if (customer !== undefined) return { observation: observe(customer, { requestedAt, editedAt }) };
  const [first] = bad;
  if (first === undefined)
    throw new UnreadableRecord("the customer was neither read nor set aside");
  return { bad: { ...first, externalId: id } };
}

function deletedCustomer(id: string): Customer {
  return parseCustomer({ id, deleted: true });
}

const expired: Page = { observations: [], bad: [], next: { kind: "expired" } };

function nextOf(page: WirePage, state: Omit<Place, "after">, before: Place | null): PageNext {
  if (!page.hasMore) {
    const cursor: Cursor = { since: state.start - overlapSeconds, seen: state.seen };
    return { kind: "complete", cursor: writeToken({ ...cursor }) };
  }
  const last = page.entries.at(-1);
  const after = isRecord(last) ? last["id"] : undefined;
  if (!isId(after)) throw malformed("Stripe's list goes on, but its last entry has no id", false);
  if (after === before?.after) throw malformed("Stripe's list shows the same page again", false);
  const place: Place = { ...state, after };
  return { kind: "more", page: writeToken({ ...place }) };
}

export function parseCursor(text: string): Cursor | null {
  const token = readToken(text);
  const since = token?.["since"];
  return typeof since === "number" ? { since, seen: readTexts(token?.["seen"]) } : null;
}

function parsePlace(text: string): Place | null {
  const token = readToken(text);
  const [start, after, upTo] = [token?.["start"], token?.["after"], token?.["upTo"]];
  if (typeof start !== "number" || !isId(after)) return null;
  return {
    start,
    after,
    upTo: typeof upTo === "number" ? upTo : null,
    seen: readTexts(token?.["seen"]),
  };
}

export function readTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
