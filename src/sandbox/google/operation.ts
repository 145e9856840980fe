import type { SandboxRequest } from "../kit/vendor.ts";
import type { AddressBook } from "./address-book.ts";
import type { Account } from "./accounts.ts";
import { refuse, refuseInput } from "./errors.ts";
import { readMask, readablePaths, requireMask } from "./masks.ts";
import type { PersonView } from "./person-output.ts";

/** One method of the People API. */
export interface Operation {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** As the API description's `flatPath` writes it, with a slash before it. */
  readonly template: string;
  /** The method's name in google.people.v1, for error details. */
  readonly rpc: string;
  /** One of them is needed. */
  readonly scopes: readonly string[];
  /** Of the query; any other one is refused. */
  readonly parameters: readonly string[];
  /** Whether it changes entities: such requests of one user are to be sent one after another. */
  readonly writes?: true;
  run(call: Call): unknown;
}

/** An authorized request of an operation. */
export interface Call {
  readonly request: SandboxRequest;
  /** What stands for the template's placeholder, decoded; "" where it has none. */
  readonly id: string;
  readonly account: Account;
  readonly book: AddressBook;
  readonly scopes: readonly string[];
}

export const sourcesParameter = "sources";

const sourceTypes = [
  "READ_SOURCE_TYPE_UNSPECIFIED",
  "READ_SOURCE_TYPE_PROFILE",
  "READ_SOURCE_TYPE_CONTACT",
  "READ_SOURCE_TYPE_DOMAIN_CONTACT",
  "READ_SOURCE_TYPE_OTHER_CONTACT",
];

const defaultSources = ["READ_SOURCE_TYPE_CONTACT", "READ_SOURCE_TYPE_PROFILE"];

export function readSources(
  given: readonly string[],
  byDefault: readonly string[] = defaultSources,
): ReadonlySet<string> {
  for (const [index, source] of given.entries())
    if (!sourceTypes.includes(source))
      refuseInput(
        `sources[${index}]`,
        `Invalid value at 'sources[${index}]' (type.googleapis.com/google.people.v1.ReadSourceType), "${source}"`,
      );
  const named = given.filter((source) => source !== "READ_SOURCE_TYPE_UNSPECIFIED");
  return new Set(named.length > 0 ? named : byDefault);
}

/** `personFields`, or the deprecated `requestMask.includeField` with its "person." prefixes. */
export function requirePersonFields(query: URLSearchParams, page: string): ReadonlySet<string> {
  const old = query.get("requestMask.includeField")?.replaceAll(/\bperson\./g, "");
  return requireMask(query.get("personFields") ?? old ?? null, {
    name: "personFields",
    valid: readablePaths,
    page,
  });
}

/** The view of a write's answer: all fields where no mask is given. */
export function viewOfWrite(query: URLSearchParams, page: string): PersonView {
  const options = { name: "personFields", valid: readablePaths, page };
  return {
    mask: readMask(query.get("personFields"), options) ?? new Set(readablePaths),
    sources: readSources(query.getAll(sourcesParameter)),
  };
}

export interface NumberOptions {
  readonly field: string;
  readonly byDefault: number;
  readonly max: number;
}

/** A size from the query: 0 and what is left out stand for the default, other values out of range are refused. */
export function readSize(value: string | null, options: NumberOptions): number {
  const { field, byDefault, max } = options;
  if (value === null || value === "" || value === "0") return byDefault;
  if (!/^-?\d+$/.test(value))
    refuseInput(field, `Invalid value at '${field}' (TYPE_INT32), "${value}"`);
  const size = Number(value);
  if (size < 1 || size > max)
    refuse("INVALID_ARGUMENT", `Request ${field} must be between 1 and ${max}.`);
  return size;
}

/** The body as JSON; an empty one is an empty object. */
export function readJson(request: SandboxRequest): unknown {
  if (request.body.length === 0) return {};
  try {
    return JSON.parse(request.body.toString("utf8"));
  } catch {
    return refuse("INVALID_ARGUMENT", "Invalid JSON payload received. Unexpected token.");
  }
}

export function refuseMissing(): never {
  return refuse("NOT_FOUND", "Requested entity was not found.");
}
