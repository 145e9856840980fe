import type { Client } from "./client.ts";
import { easternText } from "./eastern.ts";
import { AccountingError, errno, invalidValue } from "./errors.ts";

/** Which clients a listing shows, and which part of them. */
export interface ListInput {
  readonly page: number;
  readonly perPage: number;
  readonly accept: (client: Client) => boolean;
}

const defaultPerPage = 15;
const largestPerPage = 100;

/** https://www.freshbooks.com/api/parameters and the filters of https://www.freshbooks.com/api/clients. */
export function readListInput(query: URLSearchParams): ListInput {
  const filters = [...query].filter(([name]) => name !== "page" && name !== "per_page");
  const visState = query.get("search[vis_state]");
  const shown = visState === null ? [0, 2] : [wholeNumber("vis_state", visState)];
  const tests = filters.flatMap(([name, value]) => {
    const filter = Object.hasOwn(knownFilters, name) ? knownFilters[name] : undefined;
    if (filter === undefined) throw invalidValue(name, `The sandbox does not simulate ${name}.`);
    const test = filter(value);
    return test === null ? [] : [test];
  });
  const ids = query.getAll("search[userids][]").map((id) => wholeNumber("userids", id));
  return {
    page: pageOf(query.get("page")),
    perPage: perPageOf(query.get("per_page")),
    accept: (client) =>
      shown.includes(client.visState) &&
      (ids.length === 0 || ids.includes(client.id)) &&
      tests.every((test) => test(client)),
  };
}

type Test = (client: Client) => boolean;

/** Null for a filter that is read elsewhere. Dates are days of New York, the last one not included. */
const knownFilters: Readonly<Record<string, (value: string) => Test | null>> = {
  "search[email]": (value) => (client) => client.texts.email === value,
  "search[userid]": (value) => {
    const id = wholeNumber("userid", value);
    return (client) => client.id === id;
  },
  "search[updated_min]": (value) => {
    const day = dayOf("updated_min", value);
    return (client) => easternText(client.updatedMs) >= day;
  },
  "search[updated_max]": (value) => {
    const day = dayOf("updated_max", value);
    return (client) => easternText(client.updatedMs) < day;
  },
  "search[vis_state]": () => null,
  "search[userids][]": () => null,
};

export function dayOf(name: string, value: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(value) || Number.isNaN(Date.parse(value)))
    throw invalidValue(name, `${name} must be a date of the form YYYY-MM-DD.`, value);
  return value;
}

function wholeNumber(name: string, value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw invalidValue(name, `${name} must be a number.`, value);
  return Number(value);
}

/** Page 0 is page 1; what is no such number is refused. */
export function pageOf(value: string | null): number {
  if (value === null) return 1;
  if (!/^\d{1,9}$/.test(value)) throw notPositive("page", errno.invalidPage, value);
  return Math.max(1, Number(value));
}

/** More than 100 are cut to 100 without a word. */
export function perPageOf(value: string | null): number {
  if (value === null) return defaultPerPage;
  if (!/^[1-9]\d{0,8}$/.test(value)) throw notPositive("per_page", errno.invalidPerPage, value);
  return Math.min(Number(value), largestPerPage);
}

function notPositive(field: string, number: number, value: string): AccountingError {
  const message = `${field} must be a positive integer.`;
  return new AccountingError(422, { errno: number, field, message, object: "client", value });
}
