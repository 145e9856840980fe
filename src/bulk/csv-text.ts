import { stringify } from "csv-stringify/sync";
import { clientFields, isCustomField } from "../model/client.ts";
import type { Client } from "../model/client.ts";
import { toCell, valueText } from "./cells.ts";

/** Columns of an export: an import takes each of them back, but the instants. */
export function csvColumns(customFields: readonly string[]): readonly string[] {
  return ["id", ...clientFields, ...customFields, "active", "created_at", "updated_at"];
}

/** Lines with CRLF at their ends (RFC 4180), in UTF-8 without a byte order mark. */
export function csvLines(rows: readonly (readonly string[])[]): string {
  return stringify(
    rows.map((row) => row.map(toCell)),
    // A spreadsheet of another country parts cells at other signs: what holds one of them is quoted.
    { record_delimiter: "\r\n", quoted_match: /[,;\t|\r\n]|^\s|\s$/ },
  );
}

/** A client's cells in the order of those columns. */
export function csvCells(client: Client, columns: readonly string[]): readonly string[] {
  const beside: Readonly<Record<string, string>> = {
    id: client.id,
    active: client.active ? "yes" : "no",
    created_at: client.createdAt,
    updated_at: client.updatedAt,
  };
  return columns.map((column) => beside[column] ?? valueText(client.fields[column] ?? null));
}

export function customFieldsOf(client: Client): readonly string[] {
  return Object.entries(client.fields)
    .filter(([field, value]) => isCustomField(field) && value !== null)
    .map(([field]) => field);
}
