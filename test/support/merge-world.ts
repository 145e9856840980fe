import { toInstant } from "../../src/lib/clock.ts";
import type { Client } from "../../src/model/client.ts";
import type { Fields, FieldValue } from "../../src/model/fields.ts";
import type { Identity } from "../../src/model/identity.ts";
import { identityText } from "../../src/model/identity.ts";
import type { Change, Conflict, ConflictStrategy, Parked } from "../../src/model/journal.ts";
import { mappingTransitions } from "../../src/model/mapping.ts";
import type { Mapping } from "../../src/model/mapping.ts";
import type { Observation } from "../../src/model/observation.ts";
import type { OutboxEntry } from "../../src/model/outbox.ts";
import { confirmGone, markMissing, removeClient } from "../../src/reconcile/absence.ts";
import { claim, freeze, settle } from "../../src/reconcile/answer.ts";
import type { Outcome } from "../../src/reconcile/answer.ts";
import { addClient, updateClient } from "../../src/reconcile/edit.ts";
import { adopt, observe } from "../../src/reconcile/observe.ts";
import { reconcileClient } from "../../src/reconcile/pair.ts";
import type { Circumstances, Party, ValueLens } from "../../src/reconcile/rules.ts";
import { Workspace } from "../../src/reconcile/workspace.ts";
import type { Rows } from "../../src/reconcile/workspace.ts";
import { heldBy, writtenTo } from "./toy-lens.ts";

/**
 * A hub and a few providers in memory, synced by the pure decisions alone: the engine's order of steps without its
 * database, its requests and its time. What the store would refuse fails here too.
 */
export interface World {
  /** Clients that were not removed, in the order they came. */
  clients(): readonly Client[];
  /** Living records of a connection, oldest first. */
  records(connection: number): readonly Rec[];
  readonly rows: {
    readonly mappings: ReadonlyMap<string, Mapping>;
    readonly outbox: ReadonlyMap<string, OutboxEntry>;
    readonly conflicts: ReadonlyMap<string, Conflict>;
    readonly journal: readonly Change[];
  };
  readonly parties: readonly Party[];
  add(fields: Fields): void;
  edit(clientId: string, fields: Fields): void;
  remove(clientId: string): void;
  addRecord(connection: number, fields: Fields): void;
  editRecord(connection: number, id: string, fields: Fields): void;
  deleteRecord(connection: number, id: string): void;
  /** One sync of every connection. Returns how much was written, on either side. */
  sync(faults?: readonly Fault[]): { readonly here: number; readonly there: number };
}

/** What becomes of a write: its answer is lost, it is never sent, or the record is edited just before it arrives. */
export type Fault = "lost-answer" | "never-sent" | "edited-meanwhile";

export interface ConnectionSpec {
  readonly lens: ValueLens;
  readonly strategy: ConflictStrategy;
  readonly clear: "propagate" | "ignore";
  readonly deletes: "unlink" | "propagate" | "ignore";
  /** Whether its records tell when they were edited. */
  readonly dated: boolean;
  /** Whether its records carry the id that a create gave them. */
  readonly ownId: boolean;
  /** Whether it puts names into capitals when they are written, which its lens does not tell. */
  readonly rewrites: boolean;
}

export interface Rec {
  readonly id: string;
  readonly fields: Fields;
  readonly version: number;
  readonly modifiedAt: string;
  readonly ownId: string | null;
}

const orgId = "org";
const stepMs = 1000;

