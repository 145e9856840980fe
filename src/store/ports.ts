import type { Instant } from "../lib/clock.ts";
import type { Activity, ActivityType } from "../model/activity.ts";
import type { Client } from "../model/client.ts";
import type {
  Account,
  Collection,
  Connection,
  ConnectionReason,
  ConnectionStatus,
  Organization,
} from "../model/connection.ts";
import type { Identity, IdentityKey } from "../model/identity.ts";
import type { Change, Conflict, Parked } from "../model/journal.ts";
import type { Mapping, MappingState } from "../model/mapping.ts";
import type { Observation } from "../model/observation.ts";
import type { OutboxEntry } from "../model/outbox.ts";
import type { ConnectionResult, Outcome, Run } from "../model/run.ts";

/** Where the database is; the configuration says it in the same words. */
export type Storage =
  | { readonly kind: "sqlite"; /** Absolute. */ readonly file: string }
  | { readonly kind: "postgres"; readonly url: string };

/**
 * What the engine and the faces ask of the database. There is one implementation, over knex, and it runs on SQLite
 * and Postgres alike. Every method is one transaction; none is open across a request to a provider.
 * What it throws is a StoreError: `store-stale` where a row is not as it was read, else the database's own trouble.
 */
export interface Store {
  readonly kind: "sqlite" | "postgres";
  readonly schema: SchemaPort;
  readonly organizations: OrganizationPort;
  readonly connections: ConnectionPort;
  readonly credentials: CredentialPort;
  readonly leases: LeasePort;
  readonly cursors: CursorPort;
  readonly staged: StagedPort;
  readonly work: WorkPort;
  readonly outbox: OutboxPort;
  readonly runs: RunPort;
  readonly reads: ReadPort;
  readonly activities: ActivityPort;
  /**
   * A scratch copy of one organization in a temporary SQLite file, removed on close: what a dry run works on.
   * It has every table's rows but credentials and leases.
   */
  scratch(orgId: string): Promise<Store>;
  close(): Promise<void>;
}

export interface SchemaPort {
  /** Names of the migrations, oldest first; `applied` is when, null where it is owed. */
  status(): Promise<{
    readonly migrations: readonly { readonly name: string; readonly applied: Instant | null }[];
    readonly newer: readonly string[];
  }>;
  /** Brings the schema up to date; two processes may call it at once. Returns the names that it applied. */
  migrate(): Promise<readonly string[]>;
  /** Throws `store-newer` or `store-outdated`; every command but `db` calls it first. */
  check(): Promise<void>;
}

export interface OrganizationPort {
  /** The organization of that name, made where it is new. */
  ensure(name: string, fresh: { readonly id: string; readonly at: Instant }): Promise<Organization>;
  list(): Promise<readonly Organization[]>;
}

export interface ConnectionPort {
  /** The connection of that org and name, made (`error`, `not-connected`) where it is new. */
  ensure(
    fresh: Pick<Connection, "id" | "orgId" | "name" | "provider" | "type" | "createdAt">,
  ): Promise<Connection>;
  list(orgId: string): Promise<readonly Connection[]>;
  get(id: string): Promise<Connection | null>;
  /** After a sign-in or a disconnect. */
  setAccount(
    id: string,
    sign: {
      readonly account: Account | null;
      readonly scopes: readonly string[];
      readonly connectedBy: string | null;
      readonly grantExpiresAt: Instant | null;
    },
    at: Instant,
  ): Promise<void>;
  setStatus(
    id: string,
    to: {
      readonly status: ConnectionStatus;
      readonly reason: ConnectionReason | null;
      readonly lastError: string | null;
      readonly lastCompleteAt?: Instant;
      /** Not to be asked before then; at any time where it is left out. */
      readonly retryAt?: Instant;
    },
    at: Instant,
  ): Promise<void>;
}

/** Encrypted credentials; the store sees ciphertext alone. */
export interface StoredCredential {
  readonly connectionId: string;
  /** Counts up with each write. */
  readonly version: number;
  readonly ciphertext: string;
  /** The pair before, kept until the new one has worked. */
  readonly previous: string | null;
  readonly updatedAt: Instant;
}

