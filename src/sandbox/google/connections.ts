import { createHash } from "node:crypto";
import type { World } from "../kit/vendor.ts";
import { versionAt, type AddressBook, type Contact } from "./address-book.ts";
import { errorInfo, refuse, refuseInput } from "./errors.ts";
import {
  readSize,
  readSources,
  requirePersonFields,
  sourcesParameter,
  type Call,
  type Operation,
} from "./operation.ts";
import { toPerson, type PersonView } from "./person-output.ts";
import { contactsReadonlyScope, contactsScope } from "./scopes.ts";
import { openToken, sealToken } from "./opaque-token.ts";

export interface Connections {
  readonly list: Operation;
  /** Makes every sync token given out so far an expired one. */
  expireCursors(): void;
  /** What that answer would be for an account without contacts; null for another body. */
  withoutContacts(body: unknown): unknown;
}

/** A listing under way: what its first page saw. */
interface Listing {
  readonly id: number;
  readonly accountId: string;
  readonly fingerprint: string;
  readonly sourceIds: readonly string[];
  /** The last write that it shows. */
  readonly sequence: number;
  readonly fullSyncMs: number;
  readonly isIncremental: boolean;
}

const syncTokenLifeMs = 7 * 24 * 3600 * 1000;
const listingsKept = 100;
const sortOrders = [
  "LAST_MODIFIED_ASCENDING",
  "LAST_MODIFIED_DESCENDING",
  "FIRST_NAME_ASCENDING",
  "LAST_NAME_ASCENDING",
];

export function createConnections(world: World): Connections {
  const listings = new Map<number, Listing>();
  const emptied = new WeakMap<object, object>();
  let count = 0;
  let generation = 0;

  const open = (call: Call): Listing => {
    const { query } = call.request;
    const token = query.get("syncToken");
    const since = token === null ? null : readSyncToken(token, call);
    const visible = call.book.visibleSequence();
    const sequence = Math.max(visible, since?.sequence ?? 0);
    const found = since
      ? call.book.changed(since.sequence, sequence)
      : sorted(call.book, sequence, query.get("sortOrder"));
    count += 1;
    const listing = {
      id: count,
      accountId: call.account.id,
      fingerprint: fingerprintOf(query, ["pageToken"]),
      sourceIds: found.map((contact) => contact.sourceId),
      sequence,
      fullSyncMs: since?.fullSyncMs ?? world.now(),
      isIncremental: since !== null,
    };
    listings.set(listing.id, listing);
    listings.delete(listing.id - listingsKept);
    return listing;
  };

  const readSyncToken = (token: string, call: Call) => {
    const [account, sequence, fullSyncMs, tokenGeneration, fingerprint] = openToken("sync", token);
    if (
      account !== call.account.id ||
      typeof sequence !== "number" ||
      typeof fullSyncMs !== "number"
    )
      return refuse("INVALID_ARGUMENT", "Request syncToken is invalid.");
    if (tokenGeneration !== generation || world.now() - fullSyncMs > syncTokenLifeMs)
      return refuse(
        "FAILED_PRECONDITION",
        "Sync token is expired. Clear local cache and retry call without the sync token.",
        [errorInfo("EXPIRED_SYNC_TOKEN", "people.googleapis.com")],
      );
    if (fingerprint !== fingerprintOf(call.request.query, ["pageToken", "syncToken"]))
      return refuse(
        "INVALID_ARGUMENT",
        "Request parameters must match those of the call that provided the sync token.",
      );
    return { sequence, fullSyncMs };
  };

  const resume = (pageToken: string, call: Call): { listing: Listing; offset: number } => {
    const [id, offset] = openToken("page", pageToken);
    const listing = typeof id === "number" ? listings.get(id) : undefined;
    if (
      listing === undefined ||
      listing.accountId !== call.account.id ||
      typeof offset !== "number"
    )
      return refuse("INVALID_ARGUMENT", "Request pageToken is invalid.");
    if (listing.fingerprint !== fingerprintOf(call.request.query, ["pageToken"]))
      return refuse(
        "INVALID_ARGUMENT",
        "Request parameters must match those of the call that provided the page token.",
      );
    return { listing, offset };
  };

  const run = (call: Call): unknown => {
    const { query } = call.request;
    const view = readView(call);
    const size = readSize(query.get("pageSize"), { field: "page_size", byDefault: 100, max: 1000 });
    const wantsToken = readFlag(query.get("requestSyncToken"), "request_sync_token");
    const pageToken = query.get("pageToken");
    const { listing, offset } =
      pageToken === null ? { listing: open(call), offset: 0 } : resume(pageToken, call);
    const end = offset + size;
    const people = listing.sourceIds
      .slice(offset, end)
      .flatMap((sourceId) => personOf(call.book, sourceId, { listing, view }));
    const total = listing.sourceIds.length;
    const syncToken = {
      nextSyncToken: sealToken("sync", [
        call.account.id,
        listing.sequence,
        listing.fullSyncMs,
        generation,
        fingerprintOf(query, ["pageToken", "syncToken"]),
      ]),
    };
    const body = {
      ...(people.length > 0 ? { connections: people } : {}),
      ...(end < total ? { nextPageToken: sealToken("page", [listing.id, end]) } : {}),
      ...(end >= total && wantsToken ? syncToken : {}),
      ...(total > 0 ? { totalPeople: total, totalItems: total } : {}),
    };
    emptied.set(body, wantsToken ? syncToken : {});
    return body;
  };

  return {
    list: {
      method: "GET",
      template: "/v1/people/{peopleId}/connections",
      rpc: "google.people.v1.PeopleService.ListConnections",
      scopes: [contactsScope, contactsReadonlyScope],
      parameters: [
        "pageSize",
        "pageToken",
        "personFields",
        "requestMask.includeField",
        "requestSyncToken",
        "sortOrder",
        sourcesParameter,
        "syncToken",
      ],
      run,
    },
    expireCursors: () => {
      generation += 1;
    },
    withoutContacts: (body) =>
      typeof body === "object" && body !== null ? (emptied.get(body) ?? null) : null,
  };
}

