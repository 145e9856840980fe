import { assert, must } from "../lib/assert.ts";
import type { Database } from "./database.ts";
import type { ConnectionPort } from "./ports.ts";
import type { Binding } from "./sql.ts";
import { toConnection } from "./tables/connections.ts";
import type { ConnectionRow } from "./tables/connections.ts";

export function createConnections(database: Database): ConnectionPort {
  const find = (orgId: string, name: string) =>
    database.sql.row<ConnectionRow>("select * from connections where org_id = ? and name = ?", [
      orgId,
      name,
    ]);
  const update = async (id: string, text: string, bindings: readonly Binding[]) => {
    const written = await database.write((sql) =>
      sql.run(`update connections set ${text} where id = ?`, [...bindings, id]),
    );
    assert(written === 1, `there is no connection ${id}`);
  };
  return {
    ensure: async (fresh) => {
      const known = await find(fresh.orgId, fresh.name);
      if (known !== null) return toConnection(known);
      await database.write((sql) =>
        sql.run(
          `insert into connections
            (id, org_id, name, provider, type, scopes, status, reason, created_at, updated_at)
            values (?, ?, ?, ?, ?, '[]', 'error', 'not-connected', ?, ?)
            on conflict (org_id, name) do nothing`,
          [
            fresh.id,
            fresh.orgId,
            fresh.name,
            fresh.provider,
            fresh.type,
            fresh.createdAt,
            fresh.createdAt,
          ],
        ),
      );
      const made = await find(fresh.orgId, fresh.name);
      return toConnection(must(made, `connection ${fresh.name} was just made`));
    },
    list: async (orgId) => {
      const rows = await database.sql.rows<ConnectionRow>(
        "select * from connections where org_id = ? order by id",
        [orgId],
      );
      return rows.map(toConnection);
    },
    get: async (id) => {
      const row = await database.sql.row<ConnectionRow>("select * from connections where id = ?", [
        id,
      ]);
      return row === null ? null : toConnection(row);
    },
    setAccount: (id, { account, scopes, connectedBy, grantExpiresAt }, at) =>
      update(
        id,
        `account_id = ?, account_name = ?, scopes = ?, connected_by = ?, grant_expires_at = ?,
          updated_at = ?`,
        [
          account?.id ?? null,
          account?.name ?? null,
          JSON.stringify(scopes),
          connectedBy,
          grantExpiresAt,
          at,
        ],
      ),
    setStatus: (id, to, at) =>
      update(
        id,
        `status = ?, reason = ?, last_error = ?, retry_at = ?,
          last_complete_at = coalesce(?, last_complete_at), updated_at = ?`,
        [to.status, to.reason, to.lastError, to.retryAt ?? null, to.lastCompleteAt ?? null, at],
      ),
  };
}
