import type { Connection, Organization } from "../model/connection.ts";
import type { Client } from "../model/client.ts";
import type { Store } from "../store/ports.ts";

/** The organization's row; null before anything of it was stored. */
export async function findOrganization(store: Store, name: string): Promise<Organization | null> {
  const rows = await store.organizations.list();
  return rows.find((row) => row.name === name) ?? null;
}

/** The organization's connections by their ids. */
export async function connectionsById(
  store: Store,
  orgId: string,
): Promise<ReadonlyMap<string, Connection>> {
  const rows = await store.connections.list(orgId);
  return new Map(rows.map((row) => [row.id, row]));
}

/** What a connection is called; its id where the row is gone. */
export function nameOf(connections: ReadonlyMap<string, Connection>, id: string): string {
  return connections.get(id)?.name ?? id;
}

/** The clients of these ids, by id, in one query. */
export async function clientsById(
  store: Store,
  ids: readonly (string | null)[],
): Promise<ReadonlyMap<string, Client>> {
  const known = [...new Set(ids.filter((id) => id !== null))];
  if (known.length === 0) return new Map();
  const rows = await store.work.read((reader) => reader.clients(known));
  return new Map(rows.map((row) => [row.id, row]));
}

/** A client's primary address; null for one without, or unknown here. */
export function emailOf(client: Client | undefined): string | null {
  const email = client?.fields["email"];
  return typeof email === "string" ? email : null;
}
