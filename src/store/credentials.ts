import { must } from "../lib/assert.ts";
import type { Database } from "./database.ts";
import type { CredentialPort, StoredCredential } from "./ports.ts";

interface CredentialRow {
  readonly connection_id: string;
  readonly version: number;
  /** null after a deletion: the row stays, so that versions never start again (compare and set, law 6). */
  readonly ciphertext: string | null;
  readonly previous: string | null;
  readonly updated_at: string;
}

interface KeyRecordRow {
  readonly fingerprint: string;
  readonly source: string;
}

export function createCredentials(database: Database): CredentialPort {
  const keyRecord = () =>
    database.sql.row<KeyRecordRow>("select fingerprint, source from master_key");
  return {
    get: async (connectionId) => {
      const row = await database.sql.row<CredentialRow>(
        "select * from credentials where connection_id = ?",
        [connectionId],
      );
      return row === null ? null : toCredential(row);
    },
    put: async ({ connectionId, ciphertext, previous, updatedAt }, overVersion) => {
      const written = await database.write((sql) =>
        overVersion === 0
          ? sql.run(
              `insert into credentials (connection_id, version, ciphertext, previous, updated_at)
                values (?, 1, ?, ?, ?)
                on conflict (connection_id) do update set version = credentials.version + 1,
                  ciphertext = excluded.ciphertext, previous = excluded.previous,
                  updated_at = excluded.updated_at
                where credentials.ciphertext is null`,
              [connectionId, ciphertext, previous, updatedAt],
            )
          : sql.run(
              `update credentials set version = version + 1, ciphertext = ?, previous = ?,
                updated_at = ? where connection_id = ? and version = ? and ciphertext is not null`,
              [ciphertext, previous, updatedAt, connectionId, overVersion],
            ),
      );
      return written === 1;
    },
    delete: async (connectionId) => {
      await database.write((sql) =>
        sql.run(
          `update credentials set version = version + 1, ciphertext = null, previous = null
            where connection_id = ? and ciphertext is not null`,
          [connectionId],
        ),
      );
    },
    getKeyRecord: keyRecord,
    ensureKeyRecord: async ({ fingerprint, source }) => {
      await database.write((sql) =>
        sql.run(
          "insert into master_key (id, fingerprint, source) values (1, ?, ?) on conflict (id) do nothing",
          [fingerprint, source],
        ),
      );
      return must(await keyRecord(), "the key's record was just written");
    },
  };
}

function toCredential(row: CredentialRow): StoredCredential | null {
  if (row.ciphertext === null) return null;
  return {
    connectionId: row.connection_id,
    version: row.version,
    ciphertext: row.ciphertext,
    previous: row.previous,
    updatedAt: row.updated_at,
  };
}
