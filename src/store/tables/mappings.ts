import type { Collection } from "../../model/connection.ts";
import type { LastDirection, Mapping, MappingState } from "../../model/mapping.ts";
import { fieldsFingerprint } from "../fields-fingerprint.ts";
import { fromJson, fromJsonOrNull, toJsonOrNull } from "./table.ts";
import type { Table } from "./table.ts";

export interface MappingRow {
  readonly id: string;
  readonly org_id: string;
  readonly connection_id: string;
  readonly collection: Collection;
  readonly client_id: string;
  readonly external_id: string | null;
  readonly external_type: string | null;
  readonly external_url: string | null;
  readonly state: MappingState;
  readonly state_at: string;
  readonly remote_version: string | null;
  readonly base: string | null;
  readonly seen: string | null;
  /** Of `seen.fields`; the ceilings compare it with a staged record's (law 7). */
  readonly seen_fingerprint: string | null;
  readonly seen_requested_at: string | null;
  readonly last_synced_at: string | null;
  readonly last_direction: LastDirection | null;
  readonly flips: string;
  readonly revision: number;
}

export const mappingTable: Table<MappingRow> = {
  name: "mappings",
  columns: {
    id: "text",
    org_id: "text",
    connection_id: "text",
    collection: "text",
    client_id: "text",
    external_id: "text",
    external_type: "text",
    external_url: "text",
    state: "text",
    state_at: "text",
    remote_version: "text",
    base: "text",
    seen: "text",
    seen_fingerprint: "text",
    seen_requested_at: "text",
    last_synced_at: "text",
    last_direction: "text",
    flips: "text",
    revision: "integer",
  },
};

export function toMappingRow(mapping: Mapping): MappingRow {
  return {
    id: mapping.id,
    org_id: mapping.orgId,
    connection_id: mapping.connectionId,
    collection: mapping.collection,
    client_id: mapping.clientId,
    external_id: mapping.externalId,
    external_type: mapping.externalType,
    external_url: mapping.externalUrl,
    state: mapping.state,
    state_at: mapping.stateAt,
    remote_version: mapping.remoteVersion,
    base: toJsonOrNull(mapping.base),
    seen: toJsonOrNull(mapping.seen),
    seen_fingerprint: mapping.seen === null ? null : fieldsFingerprint(mapping.seen.fields),
    seen_requested_at: mapping.seen?.requestedAt ?? null,
    last_synced_at: mapping.lastSyncedAt,
    last_direction: mapping.lastDirection,
    flips: JSON.stringify(mapping.flips),
    revision: mapping.revision,
  };
}

export function toMapping(row: MappingRow): Mapping {
  return {
    id: row.id,
    orgId: row.org_id,
    connectionId: row.connection_id,
    collection: row.collection,
    clientId: row.client_id,
    externalId: row.external_id,
    externalType: row.external_type,
    externalUrl: row.external_url,
    state: row.state,
    stateAt: row.state_at,
    remoteVersion: row.remote_version,
    base: fromJsonOrNull(row.base),
    seen: fromJsonOrNull(row.seen),
    lastSyncedAt: row.last_synced_at,
    lastDirection: row.last_direction,
    flips: fromJson(row.flips),
    revision: row.revision,
  };
}