export function createWorld(specs: readonly ConnectionSpec[]): World {
  const tables = emptyTables();
  const providers = specs.map(() => new Map<string, Rec>());
  let parties = specs.map((spec, index) => partyOf(spec, index));
  let nowMs = Date.UTC(2026, 0, 1);
  let lastId = 0;
  let runs = 0;

  const ids = () => String((lastId += 1)).padStart(6, "0");
  const tick = () => toInstant((nowMs += stepMs));
  const here = (runId: string | null): Circumstances => ({
    orgId,
    match: ["email"],
    parties,
    at: tick(),
    runId,
    ids,
  });

  /** One decision: what it returns is kept whole, and must be what a store would take. */
  const decide = <T>(
    runId: string | null,
    decision: (work: Workspace, now: Circumstances) => T,
  ): { readonly result: T; readonly written: number } => {
    const work = new Workspace(rowsOf(tables));
    const result = decision(work, here(runId));
    return { result, written: save(tables, work) };
  };

  const put = (index: number, rec: Omit<Rec, "version" | "modifiedAt">): Rec => {
    const records = providers[index] ?? new Map<string, Rec>();
    const version = (records.get(rec.id)?.version ?? 0) + 1;
    const next = { ...rec, version, modifiedAt: tick() };
    records.set(rec.id, next);
    return next;
  };

  /** What this provider makes of the values that it is sent, which may be more than its lens tells. */
  const kept = (index: number, sent: Fields): Fields => {
    const { name } = sent;
    const capitals = specs[index]?.rewrites === true && typeof name === "string";
    return capitals ? { ...sent, name: name.toUpperCase() } : sent;
  };

  const see = (index: number, rec: Rec): Observation => {
    const email = rec.fields["email"];
    return {
      externalId: rec.id,
      externalType: "record",
      externalUrl: null,
      state: "present",
      mergedInto: null,
      version: String(rec.version),
      modifiedAt: specs[index]?.dated === true ? rec.modifiedAt : null,
      requestedAt: tick(),
      fields: rec.fields,
      emails: typeof email === "string" ? [email] : [],
      phones: [],
      ownId: rec.ownId,
    };
  };

  const commit = (index: number, listing: readonly Observation[], runId: string): number => {
    const party = parties[index];
    if (party === undefined) return 0;
    let written = decide(runId, (work, now) => {
      for (const seen of listing) observe(work, now, party, seen);
    }).written;
    const missingBefore = new Set(
      mappingsAt(tables, party).flatMap(({ id, state }) => (state === "missing" ? [id] : [])),
    );
    const shown = new Set(listing.map((seen) => seen.externalId));
    written += decide(runId, (work, now) => {
      for (const mapping of party.listed ? mappingsAt(tables, party) : []) {
        const absent = mapping.externalId !== null && !shown.has(mapping.externalId);
        if (absent && mapping.state !== "missing") markMissing(work, now, mapping, "absent");
      }
    }).written;
    written += decide(runId, (work, now) => {
      for (const mapping of mappingsAt(tables, party)) {
        const due = mapping.state === "missing" && missingBefore.has(mapping.id);
        const gone = !(providers[index]?.has(mapping.externalId ?? "") ?? false);
        if (due && gone) confirmGone(work, now, party, mapping);
      }
    }).written;
    parties = parties.map((one, at) =>
      at === index ? { ...one, listed: true, previousPassAt: toInstant(nowMs) } : one,
    );
    return written;
  };

  /** Reads again what an update without an answer did, and looks for what a create without one made (law 5). */
  const settleUnanswered = (index: number, runId: string, when: "before" | "after"): number => {
    let written = 0;
    for (const entry of entriesAt(tables, parties[index])) {
      const creates = entry.action === "create";
      if (entry.state !== "unknown" || creates !== (when === "after")) continue;
      const records = [...(providers[index]?.values() ?? [])];
      const mapping = tables.mappings.get(entry.mappingId);
      const found = creates
        ? records.find((rec) =>
            rec.ownId === null
              ? rec.fields["email"] === entry.frozen?.fields["email"]
              : rec.ownId === entry.mappingId,
          )
        : records.find((rec) => rec.id === mapping?.externalId);
      written += finish(index, runId, entry, readOutcome(index, entry, found));
    }
    return written;
  };

  const readOutcome = (index: number, entry: OutboxEntry, found: Rec | undefined): Outcome => {
    if (found === undefined) {
      return entry.action === "update" || entry.action === "delete"
        ? { kind: "gone", mergedInto: null }
        : { kind: "later", at: toInstant(nowMs), reason: "it was proved absent" };
    }
    const observation = see(index, found);
    const lens = specs[index]?.lens;
    const sent = lens?.normal(entry.frozen?.fields ?? {}) ?? {};
    const arrived = Object.entries(sent).every(
      ([field, value]) => JSON.stringify(found.fields[field] ?? null) === JSON.stringify(value),
    );
    if (entry.action === "create") return { kind: "stale", observation };
    return arrived ? { kind: "done", observation } : { kind: "stale", observation };
  };

  const finish = (index: number, runId: string, entry: OutboxEntry, outcome: Outcome): number =>
    decide(runId, (work, now) => {
      const party = parties[index];
      const current = work.entry(entry.id);
      const mapping = work.mapping(entry.mappingId);
      if (party === undefined || current === undefined) return;
      if (outcome.kind === "stale" && mapping?.state === "creating") {
        return adopt(work, now, party, mapping, outcome.observation);
      }
      settle(work, now, party, { ...current, frozen: current.frozen ?? entry.frozen }, outcome);
    }).written;

  const deliver = (index: number, runId: string, faults: Fault[]): number => {
    let sent = 0;
    for (let round = 0; round < 6; round += 1) {
      const due = entriesAt(tables, parties[index]).filter(
        (entry) => entry.state === "due" && entry.nextAttemptAt <= toInstant(nowMs),
      );
      if (due.length === 0) break;
      for (const entry of due) {
        const { result } = decide(runId, (work, now) => {
          const party = parties[index];
          const current = work.entry(entry.id);
          if (party === undefined || current?.state !== "due") return null;
          const owed = claim(work, now, party, current);
          if (owed === null) return null;
          const frozen = {
            fields: owed.fields,
            key: ids(),
            sentAt: now.at,
            externalId: owed.mapping.externalId,
          };
          freeze(work, current, frozen);
          return { entry: { ...current, frozen }, mapping: owed.mapping, fields: owed.fields };
        });
        if (result === null) continue;
        sent += 1;
        finish(index, runId, result.entry, write(index, result, faults.shift()));
      }
    }
    return sent;
  };

  const write = (
    index: number,
    what: { readonly entry: OutboxEntry; readonly mapping: Mapping; readonly fields: Fields },
    fault: Fault | undefined,
  ): Outcome => {
    const { lens, ownId } = specs[index] ?? { lens: null, ownId: false };
    const { entry, mapping, fields } = what;
    const later = toInstant(nowMs + 60 * stepMs);
    if (lens === null || fault === "never-sent") {
      return { kind: "later", at: toInstant(nowMs + stepMs), reason: "not reached" };
    }
    const lost = (outcome: Outcome): Outcome =>
      fault === "lost-answer" ? { kind: "unknown", at: later, reason: "no answer" } : outcome;
    if (entry.action === "create") {
      const empty = Object.fromEntries(lens.fields.map((field) => [field, null]));
      const made = put(index, {
        id: `${index}-${ids()}`,
        fields: writtenTo(lens, { email: null, ...empty }, kept(index, fields)),
        ownId: ownId ? mapping.id : null,
      });
      return lost({ kind: "done", observation: see(index, made) });
    }
    const record = providers[index]?.get(mapping.externalId ?? "");
    if (record === undefined) return { kind: "gone", mergedInto: null };
    if (entry.action === "delete") {
      providers[index]?.delete(record.id);
      return lost({ kind: "done", observation: null });
    }
    if (fault === "edited-meanwhile") {
      const edited = put(index, { ...record, fields: { ...record.fields, phone: "999" } });
      return { kind: "stale", observation: see(index, edited) };
    }
    if (String(record.version) !== mapping.remoteVersion) {
      return { kind: "stale", observation: see(index, record) };
    }
    const updated = put(index, {
      ...record,
      fields: writtenTo(lens, record.fields, kept(index, fields)),
    });
    return lost({ kind: "done", observation: see(index, updated) });
  };

  return {
    rows: tables,
    get parties() {
      return parties;
    },
    clients: () => [...tables.clients.values()].filter((client) => client.removedAt === null),
    records: (index) => [...(providers[index]?.values() ?? [])],
    add: (fields) => void decide(null, (work, now) => addClient(work, now, { fields })),
    edit: (id, fields) =>
      void decide(null, (work, now) => updateClient(work, now, work.client(id), { fields })),
    remove: (id) =>
      void decide(null, (work, now) => removeClient(work, now, work.client(id), "person")),
    addRecord: (index, fields) => {
      const lens = specs[index]?.lens;
      if (lens === undefined) return;
      const empty = Object.fromEntries(lens.fields.map((field) => [field, null]));
      const held = writtenTo(lens, { email: null, ...empty }, shownBy(lens, fields));
      put(index, { id: `${index}-${ids()}`, fields: held, ownId: null });
    },
    editRecord: (index, id, fields) => {
      const record = providers[index]?.get(id);
      const lens = specs[index]?.lens;
      if (record === undefined || lens === undefined) return;
      put(index, { ...record, fields: { ...record.fields, ...shownBy(lens, fields) } });
    },
    deleteRecord: (index, id) => void providers[index]?.delete(id),
    sync: (faults = []) => {
      const runId = `run-${(runs += 1)}`;
      const open = [...faults];
      nowMs += 3600 * stepMs;
      let written = 0;
      for (const index of specs.keys()) written += settleUnanswered(index, runId, "before");
      const listings = specs.map((_spec, index) =>
        [...(providers[index]?.values() ?? [])].map((rec) => see(index, rec)),
      );
      const unlisted = parties.map((party) => !party.listed);
      for (const [index, listing] of listings.entries()) written += commit(index, listing, runId);
      if (unlisted.includes(true)) {
        decide(runId, (work, now) => {
          for (const id of tables.clients.keys()) reconcileClient(work, now, id);
        });
      }
      let sent = 0;
      for (const index of specs.keys()) {
        written += settleUnanswered(index, runId, "after");
        sent += deliver(index, runId, open);
      }
      return { here: written, there: sent };
    },
  };
}

