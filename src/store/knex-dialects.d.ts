/** The parts of knex that its own types leave out. */
declare module "knex/lib/dialects/better-sqlite3/index.js" {
  import type { Knex } from "knex";
  export default class BetterSqlite3Client extends Knex.Client {
    constructor(config: Knex.Config);
  }
}

declare module "knex/lib/dialects/sqlite3/execution/sqlite-transaction.js" {
  import type { Knex } from "knex";
  interface SqliteTransaction extends Knex.Transaction {
    readonly readOnly: boolean | undefined;
    begin(connection: { exec(sql: string): unknown }): Promise<unknown>;
  }
  const SqliteTransaction: new (
    client: Knex.Client,
    container: unknown,
    config: unknown,
    outer: unknown,
  ) => SqliteTransaction;
  export default SqliteTransaction;
}
