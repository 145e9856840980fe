import type { Collection } from "../model/connection.ts";
import { isAmong, textsBinding } from "./bulk.ts";
import { identityText } from "../model/identity.ts";
import { activitiesByExternalId } from "./activities.ts";
import type { Reader } from "./ports.ts";
import type { Sql } from "./sql.ts";
import { toClient } from "./tables/clients.ts";
import type { ClientRow } from "./tables/clients.ts";
import { toConflict } from "./tables/conflicts.ts";
import type { ConflictRow } from "./tables/conflicts.ts";
import { toIdentity } from "./tables/identities.ts";
import type { IdentityRow } from "./tables/identities.ts";
import { toMapping } from "./tables/mappings.ts";
import type { MappingRow } from "./tables/mappings.ts";
import { toOutboxEntry } from "./tables/outbox.ts";
import type { OutboxRow } from "./tables/outbox.ts";
import { toParked } from "./tables/parked.ts";
import type { ParkedRow } from "./tables/parked.ts";

/** Bulk reads in one transaction; each is one query, or none for an empty list. */
export function createReader(sql: Sql): Reader {
  const among = async <Row>(
    table: string,
    column: string,
    values: readonly string[],
  ): Promise<readonly Row[]> =>
    values.length === 0
      ? []
      : await sql.rows<Row>(`select * from ${table} where ${isAmong(sql, column)} order by id`, [
          textsBinding(values),
        ]);
  const byExternalId = async <Row>(
    table: string,
    connectionId: string,
    collection: Collection,
    externalIds: readonly string[],
  ): Promise<readonly Row[]> =>
    externalIds.length === 0
      ? []
      : await sql.rows<Row>(
          `select * from ${table} where connection_id = ? and collection = ?
            and ${isAmong(sql, "external_id")} order by id`,
          [connectionId, collection, textsBinding(externalIds)],
        );
  return {
    clients: async (ids) => (await among<ClientRow>("clients", "id", ids)).map(toClient),
    identities: async (orgId, keys) => {
      if (keys.length === 0) return [];
      const rows = await sql.rows<IdentityRow>(
        `select * from identities where org_id = ? and ${isAmong(sql, "value")}
          order by kind, value`,
        [orgId, textsBinding(keys.map(({ value }) => value))],
      );
      const wanted = new Set(keys.map(identityText));
      return rows.map(toIdentity).filter((identity) => wanted.has(identityText(identity)));
    },
    identitiesOf: async (clientIds) => {
      if (clientIds.length === 0) return [];
      const rows = await sql.rows<IdentityRow>(
        `select * from identities where ${isAmong(sql, "client_id")}
          order by client_id, kind, value`,
        [textsBinding(clientIds)],
      );
      return rows.map(toIdentity);
    },
    mappings: async (ids) => (await among<MappingRow>("mappings", "id", ids)).map(toMapping),
    mappingsByExternalId: async (connectionId, collection, externalIds) => {
      const rows = await byExternalId<MappingRow>(
        "mappings",
        connectionId,
        collection,
        externalIds,
      );
      return rows.map(toMapping);
    },
    mappingsOf: async (clientIds) =>
      (await among<MappingRow>("mappings", "client_id", clientIds)).map(toMapping),
    mappingsInState: async (connectionId, collection, state, limit, afterId = "") => {
      const rows = await sql.rows<MappingRow>(
        `select * from mappings where connection_id = ? and collection = ? and state = ?
          and id > ? order by id limit ?`,
        [connectionId, collection, state, afterId, limit],
      );
      return rows.map(toMapping);
    },
    outboxOf: async (clientIds) =>
      (await among<OutboxRow>("outbox", "client_id", clientIds)).map(toOutboxEntry),
    conflictsOf: async (mappingIds) =>
      (await among<ConflictRow>("conflicts", "mapping_id", mappingIds)).map(toConflict),
    parked: async (connectionId, collection, externalIds) => {
      const rows = await byExternalId<ParkedRow>("parked", connectionId, collection, externalIds);
      return rows.map(toParked);
    },
    activities: (connectionId, externalIds) =>
      activitiesByExternalId(sql, connectionId, externalIds),
    clientsAfter: async (orgId, afterId, limit, options = {}) => {
      const rows = await sql.rows<ClientRow>(
        `select * from clients where org_id = ? and id > ?
          ${options.removed === true ? "" : "and removed_at is null"} order by id limit ?`,
        [orgId, afterId ?? "", limit],
      );
      return rows.map(toClient);
    },
  };
}
