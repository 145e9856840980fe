import { displayName, isActive, type Customer } from "./customer.ts";
import { invalidQuery } from "./errors.ts";
import type { Transaction } from "./money-store.ts";
import type { Condition, Query } from "./query.ts";
import { wholeSecond } from "./times.ts";

type Value = string | number | boolean;

type FieldsOf<T> = Readonly<Record<string, (item: T) => Value | null>>;

/** What of a customer can be asked for and sorted by; null where the customer has none. */
const fields: FieldsOf<Customer> = {
  Id: ({ id }) => id,
  DisplayName: ({ values }) => displayName(values),
  GivenName: (customer) => textOf(customer, "GivenName"),
  MiddleName: (customer) => textOf(customer, "MiddleName"),
  FamilyName: (customer) => textOf(customer, "FamilyName"),
  CompanyName: (customer) => textOf(customer, "CompanyName"),
  PrimaryEmailAddr: ({ values }) => {
    const { PrimaryEmailAddr: email } = values;
    return typeof email === "object" ? (email["Address"] ?? null) : null;
  },
  Active: isActive,
  Job: ({ values }) => values["Job"] === true,
  Balance: ({ balance }) => balance,
  "MetaData.CreateTime": ({ createdMs }) => wholeSecond(createdMs),
  "MetaData.LastUpdatedTime": ({ updatedMs }) => wholeSecond(updatedMs),
};

/** Of those customers the ones that the query asks for; the inactive ones only where it asks for them. */
export function queryCustomers(query: Query, customers: readonly Customer[]): readonly Customer[] {
  const asksActive = query.where.some(({ field }) => field === "Active");
  const shown = customers.filter((customer) => asksActive || isActive(customer));
  return queryItems(query, shown, fields, "Customer");
}

/** What of a transaction can be asked for and sorted by. */
const moneyFields: FieldsOf<Transaction> = {
  Id: ({ id }) => id,
  CustomerRef: ({ customer }) => customer,
  TotalAmt: ({ total }) => total / 100,
  "MetaData.CreateTime": ({ createdMs }) => wholeSecond(createdMs),
  "MetaData.LastUpdatedTime": ({ updatedMs }) => wholeSecond(updatedMs),
};

export function queryTransactions(
  query: Query,
  transactions: readonly Transaction[],
  entity: string,
): readonly Transaction[] {
  return queryItems(query, transactions, moneyFields, entity);
}

function queryItems<T>(
  query: Query,
  items: readonly T[],
  known: FieldsOf<T>,
  entity: string,
): readonly T[] {
  const read = (field: string) => readerOf(known, field, entity);
  const conditions = query.where.map((condition) => matcherOf(condition, read(condition.field)));
  const found = items.filter((item) => conditions.every((matches) => matches(item)));
  if (query.order === null) return found;
  const key = read(query.order.field);
  const sign = query.order.descending ? -1 : 1;
  return found.toSorted((a, b) => sign * compare(key(a), key(b)));
}

function readerOf<T>(known: FieldsOf<T>, field: string, entity: string): (item: T) => Value | null {
  const read = Object.hasOwn(known, field) ? known[field] : undefined;
  if (read === undefined) throw invalidQuery(`Property ${field} not found for Entity ${entity}`);
  return read;
}

function matcherOf<T>(
  { field, operator, values }: Condition,
  read: (item: T) => Value | null,
): (item: T) => boolean {
  const wanted = values.map((value) => toValue(field, value));
  const [first] = wanted;
  if (first === undefined) throw invalidQuery(`A value is needed for ${field}`);
  if (operator === "IN" || operator === "=")
    return (item) => wanted.some((value) => isSame(read(item), value));
  if (operator === "LIKE") {
    const pattern = likePattern(String(first));
    return (item) => pattern.test(String(read(item) ?? ""));
  }
  const fits = comparisons[operator];
  return (item) => {
    const value = read(item);
    return value !== null && fits(compare(value, first));
  };
}

const comparisons = {
  "<": (order: number) => order < 0,
  ">": (order: number) => order > 0,
  "<=": (order: number) => order <= 0,
  ">=": (order: number) => order >= 0,
} as const;

function toValue(field: string, value: Value): Value {
  if (field.startsWith("MetaData.")) {
    const atMs = Date.parse(String(value));
    if (Number.isNaN(atMs)) throw invalidQuery(`value ${String(value)} is no time`);
    return atMs;
  }
  return field === "Id" ? String(value) : value;
}

function isSame(a: Value | null, b: Value): boolean {
  return typeof a === "string" && typeof b === "string"
    ? a.toLowerCase() === b.toLowerCase()
    : a === b;
}

/** Ids are numbers; texts are compared without regard to case. */
function compare(a: Value | null, b: Value | null): number {
  const [left, right] = [sortable(a), sortable(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function sortable(value: Value | null): string | number {
  if (typeof value === "number") return value;
  const text = String(value ?? "");
  return /^\d+$/.test(text) ? Number(text) : text.toLowerCase();
}

function likePattern(text: string): RegExp {
  const escaped = text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll("%", ".*")}$`, "is");
}

function textOf(customer: Customer, name: string): string | null {
  const value = customer.values[name];
  return typeof value === "string" ? value : null;
}
