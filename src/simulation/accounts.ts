import { InternalError } from "../lib/errors.ts";
import { isRecord } from "../lib/json.ts";
import type { AskOptions, InProcessSandbox } from "../sandbox/kit/in-process.ts";
import type { LedgerEntry } from "../sandbox/kit/vendor.ts";
import type { Typed } from "./history.ts";

/** A record as its owner sees it: read from the sandbox itself, by none of the adapter's code. */
export interface AccountRecord {
  readonly id: string;
  readonly fields: Readonly<Record<string, string | null>>;
  /** The id of ours that it carries. */
  readonly ownId: string | null;
}

type WriteEntry = Pick<LedgerEntry, "method" | "path" | "template" | "body" | "answer">;

/** An account as another program of its owner edits it. */
export interface Account {
  readonly sandbox: InProcessSandbox;
  /** Whether an update of a record that changed meanwhile is refused there. */
  readonly refusesStale: boolean;
  /** Whether each record tells when it was edited; else only a listing of changes does. */
  readonly tellsTimes: boolean;
  records(): readonly AccountRecord[];
  /** Each returns null, or false, where the provider refuses it. */
  add(fields: Typed): string | null;
  change(id: string, fields: Typed): boolean;
  remove(id: string): boolean;
  /** The record's new id, where the provider gives such. */
  rename(id: string): string | null;
  /** The mapping's id that a request of ours to create a record carries, and the record; null for other requests. */
  createdBy(entry: WriteEntry): { readonly mappingId: string; readonly recordId: string } | null;
  /** The record that a request of ours deleted. */
  deletedBy(entry: WriteEntry): string | null;
}

const addressKeys: Readonly<Record<string, readonly [stripe: string, google: string]>> = {
  address_line1: ["line1", "streetAddress"],
  address_line2: ["line2", "extendedAddress"],
  city: ["city", "city"],
  state: ["state", "region"],
  postal_code: ["postal_code", "postalCode"],
  country: ["country", "country"],
};

export function stripeAccount(sandbox: InProcessSandbox): Account {
  const ask = (method: string, path: string, form?: Readonly<Record<string, string>>) =>
    asked(sandbox, method, path, {
      headers: {
        authorization: `Bearer ${sandbox.describe().credentials["secret_key"] ?? ""}`,
        "content-type": "application/x-www-form-urlencoded",
      },
      ...(form === undefined ? {} : { body: new URLSearchParams(form).toString() }),
    });
  const customers = () => listOf(objectOf(sandbox.control.state())["customers"]);
  return {
    sandbox,
    refusesStale: false,
    tellsTimes: false,
    records: () =>
      customers().map((customer) => {
        const address = objectOf(customer["address"]);
        const fields: Record<string, string | null> = {};
        for (const [field, key] of Object.entries(stripeKeys))
          fields[field] = textOf(customer[key]);
        for (const [field, [key]] of Object.entries(addressKeys))
          fields[field] = textOf(address[key]);
        return {
          id: String(customer["id"]),
          fields,
          ownId: textOf(objectOf(customer["metadata"])["astralis_client_id"]),
        };
      }),
    add: (fields) => textOf(ask("POST", "/v1/customers", formOf(fields, {}))?.["id"]),
    change: (id, fields) => {
      const before = customers().find((customer) => customer["id"] === id) ?? {};
      return ask("POST", `/v1/customers/${id}`, formOf(fields, before)) !== null;
    },
    remove: (id) => ask("DELETE", `/v1/customers/${id}`) !== null,
    rename: () => null,
    createdBy: ({ method, template, body, answer }) => {
      if (method !== "POST" || template !== "/v1/customers") return null;
      const mappingId = new URLSearchParams(body).get("metadata[astralis_client_id]") ?? "";
      return { mappingId, recordId: textOf(parsed(answer)["id"]) ?? "" };
    },
    deletedBy: ({ method, path }) =>
      method === "DELETE" ? decodeURIComponent(path.replace("/v1/customers/", "")) : null,
  };
}

/** A change of one part of an address sends all of them: Stripe takes an address as a whole. */
function formOf(fields: Typed, before: Json): Readonly<Record<string, string>> {
  const form: Record<string, string> = {};
  const address = objectOf(before["address"]);
  let moved = false;
  for (const [field, value] of Object.entries(fields)) {
    const text = textOf(value) ?? "";
    const part = addressKeys[field];
    if (part === undefined) form[stripeKeys[field] ?? field] = text;
    else {
      address[part[0]] = text;
      moved = true;
    }
  }
  if (moved)
    for (const [stripe] of Object.values(addressKeys))
      form[`address[${stripe}]`] = textOf(address[stripe]) ?? "";
  return form;
}

const stripeKeys: Readonly<Record<string, string>> = {
  email: "email",
  name: "name",
  phone: "phone",
  company: "business_name",
  notes: "description",
};

const personFields =
  "names,emailAddresses,phoneNumbers,organizations,addresses,biographies,metadata";

