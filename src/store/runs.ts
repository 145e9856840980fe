import { assert } from "../lib/assert.ts";
import type { Database } from "./database.ts";
import { pageOf } from "./paging.ts";
import type { RunPort } from "./ports.ts";
import { toChange } from "./tables/changes.ts";
import type { ChangeRow } from "./tables/changes.ts";
import { toRun } from "./tables/runs.ts";
import type { RunRow } from "./tables/runs.ts";

export function createRuns(database: Database): RunPort {
  return {
    start: async ({ id, orgId, startedAt }) => {
      await database.write((sql) =>
        sql.run("insert into runs (id, org_id, started_at, connections) values (?, ?, ?, '[]')", [
          id,
          orgId,
          startedAt,
        ]),
      );
    },
    finish: async (id, { endedAt, outcome, connections }) => {
      const written = await database.write((sql) =>
        sql.run("update runs set ended_at = ?, outcome = ?, connections = ? where id = ?", [
          endedAt,
          outcome,
          JSON.stringify(connections),
          id,
        ]),
      );
      assert(written === 1, `there is no run ${id}`);
    },
    get: async (orgId, id) => {
      const row = await database.sql.row<RunRow>("select * from runs where org_id = ? and id = ?", [
        orgId,
        id,
      ]);
      return row === null ? null : toRun(row);
    },
    list: async (orgId, page) => {
      const rows = await database.sql.rows<RunRow>(
        `select * from runs where org_id = ? ${page.after === undefined ? "" : "and id < ?"}
          order by id desc limit ?`,
        [orgId, ...(page.after === undefined ? [] : [page.after]), page.limit + 1],
      );
      return pageOf(rows, page, toRun);
    },
    changes: async (orgId, runId, page) => {
      const rows = await database.sql.rows<ChangeRow>(
        `select * from changes where org_id = ? and run_id = ? and id > ? order by id limit ?`,
        [orgId, runId, page.after ?? "", page.limit + 1],
      );
      return pageOf(rows, page, toChange);
    },
  };
}
