import type { World } from "../kit/vendor.ts";
import type { Contact } from "./contact.ts";

/** What the search sees: the contacts as they were a while ago. */
export interface SearchIndex {
  /** null where the contact is gone for the search: archived, merged away, purged. */
  put(id: string, contact: Contact | null): void;
  /** A contact that was there all along. */
  seed(contact: Contact): void;
  visible(): readonly Contact[];
  clear(): void;
}

interface Version {
  readonly atMs: number;
  readonly contact: Contact | null;
}

export function createSearchIndex(world: World): SearchIndex {
  const versions = new Map<string, readonly Version[]>();
  const seenAt = (list: readonly Version[], atMs: number) =>
    list.findLastIndex((version) => version.atMs <= atMs);
  return {
    put: (id, contact) => {
      const nowMs = world.now();
      const list = versions.get(id) ?? [];
      const needed = list.slice(Math.max(0, seenAt(list, nowMs - world.listingLagMs())));
      versions.set(id, [...needed, { atMs: nowMs, contact }]);
    },
    seed: (contact) => versions.set(contact.id, [{ atMs: 0, contact }]),
    visible: () => {
      const atMs = world.now() - world.listingLagMs();
      return [...versions.values()].flatMap((list) => list[seenAt(list, atMs)]?.contact ?? []);
    },
    clear: () => versions.clear(),
  };
}