/** The part of these fields that the provider can show, as it would. */
function shownBy(lens: ValueLens, fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([field, value]): [string, FieldValue][] => {
      const held = lens.holds(field) ? heldBy(lens, field, value) : undefined;
      return held === undefined ? [] : [[field, held]];
    }),
  );
}

/** Where a connection stands in the configuration; a person stands before all of them. */
function rank(source: string): number {
  return /^c\d$/.test(source) ? Number(source.slice(1)) : -1;
}

function partyOf(spec: ConnectionSpec, index: number): Party {
  return {
    connectionId: `c${index}`,
    name: `connection ${index}`,
    lens: spec.lens,
    rules: {
      strategy: () => spec.strategy,
      direction: () => "both",
      clear: () => spec.clear,
      precedes: (source) => index < rank(source),
    },
    direction: "both",
    create: { here: true, there: true },
    deletes: spec.deletes,
    listed: false,
    previousPassAt: null,
  };
}

/** The rows of an organization by key, as a database would have them. */
export type Tables = {
  readonly clients: Map<string, Client>;
  readonly identities: Map<string, Identity>;
  readonly mappings: Map<string, Mapping>;
  readonly outbox: Map<string, OutboxEntry>;
  readonly conflicts: Map<string, Conflict>;
  readonly parked: Map<string, Parked>;
  readonly journal: Change[];
};

