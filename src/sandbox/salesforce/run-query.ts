import type { Row } from "./contact.ts";
import { RequestRefusal } from "./errors.ts";
import { findField, type Field } from "./fields.ts";
import { longId } from "./ids.ts";
import type { Condition, Literal, Order, Query } from "./soql.ts";

/** An object of the org, as queries see it. */
export interface Table {
  readonly name: string;
  readonly fields: Readonly<Record<string, Field>>;
  rows(): readonly Row[];
}

/** The records that the query names, with the fields that it asks for. */
export function runQuery(query: Query, table: Table, version: string): readonly Row[] {
  const selected = query.fields.map((name) => fieldOf(table, name).name);
  const repeated = selected.find((name, at) => selected.indexOf(name) !== at);
  if (repeated !== undefined)
    throw new RequestRefusal(400, "INVALID_FIELD", `duplicate field selected: ${repeated}`);
  const tests = query.conditions.map((condition) => testOf(condition, table));
  const orders = query.order.map((order) => comparerOf(order, table));
  const found = table.rows().filter((row) => tests.every((fits) => fits(row)));
  const sorted = found.toSorted((a, b) => {
    for (const compare of orders) {
      const result = compare(a, b);
      if (result !== 0) return result;
    }
    return 0;
  });
  const kept = query.limit === null ? sorted : sorted.slice(0, query.limit);
  return kept.map((row) => showRow(row, selected, { object: table.name, version }));
}

export function showRow(
  row: Row,
  fields: readonly string[],
  { object, version }: { readonly object: string; readonly version: string },
): Row {
  const url = `/services/data/${version}/sobjects/${object}/${String(row["Id"])}`;
  const shown = fields.map((name) => [name, row[name] ?? null] as const);
  return { attributes: { type: object, url }, ...Object.fromEntries(shown) };
}

export function fieldOf(
  table: Pick<Table, "name" | "fields">,
  name: string,
): { readonly name: string; readonly field: Field } {
  const found = findField(table.fields, name);
  if (found !== null) return found;
  throw new RequestRefusal(
    400,
    "INVALID_FIELD",
    `No such column '${name}' on entity '${table.name}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name.`,
  );
}

function testOf({ field: given, operator, literals }: Condition, table: Table) {
  const { name, field } = fieldOf(table, given);
  const wanted = literals.map((literal) => valueOf(literal, name, field));
  if (operator === "IN" || operator === "=" || operator === "!=") {
    const isIn = (row: Row) => wanted.includes(comparable(row[name], field));
    return operator === "!=" ? (row: Row) => !isIn(row) : isIn;
  }
  const [bound = null] = wanted;
  return (row: Row) => {
    const actual = comparable(row[name], field);
    if (actual === null || bound === null) return false;
    if (operator === "<") return actual < bound;
    if (operator === "<=") return actual <= bound;
    return operator === ">" ? actual > bound : actual >= bound;
  };
}

type Comparable = string | number | boolean | null;

/** A literal of another type than the field's is refused, as a date in quotes is. */
function valueOf(literal: Literal, name: string, field: Field): Comparable {
  if (literal.type === "null") return null;
  const type = field.type === "email" || field.type === "id" ? "text" : field.type;
  if (type === "address")
    throw new RequestRefusal(
      400,
      "INVALID_FIELD",
      `field '${name}' can not be filtered in a query call`,
    );
  if (literal.type !== type)
    throw new RequestRefusal(
      400,
      "INVALID_FIELD",
      `value of filter criterion for field '${name}' must be of type ${type} and should ${type === "text" ? "" : "not "}be enclosed in quotes`,
    );
  if (literal.type === "datetime") return Date.parse(literal.text);
  if (literal.type === "boolean") return literal.text === "true";
  if (field.type !== "id") return literal.text.toLowerCase();
  const id = longId(literal.text);
  if (id === null)
    throw new RequestRefusal(
      400,
      "INVALID_QUERY_FILTER_OPERATOR",
      `invalid ID field: ${literal.text}`,
    );
  return id;
}

/** Text is compared without regard to its case, ids letter by letter. */
function comparable(value: unknown, field: Field): Comparable {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string") return null;
  if (field.type === "datetime") return Date.parse(value.replace("+0000", "Z"));
  return field.type === "id" ? value : value.toLowerCase();
}

/** What is empty comes first. */
function comparerOf({ field: given, descending }: Order, table: Table) {
  const { name, field } = fieldOf(table, given);
  return (a: Row, b: Row): number => {
    const [left, right] = [comparable(a[name], field), comparable(b[name], field)];
    if (left === right) return 0;
    const before = left === null || (right !== null && left < right);
    return before === descending ? 1 : -1;
  };
}
