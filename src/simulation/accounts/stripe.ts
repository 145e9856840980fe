import type { InProcessSandbox } from "../../sandbox/kit/in-process.ts";
import type { Typed } from "../history.ts";
import type { Account } from "./account.ts";
import { asked, listOf, objectOf, parsed, textOf } from "./json.ts";
import type { Json } from "./json.ts";

const addressKeys: Readonly<Record<string, string>> = {
  address_line1: "line1",
  address_line2: "line2",
  city: "city",
  state: "state",
  postal_code: "postal_code",
  country: "country",
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
        for (const [field, key] of Object.entries(addressKeys))
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
      if (method !== "POST" || template !== "/v1/customers") return [];
      const mappingId = new URLSearchParams(body).get("metadata[astralis_client_id]");
      return [{ mappingId, recordId: textOf(parsed(answer)["id"]) ?? "" }];
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
      address[part] = text;
      moved = true;
    }
  }
  if (moved)
    for (const key of Object.values(addressKeys))
      form[`address[${key}]`] = textOf(address[key]) ?? "";
  return form;
}

const stripeKeys: Readonly<Record<string, string>> = {
  email: "email",
  name: "name",
  phone: "phone",
  company: "business_name",
  notes: "description",
};
