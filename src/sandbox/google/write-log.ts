import type { World } from "../kit/vendor.ts";

/** The order of one account's writes; listings show them only up to the world's lag. */
export interface WriteLog {
  /** The write's place, from 1. */
  add(atMs: number, sourceId: string | null): number;
  /** The place of the last write that listings show. */
  visible(): number;
  /** The contacts of the writes after that place up to the other one, each at its last write among them. */
  changed(after: number, upTo: number): readonly string[];
}

export function createWriteLog(world: World): WriteLog {
  const writes: { readonly atMs: number; readonly sourceId: string | null }[] = [];
  return {
    add: (atMs, sourceId) => writes.push({ atMs, sourceId }),
    visible: () => {
      const lagMs = world.listingLagMs();
      if (lagMs === 0) return writes.length;
      const horizonMs = world.now() - lagMs;
      let sequence = writes.length;
      while ((writes[sequence - 1]?.atMs ?? 0) > horizonMs) sequence -= 1;
      return sequence;
    },
    changed: (after, upTo) => {
      const found = new Set<string>();
      for (const { sourceId } of writes.slice(after, upTo)) {
        if (sourceId === null) continue;
        found.delete(sourceId);
        found.add(sourceId);
      }
      return [...found];
    },
  };
}
