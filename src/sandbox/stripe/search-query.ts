import type { Customer } from "./customer.ts";
import { invalidRequest } from "./errors.ts";

/**
 * A part of Stripe's search query language: `field:"value"`, `field~"part"`, `metadata["key"]:"value"` or `:null`,
 * `created` with `:`, `>`, `<`, `>=` and `<=`, a leading `-`, joined by AND (or a space) or by OR, not by both.
 */
export function parseQuery(query: string): (customer: Customer) => boolean {
  const clauses: ((customer: Customer) => boolean)[] = [];
  const joints = new Set<string>();
  let rest = query.trim();
  while (rest !== "") {
    const found = clausePattern.exec(rest);
    if (found?.groups === undefined) throw unreadable();
    clauses.push(toClause(found.groups));
    rest = rest.slice(found[0].length);
    if (rest.trim() === "") break;
    const joint = /^\s+(?:(AND|OR)\s+)?/i.exec(rest);
    if (joint === null) throw unreadable();
    joints.add((joint[1] ?? "AND").toUpperCase());
    rest = rest.slice(joint[0].length);
    if (rest === "") throw unreadable();
  }
  if (clauses.length === 0 || joints.size > 1) throw unreadable();
  return joints.has("OR")
    ? (customer) => clauses.some((clause) => clause(customer))
    : (customer) => clauses.every((clause) => clause(customer));
}

const text = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`;

const clausePattern = new RegExp(
  String.raw`^(?<not>-)?(?<field>[a-z_]+)(?:\[(?<key>${text})\])?(?<operator>>=|<=|[:~<>])(?<value>${text}|null|\d+)`,
);

function toClause(groups: Readonly<Record<string, string | undefined>>): (c: Customer) => boolean {
  const { not, field = "", key, operator = ":", value = "" } = groups;
  const matches = toMatch(field, key === undefined ? undefined : unquote(key), { operator, value });
  return not === undefined ? matches : (customer) => !matches(customer);
}

function toMatch(
  field: string,
  key: string | undefined,
  { operator, value }: { readonly operator: string; readonly value: string },
): (customer: Customer) => boolean {
  if (field === "created" && key === undefined) return createdMatch(operator, value);
  const read = readerOf(field, key);
  if (value === "null" && operator === ":") return (customer) => read(customer) === null;
  if (!/^["']/.test(value)) throw unreadable();
  const wanted = unquote(value);
  // Metadata is compared exactly; the other fields without regard to case.
  const fold = (shown: string) => (key === undefined ? shown.toLowerCase() : shown);
  if (operator === ":") return (customer) => fold(read(customer) ?? "") === fold(wanted);
  if (operator === "~" && wanted.length >= 3)
    return (customer) => fold(read(customer) ?? "").includes(fold(wanted));
  throw unreadable();
}

function createdMatch(operator: string, value: string): (customer: Customer) => boolean {
  if (!/^\d+$/.test(value)) throw unreadable();
  const seconds = Number(value);
  if (operator === ":") return (customer) => customer.created === seconds;
  if (operator === ">") return (customer) => customer.created > seconds;
  if (operator === "<") return (customer) => customer.created < seconds;
  if (operator === ">=") return (customer) => customer.created >= seconds;
  if (operator === "<=") return (customer) => customer.created <= seconds;
  throw unreadable();
}

function readerOf(field: string, key: string | undefined): (customer: Customer) => string | null {
  if (field === "metadata" && key !== undefined)
    return (customer) =>
      Object.hasOwn(customer.metadata, key) ? (customer.metadata[key] ?? null) : null;
  if (key === undefined && (field === "email" || field === "name" || field === "phone"))
    return (customer) => customer[field];
  throw invalidRequest(
    `Field \`${field}\` is an unsupported search field for resource \`customers\`.`,
  );
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/\\(.)/g, "$1");
}

function unreadable(): Error {
  return invalidRequest(
    'We were unable to parse your search query. Try using the format `metadata["key"]:"value"` to query for metadata or key:"value" to query for other fields.',
  );
}
