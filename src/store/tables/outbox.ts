import type { Collection } from "../../model/connection.ts";
import type { OutboxAction, OutboxEntry, OutboxState } from "../../model/outbox.ts";
import { fromJsonOrNull, toJsonOrNull } from "./table.ts";
import type { Table } from "./table.ts";

export interface OutboxRow {
  readonly id: string;
  readonly org_id: string;
  readonly connection_id: string;
  readonly collection: Collection;
  readonly client_id: string;
  readonly mapping_id: string;
  readonly action: OutboxAction;
  readonly state: OutboxState;
  readonly attempts: number;
  readonly next_attempt_at: string;
  readonly reason: string | null;
  readonly frozen: string | null;
  readonly cause: string;
  readonly created_at: string;
  readonly revision: number;
}

export const outboxTable: Table<OutboxRow> = {
  name: "outbox",
  columns: {
    id: "text",
    org_id: "text",
    connection_id: "text",
    collection: "text",
    client_id: "text",
    mapping_id: "text",
    action: "text",
    state: "text",
    attempts: "integer",
    next_attempt_at: "text",
    reason: "text",
    frozen: "text",
    cause: "text",
    created_at: "text",
    revision: "integer",
  },
};

export function toOutboxRow(entry: OutboxEntry): OutboxRow {
  return {
    id: entry.id,
    org_id: entry.orgId,
    connection_id: entry.connectionId,
    collection: entry.collection,
    client_id: entry.clientId,
    mapping_id: entry.mappingId,
    action: entry.action,
    state: entry.state,
    attempts: entry.attempts,
    next_attempt_at: entry.nextAttemptAt,
    reason: entry.reason,
    frozen: toJsonOrNull(entry.frozen),
    cause: entry.cause,
    created_at: entry.createdAt,
    revision: entry.revision,
  };
}

export function toOutboxEntry(row: OutboxRow): OutboxEntry {
  return {
    id: row.id,
    orgId: row.org_id,
    connectionId: row.connection_id,
    collection: row.collection,
    clientId: row.client_id,
    mappingId: row.mapping_id,
    action: row.action,
    state: row.state,
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at,
    reason: row.reason,
    frozen: fromJsonOrNull(row.frozen),
    cause: row.cause,
    createdAt: row.created_at,
    revision: row.revision,
  };
}
