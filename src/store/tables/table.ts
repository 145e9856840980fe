export type ColumnType = "text" | "integer" | "bigint" | "boolean";

/** What bulk statements need to know of a table; the columns are those of its rows, in the order of the migration. */
export interface Table<Row extends object> {
  readonly name: string;
  readonly columns: Readonly<Record<keyof Row & string, ColumnType>>;
}

/** SQLite gives 0 and 1. */
export type Flag = boolean | number;

/** Reads JSON that this store wrote: a column's text is as trusted as its other columns are. */
export function fromJson(text: string): ReturnType<typeof JSON.parse> {
  return JSON.parse(text);
}

export function fromJsonOrNull(text: string | null): ReturnType<typeof JSON.parse> {
  return text === null ? null : fromJson(text);
}

export function toJsonOrNull(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}
