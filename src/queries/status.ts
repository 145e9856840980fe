import { toEpochMs } from "../lib/clock.ts";
import type { Collection, Connection } from "../model/connection.ts";
import type { ConnectionHealth, Store } from "../store/ports.ts";
import { connectionRows, type DeclaredConnection, type DeclaredOrg } from "./connections.ts";
import { findOrganization } from "./names.ts";

/** How old the last complete pass may be where nobody says otherwise. */
export const defaultMaxAgeMs = 24 * 3_600_000;

export interface StatusDocument {
  readonly healthy: boolean;
  readonly orgs: readonly {
    readonly org: string;
    readonly connections: readonly ConnectionStatusDocument[];
  }[];
}

export interface ConnectionStatusDocument {
  readonly name: string;
  readonly provider: string;
  readonly status: Connection["status"];
  readonly reason?: string;
  readonly healthy: boolean;
  /** Why it is not healthy, in words. */
  readonly problems: readonly string[];
  readonly account?: string;
  readonly last_complete_at: string | null;
  readonly age_seconds: number | null;
  /** When the last complete pass of each collection ended, and how long ago that is. */
  readonly collections: Readonly<
    Partial<Record<Collection, { readonly last_complete_at: string; readonly age_seconds: number }>>
  >;
  readonly pending_writes: number;
  readonly oldest_unsent_at?: string;
  readonly conflicts: number;
  readonly held_deletes: number;
  readonly failing_records: number;
  readonly grant_expires_at?: string;
  readonly last_error?: string;
  /** The provider asked to be left alone until then. */
  readonly retry_at?: string;
}

export interface StatusOptions {
  readonly nowMs: number;
  /** Older passes and unsent writes are stale. */
  readonly maxAgeMs: number;
}

/**
 * Health by evidence (law 12): a connection is healthy when its last complete pass and its oldest unsent write are
 * young enough, its grant holds, and nothing is stopped, parked, held or frozen. One that a person paused or
 * disabled is shown and not counted; where nothing is left to count, nothing is proved, and that is not healthy.
 */
export async function readStatus(
  store: Store,
  declared: readonly DeclaredOrg[],
  options: StatusOptions,
): Promise<StatusDocument> {
  const orgs = [];
  for (const org of declared) {
    const rows = await connectionRows(store, org.name);
    const stored = await findOrganization(store, org.name);
    const health = stored === null ? [] : await store.reads.health(stored.id);
    const byId = new Map(health.map((row) => [row.connectionId, row]));
    const connections = org.connections.map((connection) => {
      const row = rows.get(connection.name);
      const evidence = row === undefined ? undefined : byId.get(row.id);
      return connectionStatus(connection, { row, evidence, ...options });
    });
    orgs.push({ org: org.name, connections });
  }
  const counted = orgs
    .flatMap(({ connections }) => connections)
    .filter(({ status }) => status !== "paused");
  return { healthy: counted.length > 0 && counted.every(({ healthy }) => healthy), orgs };
}

interface Evidence extends StatusOptions {
  readonly row: Connection | undefined;
  readonly evidence: ConnectionHealth | undefined;
}

function connectionStatus(
  declared: DeclaredConnection,
  { row, evidence, nowMs, maxAgeMs }: Evidence,
): ConnectionStatusDocument {
  const status = declared.enabled ? (row?.status ?? "error") : "paused";
  const reason = declared.enabled ? (row === undefined ? "not-connected" : row.reason) : "disabled";
  const lastCompleteAt = evidence?.lastCompleteAt ?? null;
  const ageSeconds = (at: string) => Math.floor(Math.max(0, nowMs - toEpochMs(at)) / 1000);
  const passes = Object.entries(evidence?.collections ?? {}).filter(([name]) =>
    isSynced(declared, name),
  );
  const grantExpiresAt = row?.grantExpiresAt ?? null;
  const oldestUnsentAt = evidence?.oldestUnsentAt ?? null;
  const isOld = (at: string | null) => at !== null && nowMs - toEpochMs(at) > maxAgeMs;
  const found = [
    ...(status === "error" ? [reason ?? "error"] : []),
    ...(lastCompleteAt === null ? ["no complete pass yet"] : []),
    ...(isOld(lastCompleteAt) ? ["the last complete pass is too old"] : []),
    ...passes
      .filter(([, at]) => isOld(at) && !isOld(lastCompleteAt))
      .map(([collection]) => `the last complete pass of ${collection} is too old`),
    ...(isOld(oldestUnsentAt) ? ["a write has been unsent for too long"] : []),
    ...(grantExpiresAt !== null && toEpochMs(grantExpiresAt) - nowMs < grantNoticeMs
      ? ["the grant ends soon"]
      : []),
    ...counted(evidence?.heldDeletes, "held deletion"),
    ...counted(evidence?.failingRecords, "failing record"),
    ...counted(evidence?.conflicts, "conflict"),
  ];
  const problems = status === "paused" ? [] : found;
  return {
    name: declared.name,
    provider: declared.provider,
    status,
    ...(reason === null ? {} : { reason }),
    healthy: problems.length === 0,
    problems,
    ...(row?.account ? { account: row.account.name } : {}),
    last_complete_at: lastCompleteAt,
    age_seconds: lastCompleteAt === null ? null : ageSeconds(lastCompleteAt),
    collections: Object.fromEntries(
      passes.map(([collection, at]) => [
        collection,
        { last_complete_at: at, age_seconds: ageSeconds(at) },
      ]),
    ),
    pending_writes: evidence?.pendingWrites ?? 0,
    ...(oldestUnsentAt === null ? {} : { oldest_unsent_at: oldestUnsentAt }),
    conflicts: evidence?.conflicts ?? 0,
    held_deletes: evidence?.heldDeletes ?? 0,
    failing_records: evidence?.failingRecords ?? 0,
    ...(grantExpiresAt === null ? {} : { grant_expires_at: grantExpiresAt }),
    ...(row?.lastError ? { last_error: row.lastError } : {}),
    ...(row?.retryAt ? { retry_at: row.retryAt } : {}),
  };
}

/** What is no longer synced does not grow old. */
function isSynced({ collections }: DeclaredConnection, name: string): boolean {
  return (
    collections === null || collections === undefined || collections.some((one) => one === name)
  );
}

/** A grant that ends within a day wants its person now, not tomorrow. */
const grantNoticeMs = 24 * 3_600_000;

function counted(count: number | undefined, what: string): string[] {
  return count === undefined || count === 0 ? [] : [`${count} ${what}${count === 1 ? "" : "s"}`];
}
