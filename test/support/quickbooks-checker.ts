import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { LedgerEntry } from "../../src/sandbox/kit/vendor.ts";
import type { ContractChecker } from "./contract-checker.ts";
import { isRecord } from "./json.ts";

/** Of the sign-in's pages no description says anything. */
const pages = ["/connect/oauth2", "/connect/oauth2/consent"];

const tokenPath = "/oauth2/v1/tokens/bearer";
const revokePath = "/v2/oauth2/tokens/revoke";

/** What an answer of success is, by the path below the company. */
const answers: readonly (readonly [pattern: RegExp, definition: string])[] = [
  [/^GET \/v3\/company\/\d+\/query$/, "QueryEnvelope"],
  [/^GET \/v3\/company\/\d+\/cdc$/, "CDCEnvelope"],
  [/^GET \/v3\/company\/\d+\/customer\/[^/]+$/, "CustomerResponse"],
  [/^POST \/v3\/company\/\d+\/customer$/, "CustomerResponse"],
  [/^GET \/v3\/company\/\d+\/companyInfo\/\d+$/i, "CompanyInfoResponse"],
];

/** Checks by the schema in that folder: the bodies of writes and of all answers. */
export function createQuickBooksChecker(folder: string): ContractChecker {
  const schema: unknown = JSON.parse(readFileSync(join(folder, "quickbooks.schema.json"), "utf8"));
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  if (!isRecord(schema)) throw new Error("The API description is no object.");
  const key = "quickbooks";
  ajv.addSchema({ ...closed(schema), $id: key }, key);
  const definitions = new Map<string, ValidateFunction>();
  const problemsOf = (definition: string, text: string, what: string): readonly string[] => {
    const validate =
      definitions.get(definition) ?? ajv.compile({ $ref: `${key}#/$defs/${definition}` });
    definitions.set(definition, validate);
    const body = parsed(text);
    if (body === undefined) return [`${what} is not JSON`];
    if (validate(body)) return [];
    return (validate.errors ?? []).map(({ instancePath, message, params }) =>
      [what, instancePath, message, ...Object.values(params).filter(isText)].join(" "),
    );
  };
  let checked = 0;

  const check = (entry: LedgerEntry): readonly string[] => {
    if (entry.path === tokenPath || entry.path === revokePath) return checkSignIn(entry);
    const found = answers.find(([pattern]) => pattern.test(`${entry.method} ${entry.path}`));
    if (found === undefined) return ["is not described"];
    const isFault = entry.status !== 200 || entry.answer.startsWith('{"Fault"');
    return [
      ...(entry.method === "POST" ? checkWrite(entry) : []),
      ...(entry.fault === "html" || entry.fault === "reset"
        ? []
        : problemsOf(isFault ? "AnyFaultResponse" : found[1], entry.answer, "the answer")),
    ];
  };
  const checkWrite = ({ body, headers }: LedgerEntry): readonly string[] => {
    const sent = parsed(body);
    const isUpdate = isRecord(sent) && "Id" in sent;
    const isJson = headers["content-type"]?.startsWith("application/json") === true;
    return [
      ...(isJson ? [] : ["the content type is not application/json"]),
      ...problemsOf(isUpdate ? "CustomerUpdateRequest" : "CustomerCreateRequest", body, "the body"),
    ];
  };
  const checkSignIn = ({ path, status, answer, fault }: LedgerEntry): readonly string[] => {
    if (fault === "html" || fault === "reset") return [];
    if (status !== 200) return problemsOf("OAuthError", answer, "the answer");
    return path === tokenPath ? problemsOf("TokenResponse", answer, "the answer") : [];
  };

  return {
    check: (entry) => {
      if (pages.includes(entry.path)) return [];
      checked += 1;
      return check(entry).map((problem) => `${entry.method} ${entry.path}: ${problem}`);
    },
    get checked() {
      return checked;
    },
  };
}

/** With every object whose members are listed closed to others, so that an invented member is found. */
function closed(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const copy = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, closedIn(value)]),
  );
  const isListed = schema["type"] === "object" && isRecord(schema["properties"]);
  return isListed && !("additionalProperties" in schema)
    ? { ...copy, additionalProperties: false }
    : copy;
}

function closedIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closedIn);
  return isRecord(value) ? closed(value) : value;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
