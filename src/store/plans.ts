import type { Sql } from "./sql.ts";

/**
 * Says for the rest of the transaction that its statements compare whole tables. Postgres plans by statistics that a
 * table lacks while it is young; it then takes ten thousand rows for one, and compares each with each. SQLite needs
 * no telling.
 */
export async function preferWholeTables(sql: Sql): Promise<void> {
  if (sql.kind === "postgres") await sql.rows("select set_config('enable_nestloop', 'off', true)");
}
