import type { Collection } from "../model/connection.ts";
import { putRows } from "./bulk.ts";
import { listingUnderWay, writeListing } from "./cursors.ts";
import type { MappingState } from "../model/mapping.ts";
import type { Database } from "./database.ts";
import { holdLease } from "./leases.ts";
import { preferWholeTables } from "./plans.ts";
import type { StagedPort } from "./ports.ts";
import type { Sql } from "./sql.ts";
import { toMapping } from "./tables/mappings.ts";
import type { MappingRow } from "./tables/mappings.ts";
import { stagedTable, toStagedRow, toStagedTableRow } from "./tables/staged.ts";
import type { StagedTableRow } from "./tables/staged.ts";

/** Pages that were read and not yet committed (law 7: staged first, so that the ceilings see the whole). */
export function createStaged(database: Database): StagedPort {
  return {
    append: (connectionId, collection, listing, rows, lease) =>
      database.write(async (sql) => {
        await holdLease(sql, lease);
        await writeListing(sql, connectionId, collection, listing);
        const tableRows = rows.map((row, place) =>
          toStagedTableRow(row, place, { connectionId, collection, listing }),
        );
        await putRows(sql, stagedTable, tableRows, ["connection_id", "collection", "external_id"]);
      }),
    next: async (connectionId, collection, limit) => {
      const rows = await database.sql.rows<StagedTableRow>(
        `select * from staged where connection_id = ? and collection = ? and done = false
          order by page, place limit ?`,
        [connectionId, collection, limit],
      );
      return rows.map(toStagedRow);
    },
    tally: (connectionId, collection, { mode, since }) =>
      database.read(async (sql) => {
        await preferWholeTables(sql);
        return {
          ...(await countMappings(sql, { connectionId, collection, since })),
          ...(await countStaged(sql, connectionId, collection)),
          absent: mode === "full" ? await countAbsent(sql, connectionId, collection) : 0,
        };
      }),
    absent: (connectionId, collection, limit) =>
      database.read(async (sql) => {
        const start = await fullListingStart(sql, connectionId, collection);
        if (start === null) return [];
        await preferWholeTables(sql);
        const rows = await sql.rows<MappingRow>(
          `select mappings.* ${absentOf(["linked", "duplicate", "suppressed"])} order by mappings.id limit ?`,
          [connectionId, collection, start, limit],
        );
        return rows.map(toMapping);
      }),
  };
}

/**
 * A mapping that was observed after the listing began is not absent, whatever the listing lacks: its record may be
 * younger than the page that would have shown it (law 6).
 */
const absentOf = (states: readonly MappingState[]) => `from mappings
  where mappings.connection_id = ? and mappings.collection = ?
    and mappings.state in (${states.map((state) => `'${state}'`).join(", ")})
    and (mappings.seen_requested_at is null or mappings.seen_requested_at < ?)
    and not exists (select 1 from staged where staged.connection_id = mappings.connection_id
      and staged.collection = mappings.collection and staged.external_id = mappings.external_id)`;

async function countAbsent(
  sql: Sql,
  connectionId: string,
  collection: Collection,
): Promise<number> {
  const start = await fullListingStart(sql, connectionId, collection);
  if (start === null) return 0;
  const row = await sql.row<{ readonly absent: string | number }>(
    `select count(*) as absent ${absentOf(["linked"])}`,
    [connectionId, collection, start],
  );
  return Number(row?.absent ?? 0);
}

/** null where no full listing is under way: then nothing is absent. */
async function fullListingStart(sql: Sql, connectionId: string, collection: Collection) {
  const listing = await listingUnderWay(sql, connectionId, collection);
  return listing?.mode === "full" ? listing.startedAt : null;
}

async function countMappings(
  sql: Sql,
  of: { readonly connectionId: string; readonly collection: Collection; readonly since: string },
) {
  const row = await sql.row<{
    readonly mappings: string | number;
    readonly recently_gone: string | number;
  }>(
    `select count(case when state in ('linked', 'missing') or state_at >= ? then 1 end) as mappings,
        count(case when state in ('missing', 'unlinked') and state_at >= ? then 1 end)
          as recently_gone
      from mappings where connection_id = ? and collection = ?
        and state in ('linked', 'missing', 'unlinked')`,
    [of.since, of.since, of.connectionId, of.collection],
  );
  return { mappings: Number(row?.mappings ?? 0), recentlyGone: Number(row?.recently_gone ?? 0) };
}

async function countStaged(sql: Sql, connectionId: string, collection: Collection) {
  const row = await sql.row<{
    readonly staged: string | number;
    readonly deleted: string | number;
    readonly changed: string | number;
  }>(
    `select count(*) as staged,
        count(case when staged.state = 'deleted' and mappings.state = 'linked' then 1 end) as deleted,
        count(case when staged.state = 'present' and mappings.state = 'linked'
          and staged.fingerprint <> mappings.seen_fingerprint then 1 end) as changed
      from staged left join mappings on mappings.connection_id = staged.connection_id
        and mappings.collection = staged.collection and mappings.external_id = staged.external_id
      where staged.connection_id = ? and staged.collection = ?`,
    [connectionId, collection],
  );
  return {
    staged: Number(row?.staged ?? 0),
    deleted: Number(row?.deleted ?? 0),
    changed: Number(row?.changed ?? 0),
  };
}
