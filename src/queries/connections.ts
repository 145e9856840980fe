import type { Account, Collection, Connection } from "../model/connection.ts";
import type { Store } from "../store/ports.ts";
import { findOrganization } from "./names.ts";

/** What the configuration says of an organization, as far as these reads need it. */
export interface DeclaredOrg {
  readonly name: string;
  readonly connections: readonly DeclaredConnection[];
}

export interface DeclaredConnection {
  readonly name: string;
  readonly provider: string;
  readonly enabled: boolean;
  /** null, and nothing at all, for whatever the provider offers. */
  readonly collections?: readonly Collection[] | null;
}

export interface ConnectionDocument {
  readonly name: string;
  readonly provider: string;
  readonly enabled: boolean;
  readonly status: Connection["status"];
  readonly reason: Connection["reason"];
  readonly account: Account | null;
  readonly connected_by: string | null;
  readonly scopes: readonly string[];
  readonly last_complete_at: string | null;
  readonly last_error: string | null;
}

export interface ConnectionsDocument {
  readonly org: string;
  readonly connections: readonly ConnectionDocument[];
}

/** The declared connections with what is stored of each; one that was never used is not connected. */
export async function listConnections(
  store: Store,
  declared: DeclaredOrg,
): Promise<ConnectionsDocument> {
  const rows = await connectionRows(store, declared.name);
  return {
    org: declared.name,
    connections: declared.connections.map(({ name, provider, enabled }) => {
      const row = rows.get(name);
      return {
        name,
        provider,
        enabled,
        status: row?.status ?? "error",
        reason: row === undefined ? "not-connected" : row.reason,
        account: row?.account ?? null,
        connected_by: row?.connectedBy ?? null,
        scopes: row?.scopes ?? [],
        last_complete_at: row?.lastCompleteAt ?? null,
        last_error: row?.lastError ?? null,
      };
    }),
  };
}

/** The organization's stored connections by name. */
export async function connectionRows(
  store: Store,
  orgName: string,
): Promise<ReadonlyMap<string, Connection>> {
  const org = await findOrganization(store, orgName);
  const rows = org === null ? [] : await store.connections.list(org.id);
  return new Map(rows.map((row) => [row.name, row]));
}
