import type { Sandbox } from "../../src/sandbox/kit/server.ts";
import { isRecord, type JsonRecord } from "./json.ts";

/** A record as its owner sees it, in words that every account shares. */
export interface AccountRecord {
  readonly id: string;
  readonly email: string | null;
  readonly name: string | null;
  readonly phone: string | null;
  readonly notes: string | null;
}

export type AccountFields = Partial<Record<"email" | "name" | "phone" | "notes", string>>;

/** The account as another program of its owner edits it: through the provider's own API, past everything of ours. */
export interface Account {
  readonly sandbox: Sandbox;
  list(): Promise<readonly AccountRecord[]>;
  /** The one record with that address; throws where there are none or several. */
  byEmail(email: string): Promise<AccountRecord>;
  /** Returns the new record's id. */
  add(fields: AccountFields): Promise<string>;
  change(id: string, fields: AccountFields): Promise<void>;
  remove(id: string): Promise<void>;
}

export function stripeAccount(sandbox: Sandbox): Account {
  const send = sender(sandbox, () => sandbox.describe().credentials["api_key"] ?? "");
  const form = (fields: AccountFields) => {
    const { notes, ...same } = fields;
    return new URLSearchParams({ ...same, ...(notes === undefined ? {} : { description: notes }) });
  };
  const list = async () => {
    const found: AccountRecord[] = [];
    let after = "";
    for (;;) {
      const page = await send("GET", `/v1/customers?limit=100${after}`);
      for (const one of records(page["data"])) {
        found.push({
          id: text(one["id"]) ?? "",
          email: text(one["email"]),
          name: text(one["name"]),
          phone: text(one["phone"]),
          notes: text(one["description"]),
        });
      }
      if (page["has_more"] !== true) return found;
      after = `&starting_after=${found.at(-1)?.id ?? ""}`;
    }
  };
  return {
    sandbox,
    list,
    byEmail: async (email) => onlyOne(await list(), email),
    add: async (fields) => String((await send("POST", "/v1/customers", form(fields)))["id"]),
    change: async (id, fields) => void (await send("POST", `/v1/customers/${id}`, form(fields))),
    remove: async (id) => void (await send("DELETE", `/v1/customers/${id}`)),
  };
}

const personFields = "names,emailAddresses,phoneNumbers,biographies,metadata";

export function googleAccount(sandbox: Sandbox): Account {
  const send = sender(sandbox, () => sandbox.describe().credentials["access_token"] ?? "");
  const list = async () => {
    const found: AccountRecord[] = [];
    let after = "";
    for (;;) {
      const page = await send(
        "GET",
        `/v1/people/me/connections?pageSize=500&personFields=${personFields}${after}`,
      );
      for (const one of records(page["connections"])) {
        found.push({
          id: text(one["resourceName"]) ?? "",
          email: text(first(one["emailAddresses"])["value"]),
          name:
            text(first(one["names"])["displayName"]) ??
            text(first(one["names"])["unstructuredName"]),
          phone: text(first(one["phoneNumbers"])["value"]),
          notes: text(first(one["biographies"])["value"]),
        });
      }
      const next = text(page["nextPageToken"]);
      if (next === null) return found;
      after = `&pageToken=${encodeURIComponent(next)}`;
    }
  };
  return {
    sandbox,
    list,
    byEmail: async (email) => onlyOne(await list(), email),
    add: async (fields) =>
      String(
        (await send("POST", "/v1/people:createContact?personFields=metadata", personOf(fields)))[
          "resourceName"
        ],
      ),
    change: async (id, fields) => {
      const before = await send("GET", `/v1/${id}?personFields=${personFields}`);
      const person = personOf(fields);
      const mask = Object.keys(person).join(",");
      const body = { etag: before["etag"], metadata: before["metadata"], ...person };
      await send("PATCH", `/v1/${id}:updateContact?updatePersonFields=${mask}`, body);
    },
    remove: async (id) => void (await send("DELETE", `/v1/${id}:deleteContact`)),
  };
}

function personOf(fields: AccountFields): JsonRecord {
  const list = (value: string, entry: JsonRecord) => (value === "" ? [] : [entry]);
  return {
    ...(fields.name === undefined
      ? {}
      : { names: list(fields.name, { unstructuredName: fields.name }) }),
    ...(fields.email === undefined
      ? {}
      : { emailAddresses: list(fields.email, { value: fields.email }) }),
    ...(fields.phone === undefined
      ? {}
      : { phoneNumbers: list(fields.phone, { value: fields.phone }) }),
    ...(fields.notes === undefined
      ? {}
      : { biographies: list(fields.notes, { value: fields.notes, contentType: "TEXT_PLAIN" }) }),
  };
}

function onlyOne(all: readonly AccountRecord[], email: string): AccountRecord {
  const found = all.filter((record) => record.email === email);
  const [only] = found;
  if (only === undefined || found.length > 1)
    throw new Error(`${found.length} records have ${email}`);
  return only;
}

function sender(sandbox: Sandbox, token: () => string) {
  return async (
    method: string,
    path: string,
    body?: URLSearchParams | JsonRecord,
  ): Promise<JsonRecord> => {
    const json = body !== undefined && !(body instanceof URLSearchParams);
    const response = await fetch(`${sandbox.origin}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token()}`,
        ...(json ? { "content-type": "application/json" } : {}),
      },
      ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : body }),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer}`);
    const parsed: unknown = answer === "" ? {} : JSON.parse(answer);
    return isRecord(parsed) ? parsed : {};
  };
}

function records(value: unknown): readonly JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function first(value: unknown): JsonRecord {
  return records(value)[0] ?? {};
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
