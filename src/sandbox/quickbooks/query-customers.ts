import { displayName, isActive, type Customer } from "./customer.ts";
import { invalidQuery } from "./errors.ts";
import type { Condition, Query } from "./query.ts";
import { wholeSecond } from "./times.ts";

type Value = string | number | boolean;

/** What of a customer can be asked for and sorted by; null where the customer has none. */
const fields: Readonly<Record<string, (customer: Customer) => Value | null>> = {
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
  const conditions = query.where.map(matcherOf);
  const found = customers.filter(
    (customer) =>
      (asksActive || isActive(customer)) && conditions.every((matches) => matches(customer)),
  );
  if (query.order === null) return found;
  const read = readerOf(query.order.field);
  const sign = query.order.descending ? -1 : 1;
  return found.toSorted((a, b) => sign * compare(read(a), read(b)));
}

function readerOf(field: string): (customer: Customer) => Value | null {
  const read = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (read === undefined) throw invalidQuery(`Property ${field} not found for Entity Customer`);
  return read;
}

function matcherOf({ field, operator, values }: Condition): (customer: Customer) => boolean {
  const read = readerOf(field);
  const wanted = values.map((value) => toValue(field, value));
  const [first] = wanted;
  if (first === undefined) throw invalidQuery(`A value is needed for ${field}`);
  if (operator === "IN" || operator === "=")
    return (customer) => wanted.some((value) => isSame(read(customer), value));
  if (operator === "LIKE") {
    const pattern = likePattern(String(first));
    return (customer) => pattern.test(String(read(customer) ?? ""));
  }
  const fits = comparisons[operator];
  return (customer) => {
    const value = read(customer);
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
