import type { World } from "../kit/vendor.ts";
import { versionAt, type AddressBook } from "./address-book.ts";
import { refuse, refuseInput } from "./errors.ts";
import { createListings, orders, type Listing } from "./listings.ts";
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

export interface Connections {
  readonly list: Operation;
  /** Makes every sync token given out so far an expired one. */
  expireCursors(): void;
  /** What that answer would be for an account without contacts; null for another body. */
  withoutContacts(body: unknown): unknown;
}

/** people.connections.list: full and incremental, in pages. */
export function createConnections(world: World): Connections {
  const listings = createListings(world);
  const emptied = new WeakMap<object, object>();

  const run = (call: Call): unknown => {
    const { query } = call.request;
    const view = readView(call);
    const size = readSize(query.get("pageSize"), { field: "page_size", byDefault: 100, max: 1000 });
    const wantsToken = readFlag(query.get("requestSyncToken"), "request_sync_token");
    const pageToken = query.get("pageToken");
    const { listing, offset } = pageToken
      ? listings.resume(pageToken, call)
      : { listing: listings.open(call), offset: 0 };
    const end = offset + size;
    const total = listing.sourceIds.length;
    const people = listing.sourceIds
      .slice(offset, end)
      .flatMap((sourceId) => personOf(call.book, sourceId, { listing, view }));
    const last = wantsToken ? { nextSyncToken: listings.syncToken(listing, call) } : {};
    const body = {
      ...(people.length > 0 ? { connections: people } : {}),
      ...(end < total ? { nextPageToken: listings.pageToken(listing, end) } : last),
      // Numbers that are 0 are left out, as everywhere in Google's JSON.
      ...(total > 0 ? { totalPeople: total, totalItems: total } : {}),
    };
    emptied.set(body, last);
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
    expireCursors: () => listings.expire(),
    withoutContacts: (body) =>
      typeof body === "object" && body !== null ? (emptied.get(body) ?? null) : null,
  };
}

function readView(call: Call): PersonView {
  const { query } = call.request;
  if (call.id !== "me")
    refuse("INVALID_ARGUMENT", "Request resourceName must be people/me to list connections.");
  const sortOrder = query.get("sortOrder") ?? "LAST_MODIFIED_ASCENDING";
  if (!Object.hasOwn(orders, sortOrder))
    refuseInput(
      "sort_order",
      `Invalid value at 'sort_order' (type.googleapis.com/google.people.v1.ListConnectionsRequest.SortOrder), "${sortOrder}"`,
    );
  const syncs = query.get("requestSyncToken") === "true" || Boolean(query.get("syncToken"));
  if (syncs && sortOrder !== "LAST_MODIFIED_ASCENDING")
    refuse("INVALID_ARGUMENT", "Request sortOrder cannot be used when a sync is requested.");
  return {
    mask: requirePersonFields(query, "people.connections/list"),
    sources: readSources(query.getAll(sourcesParameter)),
    entriesLimit: 100,
    ...(query.get("syncToken") ? { sync: true as const } : {}),
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

function readFlag(value: string | null, field: string): boolean {
  if (value === null || value === "" || value === "false") return false;
  if (value === "true") return true;
  return refuseInput(field, `Invalid value at '${field}' (TYPE_BOOL), "${value}"`);
}
