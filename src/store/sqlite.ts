import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import knex from "knex";
import type { Knex } from "knex";
import BetterSqlite3Client from "knex/lib/dialects/better-sqlite3/index.js";
import SqliteTransaction from "knex/lib/dialects/sqlite3/execution/sqlite-transaction.js";
import { systemClock } from "../lib/clock.ts";
import { isRecord } from "../lib/json.ts";
import { silentKnexLog } from "./silent-knex-log.ts";

/** How long a transaction waits for those of other processes. */
const lockTimeoutMs = 30_000;

/** How long SQLite itself waits: it stops the whole process meanwhile, so the rest of the wait is ours. */
const busyTimeoutMs = 50;

/**
 * Opens the file, which only its owner can read; makes it and its folder where they are new. ":memory:" is a
 * database of its own that goes with the connection.
 */
export function openSqlite(file: string): Knex {
  if (file !== ":memory:") {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    closeSync(openSync(file, "a", 0o600));
  }
  return knex({
    client: ImmediateClient,
    connection: { filename: file },
    useNullAsDefault: true,
    compileSqlOnError: false,
    log: silentKnexLog,
    acquireConnectionTimeout: lockTimeoutMs,
    pool: { min: 1, max: 1, afterCreate: prepareConnection },
  });
}

interface RawConnection {
  pragma(text: string): unknown;
  prepare(text: string): unknown;
}

/**
 * FULL, because an outbox entry must be on the disk before its request is sent (law 5): in WAL mode NORMAL would
 * lose the last commits with the power.
 */
function prepareConnection(connection: RawConnection, done: (error: unknown) => void): void {
  try {
    connection.pragma(`busy_timeout = ${lockTimeoutMs}`);
    connection.pragma("journal_mode = WAL");
    connection.pragma("synchronous = FULL");
    connection.pragma("foreign_keys = ON");
    connection.pragma(`busy_timeout = ${busyTimeoutMs}`);
    keepStatements(connection);
    done(null);
  } catch (error) {
    done(error);
  }
}

/** Statements that are kept prepared; the engine has about a hundred. */
const statementsKept = 300;

/** knex would prepare each statement anew each time it runs, which takes longer than running it. */
function keepStatements(connection: RawConnection): void {
  const kept = new Map<string, unknown>();
  const prepare = connection.prepare.bind(connection);
  connection.prepare = (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const statement = prepare(text);
    // Another schema can give the same text other columns.
    if (/^\s*(?:create|alter|drop)\b/i.test(text)) kept.clear();
    else if (kept.size < statementsKept) kept.set(text, statement);
    return statement;
  };
}

/** knex begins transactions deferred: two that read and then write would fail each other at once. */
class ImmediateClient extends BetterSqlite3Client {
  override transaction(container: unknown, config: unknown, outer: unknown): Knex.Transaction {
    return new ImmediateTransaction(this, container, config, outer);
  }
}

class ImmediateTransaction extends SqliteTransaction {
  override async begin(connection: { exec(sql: string): unknown }): Promise<void> {
    if (this.readOnly) {
      connection.exec("BEGIN");
      return;
    }
    const deadline = systemClock.now() + lockTimeoutMs;
    for (;;) {
      try {
        connection.exec("BEGIN IMMEDIATE");
        return;
      } catch (error) {
        if (!isBusy(error) || systemClock.now() >= deadline) throw error;
        await systemClock.sleep(5);
      }
    }
  }
}

function isBusy(error: unknown): boolean {
  return isRecord(error) && error["code"] === "SQLITE_BUSY";
}
