import { InternalError } from "../../lib/errors.ts";
import { isRecord } from "../../lib/json.ts";
import type { InProcessSandbox } from "../../sandbox/kit/in-process.ts";
import type { Account } from "../accounts.ts";
import type { Typed } from "../history.ts";

type Json = Readonly<Record<string, unknown>>;

const root = "/crm/objects/2026-03/contacts";

const keys: Readonly<Record<string, string>> = {
  email: "email",
  phone: "phone",
  company: "company",
  address_line1: "address",
  city: "city",
  state: "state",
  postal_code: "zip",
  country: "country",
};

/** The contacts of a hub. */
export function hubspotAccount(sandbox: InProcessSandbox): Account {
  const ask = (method: string, path: string, properties?: Json): Json | null => {
    const answer = sandbox.ask(method, `${root}${path}`, {
      headers: {
        authorization: `Bearer ${sandbox.describe().credentials["api_key"] ?? ""}`,
        "content-type": "application/json",
      },
      ...(properties === undefined ? {} : { body: JSON.stringify({ properties }) }),
    });
    if (answer === null || answer.status >= 500)
      throw new InternalError(`the sandbox failed at ${method} ${path}`);
    if (answer.status >= 300) return null;
    return isRecord(answer.body) ? answer.body : {};
  };
  const contacts = (): readonly Json[] => {
    const state = sandbox.control.state();
    const all = isRecord(state) && Array.isArray(state["contacts"]) ? state["contacts"] : [];
    return all.filter(isRecord).filter((contact) => contact["archived"] === false);
  };
  const ids = () => contacts().map((contact) => String(contact["id"]));
  return {
    sandbox,
    refusesStale: false,
    tellsTimes: false,
    records: () =>
      contacts().map((contact) => ({
        id: String(contact["id"]),
        fields: fieldsOf(isRecord(contact["properties"]) ? contact["properties"] : {}),
        ownId: null,
      })),
    add: (fields) => textOf(ask("POST", "", propertiesOf(fields))?.["id"]),
    // An old id of a merged contact leads to another one: that is not what was meant.
    change: (id, fields) =>
      ids().includes(id) && ask("PATCH", `/${id}`, propertiesOf(fields)) !== null,
    remove: (id) => ids().includes(id) && ask("DELETE", `/${id}`) !== null,
    rename: (id) => {
      const before = new Set(ids());
      if (!before.has(id)) return null;
      sandbox.control.changeVendor({ merge_with_blank: id });
      return ids().find((one) => !before.has(one)) ?? null;
    },
    // A contact carries no id of ours: whose it is, its mapping alone tells.
    createdBy: ({ method, template, answer }) => {
      if (method !== "POST" || template !== root) return null;
      const created: unknown = JSON.parse(answer);
      const recordId = isRecord(created) ? (textOf(created["id"]) ?? "") : "";
      return { mappingId: `of record ${recordId}`, recordId };
    },
    deletedBy: ({ method, path }) => (method === "DELETE" ? path.replace(`${root}/`, "") : null),
  };
}

function fieldsOf(properties: Json): Readonly<Record<string, string | null>> {
  const name = [properties["firstname"], properties["lastname"]].filter(Boolean);
  const own = Object.entries(keys).map(([field, key]) => [field, textOf(properties[key])] as const);
  return { ...Object.fromEntries(own), name: name.length === 0 ? null : name.join(" ") };
}

/** As a person fills the form in: the first word is the first name. What has no place there is left out. */
function propertiesOf(fields: Typed): Json {
  const properties: Record<string, string> = {};
  for (const [field, value] of Object.entries(fields)) {
    const text = textOf(value) ?? "";
    const key = keys[field];
    if (key !== undefined) properties[key] = text;
    if (field === "name") {
      const [first = "", ...last] = text.split(" ");
      properties["firstname"] = first;
      properties["lastname"] = last.join(" ");
    }
  }
  return properties;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
