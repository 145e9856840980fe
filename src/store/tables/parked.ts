import type { Collection } from "../../model/connection.ts";
import type { Parked, ParkedReason } from "../../model/journal.ts";
import type { Table } from "./table.ts";

export interface ParkedRow {
  readonly id: string;
  readonly org_id: string;
  readonly connection_id: string;
  readonly collection: Collection;
  readonly external_id: string;
  readonly reason: ParkedReason;
  readonly message: string;
  readonly fingerprint: string;
  readonly run_id: string | null;
  readonly parked_at: string;
}

export const parkedTable: Table<ParkedRow> = {
  name: "parked",
  columns: {
    id: "text",
    org_id: "text",
    connection_id: "text",
    collection: "text",
    external_id: "text",
    reason: "text",
    message: "text",
    fingerprint: "text",
    run_id: "text",
    parked_at: "text",
  },
};

export function toParkedRow(parked: Parked): ParkedRow {
  return {
    id: parked.id,
    org_id: parked.orgId,
    connection_id: parked.connectionId,
    collection: parked.collection,
    external_id: parked.externalId,
    reason: parked.reason,
    message: parked.message,
    fingerprint: parked.fingerprint,
    run_id: parked.runId,
    parked_at: parked.at,
  };
}

export function toParked(row: ParkedRow): Parked {
  return {
    id: row.id,
    orgId: row.org_id,
    connectionId: row.connection_id,
    collection: row.collection,
    externalId: row.external_id,
    reason: row.reason,
    message: row.message,
    fingerprint: row.fingerprint,
    runId: row.run_id,
    at: row.parked_at,
  };
}
