import type { Conflict, ConflictKind } from "../../model/journal.ts";
import { fromJson } from "./table.ts";
import type { Table } from "./table.ts";

export interface ConflictRow {
  readonly id: string;
  readonly org_id: string;
  readonly connection_id: string;
  readonly mapping_id: string;
  readonly client_id: string;
  readonly field: string;
  readonly kind: ConflictKind;
  readonly local_value: string;
  readonly remote_value: string;
  readonly base_value: string;
  readonly note: string | null;
  readonly opened_at: string;
  readonly updated_at: string;
}

export const conflictTable: Table<ConflictRow> = {
  name: "conflicts",
  columns: {
    id: "text",
    org_id: "text",
    connection_id: "text",
    mapping_id: "text",
    client_id: "text",
    field: "text",
    kind: "text",
    local_value: "text",
    remote_value: "text",
    base_value: "text",
    note: "text",
    opened_at: "text",
    updated_at: "text",
  },
};

export function toConflictRow(conflict: Conflict): ConflictRow {
  return {
    id: conflict.id,
    org_id: conflict.orgId,
    connection_id: conflict.connectionId,
    mapping_id: conflict.mappingId,
    client_id: conflict.clientId,
    field: conflict.field,
    kind: conflict.kind,
    local_value: JSON.stringify(conflict.local),
    remote_value: JSON.stringify(conflict.remote),
    base_value: JSON.stringify(conflict.base),
    note: conflict.note,
    opened_at: conflict.openedAt,
    updated_at: conflict.updatedAt,
  };
}

export function toConflict(row: ConflictRow): Conflict {
  return {
    id: row.id,
    orgId: row.org_id,
    connectionId: row.connection_id,
    mappingId: row.mapping_id,
    clientId: row.client_id,
    field: row.field,
    kind: row.kind,
    local: fromJson(row.local_value),
    remote: fromJson(row.remote_value),
    base: fromJson(row.base_value),
    note: row.note,
    openedAt: row.opened_at,
    updatedAt: row.updated_at,
  };
}
