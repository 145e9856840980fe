import { migrations } from "../../migrations/index.ts";
import type { Migration } from "../../migrations/index.ts";
import { instantOf } from "../lib/clock.ts";
import type { Clock } from "../lib/clock.ts";
import { StoreError } from "../lib/errors.ts";
import type { Database } from "./database.ts";
import type { SchemaPort } from "./ports.ts";
import type { Sql } from "./sql.ts";

/**
 * The schema's versions. Each migration is one transaction that also writes its name down, under a lock that lets
 * one process migrate at a time and that goes with its process: a killed one leaves nothing to clean up.
 */
export function createSchema(
  database: Database,
  options: { readonly clock: Clock; readonly subject: string },
): SchemaPort {
  const newerError = (newer: readonly string[]) =>
    new StoreError(
      "store-newer",
      `${options.subject} was written by a newer version of astralis: this one does not know ${newer.join(", ")}.`,
      { hint: "Run the newest version that was ever used with this database." },
    );
  const status = async () => {
    const applied = await database.read(appliedNames);
    return {
      migrations: migrations.map(({ name }) => ({ name, applied: applied.get(name) ?? null })),
      newer: newerThanKnown(applied),
    };
  };
  return {
    status,
    migrate: async () => {
      const done: string[] = [];
      for (const migration of migrations) {
        const ran = await database.write(async (sql) => {
          await lockSchema(sql);
          const applied = await appliedNames(sql);
          const newer = newerThanKnown(applied);
          if (newer.length > 0) throw newerError(newer);
          if (applied.has(migration.name)) return false;
          await apply(sql, migration, instantOf(options.clock));
          return true;
        });
        if (ran) done.push(migration.name);
      }
      return done;
    },
    check: async () => {
      const { migrations: known, newer } = await status();
      if (newer.length > 0) throw newerError(newer);
      const owed = known.filter(({ applied }) => applied === null);
      if (owed.length > 0)
        throw new StoreError(
          "store-outdated",
          `${options.subject} is older than this version of astralis: ${owed.length} of ${known.length} migrations are owed.`,
          { hint: "Run `astralis db migrate`." },
        );
    },
  };
}

/** Any number, the same in every version. SQLite needs none: its transactions that write are immediate. */
const advisoryLock = 7_214_066_315;

async function lockSchema(sql: Sql): Promise<void> {
  if (sql.kind === "postgres") await sql.rows("select pg_advisory_xact_lock(?)", [advisoryLock]);
}

async function apply(sql: Sql, migration: Migration, at: string): Promise<void> {
  await sql.run(
    "create table if not exists migrations (name text primary key not null, applied_at text not null)",
  );
  for (const statement of migration.statements) await sql.run(statement);
  await sql.run("insert into migrations (name, applied_at) values (?, ?)", [migration.name, at]);
}

/** When each was applied, by name; none where there is no table yet. */
async function appliedNames(sql: Sql): Promise<ReadonlyMap<string, string>> {
  const table = await sql.row(
    sql.kind === "postgres"
      ? "select 1 where to_regclass('migrations') is not null"
      : "select 1 from sqlite_schema where type = 'table' and name = 'migrations'",
  );
  if (table === null) return new Map();
  const rows = await sql.rows<{ readonly name: string; readonly applied_at: string }>(
    "select name, applied_at from migrations order by name",
  );
  return new Map(rows.map((row) => [row.name, row.applied_at]));
}

function newerThanKnown(applied: ReadonlyMap<string, string>): readonly string[] {
  const known = new Set(migrations.map(({ name }) => name));
  return [...applied.keys()].filter((name) => !known.has(name));
}
