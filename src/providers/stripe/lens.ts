import { sameValue, type Fields, type FieldValue } from "../../model/fields.ts";
import { maxFieldCharacters } from "../../model/client.ts";
import { normalValue } from "../../model/normal.ts";
import { countryCode } from "../kit/countries.ts";
import { changedFields, cutText, heldFields, textOf } from "../kit/fields.ts";
import { fieldForms } from "../kit/forms.ts";
import type { Lens } from "../provider.ts";
import type { Address, Customer, CustomerPatch } from "./wire.ts";

const addressKeys = {
  address_line1: "line1",
  address_line2: "line2",
  city: "city",
  state: "state",
  postal_code: "postal_code",
  country: "country",
} as const;

const textKeys = {
  email: "email",
  name: "name",
  phone: "phone",
  company: "business_name",
  notes: "description",
} as const;

/** How many characters Stripe takes; what is longer is cut, but see `normal`. */
const limits: Readonly<Record<string, number>> = {
  name: 256,
  company: 150,
  notes: 5000,
  address_line1: 5000,
  address_line2: 5000,
  city: 5000,
  state: 5000,
  postal_code: 5000,
  phone: 20,
};

const wholeOnly = new Set(["phone"]);

/** So many characters before the cut tell an edit of a long text from a new text in its place. */
const seamLength = 24;

const fields = [...Object.keys(textKeys), ...Object.keys(addressKeys)];
const holds = (field: string) => fields.includes(field);

/** A customer's own fields and its billing address; tags and custom fields have no home there. */
export const customerLens: Lens<Customer, CustomerPatch> = {
  version: "stripe-customer-1",
  fields,
  forms: fieldForms(fields, {
    limits,
    wholeOnly,
    changes: {
      country: {
        words: "the country's code of two letters; what names no country is not sent",
        examples: [
          ["Germany", "DE"],
          ["Atlantis", null],
        ],
      },
    },
  }),
  holds,
  normal,
  lift,
  get,
  put,
  apply,
};

function get(record: Customer): Fields {
  const found: Record<string, FieldValue> = {};
  for (const [field, key] of Object.entries(textKeys))
    found[field] = normalValue(field, record[key]);
  for (const [field, key] of Object.entries(addressKeys))
    found[field] = normalValue(field, record.address?.[key] ?? null);
  return found;
}

/**
 * Half a phone number would be a wrong one, and a country is a code or nothing: what does not fit there Stripe cannot
 * hold, and what it has stays. A name, a line or a note is cut.
 */
function normal(given: Fields): Fields {
  const held = heldFields(given, holds);
  return Object.fromEntries(
    Object.entries(held).flatMap(([field, value]): [string, FieldValue][] => {
      const text = textOf(value);
      if (text === null) return [[field, null]];
      const limit = limits[field] ?? text.length;
      if (wholeOnly.has(field)) return text.length > limit ? [] : [[field, text]];
      if (field !== "country") return [[field, cutText(text, limit)]];
      const code = countryCode(text);
      return code === null ? [] : [[field, code]];
    }),
  );
}

function lift(
  field: string,
  remote: FieldValue,
  local: FieldValue,
  base: FieldValue | undefined,
): FieldValue {
  const held = normal({ [field]: local })[field] ?? null;
  if (sameValue(held, remote)) return local;
  const [whole, part, edited] = [textOf(local), textOf(held), textOf(remote)];
  const wasCut = whole !== null && part !== null && whole !== part && whole.startsWith(part);
  // What Stripe had no room for is kept behind an edit that still ends where it was cut (law 3).
  if (wasCut && edited?.endsWith(part.slice(-seamLength)) === true && sameValue(base, held))
    return cutText(edited + whole.slice(part.length), maxFieldCharacters);
  return remote;
}

function put(given: Fields, record: Customer | null): CustomerPatch {
  const actual = record === null ? {} : get(record);
  // A value that the record has already, though longer or in words, is no change.
  const asked = changedFields(heldFields(given, holds), actual);
  const changes = changedFields(normal(asked), actual);
  const patch: CustomerPatch = {};
  for (const [field, key] of Object.entries(textKeys))
    if (field in changes) patch[key] = textOf(changes[field]) ?? "";
  // Stripe would make the company the name of a customer that is created without one.
  if (record === null && "business_name" in patch) patch.name ??= "";
  const address = putAddress(changes, record);
  return address === undefined ? patch : { ...patch, address };
}

/** All parts go along with one that changed, so that it makes no difference whether Stripe merges or replaces. */
function putAddress(changes: Fields, record: Customer | null): CustomerPatch["address"] {
  const keys = Object.entries(addressKeys);
  if (!keys.some(([field]) => field in changes)) return undefined;
  const parts = keys.map(([field, key]) => {
    // Half of a character cannot be sent back.
    const kept = record?.address?.[key]?.toWellFormed() ?? null;
    const value = field in changes ? textOf(changes[field]) : kept;
    return [key, value ?? ""] as const;
  });
  const filled = parts.filter(([, value]) => value !== "");
  if (filled.length === 0) return "";
  return Object.fromEntries(record === null ? filled : parts);
}

function apply(patch: CustomerPatch, record: Customer): Customer {
  const next = { ...record };
  for (const key of Object.values(textKeys)) {
    const value = patch[key];
    if (value !== undefined) next[key] = value === "" ? null : value;
  }
  if (patch.address === undefined) return next;
  return { ...next, address: patch.address === "" ? null : applyAddress(patch.address, record) };
}

function applyAddress(parts: Readonly<Record<string, string>>, record: Customer): Address {
  const next: Record<keyof Address, string | null> = {
    line1: null,
    line2: null,
    city: null,
    state: null,
    postal_code: null,
    country: null,
    ...record.address,
  };
  for (const key of Object.values(addressKeys))
    if (parts[key] !== undefined) next[key] = parts[key] === "" ? null : parts[key];
  return next;
}
