import { sameValue, type Fields, type FieldValue } from "../../model/fields.ts";
import { normalValue } from "../../model/normal.ts";
import { changedFields, heldFields, textOf } from "../kit/fields.ts";
import { fieldForms } from "../kit/forms.ts";
import type { Lens } from "../provider.ts";
import { entryText, primaryEntry, saysNothing, withPrimary, withTexts } from "./entries.ts";
import { renamed, shownName } from "./name.ts";
import type { Entry, Person, PersonPatch } from "./wire.ts";

const addressKeys: Readonly<Record<string, string>> = {
  address_line1: "streetAddress",
  address_line2: "extendedAddress",
  city: "city",
  state: "region",
  postal_code: "postalCode",
  country: "country",
};

/** Where each of the single fields is: the list, and the key of its first entry. */
const valueKeys = {
  email: ["emailAddresses", "value"],
  phone: ["phoneNumbers", "value"],
  company: ["organizations", "name"],
  notes: ["biographies", "value"],
} as const;

const fields = ["email", "name", "phone", "company", ...Object.keys(addressKeys), "notes"];
const holds = (field: string) => fields.includes(field);
const addressTexts = [...Object.values(addressKeys), "countryCode"];

/**
 * The first of a contact's e-mail addresses, phones, organizations and addresses, its name and its notes. The
 * others, labels, titles, groups, birthdays and all the rest are not ours and stay.
 */
export const personLens: Lens<Person, PersonPatch> = {
  version: "google-person-1",
  fields,
  forms: fieldForms(fields),
  holds,
  normal: (given) => heldFields(given, holds),
  lift,
  get,
  put,
  apply: (patch, record) => ({ ...record, ...patch }),
};

function get(record: Person): Fields {
  const found: Record<string, FieldValue> = {};
  const take = (field: string, text: string | null) => {
    found[field] = normalValue(field, text);
  };
  take("name", shownName(record.names[0]));
  for (const [field, [list, key]] of Object.entries(valueKeys))
    take(field, entryText(primaryEntry(record[list], [key]), key));
  const address = primaryEntry(record.addresses, addressTexts);
  for (const [field, key] of Object.entries(addressKeys)) take(field, entryText(address, key));
  found["country"] ??= normalValue("country", entryText(address, "countryCode"));
  return found;
}

/** Contacts hold text as it is given, but for the hub's own normal form. */
function lift(field: string, remote: FieldValue, local: FieldValue): FieldValue {
  return sameValue(normalValue(field, local), remote) ? local : remote;
}

function put(given: Fields, record: Person | null): PersonPatch {
  const changes = changedFields(heldFields(given, holds), record === null ? {} : get(record));
  const patch: PersonPatch = {};
  for (const [field, value] of Object.entries(changes)) {
    const text = textOf(value);
    if (field === "name") {
      patch.names = text === null ? [] : [renamed(record?.names[0], text)];
    } else if (field === "notes") {
      patch.biographies = text === null ? [] : [{ value: text, contentType: "TEXT_PLAIN" }];
    } else if (field === "email" || field === "phone" || field === "company") {
      const [list, key] = valueKeys[field];
      patch[list] = putValue(record?.[list] ?? [], { field, key, text });
    }
  }
  const addressChanges = Object.entries(changes).filter(([field]) => field in addressKeys);
  if (addressChanges.length > 0)
    patch.addresses = putAddress(record?.addresses ?? [], Object.fromEntries(addressChanges));
  return patch;
}

interface NewValue {
  readonly field: string;
  readonly key: string;
  readonly text: string | null;
}

function putValue(entries: readonly Entry[], { field, key, text }: NewValue): readonly Entry[] {
  const old = primaryEntry(entries, [key]);
  if (text === null) {
    const rest = withTexts(old, { [key]: null });
    const keep = field === "company" && !saysNothing(rest);
    return withPrimary(entries, old, keep ? rest : null);
  }
  // An address that the contact has already becomes the first; it is not written twice.
  const same = entries.find((entry) => normalValue(field, entryText(entry, key)) === text);
  if (same !== undefined) return withPrimary(entries, same, same);
  return withPrimary(entries, old, withTexts(old, { [key]: text }));
}

function putAddress(entries: readonly Entry[], changes: Fields): readonly Entry[] {
  const old = primaryEntry(entries, addressTexts);
  // Google writes the formatted text anew from the parts.
  const texts: Record<string, string | null> = { formattedValue: null };
  for (const [field, value] of Object.entries(changes)) {
    texts[addressKeys[field] ?? field] = textOf(value);
    if (field === "country") texts["countryCode"] = codeOf(textOf(value));
  }
  const next = withTexts(old, texts);
  return withPrimary(entries, old, saysNothing(next) ? null : next);
}

function codeOf(country: string | null): string | null {
  return country !== null && /^[A-Za-z]{2}$/.test(country) ? country.toUpperCase() : null;
}
