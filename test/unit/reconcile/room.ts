import { must } from "../../../src/lib/assert.ts";
import { toInstant } from "../../../src/lib/clock.ts";
import type { Client } from "../../../src/model/client.ts";
import type { Fields } from "../../../src/model/fields.ts";
import type { IdentityKind } from "../../../src/model/identity.ts";
import type { Change, Conflict, ConflictStrategy, Parked } from "../../../src/model/journal.ts";
import type { Mapping } from "../../../src/model/mapping.ts";
import type { Observation } from "../../../src/model/observation.ts";
import type { OutboxEntry } from "../../../src/model/outbox.ts";
import { claim, freeze, settle } from "../../../src/reconcile/answer.ts";
import type { Outcome } from "../../../src/reconcile/answer.ts";
import { confirmGone, markMissing, removeClient } from "../../../src/reconcile/absence.ts";
import { addClient, updateClient } from "../../../src/reconcile/edit.ts";
import { observe } from "../../../src/reconcile/observe.ts";
import type { Circumstances, Party, ValueLens } from "../../../src/reconcile/rules.ts";
import { Workspace } from "../../../src/reconcile/workspace.ts";
import { emptyTables, rowsOf, save } from "../../support/merge-world.ts";
import { exactLens } from "../../support/toy-lens.ts";

/** What a connection's configuration may say; the rest is as the product's defaults. */
export interface PartySpec {
  readonly name: string;
  readonly lens?: ValueLens;
  readonly direction?: Party["direction"];
  readonly directions?: Readonly<Record<string, Party["direction"]>>;
  readonly strategy?: ConflictStrategy;
  readonly strategies?: Readonly<Record<string, ConflictStrategy>>;
  readonly clear?: "propagate" | "ignore";
  readonly clears?: Readonly<Record<string, "propagate" | "ignore">>;
  readonly deletes?: Party["deletes"];
  readonly create?: Partial<Party["create"]>;
  readonly listed?: boolean;
  readonly previousPassAt?: string | null;
}

/** A record as a test shows it; what it leaves out is as plain as can be. */
export interface Shown extends Partial<Omit<Observation, "externalId" | "fields">> {
  readonly fields?: Fields;
}

export interface Sent {
  readonly entry: OutboxEntry;
  readonly mapping: Mapping;
  readonly fields: Fields;
}

/** The pure decisions over rows in memory, one step at a time; refuses what the database would. */
export interface Room {
  /** Minutes since the start; every decision is made then, and every record seen then. */
  minute: number;
  /** Other rules for the connections from here on. */
  configure(...specs: readonly PartySpec[]): void;
  party(name: string): Party;
  add(fields: Fields): Client;
  edit(client: Client, fields: Fields): Client;
  remove(client: Client): readonly { readonly state: string }[];
  /** Shows a record to the engine, as a page of a listing does. */
  see(connection: string, externalId: string, shown: Shown): void;
  /** Several at once: one page, one decision. */
  page(connection: string, records: Readonly<Record<string, Shown>>): void;
  missing(connection: string, externalId: string): void;
  gone(connection: string, externalId: string): void;
  /** Claims and freezes what is owed there for the client; null where nothing is. */
  send(connection: string, client: Client): Sent | null;
  settle(connection: string, sent: Sent, outcome: Outcome): void;
  /** Sends what is owed, and lets the provider answer with exactly that. */
  deliver(connection: string, client: Client): Fields | null;
  observation(externalId: string, shown: Shown): Observation;
  decide<T>(decision: (work: Workspace, here: Circumstances) => T): T;
  clients(): readonly Client[];
  client(client: Client): Client;
  mapping(connection: string, externalId: string): Mapping;
  mappingOf(connection: string, client: Client): Mapping;
  entry(connection: string, client: Client): OutboxEntry | undefined;
  conflicts(): readonly Conflict[];
  parked(): readonly Parked[];
  journal(): readonly Change[];
  identities(client: Client): readonly string[];
}

export const at = (minute: number): string => toInstant(Date.UTC(2026, 0, 1) + minute * 60_000);

