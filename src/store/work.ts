import type { Database } from "./database.ts";
import { holdLease } from "./leases.ts";
import type { Lease, WorkPort } from "./ports.ts";
import { createReader } from "./reader.ts";
import type { Sql } from "./sql.ts";
import { saveWrites } from "./writes.ts";

export function createWork(database: Database): WorkPort {
  return {
    read: (work) => database.read((sql) => work(createReader(sql))),
    commit: (lease, work) =>
      database.write(async (sql) => {
        await decideAlone(sql, lease);
        if (lease !== null) await holdLease(sql, lease);
        const { writes, result } = await work(createReader(sql));
        await saveWrites(sql, writes);
        return result;
      }),
  };
}

/**
 * Decisions of one organization are taken one after another, as SQLite does by itself: what was read stays true until
 * it was acted upon, also where it is not written. Serializable transactions would do the same by failing whenever
 * two of them meet on a page of an index. Without a lease the organization is not known, and all of them wait.
 */
async function decideAlone(sql: Sql, lease: Lease | null): Promise<void> {
  if (sql.kind !== "postgres") return;
  const org =
    lease === null
      ? null
      : await sql.row<{ readonly org_id: string }>("select org_id from connections where id = ?", [
          lease.name.slice(lease.name.indexOf(":") + 1),
        ]);
  if (org === null) await sql.rows("select pg_advisory_xact_lock(?, 0)", [everyOrganization]);
  else
    await sql.rows(
      "select pg_advisory_xact_lock_shared(?, 0), pg_advisory_xact_lock(?, hashtext(?))",
      [everyOrganization, oneOrganization, org.org_id],
    );
}

/** Any numbers, the same in every version. */
const everyOrganization = 721_406_631;
const oneOrganization = 721_406_632;
