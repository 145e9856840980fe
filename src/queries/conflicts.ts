import type { Conflict } from "../model/journal.ts";
import type { PageOf, Store } from "../store/ports.ts";
import { clientsById, connectionsById, emailOf, findOrganization, nameOf } from "./names.ts";

/** A field that waits for a person. */
export interface ConflictDocument {
  readonly id: string;
  readonly connection: string;
  readonly client: string;
  readonly client_email: string | null;
  readonly field: string;
  readonly kind: Conflict["kind"];
  readonly local: Conflict["local"];
  readonly remote: Conflict["remote"];
  readonly base: Conflict["base"];
  readonly note: string | null;
  readonly opened_at: string;
  readonly updated_at: string;
}

export interface ConflictsDocument {
  readonly conflicts: readonly ConflictDocument[];
  readonly next?: string;
}

export async function listConflicts(
  store: Store,
  orgName: string,
  page: PageOf,
): Promise<ConflictsDocument> {
  const org = await findOrganization(store, orgName);
  if (org === null) return { conflicts: [] };
  const { items, next } = await store.reads.conflicts(org.id, page);
  const connections = await connectionsById(store, org.id);
  const clients = await clientsById(
    store,
    items.map(({ clientId }) => clientId),
  );
  const conflicts = items.map((conflict) => ({
    id: conflict.id,
    connection: nameOf(connections, conflict.connectionId),
    client: conflict.clientId,
    client_email: emailOf(clients.get(conflict.clientId)),
    field: conflict.field,
    kind: conflict.kind,
    local: conflict.local,
    remote: conflict.remote,
    base: conflict.base,
    note: conflict.note,
    opened_at: conflict.openedAt,
    updated_at: conflict.updatedAt,
  }));
  return { conflicts, ...(next === null ? {} : { next }) };
}
