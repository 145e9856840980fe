import type { Knex } from "knex";
import { systemClock } from "../lib/clock.ts";
import type { Clock } from "../lib/clock.ts";
import { must } from "../lib/assert.ts";
import { createSql } from "./sql.ts";
import type { Sql, StoreKind } from "./sql.ts";
import { storeTrouble } from "./trouble.ts";

/** The ways to work with the database; all of them throw StoreErrors for its trouble. */
export interface Database {
  readonly kind: StoreKind;
  /** One statement on its own. */
  readonly sql: Sql;
  /** Several reads of one state. */
  read<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** A transaction that writes; on SQLite nobody else writes meanwhile. */
  write<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Milliseconds since 1970 by the clock that leases are measured with. */
  now(sql: Sql): Promise<number>;
  close(): Promise<void>;
}

/**
 * `subject` names the database in messages. Leases are measured with the database's own clock (law 10), so that
 * machines need not agree on the time; a clock other than the system's takes its place, which is how tests and
 * simulations move time.
 */
export function createDatabase(
  kind: StoreKind,
  knex: Knex,
  options: { readonly subject: string; readonly clock: Clock },
): Database {
  const told = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw storeTrouble(error, options.subject);
    }
  };
  const transact = <T>(work: (sql: Sql) => Promise<T>, config: Knex.TransactionConfig) =>
    knex.transaction((transaction) => work(createSql(kind, transaction)), config);
  const plain = createSql(kind, knex);
  const viewConfig: Knex.TransactionConfig =
    kind === "postgres"
      ? { readOnly: true, isolationLevel: "repeatable read" }
      : { readOnly: true };
  const writeConfig: Knex.TransactionConfig =
    kind === "postgres" ? { isolationLevel: "read committed" } : {};
  return {
    kind,
    sql: {
      kind,
      rows: (text, bindings) => told(() => plain.rows(text, bindings)),
      row: (text, bindings) => told(() => plain.row(text, bindings)),
      run: (text, bindings) => told(() => plain.run(text, bindings)),
    },
    read: (work) => told(() => transact(work, viewConfig)),
    write: (work) => told(() => transact(work, writeConfig)),
    now: async (sql) =>
      options.clock === systemClock ? await databaseNow(sql) : options.clock.now(),
    close: () => knex.destroy(),
  };
}

async function databaseNow(sql: Sql): Promise<number> {
  const text =
    sql.kind === "postgres"
      ? "select floor(extract(epoch from clock_timestamp()) * 1000)::text as now_ms"
      : "select cast(unixepoch('subsec') * 1000 as integer) as now_ms";
  const row = await sql.row<{ readonly now_ms: string | number }>(text);
  return Number(must(row, "the database tells the time").now_ms);
}
