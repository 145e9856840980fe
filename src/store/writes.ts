import { assert } from "../lib/assert.ts";
import { StoreError } from "../lib/errors.ts";
import type { Client } from "../model/client.ts";
import type { Identity } from "../model/identity.ts";
import { mappingTransitions } from "../model/mapping.ts";
import type { Mapping } from "../model/mapping.ts";
import type { OutboxEntry } from "../model/outbox.ts";
import {
  deleteRows,
  insertRows,
  isAmong,
  putRows,
  rowsBinding,
  selectGiven,
  textsBinding,
  updateRevisions,
} from "./bulk.ts";
import { followMappings, saveActivities } from "./activities.ts";
import { dropStaged, writeListing } from "./cursors.ts";
import type { Writes } from "./ports.ts";
import type { Sql } from "./sql.ts";
import { changeTable, toChangeRow } from "./tables/changes.ts";
import { clientTable, toClientRow } from "./tables/clients.ts";
import { conflictTable, toConflictRow } from "./tables/conflicts.ts";
import { cursorTable, toCursorTableRow } from "./tables/cursors.ts";
import { identityTable, toIdentityRow } from "./tables/identities.ts";
import type { IdentityRow } from "./tables/identities.ts";
import { mappingTable, toMappingRow } from "./tables/mappings.ts";
import type { MappingRow } from "./tables/mappings.ts";
import { outboxTable, toOutboxRow } from "./tables/outbox.ts";
import { parkedTable, toParkedRow } from "./tables/parked.ts";

/**
 * Writes it all in the caller's transaction, in the order that foreign keys and unique values need: what gives
 * something up goes before what takes it. Each kind is at most two statements, whatever its length (law 11).
 */
export async function saveWrites(sql: Sql, writes: Writes): Promise<void> {
  await deleteEntries(sql, writes.outbox?.delete ?? []);
  await deleteIdentities(sql, writes.identities?.delete ?? []);
  await updateClients(sql, writes.clients?.update ?? []);
  await insertRows(sql, clientTable, (writes.clients?.insert ?? []).map(toClientRow));
  await insertIdentities(sql, writes.identities?.insert ?? []);
  await updateMappings(sql, writes.mappings?.update ?? []);
  await insertRows(sql, mappingTable, (writes.mappings?.insert ?? []).map(toMappingRow));
  await updateEntries(sql, writes.outbox?.update ?? []);
  await insertRows(sql, outboxTable, (writes.outbox?.insert ?? []).map(toOutboxRow));
  await saveConflicts(sql, writes.conflicts);
  await saveParked(sql, writes.parked);
  await insertRows(sql, changeTable, (writes.changes ?? []).map(toChangeRow));
  await saveActivities(sql, writes.activities ?? []);
  await finishStaged(sql, writes.staged ?? []);
  if (writes.listing !== undefined) {
    const { connectionId, collection, listing } = writes.listing;
    await writeListing(sql, connectionId, collection, listing);
  }
  if (writes.cursor !== undefined) await moveCursor(sql, writes.cursor);
}

/** Addresses are given up first, so that one client may take in the same commit what another one had. */
async function updateClients(sql: Sql, clients: readonly Client[]): Promise<void> {
  if (clients.length === 0) return;
  const rows = clients.map(toClientRow);
  const columns = { id: "text", email: "text" } as const;
  if (rows.length > 1)
    await sql.run(
      `update clients set email = null from (${selectGiven(sql, columns)}) as given
        where clients.id = given.id and clients.email <> coalesce(given.email, '')`,
      [
        rowsBinding(
          columns,
          rows.map(({ id, email }) => ({ id, email })),
        ),
      ],
    );
  mustBeFresh("clients", rows.length, await updateRevisions(sql, clientTable, rows));
}

async function deleteIdentities(sql: Sql, identities: readonly Identity[]): Promise<void> {
  await deleteRows(sql, "identities", identityTable.columns, identities.map(toIdentityRow));
}