export interface CredentialPort {
  get(connectionId: string): Promise<StoredCredential | null>;
  /** Writes only over the version that was read (0 for none); false where another process was first. */
  put(credential: Omit<StoredCredential, "version">, overVersion: number): Promise<boolean>;
  delete(connectionId: string): Promise<void>;
  /** Facts beside the credentials, such as the master key's fingerprint and where it lives. */
  getKeyRecord(): Promise<{ readonly fingerprint: string; readonly source: string } | null>;
  /** Written once: keeps what is there and returns it. */
  ensureKeyRecord(record: {
    readonly fingerprint: string;
    readonly source: string;
  }): Promise<{ readonly fingerprint: string; readonly source: string }>;
}

/** A right to work on something alone, by the database's clock. `name` is `connection:<id>` or `refresh:<id>`. */
export interface Lease {
  readonly name: string;
  readonly holder: string;
  /** Rises with each acquisition; writes under an older one are refused. */
  readonly epoch: number;
}

export interface LeasePort {
  /** The lease, or who holds it and for how much longer. */
  acquire(
    name: string,
    holder: string,
    ttlMs: number,
  ): Promise<
    | { readonly lease: Lease }
    | { readonly heldBy: string; readonly epoch: number; readonly remainingMs: number }
  >;
  /** False where it was lost. */
  renew(lease: Lease, ttlMs: number): Promise<boolean>;
  release(lease: Lease): Promise<void>;
}

/** Where the next pull of a collection starts, and how far an unfinished one has come. */
export interface CursorRow {
  readonly connectionId: string;
  readonly collection: Collection;
  /** null before the first complete listing. */
  readonly cursor: string | null;
  /** When that listing started. */
  readonly cursorAt: Instant | null;
  /** The listing under way. */
  readonly listing: Listing | null;
  /** End of the last complete pass. */
  readonly lastCompleteAt: Instant | null;
  /** A fingerprint of the rules under which every client was last owed to this connection; null before that. */
  readonly settledRules: string | null;
}

/** A listing that is being staged, or staged whole and being committed. */
export interface Listing {
  readonly id: string;
  readonly mode: "full" | "changes";
  readonly startedAt: Instant;
  /** The page to ask for next; null before the first one. */
  readonly page: string | null;
  /** Set when every page was read: the listing is complete, and this is the cursor that it ends with. */
  readonly endCursor: string | null;
  /** How many pages were staged. */
  readonly pages: number;
  /** The ceilings of law 7 that a person let it pass. */
  readonly accepted: readonly ("deletes" | "changes")[];
}

export interface CursorPort {
  get(connectionId: string, collection: Collection): Promise<CursorRow | null>;
  /** Starts, moves or drops a listing without touching the cursor. Dropping it drops what it staged. */
  setListing(
    connectionId: string,
    collection: Collection,
    listing: Listing | null,
    lease: Lease,
  ): Promise<void>;
  /** Forgets everything: the next pull is a first one. */
  reset(connectionId: string, collection: Collection): Promise<void>;
}

/** One record of a staged page. */
export interface StagedRow {
  readonly id: string;
  readonly externalId: string;
  readonly observation: Observation | null;
  /** Set instead of an observation for a record that could not be read. */
  readonly bad: { readonly reason: string; readonly fingerprint: string } | null;
}

export interface StagedPort {
  /** A page and the listing's new state, in one transaction. A later row of an external id replaces an earlier one. */
  append(
    connectionId: string,
    collection: Collection,
    listing: Listing,
    rows: readonly StagedRow[],
    lease: Lease,
  ): Promise<void>;
  /** The next rows to commit, in the order they were staged. */
  next(connectionId: string, collection: Collection, limit: number): Promise<readonly StagedRow[]>;
  /**
   * What the ceilings need to know, counted in the database: how many mappings are linked or missing or were unlinked
   * since that instant, how many of them went missing or were unlinked since then, how many linked ones the listing
   * shows as deleted or, being full, lacks, and how many differ from what was seen.
   */
  tally(
    connectionId: string,
    collection: Collection,
    of: { readonly mode: Listing["mode"]; readonly since: Instant },
  ): Promise<{
    readonly mappings: number;
    readonly recentlyGone: number;
    readonly deleted: number;
    readonly absent: number;
    readonly changed: number;
    readonly staged: number;
  }>;
  /**
   * Mappings that are linked, duplicate or suppressed, of which the full listing under way showed nothing, and which
   * were not observed since it began.
   * Rows that were committed still count as shown, until the listing ends.
   */
  absent(connectionId: string, collection: Collection, limit: number): Promise<readonly Mapping[]>;
}

