import type { Instant } from "../lib/clock.ts";
import type { Collection } from "./connection.ts";
import type { FieldValue } from "./fields.ts";

/** Which side was written: the hub, or the connection's record. */
export type ChangeSide = "local" | "remote";

export type ChangeAction = "create" | "update" | "delete" | "unlink" | "link" | "skip" | "conflict";

/** One field's before and after, or one act on a whole client or record. */
export interface Change {
  readonly id: string;
  readonly orgId: string;
  /** null for an edit that a person made here. */
  readonly runId: string | null;
  readonly at: Instant;
  readonly side: ChangeSide;
  readonly action: ChangeAction;
  readonly collection: Collection;
  readonly clientId: string | null;
  readonly connectionId: string | null;
  readonly externalId: string | null;
  /** null for an act on the whole. */
  readonly field: string | null;
  readonly before: FieldValue;
  readonly after: FieldValue;
  /** The value that a rule made lose; null where nothing lost. */
  readonly lost: FieldValue;
  /** Who or what caused it: "person", a connection's id, or "sync" for the delivery of what another side caused. */
  readonly source: string;
  /** The law's rule that decided: `remote-changed`, `last-write-wins`, ... */
  readonly rule: string;
}

export const conflictStrategies = [
  "astralis-wins",
  "external-wins",
  "last-write-wins",
  "manual",
] as const;
export type ConflictStrategy = (typeof conflictStrategies)[number];

/** A field that waits for a person; there is at most one of a mapping and field. */
export interface Conflict {
  readonly id: string;
  readonly orgId: string;
  readonly connectionId: string;
  readonly mappingId: string;
  readonly clientId: string;
  readonly field: string;
  readonly kind: ConflictKind;
  readonly local: FieldValue;
  readonly remote: FieldValue;
  readonly base: FieldValue;
  /** Values that are in the way, such as the client that has the address already. */
  readonly note: string | null;
  readonly openedAt: Instant;
  readonly updatedAt: Instant;
}

/**
 * Why a field waits: changed on both sides under `manual`; an identity that is another client's, or the last one
 * that a client has; a value that the provider turned back three times.
 */
export const conflictKinds = ["manual", "identity-taken", "identity-required", "frozen"] as const;
export type ConflictKind = (typeof conflictKinds)[number];

/** A record that was set aside with its reason; reopens when its inputs change, or by `retry` (law 11). */
export interface Parked {
  readonly id: string;
  readonly orgId: string;
  readonly connectionId: string;
  readonly collection: Collection;
  /** The record's external id, or its place in the page where it has none. */
  readonly externalId: string;
  readonly reason: ParkedReason;
  readonly message: string;
  /** Tells whether the record is still the one that was parked. */
  readonly fingerprint: string;
  readonly runId: string | null;
  readonly at: Instant;
}

export const parkedReasons = ["bad-record", "no-identity", "ambiguous", "not-wanted"] as const;
export type ParkedReason = (typeof parkedReasons)[number];
