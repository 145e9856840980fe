import { isRecord, type JsonRecord } from "../../../support/json.ts";
import { openSandbox, type SandboxClient } from "../../../support/sandbox-client.ts";
import type { StartOptions } from "../../../../src/sandbox/start.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
  /** Of the first problem, by either of its names. */
  readonly code: string;
}

/** The sandbox with a fetch that speaks its API as the org's owner. */
export interface SalesforceClient extends SandboxClient {
  ask(
    method: string,
    path: string,
    options?: { readonly json?: unknown; readonly headers?: Readonly<Record<string, string>> },
  ): Promise<Answer>;
  query(soql: string, resource?: "query" | "queryAll"): Promise<Answer>;
  /** The new contact's id. */
  add(values: Readonly<Record<string, unknown>>): Promise<string>;
}

export async function openSalesforce(
  options: Partial<StartOptions> = {},
): Promise<SalesforceClient> {
  const client = await openSandbox("salesforce", options);
  const ask: SalesforceClient["ask"] = async (method, path, { json, headers = {} } = {}) => {
    const response = await fetch(`${client.sandbox.origin}/services/data/v66.0${path}`, {
      method,
      headers: {
        authorization: `Bearer ${client.credential("access_token")}`,
        ...(json === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    const body: unknown = text === "" ? null : JSON.parse(text);
    return { status: response.status, headers: response.headers, body, code: codeOf(body) };
  };
  return {
    ...client,
    ask,
    query: (soql, resource = "query") => ask("GET", `/${resource}?q=${encodeURIComponent(soql)}`),
    add: async (values) => {
      const { body } = await ask("POST", "/sobjects/Contact", { json: values });
      return isRecord(body) ? String(body["id"]) : "";
    },
  };
}

export function recordsOf({ body }: Answer): readonly JsonRecord[] {
  const records = isRecord(body) ? body["records"] : body;
  return Array.isArray(records) ? records.filter(isRecord) : [];
}

function codeOf(body: unknown): string {
  const [first]: readonly unknown[] = Array.isArray(body) ? body : [];
  const code = isRecord(first) ? first["errorCode"] : undefined;
  return typeof code === "string" ? code : "";
}
