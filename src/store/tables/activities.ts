import type { Activity, ActivityType } from "../../model/activity.ts";
import { fromJson } from "./table.ts";
import type { Table } from "./table.ts";

export interface ActivityRow {
  readonly id: string;
  readonly org_id: string;
  readonly connection_id: string;
  readonly type: ActivityType;
  readonly external_id: string;
  readonly external_url: string | null;
  readonly client_id: string | null;
  readonly customer_id: string | null;
  readonly title: string;
  readonly description: string | null;
  readonly occurred_at: string;
  readonly duration_minutes: number | null;
  readonly status: string | null;
  /** Postgres gives text, as JavaScript's numbers do not hold all of its integers; those that are stored they hold. */
  readonly amount_minor: number | string | null;
  readonly currency: string | null;
  readonly participants: string;
  readonly metadata: string;
  readonly state: Activity["state"];
  readonly requested_at: string;
  readonly created_at: string;
  readonly updated_at: string;
}

export const activityTable: Table<ActivityRow> = {
  name: "activities",
  columns: {
    id: "text",
    org_id: "text",
    connection_id: "text",
    type: "text",
    external_id: "text",
    external_url: "text",
    client_id: "text",
    customer_id: "text",
    title: "text",
    description: "text",
    occurred_at: "text",
    duration_minutes: "integer",
    status: "text",
    amount_minor: "bigint",
    currency: "text",
    participants: "text",
    metadata: "text",
    state: "text",
    requested_at: "text",
    created_at: "text",
    updated_at: "text",
  },
};

export function toActivityRow(activity: Activity): ActivityRow {
  return {
    id: activity.id,
    org_id: activity.orgId,
    connection_id: activity.connectionId,
    type: activity.type,
    external_id: activity.externalId,
    external_url: activity.externalUrl,
    client_id: activity.clientId,
    customer_id: activity.customerId,
    title: activity.title,
    description: activity.description,
    occurred_at: activity.occurredAt,
    duration_minutes: activity.durationMinutes,
    status: activity.status,
    amount_minor: activity.money?.amountMinor ?? null,
    currency: activity.money?.currency ?? null,
    participants: JSON.stringify(activity.participants),
    metadata: JSON.stringify(activity.metadata),
    state: activity.state,
    requested_at: activity.requestedAt,
    created_at: activity.createdAt,
    updated_at: activity.updatedAt,
  };
}

export function toActivity(row: ActivityRow): Activity {
  const { amount_minor: amount, currency } = row;
  return {
    id: row.id,
    orgId: row.org_id,
    connectionId: row.connection_id,
    type: row.type,
    externalId: row.external_id,
    externalUrl: row.external_url,
    clientId: row.client_id,
    customerId: row.customer_id,
    title: row.title,
    description: row.description,
    occurredAt: row.occurred_at,
    durationMinutes: row.duration_minutes,
    status: row.status,
    money: amount === null || currency === null ? null : { amountMinor: Number(amount), currency },
    participants: fromJson(row.participants),
    metadata: fromJson(row.metadata),
    state: row.state,
    requestedAt: row.requested_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
