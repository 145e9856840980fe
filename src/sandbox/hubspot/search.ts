import { valueOf, type Contact } from "./contact.ts";
import { HubSpotError, invalidInput } from "./errors.ts";
import { checkMembers, countOf, isObject, objectsIn, textIn, textsIn, type Json } from "./input.ts";
import { isProperty } from "./properties.ts";

/** https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm */
const mostGroups = 5;
const mostFilters = 6;
const mostFiltersInAll = 18;
const mostPerPage = 200;
/** No query shows more; what lies beyond is refused. */
const mostResults = 10_000;
const longestBody = 3000;

export interface Found {
  readonly total: number;
  readonly contacts: readonly Contact[];
  /** Where the next page starts; null on the last one. */
  readonly after: string | null;
  readonly properties: readonly string[];
}

/** The page that a search asks for. */
export function searchContacts(body: Json, contacts: readonly Contact[]): Found {
  if (JSON.stringify(body).length > longestBody)
    throw invalidInput(`the request's body is longer than ${longestBody} characters`);
  const optional = ["query", "limit", "after", "sorts", "properties", "filterGroups"];
  checkMembers(body, { required: [], optional });
  if (body["query"] !== undefined)
    throw invalidInput("query: the sandbox searches by filters alone");
  const limit = body["limit"] === undefined ? 10 : countOf(body["limit"], "limit", mostPerPage);
  const start = startOf(textIn(body, "after"), limit);
  const fits = readGroups(objectsIn(body, "filterGroups") ?? []);
  const found = contacts.filter(fits).toSorted(readSort(body["sorts"]));
  const page = found.slice(start, start + limit);
  const next = start + page.length;
  return {
    total: found.length,
    contacts: page,
    after: next < found.length ? String(next) : null,
    properties: textsIn(body, "properties") ?? [],
  };
}

function startOf(after: string | undefined, limit: number): number {
  if (after === undefined) return 0;
  if (!/^\d+$/.test(after)) throw invalidInput(`after: ${after} is not a number`);
  if (Number(after) + limit > mostResults)
    throw new HubSpotError(400, {
      category: "VALIDATION_ERROR",
      message: `There was a problem with the request: more than ${mostResults} results cannot be paged through.`,
    });
  return Number(after);
}

type Fits = (contact: Contact) => boolean;

/** Groups are alternatives; the filters of one must all fit. */
function readGroups(groups: readonly Json[]): Fits {
  const read = groups.map((group) => {
    checkMembers(group, { required: ["filters"], optional: [] });
    return (objectsIn(group, "filters") ?? []).map(readFilter);
  });
  const tooMany =
    read.length > mostGroups ||
    read.some((filters) => filters.length > mostFilters) ||
    read.flat().length > mostFiltersInAll;
  if (tooMany) throw invalidInput("filterGroups: there are too many filters");
  if (read.length === 0) return () => true;
  return (contact) => read.some((filters) => filters.every((fits) => fits(contact)));
}

function readFilter(filter: Json): Fits {
  checkMembers(filter, {
    required: ["operator", "propertyName"],
    optional: ["value", "values", "highValue"],
  });
  const name = textIn(filter, "propertyName") ?? "";
  if (!isProperty(name)) throw invalidInput(`filter: there is no property ${name}`);
  const operator = textIn(filter, "operator") ?? "";
  const compares = Object.hasOwn(comparisons, operator) ? comparisons[operator] : undefined;
  if (compares === undefined) throw invalidInput(`filter: the operator ${operator} is not known`);
  const value = textIn(filter, "value");
  if (value === undefined) throw invalidInput(`filter: ${operator} needs a value`);
  const wanted = comparable(name, value);
  return (contact) => {
    const own = comparableOf(contact, name);
    return own !== null && compares(own, wanted);
  };
}

type Comparable = string | number;

/** Of HubSpot's thirteen operators those that compare with one value. */
const comparisons: Readonly<Record<string, (a: Comparable, b: Comparable) => boolean>> = {
  EQ: (a, b) => a === b,
  NEQ: (a, b) => a !== b,
  LT: (a, b) => a < b,
  LTE: (a, b) => a <= b,
  GT: (a, b) => a > b,
  GTE: (a, b) => a >= b,
};

/** Dates as milliseconds since 1970 or ISO 8601, ids as numbers, other texts whatever their letters' case. */
function comparable(name: string, text: string): Comparable {
  if (name === "hs_object_id") return numberOf(text);
  if (name !== "createdate" && name !== "lastmodifieddate") return text.toLowerCase();
  return /^\d+$/.test(text) ? Number(text) : numberOf(Date.parse(text));
}

function comparableOf(contact: Contact, name: string): Comparable | null {
  if (name === "hs_object_id") return Number(contact.id);
  if (name === "createdate") return contact.createdMs;
  if (name === "lastmodifieddate") return contact.updatedMs;
  return valueOf(contact, name)?.toLowerCase() ?? null;
}

function numberOf(value: string | number): number {
  const number = Number(value);
  if (Number.isNaN(number)) throw invalidInput("filter: the value does not fit the property");
  return number;
}

function readSort(sorts: unknown): (a: Contact, b: Contact) => number {
  if (sorts === undefined || (Array.isArray(sorts) && sorts.length === 0))
    return (a, b) => Number(a.id) - Number(b.id);
  const [sort, another]: readonly unknown[] = Array.isArray(sorts) ? sorts : [];
  if (!isObject(sort) || another !== undefined)
    throw invalidInput("sorts: one rule of propertyName and direction can be given");
  checkMembers(sort, { required: ["propertyName"], optional: ["direction"] });
  const name = textIn(sort, "propertyName") ?? "";
  const direction = textIn(sort, "direction") ?? "ASCENDING";
  if (!isProperty(name) || !["ASCENDING", "DESCENDING"].includes(direction))
    throw invalidInput("sorts: the property or the direction is not known");
  const sign = direction === "ASCENDING" ? 1 : -1;
  return (a, b) => {
    const [left, right] = [comparableOf(a, name) ?? "", comparableOf(b, name) ?? ""];
    if (left === right) return 0;
    return left < right ? -sign : sign;
  };
}