export function emptyTables(): Tables {
  return {
    clients: new Map(),
    identities: new Map(),
    mappings: new Map(),
    outbox: new Map(),
    conflicts: new Map(),
    parked: new Map(),
    journal: [],
  };
}

export function rowsOf(tables: Tables): Rows {
  return {
    clients: [...tables.clients.values()],
    identities: [...tables.identities.values()],
    mappings: [...tables.mappings.values()],
    outbox: [...tables.outbox.values()],
    conflicts: [...tables.conflicts.values()],
    parked: [...tables.parked.values()],
  };
}

function mappingsAt(tables: Tables, party: Party): readonly Mapping[] {
  return [...tables.mappings.values()].filter((one) => one.connectionId === party.connectionId);
}

function entriesAt(tables: Tables, party: Party | undefined): readonly OutboxEntry[] {
  return [...tables.outbox.values()].filter((one) => one.connectionId === party?.connectionId);
}

/** Keeps what a decision changed, and refuses what a database would; returns how many clients and states it wrote. */
export function save(tables: Tables, work: Workspace): number {
  const { clients, identities, mappings, outbox, conflicts, parked, changes } = work.changes();
  for (const client of [...clients.insert, ...clients.update])
    tables.clients.set(client.id, client);
  for (const identity of identities.delete) tables.identities.delete(identityText(identity));
  for (const identity of identities.insert) tables.identities.set(identityText(identity), identity);
  let steps = 0;
  for (const mapping of mappings.update) {
    const before = tables.mappings.get(mapping.id)?.state ?? mapping.state;
    if (before === mapping.state) continue;
    steps += 1;
    if (!mappingTransitions[before].includes(mapping.state)) {
      throw new Error(`a mapping went from ${before} to ${mapping.state}`);
    }
  }
  for (const mapping of [...mappings.insert, ...mappings.update]) {
    tables.mappings.set(mapping.id, mapping);
  }
  for (const entry of outbox.delete) tables.outbox.delete(entry.id);
  for (const entry of [...outbox.insert, ...outbox.update]) tables.outbox.set(entry.id, entry);
  for (const one of conflicts.close) tables.conflicts.delete(`${one.mappingId} ${one.field}`);
  for (const one of conflicts.put) tables.conflicts.set(`${one.mappingId} ${one.field}`, one);
  for (const one of parked.clear) tables.parked.delete(`${one.connectionId} ${one.externalId}`);
  for (const one of parked.put) tables.parked.set(`${one.connectionId} ${one.externalId}`, one);
  tables.journal.push(...changes);
  refuseTwins(
    "open entries of a client and connection",
    [...tables.outbox.values()].map((entry) => `${entry.clientId} ${entry.connectionId}`),
  );
  refuseTwins(
    "mappings of a record",
    [...tables.mappings.values()].flatMap(({ connectionId, externalId }) =>
      externalId === null ? [] : `${connectionId} ${externalId}`,
    ),
  );
  refuseTwins(
    "clients with an address",
    [...tables.clients.values()].flatMap(({ fields, removedAt }) =>
      removedAt === null && typeof fields["email"] === "string" ? fields["email"] : [],
    ),
  );
  return clients.insert.length + clients.update.length + mappings.insert.length + steps;
}

function refuseTwins(what: string, keys: readonly string[]): void {
  const twins = keys.filter((key, index) => keys.indexOf(key) !== index);
  if (twins.length > 0) throw new Error(`two ${what}: ${twins.join(", ")}`);
}
