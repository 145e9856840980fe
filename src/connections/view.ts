import type { Account, Connection } from "../model/connection.ts";

/** A connection as `connections` lists it. */
export interface ConnectionView {
  readonly name: string;
  readonly provider: string;
  readonly type: string;
  readonly account: Account | null;
  readonly status: string;
  readonly reason: string | null;
  readonly connected_by: string | null;
  readonly scopes: readonly string[];
  readonly grant_expires_at: string | null;
  readonly last_complete_at: string | null;
  readonly last_error: string | null;
}

export function describeConnection(connection: Connection): ConnectionView {
  return {
    name: connection.name,
    provider: connection.provider,
    type: connection.type,
    account: connection.account,
    status: connection.status,
    reason: connection.reason,
    connected_by: connection.connectedBy,
    scopes: connection.scopes,
    grant_expires_at: connection.grantExpiresAt,
    last_complete_at: connection.lastCompleteAt,
    last_error: connection.lastError,
  };
}
