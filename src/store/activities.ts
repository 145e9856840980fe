import { isAmong, putRows, rowsBinding, selectGiven, textsBinding } from "./bulk.ts";
import type { Activity } from "../model/activity.ts";
import type { Mapping } from "../model/mapping.ts";
import type { Database } from "./database.ts";
import { holdLease } from "./leases.ts";
import type { ActivityFilter, ActivityPort, PageOf, Paged } from "./ports.ts";
import type { Binding, Sql } from "./sql.ts";
import { activityTable, toActivity, toActivityRow } from "./tables/activities.ts";
import type { ActivityRow } from "./tables/activities.ts";

export function createActivities(database: Database): ActivityPort {
  return {
    link: (connectionId, lease) =>
      database.write(async (sql) => {
        await holdLease(sql, lease);
        return await sql.run(
          `update activities set client_id = mappings.client_id from mappings
            where activities.connection_id = ? and activities.client_id is null
              and activities.customer_id is not null
              and mappings.connection_id = activities.connection_id
              and mappings.external_id = activities.customer_id
              and mappings.collection = 'clients'`,
          [connectionId],
        );
      }),
  };
}

/** The newest first; `next` is the place of the last one shown. What the provider deleted is not shown. */
export async function listActivities(
  sql: Sql,
  orgId: string,
  filter: ActivityFilter,
  page: PageOf,
): Promise<Paged<Activity>> {
  const conditions = ["org_id = ?", "state = 'present'"];
  const bindings: Binding[] = [orgId];
  const only = (condition: string, ...values: readonly Binding[]) => {
    conditions.push(condition);
    bindings.push(...values);
  };
  if (filter.clientId !== undefined) only("client_id = ?", filter.clientId);
  if (filter.type !== undefined) only("type = ?", filter.type);
  if (filter.since !== undefined) only("occurred_at >= ?", filter.since);
  if (page.after !== undefined) only("(occurred_at, id) < (?, ?)", ...placeOf(page.after));
  const rows = await sql.rows<ActivityRow>(
    `select * from activities where ${conditions.join(" and ")}
      order by occurred_at desc, id desc limit ?`,
    [...bindings, page.limit + 1],
  );
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toActivity),
    next: rows.length > page.limit && last ? `${last.occurred_at}_${last.id}` : null,
  };
}

export async function readTimeline(sql: Sql, clientId: string) {
  const row = await sql.row<{ readonly total: string | number; readonly last_at: string | null }>(
    `select count(*) as total, max(occurred_at) as last_at from activities
      where client_id = ? and state = 'present'`,
    [clientId],
  );
  return { activities: Number(row?.total ?? 0), lastAt: row?.last_at ?? null };
}

/** Those of the connection that have one of these external ids, of whatever type. */
export async function activitiesByExternalId(
  sql: Sql,
  connectionId: string,
  externalIds: readonly string[],
): Promise<readonly Activity[]> {
  if (externalIds.length === 0) return [];
  const rows = await sql.rows<ActivityRow>(
    `select * from activities where connection_id = ? and ${isAmong(sql, "external_id")} order by id`,
    [connectionId, textsBinding(externalIds)],
  );
  return rows.map(toActivity);
}

export async function saveActivities(sql: Sql, activities: readonly Activity[]): Promise<void> {
  const unique = ["connection_id", "type", "external_id"] as const;
  await putRows(sql, activityTable, activities.map(toActivityRow), unique);
}

/** A record that became another client's takes its activities along. */
export async function followMappings(sql: Sql, moved: readonly Mapping[]): Promise<void> {
  if (moved.length === 0) return;
  const columns = { connection_id: "text", external_id: "text", client_id: "text" } as const;
  await sql.run(
    `update activities set client_id = given.client_id from (${selectGiven(sql, columns)}) as given
      where activities.connection_id = given.connection_id
        and activities.customer_id = given.external_id`,
    [
      rowsBinding(
        columns,
        moved.map((mapping) => ({
          connection_id: mapping.connectionId,
          external_id: mapping.externalId,
          client_id: mapping.clientId,
        })),
      ),
    ],
  );
}

/** The instant and the id that `next` was made of; a text of another form is before everything. */
function placeOf(after: string): readonly [string, string] {
  const end = after.indexOf("_");
  return end < 0 ? [after, ""] : [after.slice(0, end), after.slice(end + 1)];
}
