import type { OrgConfig } from "../config/config.ts";
import type { Deps } from "../lib/deps.ts";
import type { ClientsCapabilities, ClientsSession } from "../providers/provider.ts";
import { noMatches, withMatch } from "../model/match.ts";
import type { Match, Matches } from "../model/match.ts";
import type { Counts } from "../model/run.ts";
import { noCounts } from "../model/run.ts";
import type { Party } from "../reconcile/rules.ts";
import type { Store } from "../store/ports.ts";
import type { Progress } from "./engine.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import type { Member } from "./parties.ts";

/** What a run has in hand while it works on one connection. */
export interface Line extends Member {
  readonly store: Store;
  readonly deps: Deps;
  readonly org: OrgConfig;
  readonly orgId: string;
  readonly runId: string;
  readonly capabilities: ClientsCapabilities;
  readonly session: ClientsSession;
  readonly lease: LeaseKeeper;
  readonly tally: Tally;
  /** Every connection of the organization that syncs clients, as the database has them now. */
  parties(): Promise<readonly Party[]>;
  /** Tells that this connection is in trouble: the others go on without it (law 11). */
  readonly stall: () => void;
  progress(step: Progress["step"], done: number, total: number | null): void;
  readonly signal: AbortSignal | undefined;
}

/** Counts of one connection's run, as they grow. */
export interface Tally {
  counts(): Counts;
  add(more: Partial<Counts>): void;
  /** How the records that were seen found their clients. */
  matches(): Matches;
  note(matches: readonly Match[]): void;
}

export function createTally(): Tally {
  let total = noCounts;
  let matched = noMatches;
  return {
    counts: () => total,
    matches: () => matched,
    note: (matches) => {
      matched = matches.reduce(withMatch, matched);
    },
    add: (more) => {
      total = {
        pulled: total.pulled + (more.pulled ?? 0),
        created: total.created + (more.created ?? 0),
        updated: total.updated + (more.updated ?? 0),
        unlinked: total.unlinked + (more.unlinked ?? 0),
        deleted: total.deleted + (more.deleted ?? 0),
        pushed_created: total.pushed_created + (more.pushed_created ?? 0),
        pushed_updated: total.pushed_updated + (more.pushed_updated ?? 0),
        pushed_deleted: total.pushed_deleted + (more.pushed_deleted ?? 0),
        conflicts: total.conflicts + (more.conflicts ?? 0),
        skipped: total.skipped + (more.skipped ?? 0),
        failed: total.failed + (more.failed ?? 0),
        held: total.held + (more.held ?? 0),
        requests: total.requests + (more.requests ?? 0),
      };
    },
  };
}
