import type { FieldValue } from "../model/fields.ts";

/** What people did, as the oracle remembers it: nothing of this comes from the engine. */
export interface Chronicle {
  /** In the order in which they happened. */
  readonly typed: Typing[];
  /** Records that a person made or removed, by account. */
  readonly addedThere: Set<string>[];
  readonly removedThere: Set<string>[];
  /** Former ids of records, by account, with the ids that stand for them. */
  readonly renamed: Map<string, string>[];
  /** Complete passes by account, in milliseconds. */
  readonly passes: { readonly startedMs: number; readonly endedMs: number }[][];
  /** Clients that a person removed here, with the connections that were owed a delete. */
  readonly removedHere: Map<string, readonly string[]>;
  /** Problems met on the way, such as an internal error. */
  readonly surprises: string[];
  /** Clients at the start of the step, with the id of their linked record by connection. */
  known: readonly { readonly id: string; readonly records: ReadonlyMap<string, string> }[];
  readonly counts: { steps: number; syncs: number; edits: number; jumps: number };
}

/** A field's value that a person typed. */
export interface Typing {
  readonly atMs: number;
  /** "here", or an account's place. */
  readonly side: "here" | number;
  /** A client's id, or a record's. */
  readonly id: string;
  readonly field: string;
  readonly value: FieldValue;
  /** The account's last request of ours before it; 0 for what is typed here. */
  readonly afterRequest: number;
}

export function createChronicle(accounts: number): Chronicle {
  const each = <T>(make: () => T) => Array.from({ length: accounts }, make);
  return {
    typed: [],
    addedThere: each(() => new Set<string>()),
    removedThere: each(() => new Set<string>()),
    renamed: each(() => new Map<string, string>()),
    passes: each(() => []),
    removedHere: new Map(),
    surprises: [],
    known: [],
    counts: { steps: 0, syncs: 0, edits: 0, jumps: 0 },
  };
}
