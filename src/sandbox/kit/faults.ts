import type { Fault } from "./vendor.ts";

/** A fault as it waits: how many matching requests it still lets pass, and how many it still serves. */
export interface WaitingFault {
  readonly fault: Fault;
  readonly letPass: number;
  /** null where it is served until it is removed. */
  readonly left: number | null;
}

export interface Faults {
  add(faults: readonly Fault[]): void;
  /** The fault for this request; it is counted as served. At most one fault meets a request: the first that fits. */
  take(method: string, path: string): Fault | null;
  /** Gives a fault back that could not be served. */
  putBack(fault: Fault): void;
  list(): readonly WaitingFault[];
  clear(): void;
}

interface Entry {
  readonly fault: Fault;
  readonly path: RegExp | null;
  letPass: number;
  left: number;
}

export function createFaults(): Faults {
  let entries: Entry[] = [];
  const fits = (entry: Entry, method: string, path: string) =>
    entry.left > 0 &&
    (entry.fault.match.method ?? method).toUpperCase() === method &&
    (entry.path === null || entry.path.test(path));
  return {
    add: (faults) => {
      entries = [...entries, ...faults.map(toEntry)];
    },
    take: (method, path) => {
      for (const entry of entries) {
        if (!fits(entry, method, path)) continue;
        if (entry.letPass > 0) {
          entry.letPass -= 1;
          continue;
        }
        entry.left -= 1;
        return entry.fault;
      }
      return null;
    },
    putBack: (fault) => {
      for (const entry of entries) if (entry.fault === fault) entry.left += 1;
    },
    list: () =>
      entries
        .filter((entry) => entry.left > 0)
        .map(({ fault, letPass, left }) => ({
          fault,
          letPass,
          left: left === Number.POSITIVE_INFINITY ? null : left,
        })),
    clear: () => {
      entries = [];
    },
  };
}

function toEntry(fault: Fault): Entry {
  const times = fault.times ?? 1;
  return {
    fault,
    path: fault.match.path === undefined ? null : new RegExp(fault.match.path),
    letPass: fault.after ?? 0,
    left: times === 0 ? Number.POSITIVE_INFINITY : times,
  };
}
