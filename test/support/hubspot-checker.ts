import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ErrorObject } from "ajv";
import addFormats from "ajv-formats";
import type { LedgerEntry } from "../../src/sandbox/kit/vendor.ts";
import type { ContractChecker } from "./contract-checker.ts";
import { isRecord, type JsonRecord } from "./json.ts";

/** What the description has under its older path: the same operations and schemas, by its own README. */
const aliases: readonly (readonly [RegExp, string])[] = [
  [/^\/crm\/objects\/2026-03\/contacts/, "/crm/v3/objects/contacts"],
];

/** People's pages, and the account's details, which are in another of HubSpot's descriptions. */
const undescribed = /^\/(oauth\/authorize|oauth\/consent|account-info\/2026-03\/details)$/;

/**
 * Members of error bodies that HubSpot documents elsewhere: the envelope's `status` (error handling), OAuth's own words
 * (OAuth guides), and the body of a spent limit (usage guidelines), which has no category.
 */
const limitBody = ["status", "message", "errorType", "correlationId", "policyName", "requestId"];
const alsoInErrors = { status: text(), error: text(), error_description: text() };

/** Checks by the descriptions of contacts and of OAuth in that folder. What is not described is a problem. */
export function createHubSpotChecker(folder: string): ContractChecker {
  const operations = ["contacts.json", "oauth.json"].flatMap((name) =>
    readOperations(JSON.parse(readFileSync(join(folder, name), "utf8")), name),
  );
  let checked = 0;
  return {
    check: (entry) => {
      if (undescribed.test(entry.path)) return [];
      checked += 1;
      const path = aliases.reduce((at, [from, to]) => at.replace(from, to), entry.path);
      const operation = operations.find((one) => one.fits(entry.method, path));
      const problems =
        operation === undefined
          ? ["is not described"]
          : [...operation.checkRequest(entry), ...operation.checkAnswer(entry)];
      return problems.map((problem) => `${entry.method} ${entry.path}: ${problem}`);
    },
    get checked() {
      return checked;
    },
  };
}

interface Operation {
  fits(method: string, path: string): boolean;
  checkRequest(entry: LedgerEntry): readonly string[];
  checkAnswer(entry: LedgerEntry): readonly string[];
}