function readView(call: Call): PersonView {
  const { query } = call.request;
  if (call.id !== "me")
    refuse("INVALID_ARGUMENT", "Request resourceName must be people/me to list connections.");
  const sortOrder = query.get("sortOrder");
  if (sortOrder !== null && !sortOrders.includes(sortOrder))
    refuseInput(
      "sort_order",
      `Invalid value at 'sort_order' (type.googleapis.com/google.people.v1.ListConnectionsRequest.SortOrder), "${sortOrder}"`,
    );
  const syncs = query.get("requestSyncToken") === "true" || query.has("syncToken");
  if (syncs && sortOrder !== null && sortOrder !== sortOrders[0])
    refuse("INVALID_ARGUMENT", "Request sortOrder cannot be used when a sync is requested.");
  return {
    mask: requirePersonFields(query, "people.connections/list"),
    sources: readSources(query.getAll(sourcesParameter)),
    entriesLimit: 100,
    ...(query.has("syncToken") ? { sync: true as const } : {}),
  };
}

/** As it is by now; a contact that was deleted while a full listing was paged is left out, and the next sync tells it. */
function personOf(
  book: AddressBook,
  sourceId: string,
  options: { readonly listing: Listing; readonly view: PersonView },
): readonly object[] {
  const { listing, view } = options;
  const contact = book.contact(sourceId);
  const version = contact && versionAt(contact, Math.max(listing.sequence, book.visibleSequence()));
  if (!contact || !version || (version.deleted && !listing.isIncremental)) return [];
  return [toPerson(contact, version, view)];
}

function sorted(book: AddressBook, sequence: number, order: string | null): readonly Contact[] {
  const shown = book.contacts().flatMap((contact) => {
    const version = versionAt(contact, sequence);
    return version === null || version.deleted ? [] : [{ contact, version }];
  });
  type Shown = (typeof shown)[number];
  const name = ({ version }: Shown, part: string) => {
    const value = version.fields["names"]?.[0]?.[part];
    return typeof value === "string" ? value : "";
  };
  const bySequence = (a: Shown, b: Shown) => a.version.sequence - b.version.sequence;
  const byName = (part: string) => (a: Shown, b: Shown) =>
    name(a, part).localeCompare(name(b, part), "en") || bySequence(a, b);
  if (order === "LAST_MODIFIED_DESCENDING") shown.sort((a, b) => bySequence(b, a));
  else if (order === "FIRST_NAME_ASCENDING") shown.sort(byName("givenName"));
  else if (order === "LAST_NAME_ASCENDING") shown.sort(byName("familyName"));
  else shown.sort(bySequence);
  return shown.map(({ contact }) => contact);
}

/** Equal for requests whose parameters are equal, but for those. */
function fingerprintOf(query: URLSearchParams, except: readonly string[]): string {
  const pairs = [...query].filter(([name]) => !except.includes(name)).toSorted(byText);
  return createHash("sha256").update(JSON.stringify(pairs)).digest("base64url").slice(0, 12);
}

function byText(a: readonly string[], b: readonly string[]): number {
  const [left, right] = [a.join("\n"), b.join("\n")];
  return left < right ? -1 : Number(left > right);
}

function readFlag(value: string | null, field: string): boolean {
  if (value === null || value === "" || value === "false") return false;
  if (value === "true") return true;
  return refuseInput(field, `Invalid value at '${field}' (TYPE_BOOL), "${value}"`);
}
