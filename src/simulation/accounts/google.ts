import type { InProcessSandbox } from "../../sandbox/kit/in-process.ts";
import type { Typed } from "../history.ts";
import type { Account } from "./account.ts";
import { asked, listOf, objectOf, parsed, textOf } from "./json.ts";
import type { Json } from "./json.ts";

const addressKeys: Readonly<Record<string, string>> = {
  address_line1: "streetAddress",
  address_line2: "extendedAddress",
  city: "city",
  state: "region",
  postal_code: "postalCode",
  country: "country",
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
        for (const [field, key] of Object.entries(addressKeys))
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
      if (method !== "POST" || template !== "/v1/people:createContact") return [];
      const own = listOf(parsed(body)["clientData"]).find((entry) => entry["key"] === "astralis");
      const mappingId = textOf(own?.["value"]);
      return [{ mappingId, recordId: textOf(parsed(answer)["resourceName"]) ?? "" }];
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
      if (text === null) delete address[part];
      else address[part] = text;
      if (field === "country") delete address["countryCode"];
      person["addresses"] = Object.keys(address).length === 0 ? [] : [address];
    }
  }
  return person;
}

export function primary(entries: unknown): Json {
  const list = listOf(entries);
  return list.find((entry) => objectOf(entry["metadata"])["primary"] === true) ?? list[0] ?? {};
}
