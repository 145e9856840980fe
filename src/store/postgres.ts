import knex from "knex";
import type { Knex } from "knex";
import { silentKnexLog } from "./silent-knex-log.ts";

/** A pool over the server of the URL; nothing is asked of it yet. */
export function openPostgres(url: string): Knex {
  return knex({
    client: "pg",
    connection: {
      connectionString: url,
      application_name: "astralis",
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    },
    compileSqlOnError: false,
    log: silentKnexLog,
    acquireConnectionTimeout: 30_000,
    pool: { min: 0, max: 10 },
  });
}
