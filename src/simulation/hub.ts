import type { Client } from "../model/client.ts";
import type { Conflict, Parked } from "../model/journal.ts";
import type { Mapping } from "../model/mapping.ts";
import type { OutboxEntry } from "../model/outbox.ts";
import type { PageOf, Paged } from "../store/ports.ts";
import type { SimulatedWorld } from "./world.ts";

/** Everything that the database says, read past the engine. */
export interface Hub {
  /** Removed ones included. */
  readonly clients: readonly Client[];
  readonly mappings: readonly Mapping[];
  readonly conflicts: readonly Conflict[];
  readonly parked: readonly Parked[];
  readonly outbox: readonly OutboxEntry[];
}

export async function readHub({ store, orgId }: SimulatedWorld): Promise<Hub> {
  const clients = [
    ...(await whole((page) => store.reads.clients(orgId, {}, page))),
    ...(await whole((page) => store.reads.clients(orgId, { removed: true }, page))),
  ];
  const ids = clients.map((client) => client.id);
  return {
    clients,
    mappings: await store.reads.mappingsOf(ids),
    conflicts: await whole((page) => store.reads.conflicts(orgId, page)),
    parked: await whole((page) => store.reads.parked(orgId, page)),
    outbox: await store.work.read((reader) => reader.outboxOf(ids)),
  };
}

/** Equal while nothing that a person could see or that decides anything has changed. */
export function digestOf(hub: Hub): string {
  return JSON.stringify([
    hub.clients.map(({ id, fields, removedAt, active }) => [id, fields, removedAt, active]),
    hub.mappings.map(({ id, state, externalId, base }) => [id, state, externalId, base]),
    hub.conflicts.map(({ mappingId, field, kind, local, remote }) => [
      mappingId,
      field,
      kind,
      local,
      remote,
    ]),
    hub.parked.map(({ connectionId, externalId, reason }) => [connectionId, externalId, reason]),
    hub.outbox.map(({ id, state, action }) => [id, state, action]),
  ]);
}

async function whole<T>(read: (page: PageOf) => Promise<Paged<T>>): Promise<readonly T[]> {
  const items: T[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await read({ limit: 500, ...(after === undefined ? {} : { after }) });
    items.push(...page.items);
    if (page.next === null) return items;
    after = page.next;
  }
}
