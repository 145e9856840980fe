import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { LedgerEntry } from "../../src/sandbox/kit/vendor.ts";
import type { ContractChecker } from "./contract-checker.ts";
import { isRecord } from "./json.ts";

/** One request of the API, by the definitions that describe its body and its answer. */
interface Described {
  readonly method: string;
  readonly path: RegExp;
  /** Parameters, by FreshBooks' pages: the description itself has none. */
  readonly query?: RegExp;
  /** Any one of them; a body is not allowed where there are none. */
  readonly bodies?: readonly string[];
  readonly answer: string;
}

const clients = String.raw`/accounting/account/[A-Za-z0-9]+/users/clients`;
const filters = String.raw`search\[(?:email|updated_min|updated_max|vis_state|userid)\]|search\[userids\]\[\]`;
const listQuery = /^(?:page|per_page|search\[(?:updated_min|vis_state)\])$/;
const writes = ["ClientWrite", "VisStateWrite"];

const operations: readonly Described[] = [
  { method: "GET", path: /^\/auth\/api\/v1\/users\/me$/, answer: "Identity" },
  {
    method: "GET",
    path: new RegExp(`^${clients}$`),
    query: new RegExp(`^(?:page|per_page|${filters})$`),
    answer: "ClientListResponse",
  },
  {
    method: "GET",
    path: /^\/accounting\/account\/[A-Za-z0-9]+\/invoices\/invoices$/,
    query: listQuery,
    answer: "InvoiceListResponse",
  },
  {
    method: "GET",
    path: /^\/accounting\/account\/[A-Za-z0-9]+\/payments\/payments$/,
    query: listQuery,
    answer: "PaymentListResponse",
  },
  { method: "POST", path: new RegExp(`^${clients}$`), bodies: writes, answer: "ClientResponse" },
  { method: "GET", path: new RegExp(`^${clients}/\\d+$`), answer: "ClientResponse" },
  {
    method: "PUT",
    path: new RegExp(`^${clients}/\\d+$`),
    bodies: writes,
    answer: "ClientResponse",
  },
  {
    method: "POST",
    path: /^\/auth\/oauth\/token$/,
    bodies: ["TokenRequest"],
    answer: "TokenResponse",
  },
];

/** No description covers the page for people, nor the end of a grant. */
const undescribed = ["/oauth/authorize", "/auth/oauth/revoke"];

/** Checks by the definitions in that folder. Answers are held to them in whole: no member may be invented. */
export function createFreshbooksChecker(folder: string): ContractChecker {
  const file = join(folder, "freshbooks.schema.json");
  const definitionOf = compilerOf(JSON.parse(readFileSync(file, "utf8")));
  let checked = 0;
  return {
    check: (entry) => {
      if (undescribed.includes(entry.path)) return [];
      checked += 1;
      const name = `${entry.method} ${entry.path}`;
      const operation = operations.find(
        ({ method, path }) => method === entry.method && path.test(entry.path),
      );
      const problems =
        operation === undefined
          ? ["is not described"]
          : [
              ...problemsOfRequest(entry, operation, definitionOf),
              ...problemsOfAnswer(entry, operation, definitionOf),
            ];
      return problems.map((problem) => `${name}: ${problem}`);
    },
    get checked() {
      return checked;
    },
  };
}

type Definition = (name: string) => ValidateFunction;

function problemsOfRequest(
  entry: LedgerEntry,
  { query = /^$/, bodies = [], path }: Described,
  definitionOf: Definition,
): readonly string[] {
  const isSignIn = path.test("/auth/oauth/token");
  const tokenless = !isSignIn && entry.headers["authorization"] !== "Bearer";
  const unknown = [...new URLSearchParams(entry.query).keys()].filter((name) => !query.test(name));
  return [
    ...(tokenless ? ["no bearer token"] : []),
    ...unknown.map((name) => `the query's ${name} is not described`),
    ...problemsOfBody(entry, bodies, definitionOf),
  ];
}

function problemsOfBody(
  entry: LedgerEntry,
  bodies: readonly string[],
  definitionOf: Definition,
): readonly string[] {
  if (bodies.length === 0)
    return entry.body === "" ? [] : ["a body is sent where none is described"];
  const type = entry.headers["content-type"] ?? "";
  const isForm = type.startsWith("application/x-www-form-urlencoded");
  if (isForm && !bodies.includes("TokenRequest")) return ["the body is a form"];
  const body = isForm ? Object.fromEntries(new URLSearchParams(entry.body)) : parsed(entry.body);
  const found = bodies.map((name) => problemsOf(definitionOf(name), body, "the body"));
  return found.find((problems) => problems.length === 0) ?? found[0] ?? [];
}

/** A fault that is no answer of FreshBooks is passed over. Errors come with any status. */
function problemsOfAnswer(
  entry: LedgerEntry,
  { answer }: Described,
  definitionOf: Definition,
): readonly string[] {
  if (entry.fault === "html" || entry.fault === "reset") return [];
  const body = parsed(entry.answer);
  const isError = definitionOf("AnyError")(body);
  if (entry.status >= 400)
    return isError ? [] : problemsOf(definitionOf("AnyError"), body, "the error");
  return isError ? [] : problemsOf(definitionOf(answer), body, "the answer");
}

function compilerOf(schema: unknown): Definition {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const document = closed(schema);
  if (!isRecord(document)) throw new Error("The API description is no object.");
  ajv.addSchema(document);
  const made = new Map<string, ValidateFunction>();
  return (name) => {
    const $ref = `${String(document["$id"])}#/$defs/${name}`;
    const validate = made.get(name) ?? ajv.compile({ $ref });
    made.set(name, validate);
    return validate;
  };
}

/** With every object whose members are listed closed to others. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!isRecord(schema)) return schema;
  const copy = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, closed(value)]),
  );
  const isListed = schema["type"] === "object" && isRecord(schema["properties"]);
  return isListed && !("additionalProperties" in schema)
    ? { ...copy, additionalProperties: false }
    : copy;
}

function problemsOf(validate: ValidateFunction, value: unknown, what: string): readonly string[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) => `${what}: ${explain(error)}`);
}

function explain({ instancePath, message, params }: ErrorObject): string {
  const more = Object.values(params).filter((value) => typeof value === "string");
  return [instancePath, message, ...more].filter((part) => part !== "").join(" ");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
