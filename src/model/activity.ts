import type { Instant } from "../lib/clock.ts";
import type { Money } from "./money.ts";

export const activityTypes = [
  "email",
  "meeting",
  "call",
  "note",
  "invoice",
  "payment",
  "refund",
  "credit",
] as const;
export type ActivityType = (typeof activityTypes)[number];

/** Facts beside the others, by name: the number of an invoice, the ids of its payments. */
export type ActivityMetadata = Readonly<Record<string, string | readonly string[]>>;

/** What a provider tells of one thing that happened. */
export interface ActivityFacts {
  readonly type: ActivityType;
  /** Unique among the connection's activities of its type. */
  readonly externalId: string;
  /** Where a person can open it; null where there is no such page. */
  readonly externalUrl: string | null;
  /** One line. */
  readonly title: string;
  readonly description: string | null;
  readonly occurredAt: Instant;
  readonly durationMinutes: number | null;
  /** The provider's own word, in lower case: "paid", "void". */
  readonly status: string | null;
  readonly money: Money | null;
  /** The provider's id of the customer that it belongs to; null where it names none. */
  readonly customerId: string | null;
  /** E-mail addresses in normal form. */
  readonly participants: readonly string[];
  readonly metadata: ActivityMetadata;
}

/** An activity's record as seen at a time. */
export interface ActivityObservation extends ActivityFacts {
  /** Of what is deleted the other members may be empty: what was known of it stays. */
  readonly state: "present" | "deleted";
  /** When the request was made, by our clock; an earlier observation is dropped (law 6). */
  readonly requestedAt: Instant;
}

/** Something on a client's timeline; nothing takes it away, a deletion at the provider only hides it. */
export interface Activity extends ActivityObservation {
  readonly id: string;
  readonly orgId: string;
  readonly connectionId: string;
  /** null while its customer is no client here. */
  readonly clientId: string | null;
  readonly createdAt: Instant;
  /** When it last changed here. */
  readonly updatedAt: Instant;
}

/** What tells an activity from the others of its connection; also the id under which a bad record of it is parked. */
export function activityKey(of: Pick<ActivityFacts, "type" | "externalId">): string {
  return `${of.type}:${of.externalId}`;
}