export function createRoom(
  specs: readonly PartySpec[],
  options: { readonly match?: readonly IdentityKind[] } = {},
): Room {
  const tables = emptyTables();
  let parties = specs.map((spec) => partyOf(spec, specs));
  let lastId = 0;
  let runs = 0;
  const ids = () => String((lastId += 1)).padStart(4, "0");
  const party = (name: string) =>
    must(
      parties.find((one) => one.name === name),
      `connection ${name}`,
    );
  const decide = <T>(decision: (work: Workspace, here: Circumstances) => T): T => {
    const work = new Workspace(rowsOf(tables));
    const result = decision(work, {
      orgId: "org",
      match: options.match ?? ["email"],
      parties,
      at: at(room.minute),
      runId: `run-${(runs += 1)}`,
      ids,
    });
    save(tables, work);
    return result;
  };
  const observation = (externalId: string, shown: Shown): Observation => {
    const fields = shown.fields ?? {};
    const { email, phone } = fields;
    return {
      externalId,
      externalType: "record",
      externalUrl: null,
      state: "present",
      mergedInto: null,
      version: null,
      modifiedAt: at(room.minute),
      requestedAt: at(room.minute),
      emails: typeof email === "string" ? [email] : [],
      phones: typeof phone === "string" ? [phone] : [],
      ownId: null,
      ...shown,
      fields,
    };
  };
  const room: Room = {
    minute: 0,
    configure: (...changed) => {
      parties = changed.map((spec) => partyOf(spec, changed));
    },
    party,
    decide,
    observation,
    add: (fields) => decide((work, here) => addClient(work, here, { fields })),
    edit: (client, fields) =>
      decide((work, here) => updateClient(work, here, work.client(client.id), { fields })),
    remove: (client) =>
      decide((work, here) => removeClient(work, here, work.client(client.id), "person").kept),
    see: (connection, externalId, shown) =>
      decide((work, here) =>
        observe(work, here, party(connection), observation(externalId, shown)),
      ),
    page: (connection, records) =>
      decide((work, here) => {
        for (const [externalId, shown] of Object.entries(records))
          observe(work, here, party(connection), observation(externalId, shown));
      }),
    missing: (connection, externalId) =>
      decide((work, here) =>
        markMissing(work, here, known(work, connection, externalId), "absent"),
      ),
    gone: (connection, externalId) =>
      decide((work, here) =>
        confirmGone(work, here, party(connection), known(work, connection, externalId)),
      ),
    send: (connection, client) =>
      decide((work, here) => {
        const entry = work.openEntry(client.id, party(connection).connectionId);
        if (entry?.state !== "due") return null;
        const owed = claim(work, here, party(connection), entry);
        if (owed === null) return null;
        const frozen = {
          fields: owed.fields,
          key: ids(),
          sentAt: here.at,
          externalId: owed.mapping.externalId,
        };
        freeze(work, entry, frozen);
        return { entry: { ...entry, frozen }, mapping: owed.mapping, fields: owed.fields };
      }),
    settle: (connection, sent, outcome) =>
      decide((work, here) => {
        const entry = must(work.entry(sent.entry.id), "the entry that was sent");
        settle(work, here, party(connection), entry, outcome);
      }),
    deliver: (connection, client) => {
      const sent = room.send(connection, client);
      if (sent === null) return null;
      const externalId = sent.mapping.externalId ?? `${connection}-${client.id}`;
      const shown = { ...sent.mapping.seen?.fields, ...party(connection).lens.normal(sent.fields) };
      room.settle(connection, sent, {
        kind: "done",
        observation:
          sent.entry.action === "delete" ? null : observation(externalId, { fields: shown }),
      });
      return sent.fields;
    },
    clients: () => [...tables.clients.values()].filter(({ removedAt }) => removedAt === null),
    client: ({ id }) => must(tables.clients.get(id), `client ${id}`),
    mapping: (connection, externalId) =>
      must(
        [...tables.mappings.values()].find(
          (one) =>
            one.connectionId === party(connection).connectionId && one.externalId === externalId,
        ),
        `a mapping of ${externalId}`,
      ),
    mappingOf: (connection, client) =>
      must(
        [...tables.mappings.values()].find(
          (one) =>
            one.connectionId === party(connection).connectionId && one.clientId === client.id,
        ),
        `a mapping of ${client.id}`,
      ),
    entry: (connection, client) =>
      [...tables.outbox.values()].find(
        (one) => one.connectionId === party(connection).connectionId && one.clientId === client.id,
      ),
    conflicts: () => [...tables.conflicts.values()],
    parked: () => [...tables.parked.values()],
    journal: () => tables.journal,
    identities: (client) =>
      [...tables.identities.values()]
        .filter(({ clientId }) => clientId === client.id)
        .map(({ value }) => value)
        .toSorted(),
  };
  const known = (work: Workspace, connection: string, externalId: string) =>
    must(
      work.mappingByExternalId(party(connection).connectionId, externalId),
      `a mapping of ${externalId}`,
    );
  return room;
}

function partyOf(spec: PartySpec, all: readonly PartySpec[]): Party {
  const rank = (name: string) => all.findIndex((one) => one.name === name);
  const direction = spec.direction ?? "both";
  return {
    connectionId: spec.name,
    name: spec.name,
    lens: spec.lens ?? exactLens,
    rules: {
      strategy: (field) => spec.strategies?.[field] ?? spec.strategy ?? "last-write-wins",
      direction: (field) => spec.directions?.[field] ?? direction,
      clear: (field) => spec.clears?.[field] ?? spec.clear ?? "propagate",
      precedes: (source) => rank(source) >= 0 && rank(spec.name) < rank(source),
    },
    direction,
    create: { here: true, there: true, ...spec.create },
    deletes: spec.deletes ?? "unlink",
    listed: spec.listed ?? true,
    previousPassAt: spec.previousPassAt ?? null,
  };
}
