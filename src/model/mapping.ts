import type { Instant } from "../lib/clock.ts";
import type { Collection } from "./connection.ts";
import type { Fields, FieldValue } from "./fields.ts";

/** The states of law 7's table. Only `linked` moves fields. */
export const mappingStates = [
  "creating",
  "linked",
  "missing",
  "merged",
  "unlinked",
  "suppressed",
  "duplicate",
  "cancelled",
] as const;
export type MappingState = (typeof mappingStates)[number];

/** Which state may follow which; the store refuses any other step. */
export const mappingTransitions: Readonly<Record<MappingState, readonly MappingState[]>> = {
  creating: ["linked", "suppressed", "cancelled"],
  linked: ["missing", "merged", "suppressed", "duplicate", "unlinked"],
  missing: ["linked", "merged", "unlinked", "suppressed"],
  unlinked: ["linked", "suppressed"],
  suppressed: ["linked", "missing", "merged", "unlinked"],
  duplicate: ["linked", "missing", "suppressed", "unlinked"],
  merged: ["linked"],
  cancelled: [],
};

export const directions = ["to-external", "from-external", "bidirectional"] as const;
export type LastDirection = (typeof directions)[number];

/** One field's two halves: the local value as last sent or taken, the remote value as last seen in answer to it. */
export interface BaseField {
  readonly local: FieldValue;
  readonly remote: FieldValue;
}

export interface Base {
  /** The version of the lens that the remote halves were read through; another one makes the base void (law 1). */
  readonly lens: string;
  readonly fields: Readonly<Record<string, BaseField>>;
}

/** The record as it was last observed. */
export interface Seen {
  /** In the provider's normal form. */
  readonly fields: Fields;
  /** Every address of the record, in normal form. */
  readonly emails: readonly string[];
  /** When the request that showed it was made; an earlier one is dropped (law 6). */
  readonly requestedAt: Instant;
  /** The provider's modified time, corrected by its clock; null where it has none that means anything. */
  readonly modifiedAt: Instant | null;
}

/** Ties one client to one record of one connection, for ever. */
export interface Mapping {
  readonly id: string;
  readonly orgId: string;
  readonly connectionId: string;
  readonly collection: Collection;
  readonly clientId: string;
  /** null only while `creating` or `cancelled`. */
  readonly externalId: string | null;
  readonly externalType: string | null;
  readonly externalUrl: string | null;
  readonly state: MappingState;
  /** Since when it is in its state. */
  readonly stateAt: Instant;
  /** The record's version at the provider (etag, SyncToken, changeKey). */
  readonly remoteVersion: string | null;
  readonly base: Base | null;
  readonly seen: Seen | null;
  readonly lastSyncedAt: Instant | null;
  readonly lastDirection: LastDirection | null;
  /** Fields that the provider turned back after they were sent; three times freeze one (law 4). */
  readonly flips: Readonly<Record<string, Flip>>;
  /** Counts up with each write, as a client's revision does. */
  readonly revision: number;
}

export interface Flip {
  /** How often the record returned to `before` since a person last edited the field here. */
  readonly count: number;
  /** The remote value that the last send replaced. */
  readonly before: FieldValue;
}
