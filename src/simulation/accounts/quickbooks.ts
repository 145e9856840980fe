import { InternalError } from "../../lib/errors.ts";
import { isRecord } from "../../lib/json.ts";
import type { InProcessSandbox } from "../../sandbox/kit/in-process.ts";
import type { Account } from "../accounts.ts";
import type { Typed } from "../history.ts";

type Json = Readonly<Record<string, unknown>>;

const addressKeys: Readonly<Record<string, string>> = {
  address_line1: "Line1",
  address_line2: "Line2",
  city: "City",
  state: "CountrySubDivisionCode",
  postal_code: "PostalCode",
  country: "Country",
};

/** A company's customers, as somebody edits them in QuickBooks. */
export function quickbooksAccount(sandbox: InProcessSandbox): Account {
  const { realm_id: realm = "", access_token: token = "" } = sandbox.describe().credentials;
  const path = `/v3/company/${realm}/customer`;
  /** The customer's id; null where it is refused. */
  const save = (customer: Json): string | null => {
    const answer = sandbox.ask("POST", path, {
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        accept: "application/json",
      },
      body: JSON.stringify(customer),
    });
    if (answer === null || answer.status >= 500)
      throw new InternalError(`the sandbox failed at POST ${path}`);
    return idIn(answer.body);
  };
  const customers = (): readonly Json[] => {
    const state = sandbox.control.state();
    const all = isRecord(state) && Array.isArray(state["customers"]) ? state["customers"] : [];
    return all.filter(isRecord).filter((customer) => customer["Active"] === true);
  };
  const edit = (id: string, changes: (customer: Json) => Json): boolean => {
    const customer = customers().find((one) => one["Id"] === id);
    if (customer === undefined) return false;
    const { Id, SyncToken } = customer;
    return save({ ...changes(customer), Id, SyncToken, sparse: true }) !== null;
  };
  return {
    sandbox,
    refusesStale: true,
    tellsTimes: false,
    records: () =>
      customers().map((customer) => ({
        id: String(customer["Id"]),
        fields: fieldsOf(customer),
        ownId: null,
      })),
    add: (fields) => save(bodyOf(fields, {})),
    change: (id, fields) => edit(id, (customer) => bodyOf(fields, customer)),
    remove: (id) => edit(id, () => ({ Active: false })),
    // A merge takes another customer; an id never changes.
    rename: () => null,
    // A customer carries no id of ours: whose it is, its mapping alone tells.
    createdBy: ({ method, path: asked, body, answer }) => {
      if (method !== "POST" || asked !== path || "Id" in parsed(body)) return null;
      const recordId = idIn(parsed(answer));
      return recordId === null ? null : { mappingId: `of record ${recordId}`, recordId };
    },
    deletedBy: ({ method, path: asked, body }) => {
      if (method !== "POST" || asked !== path) return null;
      const { Id, Active } = parsed(body);
      return Active === false ? String(Id) : null;
    },
  };
}

function fieldsOf(customer: Json): Readonly<Record<string, string | null>> {
  const address = Object.entries(addressKeys).map(
    ([field, key]) => [field, partOf(customer, "BillAddr", key)] as const,
  );
  const shown = textOf(customer["DisplayName"]);
  // A mark behind a name that was taken is none of the name, and an address alone is no name.
  const name = shown?.replace(/ \(#[0-9a-f]{8}\)$/, "") ?? null;
  const isName = name !== null && !name.includes("@") && !name.endsWith("(no name)");
  const emails = partOf(customer, "PrimaryEmailAddr", "Address");
  return {
    ...Object.fromEntries(address),
    name: isName ? name : null,
    email: emails?.split(",", 1)[0]?.trim() ?? null,
    phone: partOf(customer, "PrimaryPhone", "FreeFormNumber"),
    company: textOf(customer["CompanyName"]),
    notes: textOf(customer["Notes"]),
  };
}

/** QuickBooks wants a name: a person types the address where there is none. */
function bodyOf(fields: Typed, before: Json): Json {
  const body: Record<string, unknown> = {};
  const address: Record<string, string> = {};
  const email = textOf(fields["email"]) ?? partOf(before, "PrimaryEmailAddr", "Address");
  for (const [field, value] of Object.entries(fields)) {
    const text = textOf(value) ?? "";
    const key = addressKeys[field];
    if (key !== undefined) address[key] = text;
    else if (field === "email") body["PrimaryEmailAddr"] = { Address: text };
    else if (field === "phone") body["PrimaryPhone"] = { FreeFormNumber: text };
    else if (field === "company") body["CompanyName"] = text;
    else if (field === "notes") body["Notes"] = text;
    else if (field === "name") body["DisplayName"] = text === "" ? (email ?? "(no name)") : text;
  }
  if (!("Id" in before)) body["DisplayName"] ??= email ?? "(no name)";
  if (Object.keys(address).length > 0) {
    const kept = Object.values(addressKeys).map(
      (key) => [key, partOf(before, "BillAddr", key) ?? ""] as const,
    );
    body["BillAddr"] = { ...Object.fromEntries(kept), ...address };
  }
  return body;
}

function partOf(customer: Json, member: string, part: string): string | null {
  const inner = customer[member];
  return isRecord(inner) ? textOf(inner[part]) : null;
}

function idIn(body: unknown): string | null {
  const customer = isRecord(body) ? body["Customer"] : null;
  return isRecord(customer) ? textOf(customer["Id"]) : null;
}

function parsed(json: string): Json {
  const value: unknown = JSON.parse(json);
  return isRecord(value) ? value : {};
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
