import type { Collection, Filter } from "../model/connection.ts";
import type { IdentityKind } from "../model/identity.ts";
import type { ConflictStrategy } from "../model/journal.ts";

/** The configuration after the schema, the environment and the defaults: complete, checked and frozen. */
export interface Config {
  /** Absolute path of the file. */
  readonly file: string;
  /** Absolute path of its folder; relative paths in the file start here. */
  readonly folder: string;
  readonly storage: StorageConfig;
  /** OAuth applications by vendor: google, stripe, ... One whose `client_id` is an unset variable is not here. */
  readonly apps: Readonly<Record<string, AppConfig>>;
  /**
   * By vendor, where the file names one: which of the vendor's environments its connections work in. Also of an
   * application that is left out, so that an unset variable never moves a connection.
   */
  readonly environments?: Readonly<Record<string, string>>;
  readonly safety: SafetyConfig;
  /** In the order of the file. */
  readonly orgs: readonly OrgConfig[];
  /** Where `${VAR}` stands in the file, and whether it had a value; the values themselves are not here. */
  readonly variables?: readonly VariableUse[];
}

/** One `${VAR}` of the file. */
export interface VariableUse {
  readonly name: string;
  /** The key that it stands in: `apps.google.client_id`. */
  readonly path: string;
  readonly from: VariableSource;
}

/** `env-file` is the `.env` beside the configuration; `unset` leaves the application out (see `apps`). */
export type VariableSource = "environment" | "env-file" | "default" | "unset";

export type StorageConfig =
  | { readonly kind: "sqlite"; /** Absolute. */ readonly file: string }
  | { readonly kind: "postgres"; readonly url: string };

export interface AppConfig {
  readonly clientId: string;
  readonly clientSecret: string | null;
  /** A fixed port of the redirect to this machine; null takes the usual or a free one. */
  readonly redirectPort: number | null;
  /** The https address that the vendor sends the browser to instead; only where one is set. */
  readonly redirectUri?: string;
  /** Microsoft's directory; only there. */
  readonly tenant?: string;
}

export interface SafetyConfig {
  /** A share of a connection's mappings, more than 0 and at most 1 (law 7). */
  readonly maxDeletes: number;
  /** Creates that may be owed to one provider before it asks first. */
  readonly maxCreates: number;
}

export interface OrgConfig {
  /** Its key in the file. */
  readonly name: string;
  readonly title: string;
  readonly match: readonly IdentityKind[];
  /** Two-letter code, where a provider demands a country; null where none is set. */
  readonly defaultCountry: string | null;
  /** In the order of the file: ties between connections go to the first (law 1). */
  readonly connections: readonly ConnectionConfig[];
}

export interface ConnectionConfig {
  readonly name: string;
  /** Any name; the registry knows which there are. */
  readonly provider: string;
  readonly enabled: boolean;
  /** null takes all that the provider offers. */
  readonly collections: readonly Collection[] | null;
  readonly direction: Direction;
  readonly fieldDirections: Readonly<Record<string, Direction>>;
  readonly conflict: {
    readonly default: ConflictStrategy;
    readonly fields: Readonly<Record<string, ConflictStrategy>>;
  };
  readonly clear: {
    readonly default: ClearPolicy;
    readonly fields: Readonly<Record<string, ClearPolicy>>;
  };
  readonly deletes: DeletePolicy;
  /** null takes the default of the provider's type: both for crm and billing, here alone for email (law 8). */
  readonly create: { readonly here: boolean | null; readonly there: boolean | null };
  /** null takes every record. The names are the provider's. */
  readonly filter: Filter | null;
  readonly endpoints: {
    readonly api?: string;
    readonly authorize?: string;
    readonly token?: string;
    readonly revoke?: string;
  };
  /** Cron expression; what the daemon will keep to. */
  readonly schedule: string;
  /** Refusals before a write is parked. */
  readonly maxRetries: number;
  /** Records committed in one transaction. */
  readonly batchSize: number;
  readonly requestTimeoutSeconds: number;
  /** For how long a created record may be missing from listings; null takes the provider's own figure. */
  readonly searchLagSeconds: number | null;
}

export const configDirections = ["both", "pull", "push"] as const;
export type Direction = (typeof configDirections)[number];

export const clearPolicies = ["propagate", "ignore"] as const;
export type ClearPolicy = (typeof clearPolicies)[number];

export const deletePolicies = ["unlink", "propagate", "ignore"] as const;
export type DeletePolicy = (typeof deletePolicies)[number];
