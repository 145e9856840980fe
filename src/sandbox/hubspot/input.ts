import type { SandboxRequest } from "../kit/vendor.ts";
import { invalidInput } from "./errors.ts";

export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The JSON object that the request carries; refused where there is another thing. */
export function bodyOf(request: SandboxRequest): Json {
  const type = request.headers["content-type"] ?? "";
  if (!type.startsWith("application/json"))
    throw invalidInput(`content type ${type}: application/json is needed`);
  try {
    const value: unknown = JSON.parse(request.body.toString("utf8"));
    if (isObject(value)) return value;
  } catch {
    // Told below.
  }
  throw invalidInput("JSON: Cannot deserialize value from the request's body");
}

/** Refuses members of other names, and the lack of those that are needed. */
export function checkMembers(
  object: Json,
  names: { readonly required: readonly string[]; readonly optional: readonly string[] },
): void {
  const known = [...names.required, ...names.optional];
  const unknown = Object.keys(object).find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalidInput(`JSON: Unrecognized field "${unknown}"`);
  const missing = names.required.find((name) => object[name] === undefined);
  if (missing !== undefined)
    throw invalidInput(`JSON: Some required fields were not set: [${missing}]`);
}

export function textIn(object: Json, name: string): string | undefined {
  const value = object[name];
  if (value === undefined || typeof value === "string") return value;
  throw invalidInput(`JSON: ${name} must be a string`);
}

export function textsIn(object: Json, name: string): readonly string[] | undefined {
  const value = object[name];
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw invalidInput(`JSON: ${name} must be a list of strings`);
}

export function objectsIn(object: Json, name: string): readonly Json[] | undefined {
  const value = object[name];
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every(isObject)) return value;
  throw invalidInput(`JSON: ${name} must be a list of objects`);
}

/** Values by the names of properties: texts all of them. */
export function propertiesIn(object: Json): Readonly<Record<string, string>> {
  const value = object["properties"];
  if (!isObject(value)) throw invalidInput("JSON: properties must be an object");
  const entries = Object.entries(value).map(([name, text]): [string, string] => {
    if (typeof text === "string") return [name, text];
    throw invalidInput(`JSON: the value of ${name} must be a string`);
  });
  return Object.fromEntries(entries);
}

/** The query's parameters, each known; lists are repeated, or separated by commas. */
export interface Query {
  text(name: string): string | undefined;
  list(name: string): readonly string[];
  flag(name: string): boolean;
  /** From 1 to the maximum. */
  count(name: string, options: { readonly otherwise: number; readonly most: number }): number;
}

export function readQuery(query: URLSearchParams, names: readonly string[]): Query {
  const unknown = [...query.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined) throw invalidInput(`parameter ${unknown}: it is not known here`);
  return {
    text: (name) => query.get(name) ?? undefined,
    list: (name) =>
      query
        .getAll(name)
        .flatMap((text) => text.split(","))
        .filter((text) => text !== ""),
    flag: (name) => {
      const text = query.get(name) ?? "false";
      if (text !== "true" && text !== "false") throw invalidInput(`parameter ${name}: ${text}`);
      return text === "true";
    },
    count: (name, options) => {
      const text = query.get(name);
      if (text === null) return options.otherwise;
      return countOf(/^\d+$/.test(text) ? Number(text) : text, name, options.most);
    },
  };
}

export function countOf(value: unknown, name: string, most: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most)
    return value;
  throw invalidInput(`${name}: it must be a whole number from 1 to ${most}`, { in: name });
}
