import type { InProcessSandbox } from "../../sandbox/kit/in-process.ts";
import type { LedgerEntry } from "../../sandbox/kit/vendor.ts";
import type { Typed } from "../history.ts";

/** A record as its owner sees it: read from the sandbox itself, by none of the adapter's code. */
export interface AccountRecord {
  readonly id: string;
  readonly fields: Readonly<Record<string, string | null>>;
  /** The id of ours that it carries. */
  readonly ownId: string | null;
}

export interface Created {
  readonly recordId: string;
  /** The mapping's id, where the record carries it; else the record's own mapping tells whose it is. */
  readonly mappingId: string | null;
}

export type WriteEntry = Pick<LedgerEntry, "method" | "path" | "template" | "body" | "answer">;

/** An account as another program of its owner edits it. */
export interface Account {
  readonly sandbox: InProcessSandbox;
  /** Whether an update of a record that changed meanwhile is refused there. */
  readonly refusesStale: boolean;
  /** Whether each record tells when it was edited; else only a listing of changes does. */
  readonly tellsTimes: boolean;
  records(): readonly AccountRecord[];
  /** Each returns null, or false, where the provider refuses it. */
  add(fields: Typed): string | null;
  change(id: string, fields: Typed): boolean;
  remove(id: string): boolean;
  /** The record's new id, where the provider gives such. */
  rename(id: string): string | null;
  /** What a request of ours created: one record, several, or none. */
  createdBy(entry: WriteEntry): readonly Created[];
  /** The record that a request of ours deleted. */
  deletedBy(entry: WriteEntry): string | null;
}
