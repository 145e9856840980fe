import type {
  Connection,
  ConnectionReason,
  ConnectionStatus,
  ProviderType,
} from "../../model/connection.ts";
import { fromJson } from "./table.ts";
import type { Table } from "./table.ts";

export interface ConnectionRow {
  readonly id: string;
  readonly org_id: string;
  readonly name: string;
  readonly provider: string;
  readonly type: ProviderType;
  readonly connected_by: string | null;
  readonly account_id: string | null;
  readonly account_name: string | null;
  readonly scopes: string;
  readonly grant_expires_at: string | null;
  readonly status: ConnectionStatus;
  readonly reason: ConnectionReason | null;
  readonly last_error: string | null;
  readonly retry_at: string | null;
  readonly last_complete_at: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

export const connectionTable: Table<ConnectionRow> = {
  name: "connections",
  columns: {
    id: "text",
    org_id: "text",
    name: "text",
    provider: "text",
    type: "text",
    connected_by: "text",
    account_id: "text",
    account_name: "text",
    scopes: "text",
    grant_expires_at: "text",
    status: "text",
    reason: "text",
    last_error: "text",
    retry_at: "text",
    last_complete_at: "text",
    created_at: "text",
    updated_at: "text",
  },
};

export function toConnection(row: ConnectionRow): Connection {
  return {
    id: row.id,
    orgId: row.org_id,
    name: row.name,
    provider: row.provider,
    type: row.type,
    connectedBy: row.connected_by,
    account: row.account_id === null ? null : { id: row.account_id, name: row.account_name ?? "" },
    scopes: fromJson(row.scopes),
    grantExpiresAt: row.grant_expires_at,
    status: row.status,
    reason: row.reason,
    lastError: row.last_error,
    retryAt: row.retry_at,
    lastCompleteAt: row.last_complete_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
