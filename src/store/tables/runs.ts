import type { Outcome, Run } from "../../model/run.ts";
import { fromJson } from "./table.ts";

export interface RunRow {
  readonly id: string;
  readonly org_id: string;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly outcome: Outcome | null;
  readonly connections: string;
}

export function toRun(row: RunRow): Run {
  return {
    id: row.id,
    orgId: row.org_id,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    outcome: row.outcome,
    connections: fromJson(row.connections),
  };
}
