import type { LedgerEntry } from "../../src/sandbox/kit/vendor.ts";

/** Holds a sandbox's traffic against the vendor's published API description. */
export interface ContractChecker {
  /** What is wrong with the request or its answer, each in one line; nothing for a good entry. */
  check(entry: LedgerEntry): readonly string[];
  /** How many entries were checked. */
  readonly checked: number;
}
