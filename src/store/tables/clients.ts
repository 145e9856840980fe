import { assert } from "../../lib/assert.ts";
import { clientFields, customPrefix, isClientField, isCustomField } from "../../model/client.ts";
import type { Client } from "../../model/client.ts";
import type { FieldValue, Fields } from "../../model/fields.ts";
import { searchable } from "../search-text.ts";
import { fromJson, fromJsonOrNull, toJsonOrNull } from "./table.ts";
import type { Flag, Table } from "./table.ts";

export interface ClientRow {
  readonly id: string;
  readonly org_id: string;
  readonly revision: number;
  readonly email: string | null;
  readonly name: string | null;
  readonly phone: string | null;
  readonly company: string | null;
  readonly address_line1: string | null;
  readonly address_line2: string | null;
  readonly city: string | null;
  readonly state: string | null;
  readonly postal_code: string | null;
  readonly country: string | null;
  readonly notes: string | null;
  readonly tags: string | null;
  readonly custom: string;
  readonly active: Flag;
  readonly created_at: string;
  readonly updated_at: string;
  readonly removed_at: string | null;
  readonly field_times: string;
  readonly search: string;
}

export const clientTable: Table<ClientRow> = {
  name: "clients",
  columns: {
    id: "text",
    org_id: "text",
    revision: "integer",
    email: "text",
    name: "text",
    phone: "text",
    company: "text",
    address_line1: "text",
    address_line2: "text",
    city: "text",
    state: "text",
    postal_code: "text",
    country: "text",
    notes: "text",
    tags: "text",
    custom: "text",
    active: "boolean",
    created_at: "text",
    updated_at: "text",
    removed_at: "text",
    field_times: "text",
    search: "text",
  },
};

export function toClientRow(client: Client): ClientRow {
  const { fields } = client;
  const unknown = Object.keys(fields).filter((field) => !isClientField(field));
  assert(unknown.length === 0, `a client has no field ${unknown.join(", ")}`);
  const text = (field: string) => textOf(field, fields[field]);
  return {
    id: client.id,
    org_id: client.orgId,
    revision: client.revision,
    email: text("email"),
    name: text("name"),
    phone: text("phone"),
    company: text("company"),
    address_line1: text("address_line1"),
    address_line2: text("address_line2"),
    city: text("city"),
    state: text("state"),
    postal_code: text("postal_code"),
    country: text("country"),
    notes: text("notes"),
    tags: toJsonOrNull(fields["tags"] ?? null),
    custom: JSON.stringify(customFields(fields)),
    active: client.active,
    created_at: client.createdAt,
    updated_at: client.updatedAt,
    removed_at: client.removedAt,
    field_times: JSON.stringify(client.fieldTimes),
    search: searchable(Object.values(fields).flat()),
  };
}

export function toClient(row: ClientRow): Client {
  const fields: Record<string, FieldValue> = {};
  for (const field of clientFields)
    fields[field] = field === "tags" ? fromJsonOrNull(row.tags) : row[field];
  const custom: Fields = fromJson(row.custom);
  for (const [name, value] of Object.entries(custom)) fields[customPrefix + name] = value;
  return {
    id: row.id,
    orgId: row.org_id,
    revision: row.revision,
    fields,
    fieldTimes: fromJson(row.field_times),
    active: Boolean(row.active),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    removedAt: row.removed_at,
  };
}

function textOf(field: string, value: FieldValue | undefined): string | null {
  if (value === undefined || value === null) return null;
  assert(typeof value === "string", `a client's ${field} is one text, not a list`);
  return value;
}

/** By name without the prefix; one without a value is not kept, as the normal form has it. */
function customFields(fields: Fields): Fields {
  const custom = Object.entries(fields).filter(
    ([field, value]) => isCustomField(field) && value !== null,
  );
  return Object.fromEntries(
    custom.map(([field, value]) => [field.slice(customPrefix.length), value]),
  );
}
