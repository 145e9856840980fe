import type { Collection } from "../model/connection.ts";
import type { Database } from "./database.ts";
import { holdLease } from "./leases.ts";
import type { CursorPort, Listing } from "./ports.ts";
import type { Sql } from "./sql.ts";
import { toCursor } from "./tables/cursors.ts";
import type { CursorTableRow } from "./tables/cursors.ts";

export function createCursors(database: Database): CursorPort {
  return {
    get: async (connectionId, collection) => {
      const row = await cursorRow(database.sql, connectionId, collection);
      return row === null ? null : toCursor(row);
    },
    setListing: (connectionId, collection, listing, lease) =>
      database.write(async (sql) => {
        await holdLease(sql, lease);
        await writeListing(sql, connectionId, collection, listing);
      }),
    reset: (connectionId, collection) =>
      database.write(async (sql) => {
        await dropStaged(sql, connectionId, collection);
        await sql.run("delete from cursors where connection_id = ? and collection = ?", [
          connectionId,
          collection,
        ]);
      }),
  };
}

/** Another listing than the one before starts with nothing staged. */
export async function writeListing(
  sql: Sql,
  connectionId: string,
  collection: Collection,
  listing: Listing | null,
): Promise<void> {
  const before = await listingUnderWay(sql, connectionId, collection);
  if (before?.id !== listing?.id) await dropStaged(sql, connectionId, collection);
  await sql.run(
    `insert into cursors (connection_id, collection, listing) values (?, ?, ?)
      on conflict (connection_id, collection) do update set listing = excluded.listing`,
    [connectionId, collection, listing === null ? null : JSON.stringify(listing)],
  );
}

export async function listingUnderWay(
  sql: Sql,
  connectionId: string,
  collection: Collection,
): Promise<Listing | null> {
  const row = await cursorRow(sql, connectionId, collection);
  return row === null ? null : toCursor(row).listing;
}

/** Also what was committed and kept as proof that its record was shown. */
export async function dropStaged(
  sql: Sql,
  connectionId: string,
  collection: Collection,
): Promise<void> {
  await sql.run("delete from staged where connection_id = ? and collection = ?", [
    connectionId,
    collection,
  ]);
}

function cursorRow(sql: Sql, connectionId: string, collection: Collection) {
  return sql.row<CursorTableRow>(
    "select * from cursors where connection_id = ? and collection = ?",
    [connectionId, collection],
  );
}
