import type { Instant } from "../lib/clock.ts";
import type { Collection } from "./connection.ts";

export const outcomes = ["complete", "partial", "failed", "stopped"] as const;
export type Outcome = (typeof outcomes)[number];

/** What a run did in one collection of one connection. */
export interface Counts {
  readonly pulled: number;
  readonly created: number;
  readonly updated: number;
  readonly unlinked: number;
  readonly deleted: number;
  readonly pushed_created: number;
  readonly pushed_updated: number;
  readonly pushed_deleted: number;
  readonly conflicts: number;
  readonly skipped: number;
  readonly failed: number;
  readonly held: number;
  readonly requests: number;
}

export const noCounts: Counts = {
  pulled: 0,
  created: 0,
  updated: 0,
  unlinked: 0,
  deleted: 0,
  pushed_created: 0,
  pushed_updated: 0,
  pushed_deleted: 0,
  conflicts: 0,
  skipped: 0,
  failed: 0,
  held: 0,
  requests: 0,
};

/** An error as people and scripts see it. */
export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly org?: string;
  readonly connection?: string;
  readonly record?: string;
}

export interface ConnectionResult {
  readonly name: string;
  readonly provider: string;
  readonly outcome: Outcome;
  readonly collections: Readonly<Partial<Record<Collection, Counts>>>;
  readonly error?: ErrorReport;
}

/** One execution of a sync of one organization. */
export interface Run {
  readonly id: string;
  readonly orgId: string;
  readonly startedAt: Instant;
  /** null while it runs, or where the process was killed. */
  readonly endedAt: Instant | null;
  readonly outcome: Outcome | null;
  readonly connections: readonly ConnectionResult[];
}
