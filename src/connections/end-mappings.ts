import type { Instant } from "../lib/clock.ts";
import type { Connection } from "../model/connection.ts";
import type { Mapping, MappingState } from "../model/mapping.ts";
import type { Store } from "../store/ports.ts";

const pageRows = 200;

/** The states in which a mapping can still come to mean something, and where each ends. */
const endings: readonly (readonly [MappingState, MappingState])[] = [
  ["linked", "unlinked"],
  ["missing", "unlinked"],
  ["duplicate", "unlinked"],
  ["creating", "cancelled"],
];

/**
 * The records of a former account are not this connection's any more: their mappings end and nothing is owed to
 * them, so that the new account's records are matched afresh. Clients stay. Returns how many mappings ended.
 */
export async function endMappings(
  connection: Connection,
  store: Pick<Store, "work">,
  at: Instant,
): Promise<number> {
  let ended = 0;
  for (const [from, to] of endings) {
    for (;;) {
      const count = await endPage(connection, store, { from, to, at });
      if (count === 0) break;
      ended += count;
    }
  }
  return ended;
}

function endPage(
  connection: Connection,
  store: Pick<Store, "work">,
  how: { readonly from: MappingState; readonly to: MappingState; readonly at: Instant },
): Promise<number> {
  return store.work.commit(null, async (reader) => {
    const mappings = await reader.mappingsInState(connection.id, "clients", how.from, pageRows);
    const entries = await reader.outboxOf(mappings.map((mapping) => mapping.clientId));
    const conflicts = await reader.conflictsOf(mappings.map((mapping) => mapping.id));
    const update = mappings.map((mapping): Mapping => ({
      ...mapping,
      state: how.to,
      stateAt: how.at,
    }));
    const writes = {
      mappings: { update },
      outbox: { delete: entries.filter((entry) => entry.connectionId === connection.id) },
      conflicts: { close: conflicts },
    };
    return { writes, result: mappings.length };
  });
}
