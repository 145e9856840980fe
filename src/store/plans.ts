import type { Sql } from "./sql.ts";

/**
 * Postgres plans by statistics that a table lacks while it is young, and then takes ten thousand rows for one. These
 * say for the rest of the transaction what its statements are about; SQLite needs no telling.
 */

/** A few rows, found by their keys. */
export async function preferIndexes(sql: Sql): Promise<void> {
  await turnOff(sql, [
    "enable_seqscan",
    "enable_bitmapscan",
    "enable_hashjoin",
    "enable_mergejoin",
  ]);
}

/** Whole tables, compared with each other. */
export async function preferWholeTables(sql: Sql): Promise<void> {
  await turnOff(sql, ["enable_nestloop"]);
}

async function turnOff(sql: Sql, settings: readonly string[]): Promise<void> {
  if (sql.kind !== "postgres") return;
  const calls = settings.map((setting) => `set_config('${setting}', 'off', true)`);
  await sql.rows(`select ${calls.join(", ")}`);
}
