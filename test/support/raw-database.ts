import Sqlite from "better-sqlite3";
import { Client } from "pg";
import type { Storage } from "../../src/store/ports.ts";

/** Runs a statement beside the store, as another program would; returns its rows. */
export async function runRaw(storage: Storage, statement: string): Promise<readonly unknown[]> {
  if (storage.kind === "sqlite") {
    const connection = new Sqlite(storage.file);
    const prepared = connection.prepare(statement);
    const rows = prepared.reader ? prepared.all() : [];
    if (!prepared.reader) prepared.run();
    connection.close();
    return rows;
  }
  const client = new Client({ connectionString: storage.url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

/** What a later version of astralis would leave. */
export async function addNewerMigration(storage: Storage, name: string): Promise<void> {
  await runRaw(
    storage,
    `insert into migrations (name, applied_at) values ('${name}', '2030-01-01T00:00:00.000Z')`,
  );
}
