import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import type { LedgerEntry } from "../../src/sandbox/kit/vendor.ts";
import type { ContractChecker } from "./contract-checker.ts";
import { parseDeepObject } from "./deep-object.ts";
import { isRecord, type JsonRecord } from "./json.ts";

/**
 * Holds requests and answers against OpenAPI 3.0 descriptions. An operation, a parameter or a member of an answer
 * that is not described is a problem.
 */
export function createOpenApiChecker(documents: readonly unknown[]): ContractChecker {
  const operations = documents.flatMap((document, index) =>
    readOperations(document, `doc${index}`),
  );
  let checked = 0;
  return {
    check: (entry) => {
      checked += 1;
      const operation = operations.find((one) => one.fits(entry.method, entry.path));
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

interface DescribedOperation {
  fits(method: string, path: string): boolean;
  checkRequest(entry: LedgerEntry): readonly string[];
  checkAnswer(entry: LedgerEntry): readonly string[];
}

function readOperations(document: unknown, key: string): readonly DescribedOperation[] {
  // Requests carry texts only, which become what the schema asks for; answers must be right as they are.
  const requests = compilerOf(document, key, { coerceTypes: true });
  const answers = compilerOf(closed(document), key, { coerceTypes: false });
  const paths = Object.entries(recordIn(document, "paths")).flatMap(([path, methods]) =>
    Object.entries(isRecord(methods) ? methods : {}).map(([method, operation]) => ({
      path,
      method,
      operation,
    })),
  );
  // A path without parameters goes before one that would take its last part for an id.
  const ordered = paths.toSorted(
    (a, b) => Number(a.path.includes("{")) - Number(b.path.includes("{")),
  );
  return ordered.map(({ path, method, operation }) => {
    const pointer = `/paths/${escaped(path)}/${method}`;
    const pattern = new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, "[^/]+")}$`);
    const checkQuery = queryCheck(operation, pointer, requests);
    const bodyPointer = `${pointer}/requestBody/content/${escaped(formType)}/schema`;
    const checkBody = hasBody(operation) ? requests.at(bodyPointer) : null;
    return {
      fits: (wanted, wantedPath) => method.toUpperCase() === wanted && pattern.test(wantedPath),
      checkRequest: (entry) => [...checkQuery(entry.query), ...checkFormBody(entry, checkBody)],
      checkAnswer: (entry) => checkAnswer(entry, document, { pointer, answers }),
    };
  });
}

const formType = "application/x-www-form-urlencoded";
const jsonType = "application/json";

interface Compiler {
  /** The schema at that JSON pointer; made once. */
  at(pointer: string): ValidateFunction;
  /** Another schema, which may refer to the document by `refTo`. */
  compile(schema: JsonRecord): ValidateFunction;
  refTo(pointer: string): string;
}

function compilerOf(document: unknown, key: string, options: { coerceTypes: boolean }): Compiler {
  const ajv = new Ajv({ ...options, strict: false, allErrors: true, validateSchema: false });
  addFormats.default(ajv);
  for (const format of ["unix-time", "decimal"]) ajv.addFormat(format, true);
  if (!isRecord(document)) throw new Error("The API description is no object.");
  ajv.addSchema(document, key);
  const made = new Map<string, ValidateFunction>();
  const refTo = (pointer: string) => `${key}#${pointer}`;
  return {
    refTo,
    compile: (schema) => ajv.compile(schema),
    at: (pointer) => {
      const validate = made.get(pointer) ?? ajv.compile({ $ref: refTo(pointer) });
      made.set(pointer, validate);
      return validate;
    },
  };
}

function queryCheck(
  operation: unknown,
  pointer: string,
  compiler: Compiler,
): (query: string) => readonly string[] {
  const parameters = isRecord(operation) ? operation["parameters"] : [];
  const described = (Array.isArray(parameters) ? parameters : []).map(
    (parameter: unknown, index) => ({
      parameter: isRecord(parameter) ? parameter : {},
      schema: { $ref: compiler.refTo(`${pointer}/parameters/${index}/schema`) },
    }),
  );
  const inQuery = described.filter(({ parameter }) => parameter["in"] === "query");
  const validate = compiler.compile({
    type: "object",
    additionalProperties: false,
    required: inQuery
      .filter(({ parameter }) => parameter["required"] === true)
      .map(({ parameter }) => nameOf(parameter)),
    properties: Object.fromEntries(
      inQuery.map(({ parameter, schema }) => [nameOf(parameter), schema]),
    ),
  });
  return (query) => problemsOf(validate, parseDeepObject(query), "the query");
}

function nameOf(parameter: JsonRecord): string {
  return String(parameter["name"]);
}

function checkFormBody(entry: LedgerEntry, validate: ValidateFunction | null): readonly string[] {
  if (entry.body === "") return [];
  if (validate === null) return ["a body is sent where none is described"];
  const contentType = entry.headers["content-type"] ?? "";
  if (!contentType.startsWith(formType)) return [`the body is ${contentType}, not ${formType}`];
  return problemsOf(validate, parseDeepObject(entry.body), "the body");
}

/** A fault that is no answer of the vendor's is passed over. */
function checkAnswer(
  entry: LedgerEntry,
  document: unknown,
  { pointer, answers }: { readonly pointer: string; readonly answers: Compiler },
): readonly string[] {
  if (entry.fault === "html" || entry.fault === "reset") return [];
  const responses = recordIn(at(document, pointer), "responses");
  const status = Object.hasOwn(responses, String(entry.status)) ? String(entry.status) : "default";
  if (!Object.hasOwn(responses, status)) return [`the status ${entry.status} is not described`];
  const [place, response] = follow(document, `${pointer}/responses/${status}`);
  const content = isRecord(response) ? response["content"] : undefined;
  if (!isRecord(content)) return entry.answer === "" ? [] : ["an answer without a body has one"];
  const validate = answers.at(`${place}/content/${escaped(jsonType)}/schema`);
  const body = parsed(entry.answer);
  return body === undefined
    ? [`the answer of status ${entry.status} is not JSON`]
    : problemsOf(validate, body, `the answer of status ${entry.status}`);
}

function problemsOf(validate: ValidateFunction, value: unknown, what: string): readonly string[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) => `${what}: ${explain(error)}`);
}

function explain({ instancePath, message, params }: ErrorObject): string {
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
  return schema["type"] === "object" &&
    isRecord(schema["properties"]) &&
    !("additionalProperties" in schema)
    ? { ...copy, additionalProperties: false }
    : copy;
}

function hasBody(operation: unknown): boolean {
  return isRecord(operation) && operation["requestBody"] !== undefined;
}

/** The pointer and the value, behind a `$ref` where there is one. */
function follow(document: unknown, pointer: string): readonly [string, unknown] {
  const value = at(document, pointer);
  const ref = isRecord(value) ? value["$ref"] : undefined;
  return typeof ref === "string" ? [ref.slice(1), at(document, ref.slice(1))] : [pointer, value];
}

function at(document: unknown, pointer: string): unknown {
  let value = document;
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    value = isRecord(value) ? value[name] : undefined;
  }
  return value;
}

function recordIn(value: unknown, name: string): JsonRecord {
  const member = isRecord(value) ? value[name] : undefined;
  if (!isRecord(member)) throw new Error(`The API description has no ${name}.`);
  return member;
}

function escaped(part: string): string {
  return part.replaceAll("~", "~0").replaceAll("/", "~1");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
