import type { Collection } from "../../model/connection.ts";
import type { Change, ChangeAction, ChangeSide } from "../../model/journal.ts";
import { fromJson } from "./table.ts";
import type { Table } from "./table.ts";

export interface ChangeRow {
  readonly id: string;
  readonly org_id: string;
  readonly run_id: string | null;
  readonly changed_at: string;
  readonly side: ChangeSide;
  readonly action: ChangeAction;
  readonly collection: Collection;
  readonly client_id: string | null;
  readonly connection_id: string | null;
  readonly external_id: string | null;
  readonly field: string | null;
  readonly before_value: string;
  readonly after_value: string;
  readonly lost_value: string;
  readonly source: string;
  readonly rule: string;
}

export const changeTable: Table<ChangeRow> = {
  name: "changes",
  columns: {
    id: "text",
    org_id: "text",
    run_id: "text",
    changed_at: "text",
    side: "text",
    action: "text",
    collection: "text",
    client_id: "text",
    connection_id: "text",
    external_id: "text",
    field: "text",
    before_value: "text",
    after_value: "text",
    lost_value: "text",
    source: "text",
    rule: "text",
  },
};

export function toChangeRow(change: Change): ChangeRow {
  return {
    id: change.id,
    org_id: change.orgId,
    run_id: change.runId,
    changed_at: change.at,
    side: change.side,
    action: change.action,
    collection: change.collection,
    client_id: change.clientId,
    connection_id: change.connectionId,
    external_id: change.externalId,
    field: change.field,
    before_value: JSON.stringify(change.before),
    after_value: JSON.stringify(change.after),
    lost_value: JSON.stringify(change.lost),
    source: change.source,
    rule: change.rule,
  };
}

export function toChange(row: ChangeRow): Change {
  return {
    id: row.id,
    orgId: row.org_id,
    runId: row.run_id,
    at: row.changed_at,
    side: row.side,
    action: row.action,
    collection: row.collection,
    clientId: row.client_id,
    connectionId: row.connection_id,
    externalId: row.external_id,
    field: row.field,
    before: fromJson(row.before_value),
    after: fromJson(row.after_value),
    lost: fromJson(row.lost_value),
    source: row.source,
    rule: row.rule,
  };
}
