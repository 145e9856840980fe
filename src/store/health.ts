import type { ConnectionHealth } from "./ports.ts";
import type { Sql } from "./sql.ts";
import type { CursorTableRow } from "./tables/cursors.ts";

/** The state of every connection of an organization, in a fixed number of queries. */
export async function readHealth(sql: Sql, orgId: string): Promise<readonly ConnectionHealth[]> {
  const connections = await sql.rows<{
    readonly id: string;
    readonly last_complete_at: string | null;
  }>("select id, last_complete_at from connections where org_id = ? order by id", [orgId]);
  const writes = byConnection(
    await sql.rows<CountRow & { readonly oldest_at: string | null }>(
      `select connection_id, count(*) as total, min(created_at) as oldest_at,
          count(case when state = 'parked' then 1 end) as part
        from outbox where ${ofOrg} group by connection_id`,
      [orgId],
    ),
  );
  const conflicts = byConnection(
    await sql.rows<CountRow>(
      "select connection_id, count(*) as total from conflicts where org_id = ? group by connection_id",
      [orgId],
    ),
  );
  // What is skipped by rule is as it should be: only what somebody could mend counts.
  const parked = byConnection(
    await sql.rows<CountRow>(
      `select connection_id, count(*) as total from parked
        where org_id = ? and reason in ('bad-record', 'ambiguous') group by connection_id`,
      [orgId],
    ),
  );
  const mappings = byConnection(
    await sql.rows<CountRow>(
      `select connection_id, count(*) as total, count(case when state = 'missing' then 1 end) as part
        from mappings where ${ofOrg} and state in ('linked', 'missing') group by connection_id`,
      [orgId],
    ),
  );
  const passes = Map.groupBy(
    await sql.rows<Pick<CursorTableRow, "connection_id" | "collection" | "last_complete_at">>(
      `select connection_id, collection, last_complete_at from cursors
        where ${ofOrg} and last_complete_at is not null`,
      [orgId],
    ),
    (row) => row.connection_id,
  );
  return connections.map(({ id, last_complete_at }) => ({
    connectionId: id,
    lastCompleteAt: last_complete_at,
    collections: Object.fromEntries(
      (passes.get(id) ?? []).map((pass) => [pass.collection, pass.last_complete_at]),
    ),
    pendingWrites: Number(writes.get(id)?.total ?? 0),
    oldestUnsentAt: writes.get(id)?.oldest_at ?? null,
    conflicts: Number(conflicts.get(id)?.total ?? 0),
    heldDeletes: Number(mappings.get(id)?.part ?? 0),
    failingRecords: Number(parked.get(id)?.total ?? 0) + Number(writes.get(id)?.part ?? 0),
    mappings: Number(mappings.get(id)?.total ?? 0),
  }));
}

interface CountRow {
  readonly connection_id: string;
  readonly total: string | number;
  readonly part?: string | number;
}

/** By connection, because that is what the tables are indexed by. */
const ofOrg = "connection_id in (select id from connections where org_id = ?)";

function byConnection<Row extends CountRow>(rows: readonly Row[]): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [row.connection_id, row]));
}
