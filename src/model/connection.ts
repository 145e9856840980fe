import type { Instant } from "../lib/clock.ts";

export const connectionStatuses = ["idle", "syncing", "error", "paused"] as const;
export type ConnectionStatus = (typeof connectionStatuses)[number];

/** Why a connection is in its status. */
export const connectionReasons = [
  "not-connected",
  "reauth-required",
  "rate-limited",
  "unavailable",
  "malformed",
  "forbidden",
  "safety-stop",
  "by-user",
  "disconnected",
  "internal",
] as const;
export type ConnectionReason = (typeof connectionReasons)[number];

export const collections = ["clients", "events", "activities"] as const;
export type Collection = (typeof collections)[number];

export interface Organization {
  readonly id: string;
  /** The key in the configuration. */
  readonly name: string;
  readonly createdAt: Instant;
}

/** One account at one provider, of one organization. */
export interface Connection {
  readonly id: string;
  readonly orgId: string;
  /** Unique in its organization; the key in the configuration. */
  readonly name: string;
  readonly provider: string;
  readonly type: ProviderType;
  /** Who signed in, as the operating system names them; null before the first sign-in. */
  readonly connectedBy: string | null;
  readonly account: Account | null;
  readonly scopes: readonly string[];
  /** When the grant ends for good, where the provider says so. */
  readonly grantExpiresAt: Instant | null;
  readonly status: ConnectionStatus;
  readonly reason: ConnectionReason | null;
  /** A sentence for people; never holds what a provider sent. */
  readonly lastError: string | null;
  /** The provider asked to be left alone until then. */
  readonly retryAt: Instant | null;
  /** End of the last complete pass over all of its collections. */
  readonly lastCompleteAt: Instant | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** What narrows a connection: values that a record must have, all of them, by the provider's names for them. */
export type Filter = Readonly<Record<string, string>>;

/** The account at the provider that a connection is signed in to. */
export interface Account {
  /** The provider's own, stable id. */
  readonly id: string;
  /** What a person knows it by: an address or a company's name. */
  readonly name: string;
}

export const providerTypes = ["email", "calendar", "crm", "billing"] as const;
export type ProviderType = (typeof providerTypes)[number];
