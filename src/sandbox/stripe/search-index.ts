import type { World } from "../kit/vendor.ts";
import type { Customer } from "./customer.ts";

/** What searches see: each customer as it was before the lag. */
export interface SearchIndex {
  put(customer: Customer): void;
  /** Seen at once. */
  seed(customer: Customer): void;
  remove(id: string): void;
  /** Newest customers first. */
  find(accept: (customer: Customer) => boolean): readonly Customer[];
  clear(): void;
}

interface Version {
  readonly atMs: number;
  /** null once it was deleted. */
  readonly customer: Customer | null;
}

export function createSearchIndex(world: World): SearchIndex {
  /** By id, oldest version first. */
  const versions = new Map<string, readonly Version[]>();
  const add = (id: string, customer: Customer | null) => {
    const atMs = world.now();
    const visibleFromMs = atMs - world.listingLagMs();
    const former = versions.get(id) ?? [];
    // The last version that is visible already hides all before it.
    const last = former.findLastIndex((version) => version.atMs <= visibleFromMs);
    versions.set(id, [...former.slice(Math.max(last, 0)), { atMs, customer }]);
  };
  return {
    put: (customer) => add(customer.id, customer),
    seed: (customer) => versions.set(customer.id, [{ atMs: -Infinity, customer }]),
    remove: (id) => add(id, null),
    find: (accept) => {
      const visibleFromMs = world.now() - world.listingLagMs();
      const found: Customer[] = [];
      for (const list of versions.values()) {
        const customer = list.findLast((version) => version.atMs <= visibleFromMs)?.customer;
        if (customer !== undefined && customer !== null && accept(customer)) found.push(customer);
      }
      return found.toReversed();
    },
    clear: () => versions.clear(),
  };
}
