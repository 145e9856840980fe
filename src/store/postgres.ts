import knex from "knex";
import type { Knex } from "knex";
import { silentKnexLog } from "./silent-knex-log.ts";

/** How long a statement waits for the rows of other transactions. */
const lockTimeoutMs = 30_000;

/** A process that stands still in a transaction loses it, before those who wait for its rows give up. */
const idleTransactionMs = 20_000;

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
    pool: { min: 0, max: 10, afterCreate: prepareConnection },
  });
}

interface RawConnection {
  query(text: string, done: (error: unknown) => void): void;
}

/** By statements and not as the connection begins: what pools connections in between refuses it there. */
function prepareConnection(connection: RawConnection, done: (error: unknown) => void): void {
  connection.query(
    `set lock_timeout = ${lockTimeoutMs}; set idle_in_transaction_session_timeout = ${idleTransactionMs}`,
    done,
  );
}