/** All that one decision writes, at once or not at all. */
export interface Writes {
  readonly clients?: { readonly insert?: readonly Client[]; readonly update?: readonly Client[] };
  readonly identities?: {
    readonly insert?: readonly Identity[];
    readonly delete?: readonly Identity[];
  };
  readonly mappings?: {
    readonly insert?: readonly Mapping[];
    readonly update?: readonly Mapping[];
  };
  readonly outbox?: {
    readonly insert?: readonly OutboxEntry[];
    readonly update?: readonly OutboxEntry[];
    readonly delete?: readonly OutboxEntry[];
  };
  /** `put` replaces an open one of the same mapping and field; `close` removes it. */
  readonly conflicts?: {
    readonly put?: readonly Conflict[];
    readonly close?: readonly Pick<Conflict, "mappingId" | "field">[];
  };
  /** `put` replaces one of the same connection, collection and external id; `clear` removes it. */
  readonly parked?: {
    readonly put?: readonly Parked[];
    readonly clear?: readonly Pick<Parked, "connectionId" | "collection" | "externalId">[];
  };
  readonly changes?: readonly Change[];
  /** Staged rows that this decision used up, by id. */
  readonly staged?: readonly string[];
  /** Written over those of the same connection, type and external id. */
  readonly activities?: readonly Activity[];
  /** How far a listing that is committed page by page has come. */
  readonly listing?: Pick<CursorRow, "connectionId" | "collection"> & { readonly listing: Listing };
  /** Ends the listing: the cursor moves in the transaction that stored the last of what it covers. */
  readonly cursor?: Omit<CursorRow, "listing">;
}

/**
 * The engine's unit of work. `read` is a consistent view; `save` writes what was decided on it.
 * Rows in `update` carry the revision that was read; the store writes revision + 1 and throws `store-stale` where a
 * row has another one, where a lease was lost, or where an identity or external id was taken meanwhile.
 */
export interface WorkPort {
  read<T>(work: (reader: Reader) => Promise<T>): Promise<T>;
  /**
   * Reads, decides (pure) and saves in one transaction: what `work` returns is written or nothing is. Decisions of one
   * organization are taken one after another; `work` uses its reader alone, and waits for no request.
   */
  commit<T>(
    lease: Lease | null,
    work: (reader: Reader) => Promise<{ readonly writes: Writes; readonly result: T }>,
  ): Promise<T>;
}

/** Bulk reads: each is a fixed number of queries, whatever the length of its list. */
export interface Reader {
  clients(ids: readonly string[]): Promise<readonly Client[]>;
  identities(orgId: string, keys: readonly IdentityKey[]): Promise<readonly Identity[]>;
  identitiesOf(clientIds: readonly string[]): Promise<readonly Identity[]>;
  mappings(ids: readonly string[]): Promise<readonly Mapping[]>;
  mappingsByExternalId(
    connectionId: string,
    collection: Collection,
    externalIds: readonly string[],
  ): Promise<readonly Mapping[]>;
  mappingsOf(clientIds: readonly string[]): Promise<readonly Mapping[]>;
  mappingsInState(
    connectionId: string,
    collection: Collection,
    state: MappingState,
    limit: number,
    afterId?: string,
  ): Promise<readonly Mapping[]>;
  outboxOf(clientIds: readonly string[]): Promise<readonly OutboxEntry[]>;
  conflictsOf(mappingIds: readonly string[]): Promise<readonly Conflict[]>;
  parked(
    connectionId: string,
    collection: Collection,
    externalIds: readonly string[],
  ): Promise<readonly Parked[]>;
  /** Those of the connection with one of these external ids, of whatever type. */
  activities(connectionId: string, externalIds: readonly string[]): Promise<readonly Activity[]>;
  /** Clients after an id, in the order of their ids: for passes over all of them. Removed ones only where asked. */
  clientsAfter(
    orgId: string,
    afterId: string | null,
    limit: number,
    options?: { readonly removed?: boolean },
  ): Promise<readonly Client[]>;
}