/** One that the client has already is fine; one that another client took meanwhile is not. */
async function insertIdentities(sql: Sql, identities: readonly Identity[]): Promise<void> {
  if (identities.length === 0) return;
  const rows = new Map<string, IdentityRow>();
  for (const row of identities.map(toIdentityRow)) {
    const key = JSON.stringify([row.org_id, row.kind, row.value]);
    const other = rows.get(key);
    assert(
      other === undefined || other.client_id === row.client_id,
      "two clients are given one identity in one commit",
    );
    rows.set(key, row);
  }
  const written = await sql.run(
    `insert into identities (org_id, kind, value, client_id)
      select * from (${selectGiven(sql, identityTable.columns)}) as given where true
      on conflict (org_id, kind, value) do update set client_id = excluded.client_id
      where identities.client_id = excluded.client_id`,
    [rowsBinding(identityTable.columns, [...rows.values()])],
  );
  mustBeFresh("identities", rows.size, written);
}

/** Refuses steps that law 7's table does not have. */
async function updateMappings(sql: Sql, mappings: readonly Mapping[]): Promise<void> {
  if (mappings.length === 0) return;
  const before = await sql.rows<Pick<MappingRow, "id" | "state" | "revision" | "client_id">>(
    `select id, state, revision, client_id from mappings where ${isAmong(sql, "id")}`,
    [textsBinding(mappings.map(({ id }) => id))],
  );
  const byId = new Map(before.map((row) => [row.id, row]));
  for (const { id, state, revision } of mappings) {
    const old = byId.get(id);
    if (old === undefined || old.revision !== revision) throw stale("mappings");
    assert(
      old.state === state || mappingTransitions[old.state].includes(state),
      `mapping ${id} cannot go from ${old.state} to ${state}`,
    );
  }
  const written = await updateRevisions(sql, mappingTable, mappings.map(toMappingRow));
  mustBeFresh("mappings", mappings.length, written);
  await followMappings(
    sql,
    mappings.filter(({ id, clientId }) => byId.get(id)?.client_id !== clientId),
  );
}

async function updateEntries(sql: Sql, entries: readonly OutboxEntry[]): Promise<void> {
  const written = await updateRevisions(sql, outboxTable, entries.map(toOutboxRow));
  mustBeFresh("outbox entries", entries.length, written);
}

async function deleteEntries(sql: Sql, entries: readonly OutboxEntry[]): Promise<void> {
  const keys = entries.map(({ id, revision }) => ({ id, revision }));
  const written = await deleteRows(sql, "outbox", { id: "text", revision: "integer" }, keys);
  mustBeFresh("outbox entries", entries.length, written);
}

async function saveConflicts(sql: Sql, conflicts: Writes["conflicts"]): Promise<void> {
  const closed = (conflicts?.close ?? []).map(({ mappingId, field }) => ({
    mapping_id: mappingId,
    field,
  }));
  await deleteRows(sql, "conflicts", { mapping_id: "text", field: "text" }, closed);
  const rows = (conflicts?.put ?? []).map(toConflictRow);
  await putRows(sql, conflictTable, rows, ["mapping_id", "field"]);
}

async function saveParked(sql: Sql, parked: Writes["parked"]): Promise<void> {
  const cleared = (parked?.clear ?? []).map(({ connectionId, collection, externalId }) => ({
    connection_id: connectionId,
    collection,
    external_id: externalId,
  }));
  const key = { connection_id: "text", collection: "text", external_id: "text" } as const;
  await deleteRows(sql, "parked", key, cleared);
  const rows = (parked?.put ?? []).map(toParkedRow);
  await putRows(sql, parkedTable, rows, ["connection_id", "collection", "external_id"]);
}

/** A light row stays until the listing ends: it shows that the record was not absent. */
async function finishStaged(sql: Sql, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql.run(
    `update staged set done = true, observation = null, bad = null
      where ${isAmong(sql, "id")}`,
    [textsBinding(ids)],
  );
}

async function moveCursor(sql: Sql, cursor: NonNullable<Writes["cursor"]>): Promise<void> {
  await dropStaged(sql, cursor.connectionId, cursor.collection);
  await putRows(sql, cursorTable, [toCursorTableRow(cursor)], ["connection_id", "collection"]);
}

function mustBeFresh(rows: string, expected: number, written: number): void {
  if (written !== expected) throw stale(rows);
}

function stale(rows: string): StoreError {
  return new StoreError("store-stale", `Some ${rows} changed while they were decided upon.`, {
    retry: "later",
  });
}
