import { toInstant } from "../lib/clock.ts";
import type { Connection } from "../model/connection.ts";
import type { PageOf, Store } from "../store/ports.ts";
import { clientsById, connectionsById, emailOf, findOrganization, nameOf } from "./names.ts";

/** A record that a listing no longer showed; what becomes of it is decided by a later complete pass (law 7). */
export interface HeldDeleteDocument {
  readonly connection: string;
  readonly client: string;
  readonly client_email: string | null;
  readonly external_id: string | null;
  readonly external_url: string | null;
  readonly missing_since: string;
}

/** A listing that a safety limit stopped: what it would have deleted and changed. */
export interface StoppedListingDocument {
  readonly connection: string;
  readonly mappings: number;
  readonly deletes: number;
  readonly changes: number;
  readonly started_at: string;
  readonly reason: string | null;
}

export interface DeletesDocument {
  readonly deletes: readonly HeldDeleteDocument[];
  readonly stopped: readonly StoppedListingDocument[];
  readonly next?: string;
}

export async function listDeletes(
  store: Store,
  orgName: string,
  options: { readonly page: PageOf; readonly nowMs: number },
): Promise<DeletesDocument> {
  const org = await findOrganization(store, orgName);
  if (org === null) return { deletes: [], stopped: [] };
  const { items, next } = await store.reads.missing(org.id, options.page);
  const connections = await connectionsById(store, org.id);
  const clients = await clientsById(
    store,
    items.map(({ clientId }) => clientId),
  );
  const stopped: StoppedListingDocument[] = [];
  for (const connection of connections.values()) {
    const listing = await stoppedListing(store, connection, options.nowMs);
    if (listing !== null) stopped.push(listing);
  }
  return {
    deletes: items.map((mapping) => ({
      connection: nameOf(connections, mapping.connectionId),
      client: mapping.clientId,
      client_email: emailOf(clients.get(mapping.clientId)),
      external_id: mapping.externalId,
      external_url: mapping.externalUrl,
      missing_since: mapping.stateAt,
    })),
    stopped,
    ...(next === null ? {} : { next }),
  };
}

const dayMs = 24 * 3_600_000;

async function stoppedListing(
  store: Store,
  connection: Connection,
  nowMs: number,
): Promise<StoppedListingDocument | null> {
  if (connection.reason !== "safety-stop") return null;
  const listing = (await store.cursors.get(connection.id, "clients"))?.listing ?? null;
  if (listing === null) return null;
  const tally = await store.staged.tally(connection.id, "clients", {
    mode: listing.mode,
    since: toInstant(nowMs - dayMs),
  });
  return {
    connection: connection.name,
    mappings: tally.mappings,
    deletes: tally.deleted + tally.absent,
    changes: tally.changed,
    started_at: listing.startedAt,
    reason: connection.lastError,
  };
}
