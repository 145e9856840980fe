import { customPrefix, type Client } from "../model/client.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldValue } from "../model/fields.ts";
import type { Mapping } from "../model/mapping.ts";
import type { PageOf, Store } from "../store/ports.ts";
import { connectionsById, findOrganization, nameOf } from "./names.ts";

/** A client as `--json` shows it. */
export interface ClientDocument {
  readonly id: string;
  readonly email: FieldValue;
  readonly name: FieldValue;
  readonly phone: FieldValue;
  readonly company: FieldValue;
  readonly address: {
    readonly line1: FieldValue;
    readonly line2: FieldValue;
    readonly city: FieldValue;
    readonly state: FieldValue;
    readonly postal_code: FieldValue;
    readonly country: FieldValue;
  };
  readonly notes: FieldValue;
  readonly tags: readonly string[];
  readonly custom: Readonly<Record<string, FieldValue>>;
  readonly active: boolean;
  readonly created_at: string;
  readonly updated_at: string;
  readonly mappings: readonly MappingDocument[];
}

export interface MappingDocument {
  readonly connection: string;
  readonly provider: string;
  readonly state: Mapping["state"];
  readonly external_id: string | null;
  readonly external_url: string | null;
  readonly last_synced_at: string | null;
}

export interface ClientsDocument {
  readonly clients: readonly ClientDocument[];
  /** What `--after` takes to go on; not there on the last page. */
  readonly next?: string;
}

export async function listClients(
  store: Store,
  orgName: string,
  options: { readonly text?: string; readonly page: PageOf },
): Promise<ClientsDocument> {
  const org = await findOrganization(store, orgName);
  if (org === null) return { clients: [] };
  const filter = options.text === undefined ? {} : { text: options.text };
  const { items, next } = await store.reads.clients(org.id, filter, options.page);
  const clients = await toDocuments(store, org.id, items);
  return { clients, ...(next === null ? {} : { next }) };
}

/** The client of that id or address, with its mappings; null where there is none. */
export async function findClient(
  store: Store,
  orgName: string,
  idOrEmail: string,
): Promise<{ readonly client: Client; readonly document: ClientDocument } | null> {
  const org = await findOrganization(store, orgName);
  const client = org === null ? null : await store.reads.client(org.id, idOrEmail);
  if (client === null || client.removedAt !== null) return null;
  return { client, document: await clientDocument(store, client) };
}

/** A client that is at hand, with its mappings as they are now. */
export async function clientDocument(store: Store, client: Client): Promise<ClientDocument> {
  const mappings = await store.reads.mappingsOf([client.id]);
  return toDocument(client, mappings, await connectionsById(store, client.orgId));
}

async function toDocuments(
  store: Store,
  orgId: string,
  clients: readonly Client[],
): Promise<readonly ClientDocument[]> {
  const connections = await connectionsById(store, orgId);
  const mappings = await store.reads.mappingsOf(clients.map(({ id }) => id));
  const byClient = Map.groupBy(mappings, ({ clientId }) => clientId);
  return clients.map((client) => toDocument(client, byClient.get(client.id) ?? [], connections));
}

function toDocument(
  client: Client,
  mappings: readonly Mapping[],
  connections: ReadonlyMap<string, Connection>,
): ClientDocument {
  const field = (name: string): FieldValue => client.fields[name] ?? null;
  const tags = field("tags");
  return {
    id: client.id,
    email: field("email"),
    name: field("name"),
    phone: field("phone"),
    company: field("company"),
    address: {
      line1: field("address_line1"),
      line2: field("address_line2"),
      city: field("city"),
      state: field("state"),
      postal_code: field("postal_code"),
      country: field("country"),
    },
    notes: field("notes"),
    tags: tags === null ? [] : [tags].flat(),
    custom: customFields(client),
    active: client.active,
    created_at: client.createdAt,
    updated_at: client.updatedAt,
    mappings: mappings
      .filter(({ collection, state }) => collection === "clients" && state !== "cancelled")
      .map((mapping) => ({
        connection: nameOf(connections, mapping.connectionId),
        provider: connections.get(mapping.connectionId)?.provider ?? "",
        state: mapping.state,
        external_id: mapping.externalId,
        external_url: mapping.externalUrl,
        last_synced_at: mapping.lastSyncedAt,
      })),
  };
}

function customFields(client: Client): Readonly<Record<string, FieldValue>> {
  return Object.fromEntries(
    Object.entries(client.fields)
      .filter(([name]) => name.startsWith(customPrefix))
      .map(([name, value]) => [name.slice(customPrefix.length), value]),
  );
}
