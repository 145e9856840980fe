import type { OrgConfig } from "../config/config.ts";
import type { Client } from "../model/client.ts";
import type { Collection } from "../model/connection.ts";
import type { Fields, FieldValue } from "../model/fields.ts";
import type { ConnectionResult, Outcome } from "../model/run.ts";

/** The engine: the one way in which anything is synced or edited. */
export interface Engine {
  /** Pulls, reconciles, commits and delivers; ends with what happened, and throws only before it began. */
  sync(org: OrgConfig, options?: SyncOptions): Promise<SyncDocument>;
  /** Adds a client here, and owes it to every connection that takes new clients. */
  addClient(org: OrgConfig, edit: ClientEdit): Promise<Client>;
  /** Changes the fields that the edit names; `null` clears. */
  updateClient(org: OrgConfig, clientId: string, edit: ClientEdit): Promise<Client>;
  /** Leaves a tombstone here (law 7); what becomes of the records is each connection's `deletes` policy. */
  removeClient(org: OrgConfig, clientId: string): Promise<RemovedClient>;
  /** Makes parked and held writes due, and parked records be read again by the next sync; of one connection or all. */
  retry(org: OrgConfig, connection?: string): Promise<readonly Reopened[]>;
}

/** How many writes and records of a connection were reopened. */
export interface Reopened {
  readonly name: string;
  readonly reopened: number;
}

export interface ClientEdit {
  readonly fields: Fields;
  readonly active?: boolean;
}

export interface RemovedClient {
  readonly client: Client;
  /** Connections whose record stays, and those that are owed a delete, by name. */
  readonly kept: readonly string[];
  readonly owed: readonly string[];
}

export interface SyncOptions {
  /** Only the connection of this name. */
  readonly connection?: string;
  /** Decides everything and writes nothing, anywhere. */
  readonly dryRun?: boolean;
  /** Lists everything again, whatever the cursors say. */
  readonly full?: boolean;
  /** Goes on past this safety limit, once, for the named connection (law 7). */
  readonly accept?: readonly SafetyStop[];
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

export const safetyStops = ["deletes", "creates", "changes"] as const;
export type SafetyStop = (typeof safetyStops)[number];

/** Told while a sync works; counts so far. */
export interface Progress {
  readonly connection: string;
  readonly collection: Collection;
  readonly step: "waiting" | "pulling" | "reconciling" | "delivering" | "done";
  readonly done: number;
  /** null where it is not known. */
  readonly total: number | null;
}

/** The document that `sync --json` prints. */
export interface SyncDocument {
  /** null for a dry run. */
  readonly run: string | null;
  readonly org: string;
  readonly outcome: Outcome;
  readonly connections: readonly ConnectionResult[];
  readonly duration_ms: number;
  /** Only for a dry run. */
  readonly changes?: readonly PlannedChange[];
}

export interface PlannedChange {
  readonly connection: string;
  readonly direction: "from-external" | "to-external";
  readonly entity: "client";
  /** The client's id; null for one that does not exist yet. */
  readonly id: string | null;
  readonly external_id: string | null;
  readonly action: "create" | "update" | "delete" | "unlink" | "link";
  readonly fields: Readonly<Record<string, { readonly from: FieldValue; readonly to: FieldValue }>>;
  readonly reason: string;
}
