import type { Database } from "./database.ts";
import { insertRows } from "./bulk.ts";
import type { Sql } from "./sql.ts";
import { activityTable } from "./tables/activities.ts";
import { clientTable } from "./tables/clients.ts";
import { conflictTable } from "./tables/conflicts.ts";
import { connectionTable } from "./tables/connections.ts";
import { cursorTable } from "./tables/cursors.ts";
import { identityTable } from "./tables/identities.ts";
import { mappingTable } from "./tables/mappings.ts";
import { organizationTable } from "./tables/organizations.ts";
import { outboxTable } from "./tables/outbox.ts";
import { parkedTable } from "./tables/parked.ts";
import { stagedTable } from "./tables/staged.ts";
import type { Table } from "./tables/table.ts";

/** Copies one organization's rows into an empty database, in pages: memory does not grow with it (law 11). */
export async function copyOrganization(from: Database, to: Database, orgId: string): Promise<void> {
  await from.read((source) =>
    to.write(async (target) => {
      const copy = <Row extends object>(
        table: Table<Row>,
        of: string,
        key: readonly (keyof Row & string)[],
      ) => copyRows(source, target, { table, of, key, orgId });
      const ofConnections = "connection_id in (select id from connections where org_id = ?)";
      await copy(organizationTable, "id = ?", ["id"]);
      await copy(connectionTable, "org_id = ?", ["id"]);
      await copy(clientTable, "org_id = ?", ["id"]);
      await copy(identityTable, "org_id = ?", ["kind", "value"]);
      await copy(mappingTable, "org_id = ?", ["id"]);
      await copy(cursorTable, ofConnections, ["connection_id", "collection"]);
      await copy(stagedTable, ofConnections, ["connection_id", "collection", "external_id"]);
      await copy(outboxTable, ofConnections, ["id"]);
      await copy(parkedTable, "org_id = ?", ["id"]);
      await copy(conflictTable, "org_id = ?", ["id"]);
      await copy(activityTable, "org_id = ?", ["id"]);
    }),
  );
}

const rowsAtOnce = 1_000;

interface Copying<Row extends object> {
  readonly table: Table<Row>;
  /** The condition that picks the organization's rows. */
  readonly of: string;
  /** Unique among those rows, and indexed. */
  readonly key: readonly (keyof Row & string)[];
  readonly orgId: string;
}

async function copyRows<Row extends object>(
  source: Sql,
  target: Sql,
  { table, of, key, orgId }: Copying<Row>,
): Promise<void> {
  const columns = Object.keys(table.columns).join(", ");
  const keys = key.join(", ");
  const places = key.map(() => "?").join(", ");
  let after: readonly string[] = key.map(() => "");
  for (;;) {
    const rows = await source.rows<Row>(
      `select ${columns} from ${table.name} where ${of} and (${keys}) > (${places})
        order by ${keys} limit ?`,
      [orgId, ...after, rowsAtOnce],
    );
    await insertRows(target, table, rows);
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsAtOnce) return;
    after = key.map((name) => String(last[name]));
  }
}
