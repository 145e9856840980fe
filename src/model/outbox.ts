import type { Instant } from "../lib/clock.ts";
import type { Collection } from "./connection.ts";
import type { Fields } from "./fields.ts";

/** Open states of the outbox's table in law 5. An entry that is done or cancelled is gone; the journal keeps its story. */
export const outboxStates = ["due", "sending", "unknown", "parked", "held"] as const;
export type OutboxState = (typeof outboxStates)[number];

export const outboxActions = ["create", "update", "delete"] as const;
export type OutboxAction = (typeof outboxActions)[number];

/** What is sent, frozen and committed before it is sent. */
export interface Frozen {
  /** The changed fields, in the hub's values. */
  readonly fields: Fields;
  /** Makes a repeated create one create, where the provider honours it. */
  readonly key: string;
  readonly sentAt: Instant;
  /** The record that it is sent to; null for a create. */
  readonly externalId: string | null;
}

/** A write owed to a provider: one open entry per client and connection. */
export interface OutboxEntry {
  readonly id: string;
  readonly orgId: string;
  readonly connectionId: string;
  readonly collection: Collection;
  readonly clientId: string;
  readonly mappingId: string;
  readonly action: OutboxAction;
  readonly state: OutboxState;
  /** Refusals and unclear answers so far; outages do not count (law 11). */
  readonly attempts: number;
  readonly nextAttemptAt: Instant;
  /** Why it is parked or held, for people. */
  readonly reason: string | null;
  /** Set from `sending` on. */
  readonly frozen: Frozen | null;
  /** The run, or "edit", that caused it. */
  readonly cause: string;
  readonly createdAt: Instant;
  readonly revision: number;
}
