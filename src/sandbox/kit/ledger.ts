import type { LedgerEntry } from "./vendor.ts";

/** What a sandbox served, oldest first. The newest entries are kept; the totals count all of them. */
export interface Ledger {
  add(entry: LedgerEntry): void;
  /** Entries of a higher number than that, oldest first. */
  entries(afterNumber?: number): readonly LedgerEntry[];
  /** How many requests there were, by method and path template: "GET /v1/customers". */
  totals(): Readonly<Record<string, number>>;
  clear(): void;
}

export interface LedgerLimits {
  readonly entries: number;
  /** Of request and answer bodies together. */
  readonly characters: number;
}

export function createLedger(
  limits: LedgerLimits = { entries: 20_000, characters: 100_000_000 },
): Ledger {
  let kept: LedgerEntry[] = [];
  let start = 0;
  let characters = 0;
  const totals = new Map<string, number>();
  return {
    add: (entry) => {
      const key = `${entry.method} ${entry.template}`;
      totals.set(key, (totals.get(key) ?? 0) + 1);
      kept.push(entry);
      characters += sizeOf(entry);
      while (kept.length - start > limits.entries || characters > limits.characters) {
        const oldest = kept[start];
        if (oldest === undefined) break;
        characters -= sizeOf(oldest);
        start += 1;
      }
      // Cutting the array's front only now and then keeps adding cheap.
      if (start > 1000) {
        kept = kept.slice(start);
        start = 0;
      }
    },
    entries: (afterNumber = 0) => kept.slice(start).filter((entry) => entry.number > afterNumber),
    totals: () => Object.fromEntries([...totals].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    clear: () => {
      kept = [];
      start = 0;
      characters = 0;
      totals.clear();
    },
  };
}

function sizeOf(entry: LedgerEntry): number {
  return entry.body.length + entry.answer.length;
}
