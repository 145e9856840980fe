import type { World } from "../kit/vendor.ts";
import { refuse } from "./errors.ts";

/** Counts the requests of each operation by the second. */
export function createLimiter(world: World): { isTooMany(operation: string): boolean } {
  const served = new Map<string, { readonly second: number; readonly count: number }>();
  return {
    isTooMany: (operation) => {
      const limit = world.rateLimitPerSecond();
      if (limit === 0) return false;
      const second = Math.floor(world.now() / 1000);
      const before = served.get(operation);
      const count = before?.second === second ? before.count + 1 : 1;
      served.set(operation, { second, count });
      return count > limit;
    },
  };
}

export interface WriteWatch {
  /** A write begins; refused where the settings say so and another one of that account is under way. */
  enter(requestNumber: number, accountId: string): void;
  /** Its answer has left, or it changed nothing. */
  leave(requestNumber: number): void;
  /** Writes that came while the answer to another write of the same account was on its way. */
  overlapping(): number;
  reset(): void;
}

export function createWriteWatch(refuses: () => boolean): WriteWatch {
  const underWay = new Map<number, string>();
  let overlapping = 0;
  return {
    enter: (requestNumber, accountId) => {
      if ([...underWay.values()].includes(accountId)) {
        overlapping += 1;
        if (refuses())
          refuse("ABORTED", "The operation was aborted: another write of this user is under way.");
      }
      underWay.set(requestNumber, accountId);
    },
    leave: (requestNumber) => {
      underWay.delete(requestNumber);
    },
    overlapping: () => overlapping,
    reset: () => {
      overlapping = 0;
    },
  };
}
