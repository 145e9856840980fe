import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import type { LedgerEntry } from "../../src/sandbox/kit/vendor.ts";
import type { ContractChecker } from "./contract-checker.ts";
import { isRecord, type JsonRecord } from "./json.ts";

/** Says what is wrong with a value by the definition of that name, each in one line that starts with its place. */
type Judge = (definition: string, value: unknown, at: string) => readonly string[];

interface Description {
  readonly judge: Judge;
  /** Every field that a contact has. */
  readonly contactFields: ReadonlySet<string>;
}

const root = "/services/data/v66.0";

/** People's pages, and what answers with nothing. */
const undescribed = new Set(["/services/oauth2/authorize", "/services/oauth2/revoke"]);

/** Checks by the JSON Schema in that folder. A field of a contact that it does not have is a problem. */
export function createSalesforceChecker(folder: string): ContractChecker {
  const file = join(folder, "salesforce.schema.json");
  const description = readDescription(JSON.parse(readFileSync(file, "utf8")));
  let checked = 0;
  return {
    check: (entry) => {
      if (undescribed.has(entry.path)) return [];
      checked += 1;
      const problems = [...problemsOf(entry, description)];
      return problems.map((problem) => `${entry.method} ${entry.path}: ${problem}`);
    },
    get checked() {
      return checked;
    },
  };
}

function readDescription(document: unknown): Description {
  if (!isRecord(document) || !isRecord(document["$defs"])) throw new Error("no definitions");
  const id = String(document["$id"]);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(document);
  const contact = document["$defs"]["Contact"];
  const properties =
    isRecord(contact) && isRecord(contact["properties"]) ? contact["properties"] : {};
  return {
    contactFields: new Set(Object.keys(properties)),
    judge: (definition, value, at) => {
      const validate = ajv.getSchema(`${id}#/$defs/${definition}`);
      if (validate === undefined) throw new Error(`the description has no ${definition}`);
      return validate(value) === true ? [] : lines(validate.errors ?? [], at);
    },
  };
}

function lines(errors: readonly ErrorObject[], at: string): readonly string[] {
  return errors.map(
    ({ instancePath, message, params }) =>
      `${at}${instancePath} ${message ?? ""} ${JSON.stringify(params)}`,
  );
}

function* problemsOf(entry: LedgerEntry, description: Description): Iterable<string> {
  const { judge } = description;
  if (entry.path === "/services/oauth2/token") {
    if (entry.method !== "POST") yield "is not described";
    const isFine = entry.status === 200;
    if (isAnswered(entry))
      yield* judge(isFine ? "TokenResponse" : "OAuthError", parsed(entry.answer), "answer");
    return;
  }
  const operation = operations.find(
    ({ method, path }) => method === entry.method && path.test(entry.path),
  );
  if (operation === undefined) return yield "is not described";
  yield* operation.request(entry, description);
  if (!isAnswered(entry)) return;
  if (entry.status >= 400) yield* judge("ApiErrorResponse", parsed(entry.answer), "answer");
  else if (entry.status !== operation.status) yield `status ${entry.status} is not described`;
  else yield* operation.answer(entry, description);
}

function isAnswered(entry: LedgerEntry): boolean {
  return entry.status !== 0 && entry.fault !== "html";
}

interface Described {
  readonly method: string;
  readonly path: RegExp;
  readonly status: number;
  request(entry: LedgerEntry, description: Description): Iterable<string>;
  answer(entry: LedgerEntry, description: Description): Iterable<string>;
}

const contactPath = new RegExp(`^${root}/sobjects/Contact/[^/]+$`);

const operations: readonly Described[] = [
  {
    method: "GET",
    path: new RegExp(`^${root}/(?:query|queryAll)$`),
    status: 200,
    request: requestOfQuery,
    answer: answerOfQuery,
  },
  {
    method: "GET",
    path: new RegExp(`^${root}/query/[^/]+$`),
    status: 200,
    request: nothing,
    answer: answerOfQuery,
  },
  {
    method: "POST",
    path: new RegExp(`^${root}/sobjects/Contact$`),
    status: 201,
    request: (entry, { judge }) => bodyOf(entry, (body) => judge("ContactCreate", body, "body")),
    answer: (entry, { judge }) => judge("SaveResult", parsed(entry.answer), "answer"),
  },
  {
    method: "PATCH",
    path: contactPath,
    status: 204,
    request: (entry, { judge }) => [
      ...bodyOf(entry, (body) => judge("ContactWrite", body, "body")),
      ...conditionOf(entry),
    ],
    answer: (entry) => (entry.answer === "" ? [] : ["answer: is not empty"]),
  },
  {
    method: "DELETE",
    path: contactPath,
    status: 204,
    request: (entry) => (entry.body === "" ? nothing() : ["body: none is expected"]),
    answer: (entry) => (entry.answer === "" ? [] : ["answer: is not empty"]),
  },
  {
    method: "GET",
    path: new RegExp(`^${root}/composite/sobjects/Contact$`),
    status: 200,
    request: requestOfRetrieve,
    answer: answerOfRetrieve,
  },
  ...(["POST", "PATCH"] as const).map((method): Described => ({
    method,
    path: new RegExp(`^${root}/composite/sobjects$`),
    status: 200,
    request: (entry, description) =>
      bodyOf(entry, (body) => problemsOfCollection(body, method, description)),
    answer: (entry, { judge }) => judge("CollectionResult", parsed(entry.answer), "answer"),
  })),
];