function readOperations(document: unknown, key: string): readonly Operation[] {
  const described = closed(document);
  if (!isRecord(described)) throw new Error(`${key} is no description`);
  const error = recordAt(described, ["components", "schemas", "Error"]);
  Object.assign(recordAt(error, ["properties"]), alsoInErrors);
  const judge = createJudge(described, key);
  const paths = Object.entries(recordAt(described, ["paths"]));
  // A path without parameters goes before one that would take its last part for an id.
  const ordered = paths.toSorted(([a], [b]) => Number(a.includes("{")) - Number(b.includes("{")));
  return ordered.flatMap(([path, methods]) =>
    Object.entries(isRecord(methods) ? methods : {}).map(([method, operation]): Operation => {
      const pattern = new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, "[^/]+")}$`);
      const parts = isRecord(operation) ? operation : {};
      return {
        fits: (wanted, at) => method.toUpperCase() === wanted && pattern.test(at),
        checkRequest: (entry) => [
          ...checkQuery(entry.query, parts["parameters"], judge),
          ...checkBody(entry, parts["requestBody"], judge),
        ],
        checkAnswer: (entry) => checkAnswer(entry, recordAt(parts, ["responses"]), judge),
      };
    }),
  );
}

/** Says what is wrong with a value by that schema, each in one line. */
type Judge = (schema: unknown, value: unknown, what: string) => readonly string[];

function createJudge(document: JsonRecord, key: string): Judge {
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false });
  addFormats.default(ajv);
  ajv.addSchema(document, key);
  const made = new Map<unknown, ReturnType<typeof ajv.compile>>();
  return (schema, value, what) => {
    const validate = made.get(schema) ?? ajv.compile(isRecord(schema) ? rooted(schema, key) : {});
    made.set(schema, validate);
    return validate(value) ? [] : (validate.errors ?? []).map((error) => `${what}: ${told(error)}`);
  };
}

function rooted(schema: JsonRecord, key: string): JsonRecord {
  const text = JSON.stringify(schema).replaceAll('"$ref":"#/', `"$ref":"${key}#/`);
  const value: unknown = JSON.parse(text);
  return isRecord(value) ? value : {};
}

function checkQuery(query: string, parameters: unknown, judge: Judge): readonly string[] {
  const described = (Array.isArray(parameters) ? parameters : [])
    .filter(isRecord)
    .filter((parameter) => parameter["in"] === "query");
  const given = new URLSearchParams(query);
  const unknown = [...new Set(given.keys())].filter(
    (name) => !described.some((parameter) => parameter["name"] === name),
  );
  const problems = described.flatMap((parameter) => {
    const { name, schema, required } = parameter;
    const texts = given.getAll(String(name));
    if (texts.length === 0) return required === true ? [`the query lacks ${String(name)}`] : [];
    const type = isRecord(schema) ? schema["type"] : "";
    const value = type === "array" ? texts.flatMap((one) => one.split(",")) : typed(texts[0], type);
    return judge(schema, value, `the query's ${String(name)}`);
  });
  return [...unknown.map((name) => `the query's ${name} is not described`), ...problems];
}

function typed(value: string | undefined, type: unknown): unknown {
  if (type === "integer") return Number(value);
  return type === "boolean" && (value === "true" || value === "false") ? value === "true" : value;
}

function checkBody(entry: LedgerEntry, described: unknown, judge: Judge): readonly string[] {
  if (described === undefined)
    return entry.body === "" ? [] : ["a body is sent where none is described"];
  const [content] = Object.entries(recordAt(described, ["content"]));
  if (content === undefined) throw new Error("a body without content");
  const [type, { schema }] = [content[0], isRecord(content[1]) ? content[1] : {}];
  const sentType = entry.headers["content-type"] ?? "";
  if (!sentType.startsWith(type)) return [`the body is ${sentType}, not ${type}`];
  const value = type.endsWith("json")
    ? parsed(entry.body)
    : Object.fromEntries(new URLSearchParams(entry.body));
  return judge(schema, value, "the body");
}

/** A fault that is no answer of the vendor's is passed over. */
function checkAnswer(entry: LedgerEntry, responses: JsonRecord, judge: Judge): readonly string[] {
  if (entry.fault === "html" || entry.fault === "reset") return [];
  const body = parsed(entry.answer);
  if (entry.status === 429) {
    const names = Object.keys(isRecord(body) ? body : {});
    const same = names.toSorted().join() === limitBody.toSorted().join();
    return same ? [] : [`a spent limit is told by ${names.join(", ")}`];
  }
  const response = responses[String(entry.status)] ?? responses["default"];
  const content = isRecord(response) ? response["content"] : undefined;
  const success = entry.status < 400;
  if (success && !(String(entry.status) in responses))
    return [`the status ${entry.status} is not described`];
  if (content === undefined) return entry.answer === "" ? [] : ["an answer without a body has one"];
  const { schema } = recordAt(content, ["application/json"]);
  return body === undefined
    ? [`the answer of status ${entry.status} is not JSON`]
    : judge(schema, body, `the answer of status ${entry.status}`);
}

function told({ instancePath, message, params }: ErrorObject): string {
  const more = Object.values(params).filter((value) => typeof value === "string");
  return [instancePath, message, ...more].filter((part) => part !== "").join(" ");
}

/** With every object whose members are listed closed to others, so that an invented member is found. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!isRecord(schema)) return schema;
  const copy = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, closed(value)]),
  );
  const lists = schema["type"] === "object" && isRecord(schema["properties"]);
  return lists && !("additionalProperties" in schema)
    ? { ...copy, additionalProperties: false }
    : copy;
}

function recordAt(value: unknown, path: readonly string[]): JsonRecord {
  let found = value;
  for (const name of path) found = isRecord(found) ? found[name] : undefined;
  if (!isRecord(found)) throw new Error(`The API description has no ${path.join(".")}.`);
  return found;
}

function parsed(json: string): unknown {
  try {
    const value: unknown = JSON.parse(json);
    return value;
  } catch {
    return undefined;
  }
}

function text(): JsonRecord {
  return { type: "string" };
}
