import { InternalError } from "../../lib/errors.ts";
import { isRecord } from "../../lib/json.ts";
import type { InProcessSandbox } from "../../sandbox/kit/in-process.ts";
import type { Account } from "../accounts.ts";
import type { Typed } from "../history.ts";

type Json = Readonly<Record<string, unknown>>;

const keys: Readonly<Record<string, string>> = {
  email: "email",
  phone: "bus_phone",
  company: "organization",
  address_line1: "p_street",
  address_line2: "p_street2",
  city: "p_city",
  state: "p_province",
  postal_code: "p_code",
  country: "p_country",
  notes: "note",
};

/** The clients of the first business, as somebody edits them on FreshBooks' own pages. */
export function freshbooksAccount(sandbox: InProcessSandbox): Account {
  const { account = "", access_token: token = "" } = sandbox.describe().credentials;
  const base = `/accounting/account/${account}/users/clients`;
  const ask = (method: string, path: string, client: Json): Json | null => {
    const answer = sandbox.ask(method, `${base}${path}`, {
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ client }),
    });
    if (answer === null || answer.status >= 500)
      throw new InternalError(`the sandbox failed at ${method} ${path}`);
    return clientIn(answer.body);
  };
  const clients = (): readonly Json[] => {
    const state = sandbox.control.state();
    const all = isRecord(state) && Array.isArray(state["clients"]) ? state["clients"] : [];
    return all.filter(isRecord).filter((client) => client["vis_state"] !== 1);
  };
  const isThere = (id: string) => clients().some((client) => String(client["id"]) === id);
  return {
    sandbox,
    refusesStale: false,
    tellsTimes: true,
    records: () =>
      clients().map((client) => ({
        id: String(client["id"]),
        fields: fieldsOf(client),
        ownId: null,
      })),
    add: (fields) => idOf(ask("POST", "", bodyOf(fields))),
    change: (id, fields) => isThere(id) && ask("PUT", `/${id}`, bodyOf(fields)) !== null,
    remove: (id) => isThere(id) && ask("PUT", `/${id}`, { vis_state: 1 }) !== null,
    rename: () => null,
    // A client carries no id of ours: whose it is, its mapping alone tells, and an answer that was lost to an error nobody.
    createdBy: ({ method, path, answer }) => {
      if (method !== "POST" || path !== base) return null;
      const recordId = idOf(clientIn(JSON.parse(answer)));
      return recordId === null ? null : { mappingId: `of record ${recordId}`, recordId };
    },
    deletedBy: ({ method, path, body }) => {
      if (method !== "PUT" || !path.startsWith(`${base}/`)) return null;
      const sent: unknown = JSON.parse(body);
      const client = isRecord(sent) && isRecord(sent["client"]) ? sent["client"] : {};
      return client["vis_state"] === 1 ? path.slice(base.length + 1) : null;
    },
  };
}

function fieldsOf(client: Json): Readonly<Record<string, string | null>> {
  const name = [client["fname"], client["lname"]].filter(Boolean).join(" ");
  const own = Object.entries(keys).map(([field, key]) => [field, textOf(client[key])] as const);
  const phones = ["bus_phone", "mob_phone", "home_phone"].map((key) => textOf(client[key]));
  const company = textOf(client["organization"]);
  return {
    ...Object.fromEntries(own),
    name: textOf(name),
    phone: phones.find((phone) => phone !== null) ?? null,
    country: countryOf(textOf(client["p_country"])),
    // Who has no name is called by the address.
    company: company === textOf(client["email"]) ? null : company,
  };
}

const english = new Intl.DisplayNames(["en"], { type: "region" });

/** A country's code and its name say the same to whoever reads them. */
function countryOf(text: string | null): string | null {
  return text !== null && /^[A-Z]{2}$/.test(text) ? (english.of(text) ?? text) : text;
}

/** A person types the whole name into the first of its two fields, and the one phone that there is. */
function bodyOf(fields: Typed): Json {
  const body: Record<string, string> = {};
  for (const [field, value] of Object.entries(fields)) {
    const text = textOf(value) ?? "";
    if (field === "name") Object.assign(body, { fname: text, lname: "" });
    else if (field === "phone")
      Object.assign(body, { bus_phone: text, mob_phone: "", home_phone: "" });
    else body[keys[field] ?? field] = text;
  }
  return body;
}

function clientIn(body: unknown): Json | null {
  const response = isRecord(body) ? body["response"] : null;
  const result = isRecord(response) ? response["result"] : null;
  const client = isRecord(result) ? result["client"] : null;
  return isRecord(client) ? client : null;
}

function idOf(client: Json | null): string | null {
  return client === null ? null : String(client["id"]);
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
