import { must } from "../lib/assert.ts";
import { toEpochMs, toInstant } from "../lib/clock.ts";
import { StoreError } from "../lib/errors.ts";
import type { Database } from "./database.ts";
import type { Lease, LeasePort } from "./ports.ts";
import type { Sql } from "./sql.ts";

interface LeaseRow {
  /** null after a release; the row stays, so that the epoch keeps rising. */
  readonly holder: string | null;
  readonly epoch: number;
  readonly expires_at: string;
}

/** Leases by the database's clock, or the one that replaces it (law 10). */
export function createLeases(database: Database): LeasePort {
  return {
    acquire: (name, holder, ttlMs) =>
      database.write(async (sql) => {
        await sql.run(
          `insert into leases (name, holder, epoch, expires_at) values (?, null, 0, '')
            on conflict (name) do nothing`,
          [name],
        );
        const row = must(await lockedLease(sql, name, "update"), `lease ${name} was just made`);
        // The time is asked for under the row's lock: waiting for it may have taken a while.
        const nowMs = await database.now(sql);
        const remainingMs = row.holder === null ? 0 : toEpochMs(row.expires_at) - nowMs;
        if (row.holder !== null && remainingMs > 0)
          return { heldBy: row.holder, epoch: row.epoch, remainingMs };
        const epoch = row.epoch + 1;
        await sql.run("update leases set holder = ?, epoch = ?, expires_at = ? where name = ?", [
          holder,
          epoch,
          toInstant(nowMs + ttlMs),
          name,
        ]);
        return { lease: { name, holder, epoch } };
      }),
    renew: ({ name, holder, epoch }, ttlMs) =>
      database.write(async (sql) => {
        const expiresAt = toInstant((await database.now(sql)) + ttlMs);
        const written = await sql.run(
          "update leases set expires_at = ? where name = ? and holder = ? and epoch = ?",
          [expiresAt, name, holder, epoch],
        );
        return written === 1;
      }),
    release: async ({ name, holder, epoch }) => {
      await database.write((sql) =>
        sql.run("update leases set holder = null where name = ? and holder = ? and epoch = ?", [
          name,
          holder,
          epoch,
        ]),
      );
    },
  };
}

/** Throws `lease-lost` where another one has it; till the transaction ends nobody can take it. */
export async function holdLease(sql: Sql, lease: Lease): Promise<void> {
  const row = await lockedLease(sql, lease.name, "share");
  if (row?.holder === lease.holder && row.epoch === lease.epoch) return;
  throw new StoreError("lease-lost", "Another process took over this connection's work.", {
    hint: "Nothing needs to be done: the other process goes on where this one stopped.",
    retry: "later",
  });
}

function lockedLease(sql: Sql, name: string, strength: "update" | "share") {
  const lock = sql.kind === "postgres" ? ` for ${strength}` : "";
  return sql.row<LeaseRow>(`select holder, epoch, expires_at from leases where name = ?${lock}`, [
    name,
  ]);
}
