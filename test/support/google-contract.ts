import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LedgerEntry } from "../../src/sandbox/kit/vendor.ts";
import type { ContractChecker } from "./contract-checker.ts";
import {
  parseDiscovery,
  problemsOfMask,
  problemsOfText,
  problemsOfValue,
  type Discovery,
  type DiscoveryMethod,
} from "./discovery.ts";
import { isRecord, type JsonRecord } from "./json.ts";

/** Sign-in has no Discovery document; these paths are passed over. */
const undescribed = [
  "/o/oauth2/v2/auth",
  "/token",
  "/revoke",
  "/tokeninfo",
  "/oauth2/v1/certs",
  "/oauth2/v3/certs",
];

/** Requirements that the descriptions state in prose alone. */
const requiredParameters: Readonly<Record<string, readonly string[]>> = {
  "people.people.get": ["personFields"],
  "people.people.getBatchGet": ["personFields", "resourceNames"],
  "people.people.connections.list": ["personFields"],
  "people.people.searchContacts": ["query", "readMask"],
  "people.people.updateContact": ["updatePersonFields"],
};
const requiredMembers: Readonly<Record<string, readonly string[]>> = {
  "people.people.batchCreateContacts": ["contacts"],
  "people.people.batchUpdateContacts": ["contacts", "updateMask"],
  "people.people.batchDeleteContacts": ["resourceNames"],
  "people.contactGroups.create": ["contactGroup"],
};

/** Updates say that non-contact data in the person is ignored, so what was read may be sent back. */
const ignoringReadOnly = ["people.people.updateContact", "people.people.batchUpdateContacts"];

/** Checks by the descriptions of the People and the OAuth2 API in that folder. */
export function createGoogleChecker(folder: string): ContractChecker {
  const documents = ["people.v1.json", "oauth2.v2.json"].map((name) =>
    parseDiscovery(JSON.parse(readFileSync(join(folder, name), "utf8"))),
  );
  let checked = 0;
  return {
    check: (entry) => {
      if (undescribed.includes(entry.path)) return [];
      checked += 1;
      const name = `${entry.method} ${entry.path}`;
      for (const document of documents) {
        const method = document.methods.find(
          ({ httpMethod, pattern }) => httpMethod === entry.method && pattern.test(entry.path),
        );
        if (method === undefined) continue;
        const problems = [
          ...problemsOfRequest(entry, method, document),
          ...problemsOfAnswer(entry, method, document),
        ];
        return problems.map((problem) => `${name}: ${problem}`);
      }
      return [`${name}: is in no description`];
    },
    get checked() {
      return checked;
    },
  };
}

function problemsOfRequest(
  entry: LedgerEntry,
  method: DiscoveryMethod,
  document: Discovery,
): readonly string[] {
  const needsToken = method.scopes.length > 0 && entry.headers["authorization"] !== "Bearer";
  return [
    ...(needsToken ? ["no bearer token"] : []),
    ...problemsOfQuery(new URLSearchParams(entry.query), method, document),
    ...problemsOfBody(entry, method, document),
  ];
}

function problemsOfQuery(
  query: URLSearchParams,
  method: DiscoveryMethod,
  document: Discovery,
): readonly string[] {
  const problems = [...query].flatMap(([name, text]) => {
    const own = method.parameters[name];
    const parameter = own?.location === "path" ? undefined : (own ?? document.parameters[name]);
    if (parameter === undefined) return [`query ${name}: is not in the description`];
    const repeats = query.getAll(name).length > 1 && !parameter.repeated;
    return [
      ...(repeats ? [`query ${name}: may stand once`] : []),
      ...problemsOfText(text, parameter, `query ${name}`),
    ];
  });
  const required = [
    ...(requiredParameters[method.id] ?? []),
    ...Object.entries(method.parameters)
      .filter(([, { required, location }]) => required && location === "query")
      .map(([name]) => name),
  ];
  const absent = required.filter((name) => !query.has(name));
  return [...problems, ...absent.map((name) => `query ${name}: is required`)];
}

