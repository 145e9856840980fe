import { InternalError } from "../../lib/errors.ts";
import { isRecord } from "../../lib/json.ts";
import type { InProcessSandbox } from "../../sandbox/kit/in-process.ts";
import type { Account } from "../accounts.ts";
import type { Typed } from "../history.ts";

type Json = Readonly<Record<string, unknown>>;

const root = "/services/data/v66.0";

const keys: Readonly<Record<string, string>> = {
  email: "Email",
  phone: "Phone",
  city: "MailingCity",
  state: "MailingState",
  postal_code: "MailingPostalCode",
  country: "MailingCountry",
  notes: "Description",
};

/** The contacts of an org. Their company is their account's name, which nobody changes here. */
export function salesforceAccount(sandbox: InProcessSandbox): Account {
  const ask = (method: string, path: string, body?: Json): Json | null => {
    const answer = sandbox.ask(method, `${root}/sobjects/Contact${path}`, {
      headers: {
        authorization: `Bearer ${sandbox.describe().credentials["access_token"] ?? ""}`,
        "content-type": "application/json",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer === null || answer.status >= 500)
      throw new InternalError(`the sandbox failed at ${method} ${path}`);
    if (answer.status >= 300) return null;
    return isRecord(answer.body) ? answer.body : {};
  };
  const contacts = (): readonly Json[] => {
    const state = sandbox.control.state();
    const all = isRecord(state) && Array.isArray(state["contacts"]) ? state["contacts"] : [];
    return all.filter(isRecord).filter((contact) => contact["IsDeleted"] === false);
  };
  const contactOf = (id: string): Json | null =>
    contacts().find((contact) => contact["Id"] === id) ?? null;
  const add = (body: Json): string | null => textOf(ask("POST", "", body)?.["id"]);
  return {
    sandbox,
    // Only where a second has passed in between.
    refusesStale: false,
    tellsTimes: true,
    records: () =>
      contacts().map((contact) => ({
        id: String(contact["Id"]),
        fields: fieldsOf(contact),
        ownId: null,
      })),
    add: (fields) => add({ LastName: "[not provided]", ...bodyOf(fields, {}) }),
    change: (id, fields) => {
      const before = contactOf(id);
      return before !== null && ask("PATCH", `/${id}`, bodyOf(fields, before)) !== null;
    },
    remove: (id) => ask("DELETE", `/${id}`) !== null,
    // Merging keeps one of the two ids: this record's ends, and another one goes on in its place.
    rename: (id) => {
      const before = contactOf(id);
      if (before === null) return null;
      const written = ["FirstName", "LastName", "MailingStreet", ...Object.values(keys)];
      const winner = add(Object.fromEntries(written.map((key) => [key, before[key] ?? null])));
      if (winner === null) return null;
      sandbox.control.changeVendor({ merge_contacts: { winner, losers: [id] } });
      return winner;
    },
    // A contact carries no id of ours: whose it is, its mapping alone tells.
    createdBy: ({ method, template, answer }) => {
      if (method !== "POST" || template !== `${root}/sobjects/Contact`) return null;
      const created: unknown = JSON.parse(answer);
      const recordId = isRecord(created) ? (textOf(created["id"]) ?? "") : "";
      return { mappingId: `of record ${recordId}`, recordId };
    },
    deletedBy: ({ method, path }) =>
      method === "DELETE" ? path.replace(`${root}/sobjects/Contact/`, "") : null,
  };
}

function fieldsOf(contact: Json): Readonly<Record<string, string | null>> {
  const [line1 = "", ...rest] = (textOf(contact["MailingStreet"]) ?? "").split(/\r?\n/);
  const last = textOf(contact["LastName"]);
  const name = [contact["FirstName"], last === "[not provided]" ? null : last].filter(Boolean);
  const own = Object.entries(keys).map(([field, key]) => [field, textOf(contact[key])] as const);
  return {
    ...Object.fromEntries(own),
    name: name.length === 0 ? null : name.join(" "),
    address_line1: line1 === "" || line1 === "-" ? null : line1,
    address_line2: rest.length === 0 ? null : rest.join(" "),
  };
}

/** As a person fills the form in: the first word is the first name. */
function bodyOf(fields: Typed, before: Json): Json {
  const body: Record<string, unknown> = {};
  const [line1 = "", ...rest] = (textOf(before["MailingStreet"]) ?? "").split(/\r?\n/);
  const lines = { address_line1: line1, address_line2: rest.join("\n") };
  for (const [field, value] of Object.entries(fields)) {
    const text = textOf(value);
    const key = keys[field];
    if (key !== undefined) body[key] = text;
    if (field === "name") {
      const [first = "", ...last] = (text ?? "[not provided]").split(" ");
      const inParts = text !== null && last.length > 0 && first !== "";
      body["FirstName"] = inParts ? first : null;
      body["LastName"] = inParts ? last.join(" ") : (text ?? "[not provided]");
    }
    if (field === "address_line1" || field === "address_line2") {
      lines[field] = text ?? (field === "address_line1" ? "-" : "");
      body["MailingStreet"] = [lines.address_line1 || "-", lines.address_line2]
        .filter((line) => line !== "")
        .join("\n");
      if (body["MailingStreet"] === "-") body["MailingStreet"] = null;
    }
  }
  return body;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
