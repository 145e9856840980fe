import { sameValue, type Fields, type FieldValue } from "../../model/fields.ts";
import { normalEmail, normalValue } from "../../model/normal.ts";
import { countryCode } from "../kit/countries.ts";
import { changedFields, heldFields, textOf } from "../kit/fields.ts";
import { fieldForms } from "../kit/forms.ts";
import type { Lens } from "../provider.ts";
import { joinedName, splitName } from "./name.ts";
import type { ClientPatch, ClientRecord, TextKey } from "./record.ts";

/** The fields that are one text there; the phone is one of three, the name is two. */
const keyOf: Readonly<Record<string, TextKey>> = {
  email: "email",
  company: "organization",
  address_line1: "p_street",
  address_line2: "p_street2",
  city: "p_city",
  state: "p_province",
  postal_code: "p_code",
  country: "p_country",
  notes: "note",
};

/** The first that is filled is the client's phone. A fax machine is none. */
export const phoneKeys = ["bus_phone", "mob_phone", "home_phone"] as const;

const fields = [...Object.keys(keyOf), "name", "phone"];
const holds = (field: string) => fields.includes(field);

/** A client's own fields and its billing address. Tags and custom fields have no home there. */
export const clientLens: Lens<ClientRecord, ClientPatch> = {
  version: "freshbooks-client-1",
  fields,
  forms: fieldForms(fields, {
    changes: {
      country: {
        words: "the country's English name in the place of a code of two letters",
        examples: [["DE", "Germany"]],
      },
    },
  }),
  holds,
  normal,
  lift,
  get,
  put,
  apply: (patch, record) => ({ ...record, texts: { ...record.texts, ...patch } }),
};

function get(record: ClientRecord): Fields {
  const { texts } = record;
  const found: Record<string, FieldValue> = {
    name: normalValue("name", joinedName(texts.fname, texts.lname)),
    phone: normalValue("phone", texts[phoneKeyOf(record)]),
  };
  for (const [field, key] of Object.entries(keyOf)) found[field] = normalValue(field, texts[key]);
  found["country"] = namedCountry(found["country"] ?? null);
  if (isCalledByAddress(record)) found["company"] = null;
  return found;
}

/** Countries are names there: a code goes as its English name, and what is no code as it is given. */
function normal(given: Fields): Fields {
  const held = heldFields(given, holds);
  if (!("country" in held)) return held;
  return { ...held, country: namedCountry(held["country"] ?? null) };
}

function lift(field: string, remote: FieldValue, local: FieldValue): FieldValue {
  const held = normal({ [field]: local })[field] ?? null;
  return sameValue(held, remote) ? local : remote;
}

function put(given: Fields, record: ClientRecord | null): ClientPatch {
  const changes = changedFields(normal(given), record === null ? {} : get(record));
  const patch: ClientPatch = {};
  for (const [field, value] of Object.entries(changes)) {
    const text = textOf(value) ?? "";
    const key = keyOf[field];
    if (key !== undefined) patch[key] = text;
    else if (field === "phone") patch[record === null ? phoneKeys[0] : phoneKeyOf(record)] = text;
    else Object.assign(patch, putName(text, record));
  }
  // The address that stands in for an organization moves with the address.
  if (record !== null && isCalledByAddress(record) && patch.email !== undefined)
    patch.organization ??= patch.email;
  return patch;
}

function putName(name: string, record: ClientRecord | null): ClientPatch {
  const { fname, lname } = record?.texts ?? { fname: null, lname: null };
  const before = { fname: fname ?? "", lname: lname ?? "" };
  const after = splitName(name, before);
  return {
    ...(after.fname === before.fname && record !== null ? {} : { fname: after.fname }),
    ...(after.lname === before.lname ? {} : { lname: after.lname }),
  };
}

/** Where the phone is that shows; the first place where there is none. */
function phoneKeyOf({ texts }: ClientRecord): (typeof phoneKeys)[number] {
  return phoneKeys.find((key) => normalValue("phone", texts[key]) !== null) ?? phoneKeys[0];
}

/** FreshBooks makes the address the organization of a client that is created without a name: no company of that name is meant. */
function isCalledByAddress({ texts: { email, organization } }: ClientRecord): boolean {
  const address = normalEmail(email ?? "");
  return address !== "" && normalEmail(organization ?? "") === address;
}

const english = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });

function namedCountry(value: FieldValue): FieldValue {
  const text = textOf(value);
  if (text === null || !/^[A-Za-z]{2}$/.test(text)) return value;
  const code = countryCode(text);
  return normalValue("country", code === null ? text : (english.of(code) ?? text));
}
