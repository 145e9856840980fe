import { createHash } from "node:crypto";
import type { World } from "../kit/vendor.ts";
import { versionAt, type AddressBook, type Contact } from "./address-book.ts";
import { errorReason, refuse } from "./errors.ts";
import { openToken, sealToken } from "./opaque-token.ts";
import type { Call } from "./operation.ts";

/** A listing under way: what its first page saw. */
export interface Listing {
  readonly id: number;
  readonly accountId: string;
  readonly fingerprint: string;
  readonly sourceIds: readonly string[];
  /** The last write that it shows. */
  readonly sequence: number;
  readonly fullSyncMs: number;
  readonly isIncremental: boolean;
}

export interface Listings {
  /** A new listing: of all contacts, or of what changed since the call's sync token. */
  open(call: Call): Listing;
  /** The listing that a page token belongs to, and the place of that page in it. */
  resume(pageToken: string, call: Call): { readonly listing: Listing; readonly offset: number };
  pageToken(listing: Listing, offset: number): string;
  /** Where the next sync after this listing starts. */
  syncToken(listing: Listing, call: Call): string;
  /** Makes every sync token given out so far an expired one. */
  expire(): void;
}

const syncTokenLifeMs = 7 * 24 * 3600 * 1000;
/** Older ones are forgotten, and their page tokens invalid. */
const listingsKept = 100;

export function createListings(world: World): Listings {
  const listings = new Map<number, Listing>();
  let count = 0;
  let generation = 0;

  const readSyncToken = (token: string, call: Call) => {
    const [account, sequence, fullSyncMs, givenIn, fingerprint] = openToken("sync", token);
    if (
      account !== call.account.id ||
      typeof sequence !== "number" ||
      typeof fullSyncMs !== "number"
    )
      return refuse("INVALID_ARGUMENT", "Request syncToken is invalid.");
    if (givenIn !== generation || world.now() - fullSyncMs > syncTokenLifeMs)
      return refuse(
        "FAILED_PRECONDITION",
        "Sync token is expired. Clear local cache and retry call without the sync token.",
        [errorReason("EXPIRED_SYNC_TOKEN", "people.googleapis.com")],
      );
    if (fingerprint !== fingerprintOf(call, ["pageToken", "syncToken"]))
      return refuseOtherParameters("sync");
    return { sequence, fullSyncMs };
  };

  return {
    open: (call) => {
      const { query } = call.request;
      const token = query.get("syncToken");
      const since = token ? readSyncToken(token, call) : null;
      const sequence = Math.max(call.book.visibleSequence(), since?.sequence ?? 0);
      const found = since
        ? call.book.changed(since.sequence, sequence)
        : inOrder(call.book, sequence, query.get("sortOrder"));
      count += 1;
      const listing = {
        id: count,
        accountId: call.account.id,
        fingerprint: fingerprintOf(call, ["pageToken"]),
        sourceIds: found.map((contact) => contact.sourceId),
        sequence,
        fullSyncMs: since?.fullSyncMs ?? world.now(),
        isIncremental: since !== null,
      };
      listings.set(listing.id, listing);
      listings.delete(listing.id - listingsKept);
      return listing;
    },
    resume: (pageToken, call) => {
      const [id, offset] = openToken("page", pageToken);
      const listing = typeof id === "number" ? listings.get(id) : undefined;
      if (listing?.accountId !== call.account.id || typeof offset !== "number")
        return refuse("INVALID_ARGUMENT", "Request pageToken is invalid.");
      if (listing.fingerprint !== fingerprintOf(call, ["pageToken"]))
        return refuseOtherParameters("page");
      return { listing, offset };
    },
    pageToken: (listing, offset) => sealToken("page", [listing.id, offset]),
    syncToken: (listing, call) =>
      sealToken("sync", [
        listing.accountId,
        listing.sequence,
        listing.fullSyncMs,
        generation,
        fingerprintOf(call, ["pageToken", "syncToken"]),
      ]),
    expire: () => {
      generation += 1;
    },
  };
}

function refuseOtherParameters(kind: "sync" | "page"): never {
  return refuse(
    "INVALID_ARGUMENT",
    `Request parameters must match those of the call that provided the ${kind} token.`,
  );
}

interface Shown {
  readonly contact: Contact;
  readonly sequence: number;
  readonly givenName: string;
  readonly familyName: string;
}

/** The contacts that the writes up to that one left, sorted as asked. */
function inOrder(book: AddressBook, sequence: number, order: string | null): readonly Contact[] {
  const shown: Shown[] = book.contacts().flatMap((contact) => {
    const version = versionAt(contact, sequence);
    if (version === null || version.deleted) return [];
    const name = version.fields["names"]?.[0] ?? {};
    const part = (key: string) => (typeof name[key] === "string" ? name[key] : "");
    const names = { givenName: part("givenName"), familyName: part("familyName") };
    return [{ contact, sequence: version.sequence, ...names }];
  });
  const compare = (order === null ? undefined : orders[order]) ?? byChange;
  return shown.toSorted(compare).map(({ contact }) => contact);
}

const byChange = (a: Shown, b: Shown) => a.sequence - b.sequence;

export const orders: Readonly<Record<string, (a: Shown, b: Shown) => number>> = {
  LAST_MODIFIED_ASCENDING: byChange,
  LAST_MODIFIED_DESCENDING: (a, b) => byChange(b, a),
  FIRST_NAME_ASCENDING: (a, b) => a.givenName.localeCompare(b.givenName, "en") || byChange(a, b),
  LAST_NAME_ASCENDING: (a, b) => a.familyName.localeCompare(b.familyName, "en") || byChange(a, b),
};

/** Equal for calls whose parameters are equal, but for those. */
function fingerprintOf(call: Call, except: readonly string[]): string {
  const pairs = [...call.request.query]
    .filter(([name]) => !except.includes(name))
    .map(([name, value]) => JSON.stringify([name, value]))
    .toSorted();
  return createHash("sha256").update(pairs.join()).digest("base64url").slice(0, 12);
}
