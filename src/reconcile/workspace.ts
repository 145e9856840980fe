import { must } from "../lib/assert.ts";
import { stableJson } from "../lib/json.ts";
import type { Client } from "../model/client.ts";
import { identityText } from "../model/identity.ts";
import type { Identity, IdentityKey } from "../model/identity.ts";
import type { Change, Conflict, Parked } from "../model/journal.ts";
import type { Mapping } from "../model/mapping.ts";
import type { Match } from "../model/match.ts";
import type { OutboxEntry } from "../model/outbox.ts";
import { noCounts } from "../model/run.ts";
import type { Counts } from "../model/run.ts";

/** The rows that a decision starts from. */
export interface Rows {
  readonly clients: readonly Client[];
  readonly identities: readonly Identity[];
  readonly mappings: readonly Mapping[];
  readonly outbox: readonly OutboxEntry[];
  readonly conflicts: readonly Conflict[];
  readonly parked: readonly Parked[];
}

/** What a decision changed, by table. */
export interface Changes {
  readonly clients: { readonly insert: readonly Client[]; readonly update: readonly Client[] };
  readonly identities: {
    readonly insert: readonly Identity[];
    readonly delete: readonly Identity[];
  };
  readonly mappings: { readonly insert: readonly Mapping[]; readonly update: readonly Mapping[] };
  readonly outbox: {
    readonly insert: readonly OutboxEntry[];
    readonly update: readonly OutboxEntry[];
    readonly delete: readonly OutboxEntry[];
  };
  readonly conflicts: {
    readonly put: readonly Conflict[];
    readonly close: readonly { readonly mappingId: string; readonly field: string }[];
  };
  readonly parked: { readonly put: readonly Parked[]; readonly clear: readonly Parked[] };
  readonly changes: readonly Change[];
}

/**
 * The rows of one decision, as they change while it is made: later records of a page see what earlier ones did.
 * It belongs to one call, and knows nothing of where rows come from or go to.
 */
export class Workspace {
  readonly #clients: Table<Client>;
  readonly #identities: Table<Identity>;
  readonly #mappings: Table<Mapping>;
  readonly #outbox: Table<OutboxEntry>;
  readonly #conflicts: Table<Conflict>;
  readonly #parked: Table<Parked>;
  readonly #mappingByExternal = new Map<string, string>();
  readonly #mappingsOfClient = new Map<string, Set<string>>();
  readonly #identitiesOfClient = new Map<string, Set<string>>();
  readonly #outboxOfClient = new Map<string, Set<string>>();
  readonly #conflictsOfMapping = new Map<string, Set<string>>();
  readonly #journal: Change[] = [];
  readonly #matches: Match[] = [];
  #counts: Counts = noCounts;