export function googleAccount(sandbox: InProcessSandbox): Account {
  const ask = (method: string, path: string, body?: Json) =>
    asked(sandbox, method, path, {
      headers: {
        authorization: `Bearer ${sandbox.describe().credentials["access_token"] ?? ""}`,
        "content-type": "application/json",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const people = () => {
    const [own] = listOf(objectOf(sandbox.control.state())["accounts"]);
    return listOf(own?.["contacts"]);
  };
  const read = (id: string) => ask("GET", `/v1/${id}?personFields=${personFields}`);
  return {
    sandbox,
    refusesStale: true,
    tellsTimes: true,
    records: () =>
      people().map((person) => {
        const fields: Record<string, string | null> = {
          name: textOf(primary(person["names"])["unstructuredName"]),
        };
        for (const [field, [list, key]] of Object.entries(googleKeys))
          fields[field] = textOf(primary(person[list])[key]);
        const address = primary(person["addresses"]);
        for (const [field, [, key]] of Object.entries(addressKeys))
          fields[field] = textOf(address[key]);
        fields["country"] ??= textOf(address["countryCode"]);
        const own = listOf(person["clientData"]).find((entry) => entry["key"] === "astralis");
        return { id: String(person["resourceName"]), fields, ownId: textOf(own?.["value"]) };
      }),
    add: (fields) => {
      const body = personOf(fields, {});
      return textOf(
        ask("POST", "/v1/people:createContact?personFields=metadata", body)?.["resourceName"],
      );
    },
    change: (id, fields) => {
      const before = read(id);
      if (before === null) return false;
      const person = personOf(fields, before);
      const mask = Object.keys(person).join(",");
      const { etag, metadata } = before;
      const path = `/v1/${id}:updateContact?updatePersonFields=${mask}`;
      return ask("PATCH", path, { etag, metadata, ...person }) !== null;
    },
    remove: (id) => ask("DELETE", `/v1/${id}:deleteContact`) !== null,
    rename: (id) => {
      const before = new Set(people().map((person) => String(person["resourceName"])));
      if (!before.has(id)) return null;
      sandbox.control.changeVendor({ rename_person: id });
      const after = people().map((person) => String(person["resourceName"]));
      return after.find((name) => !before.has(name)) ?? null;
    },
    createdBy: ({ method, template, body, answer }) => {
      if (method !== "POST" || template !== "/v1/people:createContact") return null;
      const own = listOf(parsed(body)["clientData"]).find((entry) => entry["key"] === "astralis");
      const mappingId = textOf(own?.["value"]) ?? "";
      return { mappingId, recordId: textOf(parsed(answer)["resourceName"]) ?? "" };
    },
    deletedBy: ({ method, path }) =>
      method === "DELETE"
        ? decodeURIComponent(path).replace("/v1/", "").replace(":deleteContact", "")
        : null,
  };
}

const googleKeys: Readonly<Record<string, readonly [list: string, key: string]>> = {
  email: ["emailAddresses", "value"],
  phone: ["phoneNumbers", "value"],
  company: ["organizations", "name"],
  notes: ["biographies", "value"],
};

/** Each list whole, with the one entry that its owner types. */
function personOf(fields: Typed, before: Json): Json {
  const person: Json = {};
  const address = { ...primary(before["addresses"]) };
  delete address["metadata"];
  delete address["formattedValue"];
  for (const [field, value] of Object.entries(fields)) {
    const text = textOf(value);
    const place = googleKeys[field];
    const part = addressKeys[field];
    if (field === "name") person["names"] = text === null ? [] : [{ unstructuredName: text }];
    else if (place !== undefined) person[place[0]] = text === null ? [] : [{ [place[1]]: text }];
    else if (part !== undefined) {
      if (text === null) delete address[part[1]];
      else address[part[1]] = text;
      if (field === "country") delete address["countryCode"];
      person["addresses"] = Object.keys(address).length === 0 ? [] : [address];
    }
  }
  return person;
}

type Json = Record<string, unknown>;

/** The answer's body; null where the request was refused. */
function asked(
  sandbox: InProcessSandbox,
  method: string,
  path: string,
  options: AskOptions,
): Json | null {
  const answer = sandbox.ask(method, path, options);
  if (answer === null) throw new InternalError(`the sandbox has no ${method} ${path}`);
  if (answer.status >= 500) throw new InternalError(`the sandbox failed at ${method} ${path}`);
  return answer.status < 300 ? objectOf(answer.body) : null;
}

/** Nothing where a fault put a page of its own in the answer's place. */
function parsed(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return objectOf(value);
  } catch {
    return {};
  }
}

function objectOf(value: unknown): Json {
  return isRecord(value) ? { ...value } : {};
}

function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function primary(entries: unknown): Json {
  const list = listOf(entries);
  return list.find((entry) => objectOf(entry["metadata"])["primary"] === true) ?? list[0] ?? {};
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
