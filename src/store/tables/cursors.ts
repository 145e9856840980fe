import type { Collection } from "../../model/connection.ts";
import type { CursorRow } from "../ports.ts";
import { fromJsonOrNull } from "./table.ts";
import type { Table } from "./table.ts";

export interface CursorTableRow {
  readonly connection_id: string;
  readonly collection: Collection;
  readonly cursor: string | null;
  readonly cursor_at: string | null;
  readonly listing: string | null;
  readonly last_complete_at: string | null;
  readonly settled_rules: string | null;
}

export const cursorTable: Table<CursorTableRow> = {
  name: "cursors",
  columns: {
    connection_id: "text",
    collection: "text",
    cursor: "text",
    cursor_at: "text",
    listing: "text",
    last_complete_at: "text",
    settled_rules: "text",
  },
};

/** Without its listing: the write that moves a cursor ends the listing. */
export function toCursorTableRow(cursor: Omit<CursorRow, "listing">): CursorTableRow {
  return {
    connection_id: cursor.connectionId,
    collection: cursor.collection,
    cursor: cursor.cursor,
    cursor_at: cursor.cursorAt,
    listing: null,
    last_complete_at: cursor.lastCompleteAt,
    settled_rules: cursor.settledRules,
  };
}

export function toCursor(row: CursorTableRow): CursorRow {
  return {
    connectionId: row.connection_id,
    collection: row.collection,
    cursor: row.cursor,
    cursorAt: row.cursor_at,
    listing: fromJsonOrNull(row.listing),
    lastCompleteAt: row.last_complete_at,
    settledRules: row.settled_rules,
  };
}
