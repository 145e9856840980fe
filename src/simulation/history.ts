import type { ClearPolicy, DeletePolicy, Direction } from "../config/config.ts";
import type { ConflictStrategy } from "../model/journal.ts";
import type { FieldValue } from "../model/fields.ts";
import type { Fault } from "../sandbox/kit/vendor.ts";
import type { SafetyStop } from "../sync/engine.ts";

/** All that happens to one world. It holds every choice, so that a part of it can be played alone. */
export interface History {
  readonly seed: number;
  /** Records that each account has from the start; a third of them are the same people everywhere. */
  readonly clients: number;
  readonly match: readonly ("email" | "phone")[];
  readonly connections: readonly ConnectionPlan[];
  readonly steps: readonly Step[];
}

export type SimulatedProvider =
  | "stripe"
  | "gmail"
  | "hubspot"
  | "salesforce"
  | "quickbooks"
  | "freshbooks";

export interface ConnectionPlan {
  readonly name: string;
  readonly provider: SimulatedProvider;
  /** How far the provider's clock is ahead of ours. */
  readonly skewMs: number;
  readonly lagMs: number;
  readonly rotatesTokens: boolean;
  readonly rules: Rules;
}

export interface Rules {
  readonly direction: Direction;
  readonly fieldDirections: Readonly<Record<string, Direction>>;
  readonly conflict: {
    readonly default: ConflictStrategy;
    readonly fields: Readonly<Record<string, ConflictStrategy>>;
  };
  readonly clear: {
    readonly default: ClearPolicy;
    readonly fields: Readonly<Record<string, ClearPolicy>>;
  };
  readonly deletes: DeletePolicy;
  readonly create: { readonly here: boolean | null; readonly there: boolean | null };
  readonly searchLagSeconds: number | null;
}

/** A field's new value as a person types it; null empties the field. */
export type Typed = Readonly<Record<string, FieldValue>>;

/**
 * One thing that happens. `pick` chooses among what is there at that time, from 0 to 1; `account` is a connection's
 * place in the configuration.
 */
export type Step = Moment & { readonly waitMs: number; readonly seed: number };

export type Moment =
  | Edit
  | { readonly kind: "sync"; readonly connection: number | null; readonly mode: SyncMode }
  | { readonly kind: "two-syncs"; readonly first: number | null; readonly second: number | null }
  | { readonly kind: "retry" }
  | { readonly kind: "accept"; readonly account: number; readonly stop: SafetyStop }
  | { readonly kind: "rules"; readonly account: number; readonly rules: Rules }
  | { readonly kind: "fault"; readonly account: number; readonly fault: Fault }
  | { readonly kind: "lag"; readonly account: number; readonly lagMs: number }
  /** Our clock is set forward, or back, by that much; the providers' clocks are not. */
  | { readonly kind: "clock"; readonly jumpMs: number }
  | { readonly kind: "tokens"; readonly account: number; readonly end: "expired" | "revoked" }
  | { readonly kind: "cursors"; readonly account: number }
  | { readonly kind: "reconnect"; readonly account: number }
  | { readonly kind: "wait" }
  /** The process ends at that statement of the engine, counted from here. */
  | { readonly kind: "crash"; readonly statement: number }
  /** From that statement on, so many fail because the database is busy. */
  | { readonly kind: "busy"; readonly statement: number; readonly times: number }
  /** A decision finds its rows changed, at that statement or the first decision after it. */
  | { readonly kind: "stale"; readonly statement: number; readonly times: number }
  /** A person's edit between two of the engine's requests. */
  | { readonly kind: "meanwhile"; readonly request: number; readonly edit: Edit };

export type SyncMode = "normal" | "full" | "dry";

export type Edit =
  | { readonly kind: "add-here"; readonly fields: Typed }
  | { readonly kind: "edit-here"; readonly pick: number; readonly fields: Typed }
  | { readonly kind: "remove-here"; readonly pick: number }
  | { readonly kind: "add-there"; readonly account: number; readonly fields: Typed }
  | {
      readonly kind: "edit-there";
      readonly account: number;
      readonly pick: number;
      readonly fields: Typed;
    }
  | { readonly kind: "remove-there"; readonly account: number; readonly pick: number }
  /** The provider gives the record another id that stands for it from then on. */
  | { readonly kind: "rename-there"; readonly account: number; readonly pick: number }
  /** Two records of one account give each other their addresses. */
  | {
      readonly kind: "swap-there";
      readonly account: number;
      readonly pick: number;
      readonly other: number;
    };
