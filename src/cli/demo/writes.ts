import type { SyncDocument } from "../../sync/engine.ts";

/** How many clients and records a sync wrote, here and there. */
export function writesOf(sync: SyncDocument): number {
  const counts = sync.connections.flatMap(({ collections }) => Object.values(collections));
  return counts.reduce(
    (
      sum,
      { created, updated, unlinked, deleted, pushed_created, pushed_updated, pushed_deleted },
    ) =>
      sum +
      created +
      updated +
      unlinked +
      deleted +
      pushed_created +
      pushed_updated +
      pushed_deleted,
    0,
  );
}
