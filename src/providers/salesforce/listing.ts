import { toInstant, type Clock } from "../../lib/clock.ts";
import { isRecord } from "../../lib/json.ts";
import { AnswerError, malformed } from "../kit/answers.ts";
import { fingerprint, readRecords } from "../kit/records.ts";
import { readToken, writeToken } from "../kit/tokens.ts";
import type { Page, PageNext, PageRequest } from "../provider.ts";
import type { Observe } from "./observe.ts";
import type { QueryPage, SalesforceWire } from "./requests.ts";
import { parseProblems, timeOf, type Contact } from "./wire.ts";

/** The recycle bin tells of deletions for 15 days; a cursor is trusted for somewhat less. */
export const cursorSeconds = 14 * 24 * 3600;

/** What a long transaction wrote shows later than it is dated: an Apex transaction takes ten minutes at most. */
const overlapMs = 10 * 60 * 1000;

/** Marks of records of the overlap that a cursor remembers; further ones are shown again, which is no change. */
const seenLimit = 300;

interface PullOptions {
  readonly request: PageRequest;
  readonly wire: SalesforceWire;
  readonly clock: Clock;
  readonly observe: Observe;
}

/** Milliseconds since 1970 by Salesforce's clock, and the records since then that were shown already. */
interface Cursor {
  readonly since: number;
  readonly seen: readonly string[];
}

/** Where a pass is. */
interface Place {
  /** When it started, by Salesforce's clock. */
  readonly start: number;
  /** When these results were asked for, by ours: they are no younger. */
  readonly asked: number;
  readonly locator: string;
  /** The time of the last record before it: from there on it can be asked for anew. */
  readonly after: string | null;
  readonly seen: readonly string[];
}

/** A page of all contacts, or of those that changed, oldest change first; what changes meanwhile moves to the end. */
export async function pullPage(options: PullOptions): Promise<Page> {
  const { request, wire, clock } = options;
  const cursor = request.cursor === null ? null : parseCursor(request.cursor);
  const place = request.page === null ? null : parsePlace(request.page);
  const isLost = (request.cursor !== null && !cursor) || (request.page !== null && !place);
  const oldest = wire.toProviderTime(clock.now()) - cursorSeconds * 1000;
  if (isLost || (cursor !== null && cursor.since < oldest)) return expired;
  wire.keepReserve();
  const nowMs = clock.now();
  const { page, asked } = await readPage(wire, { cursor, place, nowMs });
  const start = place?.start ?? wire.toProviderTime(nowMs);
  return pageOf(options, page, { start, asked, cursor, place });
}

interface Reading {
  readonly cursor: Cursor | null;
  readonly place: Place | null;
  readonly nowMs: number;
}

async function readPage(
  wire: SalesforceWire,
  { cursor, place, nowMs }: Reading,
): Promise<{ readonly page: QueryPage; readonly asked: number }> {
  const deleted = cursor !== null;
  const since = cursor === null ? null : dateTime(cursor.since);
  if (place === null)
    return { page: await wire.query(soqlOf(wire, since), { deleted }), asked: nowMs };
  try {
    return { page: await wire.more(place.locator), asked: place.asked };
  } catch (error) {
    // Results are kept for two days, and only some of each user's.
    if (!isLostLocator(error)) throw error;
    const from = place.after === null ? since : dateTime(timeOf(place.after));
    return { page: await wire.query(soqlOf(wire, from), { deleted }), asked: nowMs };
  }
}

function soqlOf({ columns }: SalesforceWire, since: string | null): string {
  const where = since === null ? "" : ` WHERE SystemModstamp >= ${since}`;
  return `SELECT ${columns} FROM Contact${where} ORDER BY SystemModstamp, Id`;
}

/** As SOQL takes it, without quotes; whole seconds, the beginning one. */
function dateTime(epochMs: number): string {
  return new Date(Math.floor(epochMs / 1000) * 1000).toISOString();
}

function isLostLocator(error: unknown): boolean {
  if (!(error instanceof AnswerError)) return false;
  const codes = parseProblems(error.answer.body).map(({ code }) => code);
  return codes.includes("INVALID_QUERY_LOCATOR") || error.answer.status === 404;
}

interface Pass extends Omit<Reading, "nowMs"> {
  readonly start: number;
  readonly asked: number;
}

function pageOf({ wire, observe }: PullOptions, page: QueryPage, pass: Pass): Page {
  const { start, asked, cursor, place } = pass;
  const { records, bad } = readRecords(page.records, wire.parse, "Id");
  const handled = new Set(cursor?.seen);
  const requestedAt = toInstant(asked);
  const observations = records
    .filter((contact) => cursor === null || !handled.has(markOf(contact)))
    .map((contact) => observe(contact, requestedAt));
  const recent = records.filter((one) => timeOf(one.SystemModstamp) >= start - overlapMs);
  const seen = [...(place?.seen ?? []), ...recent.map(markOf)].slice(-seenLimit);
  const after = lastTimeOf(page) ?? place?.after ?? null;
  return { observations, bad, next: nextOf(page, { start, asked, after, seen }, place) };
}

/** Times have whole seconds: two edits within one differ by what they say alone. */
function markOf(contact: Contact): string {
  return `${contact.Id}:${fingerprint(contact).slice(0, 12)}`;
}

function lastTimeOf({ records }: QueryPage): string | null {
  const last = records.at(-1);
  const time = isRecord(last) ? last["SystemModstamp"] : undefined;
  return typeof time === "string" && !Number.isNaN(timeOf(time)) ? time : null;
}

function nextOf(
  { locator }: QueryPage,
  state: Omit<Place, "locator">,
  before: Place | null,
): PageNext {
  if (locator === null) {
    const cursor: Cursor = { since: state.start - overlapMs, seen: state.seen };
    return { kind: "complete", cursor: writeToken({ ...cursor }) };
  }
  if (locator === before?.locator)
    throw malformed("Salesforce's results show the same page again", false);
  const place: Place = { ...state, locator };
  return { kind: "more", page: writeToken({ ...place }) };
}

const expired: Page = { observations: [], bad: [], next: { kind: "expired" } };

function parseCursor(text: string): Cursor | null {
  const token = readToken(text);
  const since = token?.["since"];
  return typeof since === "number" && Number.isSafeInteger(since)
    ? { since, seen: readTexts(token?.["seen"]) }
    : null;
}

function parsePlace(text: string): Place | null {
  const token = readToken(text);
  const [start, asked, locator, after] = ["start", "asked", "locator", "after"].map(
    (key) => token?.[key],
  );
  if (typeof start !== "number" || typeof asked !== "number") return null;
  if (typeof locator !== "string" || !/^[\w-]+$/.test(locator)) return null;
  return {
    start,
    asked,
    locator,
    after: typeof after === "string" && !Number.isNaN(timeOf(after)) ? after : null,
    seen: readTexts(token?.["seen"]),
  };
}

function readTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
