import type { SandboxRequest } from "../kit/vendor.ts";
import { rowOf } from "./contact.ts";
import { RequestRefusal } from "./errors.ts";
import { contactFields, organizationFields } from "./fields.ts";
import type { Locators } from "./locators.ts";
import { createRecords, type Records } from "./records.ts";
import { runQuery, type Table } from "./run-query.ts";
import { parseSoql } from "./soql.ts";
import type { RecordParts } from "./write.ts";

export const apiVersion = "v66.0";

const root = `/services/data/${apiVersion}`;

export interface Call {
  /** The id or locator in the path; empty where there is none. */
  readonly id: string;
  readonly request: SandboxRequest;
}

export interface Result {
  readonly status: number;
  readonly body: unknown;
  readonly wrote?: boolean;
}

export interface Operation {
  readonly method: string;
  readonly template: string;
  /** The parameters of the query that it takes. */
  readonly parameters: readonly string[];
  run(call: Call): Result;
}

export interface OperationParts extends RecordParts {
  readonly locators: Locators;
}

/** The part of the REST API that is simulated. */
export function createOperations(parts: OperationParts): readonly Operation[] {
  const records = createRecords(parts, apiVersion);
  return [...queries(parts), ...singles(records), ...collections(records)];
}

function queries({ store, locators }: OperationParts): readonly Operation[] {
  const tables = (withDeleted: boolean): readonly Table[] => [
    {
      name: "Contact",
      fields: contactFields,
      rows: () =>
        store
          .contacts()
          .filter(({ isDeleted }) => withDeleted || !isDeleted)
          .map(rowOf),
    },
    {
      name: "Organization",
      fields: organizationFields,
      rows: () => [{ Id: store.org.id, Name: store.org.name }],
    },
  ];
  const query =
    (withDeleted: boolean) =>
    ({ request }: Call): Result => {
      const parsed = parseSoql(required(request, "q"));
      const wanted = parsed.object.toLowerCase();
      const table = tables(withDeleted).find(({ name }) => name.toLowerCase() === wanted);
      if (table === undefined)
        throw new RequestRefusal(
          400,
          "INVALID_TYPE",
          `sObject type '${parsed.object}' is not supported.`,
        );
      const rows = runQuery(parsed, table, apiVersion);
      return { status: 200, body: locators.open(rows, { version: apiVersion }) };
    };
  return [
    { method: "GET", template: `${root}/query`, parameters: ["q"], run: query(false) },
    { method: "GET", template: `${root}/queryAll`, parameters: ["q"], run: query(true) },
    {
      method: "GET",
      template: `${root}/query/{locator}`,
      parameters: [],
      run: ({ id }) => ({ status: 200, body: locators.read(id, { version: apiVersion }) }),
    },
  ];
}

function singles(records: Records): readonly Operation[] {
  const parameters: readonly string[] = [];
  return [
    {
      method: "POST",
      template: `${root}/sobjects/Contact`,
      parameters,
      run: ({ request }) => ({
        status: 201,
        body: { id: records.create(bodyOf(request)), success: true, errors: [] },
        wrote: true,
      }),
    },
    {
      method: "PATCH",
      template: `${root}/sobjects/Contact/{id}`,
      parameters,
      run: ({ id, request }) => {
        records.update(id, bodyOf(request), request.headers["if-unmodified-since"] ?? null);
        return { status: 204, body: null, wrote: true };
      },
    },
    {
      method: "DELETE",
      template: `${root}/sobjects/Contact/{id}`,
      parameters,
      run: ({ id }) => {
        records.delete(id);
        return { status: 204, body: null, wrote: true };
      },
    },
  ];
}

function collections(records: Records): readonly Operation[] {
  const template = `${root}/composite/sobjects`;
  return [
    {
      method: "POST",
      template,
      parameters: [],
      run: ({ request }) => ({ status: 200, ...records.createMany(bodyOf(request)) }),
    },
    {
      method: "PATCH",
      template,
      parameters: [],
      run: ({ request }) => ({ status: 200, ...records.updateMany(bodyOf(request)) }),
    },
    {
      method: "GET",
      template: `${template}/Contact`,
      parameters: ["ids", "fields"],
      run: ({ request }) => {
        const ids = required(request, "ids").split(",");
        const fields = required(request, "fields").split(",");
        return { status: 200, body: records.retrieve(ids, fields) };
      },
    },
  ];
}

function required(request: SandboxRequest, name: string): string {
  const value = request.query.get(name);
  if (value === null || value === "")
    throw new RequestRefusal(400, "MISSING_ARGUMENT", `The ${name} parameter must be specified.`);
  return value;
}

function bodyOf(request: SandboxRequest): Readonly<Record<string, unknown>> {
  if (!(request.headers["content-type"] ?? "").startsWith("application/json"))
    throw new RequestRefusal(415, "UNSUPPORTED_MEDIA_TYPE", "Use application/json.");
  const body = parsed(request.body.toString("utf8"));
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new RequestRefusal(400, "JSON_PARSER_ERROR", "Unexpected content at [line:1, column:1]");
  return { ...body };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