function nothing(): Iterable<string> {
  return [];
}

function* bodyOf(
  entry: LedgerEntry,
  check: (body: JsonRecord) => Iterable<string>,
): Iterable<string> {
  if (entry.headers["content-type"]?.startsWith("application/json") !== true)
    yield "body: its content type is not application/json";
  const body = parsed(entry.body);
  if (isRecord(body)) yield* check(body);
  else yield "body: is no object";
}

function conditionOf({ headers }: LedgerEntry): readonly string[] {
  const since = headers["if-unmodified-since"];
  if (since === undefined || new Date(since).toUTCString() === since) return [];
  return ["header If-Unmodified-Since: is no date of HTTP"];
}

function* problemsOfCollection(
  body: JsonRecord,
  method: "POST" | "PATCH",
  { judge }: Description,
): Iterable<string> {
  yield* judge("CollectionRequest", body, "body");
  for (const record of listOf(body["records"])) {
    const { id, ...values } = record;
    if (method === "POST" && id !== undefined) yield "body.records: a new record has an id";
    if (method === "PATCH") yield* judge("Id", id, "body.records.id");
    const [first] = Object.keys(record);
    if (first !== "attributes") yield "body.records: attributes do not stand first";
    yield* judge(method === "POST" ? "ContactCreate" : "ContactWrite", values, "body.records");
  }
}

/** SOQL is not described, but the fields that it names are; texts in quotes are passed over. */
function* requestOfQuery(entry: LedgerEntry, description: Description): Iterable<string> {
  const query = new URLSearchParams(entry.query);
  for (const name of query.keys()) if (name !== "q") yield `query ${name}: is not described`;
  const soql = (query.get("q") ?? "").replaceAll(/'(?:[^'\\]|\\.)*'/g, "''");
  const object = /\bFROM (\w+)/.exec(soql)?.[1];
  if (object === undefined) yield "query q: names no object";
  if (object !== "Contact") return;
  const words = soql.match(/[A-Za-z_][\w.]*/g) ?? [];
  for (const word of words)
    if (
      !soqlWords.has(word) &&
      !/^[TZ]?\d*Z?$|^T\d/.test(word) &&
      !description.contactFields.has(word)
    )
      yield `query q: a contact has no field ${word}`;
}

const soqlWords = new Set(
  "SELECT FROM Contact WHERE AND IN ORDER BY ASC DESC LIMIT true false null".split(" "),
);

function* answerOfQuery(entry: LedgerEntry, description: Description): Iterable<string> {
  const answer = parsed(entry.answer);
  const records = isRecord(answer) ? listOf(answer["records"]) : [];
  const isContacts = records.every(({ attributes }) => isContact(attributes));
  const definition = isContacts ? "ContactQueryResponse" : "QueryResponse";
  yield* description.judge(definition, answer, "answer");
  if (isContacts) yield* unknownFields(records, description);
}

function* requestOfRetrieve(entry: LedgerEntry, description: Description): Iterable<string> {
  const query = new URLSearchParams(entry.query);
  const [ids, fields] = [query.get("ids")?.split(",") ?? [], query.get("fields")?.split(",") ?? []];
  if (ids.length === 0 || fields.length === 0) yield "query: ids and fields are required";
  for (const id of ids) yield* description.judge("Id", id, "query ids");
  for (const field of fields)
    if (!description.contactFields.has(field)) yield `query fields: no field ${field}`;
}

function* answerOfRetrieve(entry: LedgerEntry, description: Description): Iterable<string> {
  const answer = parsed(entry.answer);
  if (!Array.isArray(answer)) return yield "answer: is no list";
  for (const record of answer)
    if (record !== null) yield* description.judge("Contact", record, "answer");
  yield* unknownFields(listOf(answer), description);
}

function* unknownFields(
  records: readonly JsonRecord[],
  { contactFields }: Description,
): Iterable<string> {
  for (const name of new Set(records.flatMap((record) => Object.keys(record))))
    if (!contactFields.has(name)) yield `answer: a contact has no field ${name}`;
}

function isContact(attributes: unknown): boolean {
  return isRecord(attributes) && attributes["type"] === "Contact";
}

function listOf(value: unknown): readonly JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