  constructor(rows: Rows) {
    this.#clients = new Table(rows.clients, (client) => client.id);
    this.#identities = new Table(rows.identities, identityText);
    this.#mappings = new Table(rows.mappings, (mapping) => mapping.id);
    this.#outbox = new Table(rows.outbox, (entry) => entry.id);
    this.#conflicts = new Table(
      rows.conflicts,
      (conflict) => `${conflict.mappingId} ${conflict.field}`,
    );
    this.#parked = new Table(rows.parked, (parked) =>
      parkedKey(parked.connectionId, parked.externalId),
    );
    for (const mapping of rows.mappings) this.#indexMapping(mapping);
    for (const identity of rows.identities) this.#indexIdentity(identity);
    for (const entry of rows.outbox) addTo(this.#outboxOfClient, entry.clientId, entry.id);
    for (const conflict of rows.conflicts)
      addTo(this.#conflictsOfMapping, conflict.mappingId, this.#conflicts.keyOf(conflict));
  }

  client(id: string): Client {
    return must(this.#clients.get(id), `client ${id} was not loaded`);
  }

  hasClient(id: string): boolean {
    return this.#clients.get(id) !== undefined;
  }

  putClient(client: Client): void {
    this.#clients.put(client);
  }

  ownerOf(key: IdentityKey): string | undefined {
    return this.#identities.get(identityText(key))?.clientId;
  }

  /** The same, but for clients that were removed: theirs can be taken. */
  livingOwnerOf(key: IdentityKey): string | undefined {
    const owner = this.ownerOf(key);
    return owner === undefined || this.#clients.get(owner)?.removedAt ? undefined : owner;
  }

  identitiesOf(clientId: string): readonly Identity[] {
    const rows = this.#rowsOf(this.#identitiesOfClient, clientId, this.#identities);
    return rows.filter((identity) => identity.clientId === clientId);
  }

  putIdentity(identity: Identity): void {
    this.#identities.put(identity);
    this.#indexIdentity(identity);
  }

  dropIdentity(identity: Identity): void {
    this.#identities.drop(identity);
  }

  mapping(id: string): Mapping | undefined {
    return this.#mappings.get(id);
  }

  mappingByExternalId(connectionId: string, externalId: string): Mapping | undefined {
    const id = this.#mappingByExternal.get(externalKey(connectionId, externalId));
    return id === undefined ? undefined : this.#mappings.get(id);
  }

  mappingsOf(clientId: string): readonly Mapping[] {
    return this.#rowsOf(this.#mappingsOfClient, clientId, this.#mappings);
  }

  putMapping(mapping: Mapping): void {
    this.#mappings.put(mapping);
    this.#indexMapping(mapping);
  }

  entry(id: string): OutboxEntry | undefined {
    return this.#outbox.get(id);
  }

  /** The one open entry of a client at a connection (law 5). */
  openEntry(clientId: string, connectionId: string): OutboxEntry | undefined {
    return this.#rowsOf(this.#outboxOfClient, clientId, this.#outbox).find(
      (entry) => entry.connectionId === connectionId,
    );
  }

  putEntry(entry: OutboxEntry): void {
    this.#outbox.put(entry);
    addTo(this.#outboxOfClient, entry.clientId, entry.id);
  }

  dropEntry(entry: OutboxEntry): void {
    this.#outbox.drop(entry);
  }

  conflictsOf(mappingId: string): readonly Conflict[] {
    return this.#rowsOf(this.#conflictsOfMapping, mappingId, this.#conflicts);
  }

  putConflict(conflict: Conflict): void {
    this.#conflicts.put(conflict);
    addTo(this.#conflictsOfMapping, conflict.mappingId, this.#conflicts.keyOf(conflict));
  }

  dropConflict(conflict: Conflict): void {
    this.#conflicts.drop(conflict);
  }

  parkedAt(connectionId: string, externalId: string): Parked | undefined {
    return this.#parked.get(parkedKey(connectionId, externalId));
  }

  /** One that is parked for the same reason, as it was, stays parked since then. */
  park(parked: Parked): void {
    const before = this.#parked.loaded(parkedKey(parked.connectionId, parked.externalId));
    const isSame =
      before?.reason === parked.reason &&
      before.message === parked.message &&
      before.fingerprint === parked.fingerprint;
    this.#parked.put(isSame ? before : parked);
  }

  unpark(connectionId: string, externalId: string): void {
    const parked = this.parkedAt(connectionId, externalId);
    if (parked) this.#parked.drop(parked);
  }

  record(change: Change): void {
    this.#journal.push(change);
  }

  count(what: keyof Counts, by = 1): void {
    this.#counts = { ...this.#counts, [what]: this.#counts[what] + by };
  }

  get counts(): Counts {
    return this.#counts;
  }

  /** Tells how a record found its client, or why not: for the match plan, never for a decision. */
  note(match: Match): void {
    this.#matches.push(match);
  }

  get matches(): readonly Match[] {
    return this.#matches;
  }

  changes(): Changes {
    const conflicts = this.#conflicts.changes();
    const parked = this.#parked.changes();
    const identities = this.#identities.changes();
    return {
      clients: this.#clients.changes(),
      // An identity that moved is taken from one client and given to another.
      identities: {
        insert: [...identities.insert, ...identities.update],
        delete: [...identities.delete, ...identities.replaced],
      },
      mappings: this.#mappings.changes(),
      outbox: this.#outbox.changes(),
      conflicts: { put: [...conflicts.insert, ...conflicts.update], close: conflicts.delete },
      parked: { put: [...parked.insert, ...parked.update], clear: parked.delete },
      changes: this.#journal,
    };
  }

  #indexMapping(mapping: Mapping): void {
    addTo(this.#mappingsOfClient, mapping.clientId, mapping.id);
    if (mapping.externalId !== null) {
      this.#mappingByExternal.set(
        externalKey(mapping.connectionId, mapping.externalId),
        mapping.id,
      );
    }
  }

  #indexIdentity(identity: Identity): void {
    addTo(this.#identitiesOfClient, identity.clientId, identityText(identity));
  }

  #rowsOf<Row>(index: Map<string, Set<string>>, key: string, table: Table<Row>): Row[] {
    return [...(index.get(key) ?? [])].flatMap((id) => table.get(id) ?? []);
  }
}

/** Rows of one table by key, with what became of them. */
class Table<Row> {
  readonly keyOf: (row: Row) => string;
  readonly #before = new Map<string, Row>();
  readonly #after = new Map<string, Row>();

  constructor(rows: readonly Row[], keyOf: (row: Row) => string) {
    this.keyOf = keyOf;
    for (const row of rows) {
      this.#before.set(keyOf(row), row);
      this.#after.set(keyOf(row), row);
    }
  }

  get(key: string): Row | undefined {
    return this.#after.get(key);
  }

  /** The row as the decision found it. */
  loaded(key: string): Row | undefined {
    return this.#before.get(key);
  }

  put(row: Row): void {
    this.#after.set(this.keyOf(row), row);
  }

  drop(row: Row): void {
    this.#after.delete(this.keyOf(row));
  }

  changes(): { insert: Row[]; update: Row[]; delete: Row[]; replaced: Row[] } {
    const result = {
      insert: [] as Row[],
      update: [] as Row[],
      delete: [] as Row[],
      replaced: [] as Row[],
    };
    for (const [key, row] of this.#after) {
      const before = this.#before.get(key);
      if (before === undefined) result.insert.push(row);
      else if (before !== row && stableJson(before) !== stableJson(row)) {
        result.update.push(row);
        result.replaced.push(before);
      }
    }
    for (const [key, row] of this.#before) if (!this.#after.has(key)) result.delete.push(row);
    return result;
  }
}

function addTo(index: Map<string, Set<string>>, key: string, value: string): void {
  const values = index.get(key);
  if (values) values.add(value);
  else index.set(key, new Set([value]));
}

function externalKey(connectionId: string, externalId: string): string {
  return `${connectionId} ${externalId}`;
}

function parkedKey(connectionId: string, externalId: string): string {
  return `${connectionId} ${externalId}`;
}
