import { instantOf, type Clock } from "../../lib/clock.ts";
import { AnswerError } from "../kit/answers.ts";
import { readRecords } from "../kit/records.ts";
import { readToken, writeToken } from "../kit/tokens.ts";
import type { Page, PageNext, PageRequest } from "../provider.ts";
import { parseCustomer, type Customer } from "./customer.ts";
import type { Observe } from "./observe.ts";
import { anyActive, pageSize, type QuickBooksWire, type WirePage } from "./wire.ts";

/** QuickBooks knows the changes of 30 days; a cursor is trusted for somewhat less. */
export const cursorSeconds = 28 * 24 * 3600;

/** Times have whole seconds, and nobody says how late a change may show: each pass begins a little before the last one. */
export const overlapMs = 5 * 60 * 1000;

/** Versions that a cursor remembers as handled; further ones are handled again, which changes nothing. */
const seenLimit = 300;

interface PullOptions {
  readonly request: PageRequest;
  readonly wire: QuickBooksWire;
  readonly clock: Clock;
  readonly observe: Observe;
}

/** From when on, by QuickBooks' clock, the next pass asks, and which versions of the overlap were handled already. */
interface Cursor {
  readonly since: number;
  readonly seen: readonly string[];
}

/** Where a pass over a query is: the cursor that it will end with, and the position of its next page. */
interface Place extends Cursor {
  readonly position: number;
}

export async function pullPage(options: PullOptions): Promise<Page> {
  const { request, wire, clock } = options;
  const place = request.page === null ? null : parsePlace(request.page);
  if (request.page !== null && place === null) return expired;
  if (request.cursor === null) return pullAll(options, place);
  const cursor = parseCursor(request.cursor);
  const oldestMs = wire.toProviderTime(clock.now()) - cursorSeconds * 1000;
  if (cursor === null || cursor.since < oldestMs) return expired;
  return place === null ? pullChanges(options, cursor) : pullChanged(options, cursor, place);
}

/**
 * Every customer, by ascending id. The inactive ones are asked for as well, though not shown: else one that is made
 * inactive meanwhile would move all that follow to a page that was read already.
 */
async function pullAll(options: PullOptions, place: Place | null): Promise<Page> {
  const { wire, clock } = options;
  const requestedAt = instantOf(clock);
  const position = place?.position ?? 1;
  const page = await wire.query([anyActive], position);
  const ending = place ?? { since: page.atMs - overlapMs, seen: [] };
  return pageOf(options, page, {
    requestedAt,
    shows: (customer) => customer.active,
    next: (customers) => nextOf(page, position, withSeen(ending, customers)),
  });
}

/** One answer has all that changed, unless it is full: then all that changed is asked for page by page. */
async function pullChanges(options: PullOptions, cursor: Cursor): Promise<Page> {
  const { wire, clock } = options;
  const requestedAt = instantOf(clock);
  let page: WirePage;
  try {
    page = await wire.changes(cursor.since);
  } catch (error) {
    // A moment that QuickBooks does not look back to.
    if (error instanceof AnswerError) return expired;
    throw error;
  }
  const handled = new Set(cursor.seen);
  const ending: Cursor = { since: page.atMs - overlapMs, seen: [] };
  const isFull = page.entries.length >= pageSize;
  return pageOf(options, page, {
    requestedAt,
    // Of those that are gone only this answer tells, the others come again.
    shows: (customer) =>
      !handled.has(versionOf(customer)) && !(isFull && customer.syncToken !== null),
    next: (customers) =>
      isFull
        ? { kind: "more", page: writeToken({ ...ending, position: 1 }) }
        : completeWith(withSeen(ending, customers)),
  });
}

/** One page of what changed, where one answer could not hold it. */
async function pullChanged(options: PullOptions, cursor: Cursor, place: Place): Promise<Page> {
  const { wire, clock } = options;
  const requestedAt = instantOf(clock);
  const value = new Date(cursor.since).toISOString();
  const changed = { field: "MetaData.LastUpdatedTime", value, operator: ">=" };
  const page = await wire.query([anyActive, changed], place.position);
  const handled = new Set(cursor.seen);
  return pageOf(options, page, {
    requestedAt,
    shows: (customer) => !handled.has(versionOf(customer)),
    next: (customers) => nextOf(page, place.position, withSeen(place, customers)),
  });
}

interface Showing {
  readonly requestedAt: string;
  shows(customer: Customer): boolean;
  next(customers: readonly Customer[]): PageNext;
}

/** Parts of customers (jobs, projects) are no clients of their own. */
function pageOf({ observe }: PullOptions, page: WirePage, showing: Showing): Page {
  const { records, bad } = readRecords(page.entries, parseCustomer, "Id");
  const shown = records.filter((customer) => !customer.isPart && showing.shows(customer));
  return {
    observations: shown.map((customer) => observe(customer, showing.requestedAt)),
    bad,
    next: showing.next(records),
  };
}

const expired: Page = { observations: [], bad: [], next: { kind: "expired" } };

function nextOf(page: WirePage, position: number, ending: Cursor): PageNext {
  if (page.entries.length < pageSize) return completeWith(ending);
  return { kind: "more", page: writeToken({ ...ending, position: position + pageSize }) };
}

function completeWith({ since, seen }: Cursor): PageNext {
  return { kind: "complete", cursor: writeToken({ since, seen }) };
}

/** With the versions that the next pass will be shown again. */
function withSeen({ since, seen }: Cursor, customers: readonly Customer[]): Cursor {
  const again = customers.filter(({ updatedMs }) => updatedMs === null || updatedMs >= since);
  return { since, seen: [...seen, ...again.map(versionOf)].slice(0, seenLimit) };
}

/** A payment moves a customer's time and leaves its version. */
function versionOf({ id, syncToken }: Customer): string {
  return `${id}:${syncToken ?? "gone"}`;
}

function parseCursor(text: string): Cursor | null {
  const token = readToken(text);
  const since = token?.["since"];
  if (typeof since !== "number" || Number.isNaN(new Date(since).getTime())) return null;
  return { since, seen: readTexts(token?.["seen"]) };
}

function parsePlace(text: string): Place | null {
  const cursor = parseCursor(text);
  const position = readToken(text)?.["position"];
  if (cursor === null || typeof position !== "number" || !Number.isSafeInteger(position))
    return null;
  return position < 1 ? null : { ...cursor, position };
}

function readTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
