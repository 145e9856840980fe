import { sameValue, type Fields, type FieldValue } from "../../model/fields.ts";
import { normalValue } from "../../model/normal.ts";
import { changedFields, heldFields, textOf } from "../kit/fields.ts";
import { fieldForms } from "../kit/forms.ts";
import type { Lens } from "../provider.ts";
import { patched, type Contact, type ContactPatch } from "./contact.ts";
import { renamed, shownName } from "./name.ts";

const textKeys = {
  email: "email",
  phone: "phone",
  company: "company",
  address_line1: "address",
  city: "city",
  state: "state",
  postal_code: "zip",
  country: "country",
} as const;

const fields = ["email", "name", ...Object.keys(textKeys).filter((field) => field !== "email")];
const holds = (field: string) => fields.includes(field);

/**
 * A contact's standard properties. There is no second address line, and no property for notes or tags; the additional
 * addresses are HubSpot's own and stay.
 */
export const contactLens: Lens<Contact, ContactPatch> = {
  version: "hubspot-contact-1",
  fields,
  forms: fieldForms(fields),
  holds,
  // HubSpot's texts take as many characters as the hub's.
  normal: (given) => heldFields(given, holds),
  lift,
  get,
  put,
  apply: (patch, record) => patched(record, patch),
};

function get({ properties }: Contact): Fields {
  const found: Record<string, FieldValue> = { name: normalValue("name", shownName(properties)) };
  for (const [field, key] of Object.entries(textKeys))
    found[field] = normalValue(field, properties[key]);
  return found;
}

/** Contacts hold text as it is given, but for the hub's own normal form. */
function lift(field: string, remote: FieldValue, local: FieldValue): FieldValue {
  return sameValue(normalValue(field, local), remote) ? local : remote;
}

function put(given: Fields, record: Contact | null): ContactPatch {
  const changes = changedFields(heldFields(given, holds), record === null ? {} : get(record));
  const patch: ContactPatch = {};
  for (const [field, key] of Object.entries(textKeys))
    if (field in changes) patch[key] = textOf(changes[field]) ?? "";
  const { name } = changes;
  const before = record?.properties ?? { firstname: null, lastname: null };
  return name === undefined ? patch : { ...patch, ...renamed(before, textOf(name)) };
}
