import { UsageError } from "../lib/errors.ts";
import type { Client } from "../model/client.ts";
import type { FieldValue } from "../model/fields.ts";
import type { LikenessKind } from "../model/likeness.ts";
import type { Mapping } from "../model/mapping.ts";
import type { PageOf, Store } from "../store/ports.ts";
import { alikeClients } from "./alike.ts";
import { clientsById, connectionsById, findOrganization, nameOf } from "./names.ts";

/** One proposal to look at; nothing is merged. */
export interface DuplicateDocument {
  /** `duplicate-record`: one connection has a second record of this one client. */
  readonly reason: LikenessKind | "duplicate-record";
  /** At most twenty of them. */
  readonly clients: readonly DuplicateClient[];
  /** How many clients there are. */
  readonly count: number;
  /** Only of a record. */
  readonly connection?: string;
  readonly external_id?: string | null;
  readonly external_url?: string | null;
}

export interface DuplicateClient {
  readonly id: string;
  readonly email: FieldValue;
  readonly name: FieldValue;
  readonly phone: FieldValue;
  readonly company: FieldValue;
}

export interface DuplicatesDocument {
  readonly duplicates: readonly DuplicateDocument[];
  readonly next?: string;
}

/**
 * Clients that may be one, with the reason: first the records that a connection has twice, then clients that are
 * alike. Two clients can come under several reasons. The order is the same from page to page, and else means nothing.
 */
export async function listDuplicates(
  store: Store,
  orgName: string,
  page: PageOf,
): Promise<DuplicatesDocument> {
  const org = await findOrganization(store, orgName);
  const from = parsePlace(page.after);
  if (org === null) return { duplicates: [] };
  const records = "hash" in from ? null : await recordsAfter(store, org.id, from, page.limit);
  if (records !== null && records.next !== null) return { ...records, next: records.next };
  const found = records?.duplicates ?? [];
  const after = "hash" in from ? from.hash : -1;
  const room = page.limit - found.length;
  if (room === 0) return { duplicates: found, next: `alike:${after}` };
  const alike = await alikeClients(store, org.id, { after, limit: room });
  const duplicates = [
    ...found,
    ...alike.groups.map(({ kind, clients, count }) => ({
      reason: kind,
      clients: clients.map(shownClient),
      count,
    })),
  ];
  return { duplicates, ...(alike.next === null ? {} : { next: `alike:${alike.next}` }) };
}

type Place = { readonly connection: string; readonly mapping: string } | { readonly hash: number };

function parsePlace(after: string | undefined): Place {
  if (after === undefined) return { connection: "", mapping: "" };
  const [, connection, mapping] = /^record:([^:]*):([^:]*)$/.exec(after) ?? [];
  if (connection !== undefined && mapping !== undefined) return { connection, mapping };
  const hash = /^alike:(-1|\d{1,16})$/.exec(after)?.[1];
  if (hash !== undefined) return { hash: Number(hash) };
  throw new UsageError("usage", `there is no place "${after}" in this list`, {
    hint: "--after takes `next` of the page before.",
  });
}

async function recordsAfter(
  store: Store,
  orgId: string,
  from: { readonly connection: string; readonly mapping: string },
  limit: number,
): Promise<{ readonly duplicates: readonly DuplicateDocument[]; readonly next: string | null }> {
  const connections = await connectionsById(store, orgId);
  const ids = [...connections.keys()].toSorted().filter((id) => id >= from.connection);
  const rows: Mapping[] = [];
  for (const id of ids) {
    const room = limit + 1 - rows.length;
    if (room === 0) break;
    const after = id === from.connection ? from.mapping : "";
    const found = await store.work.read((reader) =>
      reader.mappingsInState(id, "clients", "duplicate", room, after),
    );
    rows.push(...found);
  }
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  const clients = await clientsById(
    store,
    shown.map(({ clientId }) => clientId),
  );
  return {
    duplicates: shown.map((mapping) => {
      const client = clients.get(mapping.clientId);
      return {
        reason: "duplicate-record" as const,
        clients: client === undefined ? [] : [shownClient(client)],
        count: 1,
        connection: nameOf(connections, mapping.connectionId),
        external_id: mapping.externalId,
        external_url: mapping.externalUrl,
      };
    }),
    next: last === undefined ? null : `record:${last.connectionId}:${last.id}`,
  };
}

function shownClient({ id, fields }: Client): DuplicateClient {
  const field = (name: string) => fields[name] ?? null;
  return {
    id,
    email: field("email"),
    name: field("name"),
    phone: field("phone"),
    company: field("company"),
  };
}
