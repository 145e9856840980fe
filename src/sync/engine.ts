import type { OrgConfig } from "../config/config.ts";
import type { UsageError } from "../lib/errors.ts";
import type { Client } from "../model/client.ts";
import type { Collection } from "../model/connection.ts";
import type { Fields, FieldValue } from "../model/fields.ts";
import type { ConnectionResult, Outcome } from "../model/run.ts";
import type { Store } from "../store/ports.ts";

/** The engine: the one way in which anything is synced or edited. */
export interface Engine {
  /** Pulls, reconciles, commits and delivers; ends with what happened, and throws only before it began. */
  sync(org: OrgConfig, options?: SyncOptions): Promise<SyncDocument>;
  /** Adds a client here, and owes it to every connection that takes new clients. */
  addClient(org: OrgConfig, edit: ClientEdit): Promise<Client>;
  /** Changes the fields that the edit names; `null` clears. */
  updateClient(org: OrgConfig, clientId: string, edit: ClientEdit): Promise<Client>;
  /**
   * Adds (`clientId` null) and changes clients in one transaction, each as the two above do; no two of them may be about
   * one client. What one of them may not do is its own outcome, and the others go on.
   */
  editClients(org: OrgConfig, edits: readonly NamedEdit[]): Promise<readonly EditOutcome[]>;
  /** Leaves a tombstone here (law 7); what becomes of the records is each connection's `deletes` policy. */
  removeClient(org: OrgConfig, clientId: string): Promise<RemovedClient>;
  /** Makes parked and held writes due, and parked records be read again by the next sync; of one connection or all. */
  retry(org: OrgConfig, connection?: string): Promise<readonly Reopened[]>;
  /** The same engine on a scratch copy of the organization's rows, for as long as `work` takes: what it does there stays there. */
  rehearse<T>(org: OrgConfig, work: (there: Rehearsal) => Promise<T>): Promise<T>;
}

export interface Rehearsal {
  readonly engine: Engine;
  readonly store: Store;
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

export interface NamedEdit {
  readonly clientId: string | null;
  readonly edit: ClientEdit;
}

export type EditOutcome = { readonly client: Client } | { readonly refused: UsageError };

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
  /** Only for a dry run: one for each connection that was never listed whole before. */
  readonly plans?: readonly MatchPlan[];
}

/** What the first sync of a connection makes of its records, and of the clients that have none there (law 8). */
export interface MatchPlan {
  readonly connection: string;
  readonly provider: string;
  readonly records: number;
  /** Tied to a client already, from before the connection's state was lost. */
  readonly already_known: number;
  /** Found their client, by which key. */
  readonly matched: { readonly email: number; readonly phone: number; readonly own_id: number };
  /** Become clients here. */
  readonly new_here: number;
  /** Are made there, of clients without a record. */
  readonly new_there: number;
  readonly skipped: {
    readonly no_identity: number;
    readonly duplicate: number;
    readonly bad_record: number;
    readonly not_wanted: number;
  };
  /** Could be several clients; `records` are the first of them. */
  readonly ambiguous: { readonly total: number; readonly records: readonly AmbiguousRecord[] };
  /** What settings keep from being created. */
  readonly held_back: readonly HeldBack[];
  /** Commands to go on with, the first one first. */
  readonly next: readonly string[];
}

export interface AmbiguousRecord {
  readonly external_id: string;
  readonly email: FieldValue;
  readonly name: FieldValue;
  /** `id` is null for a client that this sync would make. */
  readonly candidates: readonly {
    readonly id: string | null;
    readonly email: FieldValue;
    readonly name: FieldValue;
  }[];
}

export interface HeldBack {
  readonly setting: "filter" | "create.here" | "create.there" | "direction" | "safety.max_creates";
  /** Where nothing is created. */
  readonly side: "here" | "there";
  readonly count: number;
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
