import type { Knex } from "knex";
import { isRecord } from "../lib/json.ts";

export type StoreKind = "sqlite" | "postgres";

export type Binding = string | number | boolean | null;

/** Runs statements, in a transaction or each on its own; `?` stands for a binding. */
export interface Sql {
  readonly kind: StoreKind;
  rows<Row>(text: string, bindings?: readonly Binding[]): Promise<readonly Row[]>;
  /** The first row. */
  row<Row>(text: string, bindings?: readonly Binding[]): Promise<Row | null>;
  /** Returns how many rows were written. */
  run(text: string, bindings?: readonly Binding[]): Promise<number>;
}

export function createSql(kind: StoreKind, knex: Knex): Sql {
  const ask = async (text: string, bindings: readonly Binding[]): Promise<unknown> =>
    await knex.raw(text, bindings.map(storable));
  const rows = async (text: string, bindings: readonly Binding[] = []) =>
    rowsOf(await ask(text, bindings));
  return {
    kind,
    rows,
    row: async (text, bindings) => (await rows(text, bindings))[0] ?? null,
    run: async (text, bindings = []) => writtenBy(await ask(text, bindings)),
  };
}

/**
 * Text that both databases hold alike: Postgres refuses a NUL, and half of a surrogate pair has no UTF-8.
 * Normal forms have neither; reasons and messages may.
 */
export function storable<Value extends Binding>(value: Value): Value | string {
  if (typeof value !== "string") return value;
  const whole = value.includes("\0") ? value.replaceAll("\0", "") : value;
  return whole.isWellFormed() ? whole : whole.toWellFormed();
}

/** better-sqlite3 answers with the rows, pg with a result that has them. */
function rowsOf(answer: unknown) {
  const rows: unknown = isRecord(answer) ? answer["rows"] : answer;
  return Array.isArray(rows) ? rows : [];
}

function writtenBy(answer: unknown): number {
  if (!isRecord(answer)) return 0;
  const count = answer["changes"] ?? answer["rowCount"];
  return typeof count === "number" ? count : 0;
}