function problemsOfBody(
  entry: LedgerEntry,
  method: DiscoveryMethod,
  document: Discovery,
): readonly string[] {
  if (method.request === undefined) return entry.body === "" ? [] : ["body: none is expected"];
  const body = parseJson(entry.body);
  if (!isRecord(body)) return ["body: is no JSON object"];
  const isJson = entry.headers["content-type"]?.startsWith("application/json") === true;
  const required = requiredMembers[method.id] ?? [];
  const rules = {
    schemas: document.schemas,
    unknown: "refuse",
    readOnly: ignoringReadOnly.includes(method.id) ? "tolerate" : "refuse",
  } as const;
  return [
    ...(isJson ? [] : ["body: its content type is not application/json"]),
    ...required.filter((name) => !(name in body)).map((name) => `body.${name}: is required`),
    ...problemsOfValue(body, method.request, { at: "body", rules }),
    ...problemsOfMasks(body, method.request.$ref, document),
    ...peopleToUpdate(method, body).flatMap(problemsOfVersion),
  ];
}

function problemsOfMasks(
  body: JsonRecord,
  schemaName: string,
  document: Discovery,
): readonly string[] {
  const properties = Object.entries(document.schemas[schemaName]?.properties ?? {});
  return properties.flatMap(([name, schema]) => {
    const mask = schema.format === "google-fieldmask" ? body[name] : undefined;
    return typeof mask === "string" ? problemsOfMask(mask, schema, `body.${name}`) : [];
  });
}

function peopleToUpdate(method: DiscoveryMethod, body: JsonRecord): readonly unknown[] {
  if (method.id === "people.people.updateContact") return [body];
  if (method.id !== "people.people.batchUpdateContacts") return [];
  return isRecord(body["contacts"]) ? Object.values(body["contacts"]) : [];
}

/** An update must name the contact source, and what it saw of it. */
function problemsOfVersion(person: unknown): readonly string[] {
  if (!isRecord(person)) return [];
  const metadata = isRecord(person["metadata"]) ? person["metadata"] : {};
  const sources: readonly unknown[] = Array.isArray(metadata["sources"]) ? metadata["sources"] : [];
  const source = sources.find((item) => isRecord(item) && item["type"] === "CONTACT");
  if (!isRecord(source)) return ["person.metadata.sources: has no contact source"];
  const hasEtag = source["etag"] !== undefined || person["etag"] !== undefined;
  return hasEtag ? [] : ["person.metadata.sources: the contact source has no etag"];
}

/** Answers are held to the description in whole: what it does not have, this sandbox must not invent. */
function problemsOfAnswer(
  entry: LedgerEntry,
  method: DiscoveryMethod,
  document: Discovery,
): readonly string[] {
  if (entry.status === 0 || entry.fault === "html") return [];
  if (entry.status !== 200) return problemsOfError(entry);
  const body = parseJson(entry.answer);
  if (method.response === undefined) return entry.answer === "" ? [] : ["answer: is not empty"];
  const rules = { schemas: document.schemas, unknown: "refuse", readOnly: "tolerate" } as const;
  return problemsOfValue(body, method.response, { at: "answer", rules });
}

/** Google's error form; above 500 and for what is nowhere its front end answers with a page. */
function problemsOfError(entry: LedgerEntry): readonly string[] {
  const isPage = entry.answer.startsWith("<!DOCTYPE html>");
  if (isPage) return entry.status >= 500 || entry.status === 404 ? [] : ["answer: is a page"];
  const body = parseJson(entry.answer);
  if (isRecord(body) && typeof body["error"] === "string")
    return entry.path === "/oauth2/v2/tokeninfo" ? [] : ["answer: has the form of OAuth"];
  const error = isRecord(body) ? body["error"] : undefined;
  if (!isRecord(error)) return ["answer.error: is no object"];
  return [
    ...(error["code"] === entry.status ? [] : ["answer.error.code: is not the status"]),
    ...(typeof error["message"] === "string" ? [] : ["answer.error.message: is no text"]),
    ...(/^[A-Z_]+$/.test(String(error["status"])) ? [] : ["answer.error.status: is no code"]),
  ];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
