import type { Instant } from "../lib/clock.ts";
import type { Fields, FieldValue } from "../model/fields.ts";
import type { IdentityKind } from "../model/identity.ts";
import type { ConflictStrategy } from "../model/journal.ts";

/** The half of a lens that is about values; a provider's declaration has it (law 3). */
export interface ValueLens {
  readonly version: string;
  readonly fields: readonly string[];
  holds(field: string): boolean;
  normal(fields: Fields): Fields;
  lift(
    field: string,
    remote: FieldValue,
    local: FieldValue,
    base: FieldValue | undefined,
  ): FieldValue;
}

/** What the configuration says of a connection's fields. */
export interface MergeRules {
  strategy(field: string): ConflictStrategy;
  direction(field: string): "both" | "pull" | "push";
  clear(field: string): "propagate" | "ignore";
  /** Whether this connection stands before that one (its id, or "person") in the configuration. */
  precedes(source: string): boolean;
}

/** A connection as decisions see it. */
export interface Party {
  readonly connectionId: string;
  /** Its name in the configuration, for messages. */
  readonly name: string;
  readonly lens: ValueLens;
  readonly rules: MergeRules;
  readonly direction: "both" | "pull" | "push";
  readonly create: { readonly here: boolean; readonly there: boolean };
  readonly deletes: "unlink" | "propagate" | "ignore";
  /** Whether it was listed whole once: before that, nothing is created there (law 8). */
  readonly listed: boolean;
  /** When its previous pass started: dates changes that the provider does not date (law 1). */
  readonly previousPassAt: Instant | null;
}

/** All that a decision depends on beside the rows: values, and a source of fresh ids. */
export interface Circumstances {
  readonly orgId: string;
  readonly match: readonly IdentityKind[];
  /** In the order of the configuration; every connection that syncs clients. */
  readonly parties: readonly Party[];
  readonly at: Instant;
  /** null for a person's edit. */
  readonly runId: string | null;
  readonly ids: () => string;
}
