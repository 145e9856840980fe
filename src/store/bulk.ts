import { assert } from "../lib/assert.ts";
import { storable } from "./sql.ts";
import type { Sql } from "./sql.ts";
import type { ColumnType, Table } from "./tables/table.ts";

/**
 * Statements over many rows at once. The rows travel as one JSON parameter, so that a statement has the same text
 * and one binding however many rows there are: no limit on bound variables is met, and Postgres reads it about twice
 * as fast as a list of values.
 */
export async function insertRows<Row extends object>(
  sql: Sql,
  table: Table<Row>,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  await sql.run(insertText(sql, table), [rowsBinding(table.columns, rows)]);
}

/** Inserts, or writes over the row that has the same values in `unique`. */
export async function putRows<Row extends object>(
  sql: Sql,
  table: Table<Row>,
  rows: readonly Row[],
  unique: readonly (keyof Row & string)[],
): Promise<void> {
  if (rows.length === 0) return;
  const others = Object.keys(table.columns).filter((column) => !isOneOf(unique, column));
  const text = `${insertText(sql, table)} where true on conflict (${unique.join(", ")})
    do update set ${others.map((column) => `${column} = excluded.${column}`).join(", ")}`;
  await sql.run(text, [rowsBinding(table.columns, lastOfEach(rows, unique))]);
}

/** Writes the rows that still have their id and revision, with the next revision; returns how many those were. */
export async function updateRevisions<
  Row extends { readonly id: string; readonly revision: number },
>(sql: Sql, table: Table<Row>, rows: readonly Row[]): Promise<number> {
  if (rows.length === 0) return 0;
  const ids = new Set(rows.map((row) => row.id));
  assert(ids.size === rows.length, `a row of ${table.name} is written twice in one commit`);
  // A row stays in its organization: what other rows refer to is not written, so that none of them is looked for.
  const set = Object.keys(table.columns)
    .filter((column) => !["id", "org_id", "revision"].includes(column))
    .map((column) => `${column} = given.${column}`);
  const text = `update ${table.name} set ${set.join(", ")}, revision = given.revision + 1
    from (${selectGiven(sql, table.columns)}) as given
    where ${table.name}.id = given.id and ${table.name}.revision = given.revision`;
  return await sql.run(text, [rowsBinding(table.columns, rows)]);
}

/** Deletes the rows that have one of the given combinations of values; returns how many those were. */
export async function deleteRows<Key extends object>(
  sql: Sql,
  table: string,
  columns: Readonly<Record<keyof Key & string, ColumnType>>,
  keys: readonly Key[],
): Promise<number> {
  if (keys.length === 0) return 0;
  const names = Object.keys(columns).join(", ");
  return await sql.run(`delete from ${table} where (${names}) in (${selectGiven(sql, columns)})`, [
    rowsBinding(columns, keys),
  ]);
}

/** A select that yields the rows of one binding, made by `rowsBinding`. */
export function selectGiven(sql: Sql, columns: Readonly<Record<string, ColumnType>>): string {
  const names = Object.keys(columns);
  if (sql.kind === "postgres") {
    const typed = names.map((name) => `${name} ${columns[name]}`);
    return `select ${names.join(", ")} from json_to_recordset(?::json) as given_rows (${typed.join(", ")})`;
  }
  const picked = names.map((name) => `given_rows.value ->> '$.${name}' as ${name}`);
  // The binary form is parsed once; the text form once a column.
  return `select ${picked.join(", ")} from jsonb_each(jsonb(?)) as given_rows`;
}

export function rowsBinding<Row extends object>(
  columns: Readonly<Record<keyof Row & string, ColumnType>>,
  rows: readonly Row[],
): string {
  return JSON.stringify(rows, (name, value: unknown) =>
    typeof value === "string" && name in columns ? storable(value) : value,
  );
}

/**
 * A condition: the column has one of the texts of one binding, made by `textsBinding`. As an array, because that is
 * looked up in an index whatever Postgres believes of the table's size.
 */
export function isAmong(sql: Sql, column: string): string {
  return sql.kind === "postgres"
    ? `${column} = any(array(select json_array_elements_text(?::json)))`
    : `${column} in (select value from json_each(?))`;
}

export function textsBinding(texts: readonly string[]): string {
  return JSON.stringify([...new Set(texts.map((text) => storable(text)))]);
}

function insertText<Row extends object>(sql: Sql, table: Table<Row>): string {
  const names = Object.keys(table.columns).join(", ");
  return `insert into ${table.name} (${names}) select * from (${selectGiven(sql, table.columns)}) as given`;
}

/** One statement must not write a row twice: of those with equal keys the last one counts. */
function lastOfEach<Row extends object>(
  rows: readonly Row[],
  unique: readonly (keyof Row & string)[],
): readonly Row[] {
  const byKey = new Map(rows.map((row) => [JSON.stringify(unique.map((name) => row[name])), row]));
  return [...byKey.values()];
}

function isOneOf(names: readonly string[], name: string): boolean {
  return names.includes(name);
}