export interface OutboxPort {
  /** Due entries in the order they were made; `now` bounds `nextAttemptAt`. */
  due(
    connectionId: string,
    now: Instant,
    limit: number,
    afterId?: string,
  ): Promise<readonly OutboxEntry[]>;
  /** Entries in `sending` or `unknown`: what a killed process or a lost answer left behind. */
  unanswered(connectionId: string): Promise<readonly OutboxEntry[]>;
  /** How many open entries there are, and when the earliest of them can go on; counted in the database. */
  tally(connectionId: string): Promise<{
    readonly open: number;
    readonly creates: number;
    readonly parked: number;
    readonly held: number;
    readonly unknown: number;
    readonly oldestAt: Instant | null;
    readonly nextAttemptAt: Instant | null;
  }>;
  /** Parked and held entries become due again. Returns how many. */
  retry(connectionId: string, at: Instant): Promise<number>;
}

export interface RunPort {
  start(run: Pick<Run, "id" | "orgId" | "startedAt">): Promise<void>;
  finish(
    id: string,
    end: {
      readonly endedAt: Instant;
      readonly outcome: Outcome;
      readonly connections: readonly ConnectionResult[];
    },
  ): Promise<void>;
  get(orgId: string, id: string): Promise<Run | null>;
  /** The newest first. */
  list(orgId: string, page: PageOf): Promise<Paged<Run>>;
  changes(orgId: string, runId: string, page: PageOf): Promise<Paged<Change>>;
}

/** A stretch of a long list; `after` is `next` of the stretch before. */
export interface PageOf {
  readonly limit: number;
  readonly after?: string;
}

export interface Paged<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface ActivityPort {
  /**
   * Gives the activities of a connection that wait for a client the one that their customer's record is mapped to by
   * now, whatever the mapping's state: one statement. Returns how many found theirs.
   */
  link(connectionId: string, lease: Lease): Promise<number>;
}

/** Which activities a list shows. */
export interface ActivityFilter {
  readonly clientId?: string;
  readonly type?: ActivityType;
  /** Only what occurred then or later. */
  readonly since?: Instant;
}

export interface ConnectionHealth {
  readonly connectionId: string;
  readonly lastCompleteAt: Instant | null;
  /** End of the last complete pass of each collection that ever had one. */
  readonly collections: Readonly<Partial<Record<Collection, Instant>>>;
  readonly pendingWrites: number;
  readonly oldestUnsentAt: Instant | null;
  readonly conflicts: number;
  readonly heldDeletes: number;
  readonly failingRecords: number;
  readonly mappings: number;
}

/** Reads for people. */
export interface ReadPort {
  /** Newest last; `text` is found in any field, ids and custom fields included, whatever its case. */
  clients(
    orgId: string,
    filter: { readonly text?: string; readonly removed?: boolean },
    page: PageOf,
  ): Promise<Paged<Client>>;
  /** By id, or by any of its identities. */
  client(orgId: string, idOrEmail: string): Promise<Client | null>;
  mappingsOf(clientIds: readonly string[]): Promise<readonly Mapping[]>;
  conflicts(orgId: string, page: PageOf): Promise<Paged<Conflict>>;
  /** Mappings that are missing, with the client they belong to. */
  missing(orgId: string, page: PageOf): Promise<Paged<Mapping>>;
  parked(orgId: string, page: PageOf): Promise<Paged<Parked>>;
  /** Whether the connection has records aside that could be a client's: not wanted, or of several clients. */
  hasLikely(connectionId: string): Promise<boolean>;
  /** The newest first; what the provider deleted is left out. */
  activities(orgId: string, filter: ActivityFilter, page: PageOf): Promise<Paged<Activity>>;
  /** How many activities a client's timeline has, and when the newest occurred. */
  timeline(
    clientId: string,
  ): Promise<{ readonly activities: number; readonly lastAt: Instant | null }>;
  health(orgId: string): Promise<readonly ConnectionHealth[]>;
}
