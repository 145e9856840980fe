import type { ClientDocument } from "../../queries/clients.ts";
import type { FieldValue } from "../../model/fields.ts";
import { plainLine, type Look } from "../look.ts";

export function clientsTable(clients: readonly ClientDocument[], look: Look): string {
  return look.table(
    ["email", "name", "phone", "company", "at"],
    clients.map((client) => [
      cell(client.email),
      cell(client.name),
      cell(client.phone),
      cell(client.company),
      client.mappings.map((mapping) => mappingText(mapping.connection, mapping.state)).join(", "),
    ]),
  );
}

/** Every field that has a value, then where the client is. */
export function clientText(client: ClientDocument, look: Look): string {
  const { address } = client;
  const fields: [string, FieldValue][] = [
    ["email", client.email],
    ["name", client.name],
    ["phone", client.phone],
    ["company", client.company],
    ["address line 1", address.line1],
    ["address line 2", address.line2],
    ["city", address.city],
    ["state", address.state],
    ["postal code", address.postal_code],
    ["country", address.country],
    ["notes", client.notes],
    ["tags", client.tags],
    ...Object.entries(client.custom),
    ["active", client.active ? "yes" : "no"],
    ["id", client.id],
    ["updated", client.updated_at],
  ];
  const known = fields.filter(([, value]) => value !== null && value.length > 0);
  const width = Math.max(...known.map(([name]) => name.length));
  const lines = known.map(
    ([name, value]) => `${look.faint(plainLine(name).padEnd(width))}  ${cell(value)}`,
  );
  if (client.mappings.length === 0) return lines.join("\n");
  const table = look.table(
    ["connection", "state", "record", "last synced"],
    client.mappings.map((mapping) => [
      mapping.connection,
      mapping.state,
      mapping.external_url ?? mapping.external_id ?? "",
      mapping.last_synced_at ?? "not yet",
    ]),
  );
  return [...lines, "", table].join("\n");
}

function mappingText(connection: string, state: string): string {
  return state === "linked" ? connection : `${connection} (${state})`;
}

function cell(value: FieldValue): string {
  return value === null ? "" : plainLine([value].flat().join(", "));
}
