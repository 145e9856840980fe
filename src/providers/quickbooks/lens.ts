import { maxFieldCharacters } from "../../model/client.ts";
import { sameValue, type Fields, type FieldValue } from "../../model/fields.ts";
import { isEmail, normalEmail, normalValue } from "../../model/normal.ts";
import { changedFields, cutText, heldFields, textOf } from "../kit/fields.ts";
import { fieldForms } from "../kit/forms.ts";
import type { Lens } from "../provider.ts";
import type { Customer, CustomerPatch } from "./customer.ts";
import {
  heldName,
  nameLimit,
  isStandIn,
  joined,
  renamedParts,
  standIn,
  withoutMarks,
} from "./name.ts";

const addressKeys: Readonly<Record<string, string>> = {
  address_line1: "Line1",
  address_line2: "Line2",
  city: "City",
  state: "CountrySubDivisionCode",
  postal_code: "PostalCode",
  country: "Country",
};

/** How many characters QuickBooks takes; what is longer is cut, but see `heldText`. */
const limits: Readonly<Record<string, number>> = {
  company: 100,
  notes: 2000,
  address_line1: 500,
  address_line2: 500,
  city: 255,
  state: 255,
  postal_code: 30,
  country: 255,
  phone: 30,
  email: 100,
};

/** Half a phone number would be a wrong one, and half an address another one's. */
const wholeOnly = new Set(["phone", "email"]);

/** So many characters before the cut tell an edit of a long text from a new text in its place. */
const seamLength = 24;

const fields = ["email", "name", "phone", "company", ...Object.keys(addressKeys), "notes"];
const holds = (field: string) => fields.includes(field);

/** A customer's names, its first e-mail address, phone, company, notes and billing address. */
export const customerLens: Lens<Customer, CustomerPatch> = {
  version: "quickbooks-customer-1",
  fields,
  forms: fieldForms(fields, {
    limits: { ...limits, name: nameLimit },
    wholeOnly,
    changes: {
      email: {
        words: "an address whose domain has a dot; what is none is not sent",
        examples: [
          ["ada@example.com", "ada@example.com"],
          ["ada@localhost", null],
        ],
      },
      name: {
        words: "a dash in the place of a colon; an e-mail address alone is no name",
        examples: [
          ["Ada: Countess", "Ada - Countess"],
          ["ada@example.com", null],
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
  const found: Record<string, FieldValue> = {
    email: normalValue("email", addressesOf(record)[0] ?? null),
    name: nameOf(record),
    phone: normalValue("phone", record.phone),
    company: normalValue("company", record.companyName),
    notes: normalValue("notes", record.notes),
  };
  for (const [field, key] of Object.entries(addressKeys))
    found[field] = normalValue(field, record.address?.[key] ?? null);
  return found;
}

/** The addresses of `PrimaryEmailAddr`, the primary one first. */
export function addressesOf({ email }: Pick<Customer, "email">): readonly string[] {
  const addresses = (email ?? "").split(",").map((address) => address.trim());
  return addresses.filter((address) => address !== "");
}

function nameOf(record: Customer): string | null {
  const shown = textOf(normalValue("name", record.displayName));
  if (shown === null) return null;
  const name = withoutMarks(shown);
  return isStandIn(name) ? null : name;
}

/** What cannot be held is not there, and what QuickBooks has instead stays. */
function normal(given: Fields): Fields {
  const held = heldFields(given, holds);
  return Object.fromEntries(
    Object.entries(held).flatMap(([field, value]): [string, FieldValue][] => {
      const text = textOf(value);
      if (text === null) return [[field, null]];
      const shown = heldText(field, text);
      return shown === null ? [] : [[field, shown]];
    }),
  );
}

/** A name, a line or a note is cut; null for what cannot be held at all. */
function heldText(field: string, text: string): string | null {
  const limit = limits[field] ?? text.length;
  if (wholeOnly.has(field) && text.length > limit) return null;
  if (field === "email") return isEmail(text) && /@.*\./.test(text) ? text : null;
  if (field !== "name") return cutText(text, limit);
  const name = heldName(text);
  return isStandIn(name) ? null : name;
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
  const wasCut =
    whole !== null && part !== null && part.length > seamLength && whole.startsWith(part);
  // What QuickBooks had no room for is kept behind an edit that still ends where it was cut (law 3).
  if (wasCut && edited?.endsWith(part.slice(-seamLength)) === true && sameValue(base, held))
    return cutText(edited + whole.slice(part.length), maxFieldCharacters);
  return remote;
}

function put(given: Fields, record: Customer | null): CustomerPatch {
  const actual = record === null ? {} : get(record);
  // A value that the record has already, though longer or in other characters, is no change.
  const asked = changedFields(heldFields(given, holds), actual);
  const changes = changedFields(normal(asked), actual);
  const patch: CustomerPatch = { ...putName(changes, record), ...putPlain(changes) };
  if ("email" in changes) {
    const address = textOf(changes["email"]);
    const others = record === null ? [] : addressesOf(record).slice(1);
    const kept = others.filter((other) => normalEmail(other) !== address);
    const all = address === null ? kept : [address, ...kept];
    patch.PrimaryEmailAddr = { Address: all.join(", ").toWellFormed() };
  }
  const address = putAddress(changes, record);
  return address === null ? patch : { ...patch, BillAddr: address };
}

/** Fields that can be sent without knowing what else the record holds, as long as it has a name. */
export const plainFields: readonly string[] = ["company", "notes", "phone"];

/** The patch of plain fields that are to change. */
export function putPlain(changes: Fields): CustomerPatch {
  const text = (field: string) => textOf(changes[field]) ?? "";
  return {
    ...("company" in changes ? { CompanyName: text("company") } : {}),
    ...("notes" in changes ? { Notes: text("notes") } : {}),
    ...("phone" in changes ? { PrimaryPhone: { FreeFormNumber: text("phone") } } : {}),
  };
}

/** The name, what stands for it where there is none, and the parts that made it up. */
function putName(changes: Fields, record: Customer | null): CustomerPatch {
  const known = record === null ? {} : get(record);
  const next = { ...known, ...changes };
  const [before, name] = [textOf(known["name"]), textOf(next["name"])];
  if (record !== null && name === null && before === null) return followed(known, next, record);
  if (record !== null && !("name" in changes)) return {};
  const patch: CustomerPatch = { DisplayName: name ?? standInOf(next) };
  if (record === null || before === null) return patch;
  const { givenName, middleName, familyName } = record;
  const parts = [givenName ?? "", middleName ?? "", familyName ?? ""] as const;
  if (joined(parts) !== before) return patch;
  const [GivenName, MiddleName, FamilyName] = renamedParts(parts, name);
  return {
    ...patch,
    ...(GivenName === parts[0] ? {} : { GivenName }),
    ...(MiddleName === parts[1] ? {} : { MiddleName }),
    ...(FamilyName === parts[2] ? {} : { FamilyName }),
  };
}

/** What stands for the name moves along with what it was made of. */
function followed(known: Fields, next: Fields, record: Customer): CustomerPatch {
  const [former, wanted] = [standInOf(known), standInOf(next)];
  const isOurs = withoutMarks(record.displayName ?? "") === former;
  return isOurs && former !== wanted ? { DisplayName: wanted } : {};
}

function standInOf(known: Fields): string {
  const text = (field: string) => textOf(known[field]);
  return standIn({ email: text("email"), company: text("company"), phone: text("phone") });
}

/** All parts go along with one that changed: it makes no difference whether QuickBooks merges or replaces it. */
function putAddress(
  changes: Fields,
  record: Customer | null,
): Readonly<Record<string, string>> | null {
  const keys = Object.entries(addressKeys);
  if (!keys.some(([field]) => field in changes)) return null;
  const kept = Object.entries(record?.address ?? {})
    // The country's code would contradict another country.
    .filter(([key]) => key !== "CountryCode" || !("country" in changes))
    .map(([key, text]) => [key, text.toWellFormed()] as const);
  const parts: Record<string, string> = Object.fromEntries(kept);
  for (const [field, key] of keys)
    if (field in changes) parts[key] = textOf(changes[field]) ?? "";
    else parts[key] ??= "";
  if (record !== null) return parts;
  return Object.fromEntries(Object.entries(parts).filter(([, text]) => text !== ""));
}

function apply(patch: CustomerPatch, record: Customer): Customer {
  const text = (given: string | undefined, former: string | null) =>
    given === undefined ? former : given === "" ? null : given;
  return {
    ...record,
    displayName: text(patch.DisplayName, record.displayName),
    givenName: text(patch.GivenName, record.givenName),
    middleName: text(patch.MiddleName, record.middleName),
    familyName: text(patch.FamilyName, record.familyName),
    companyName: text(patch.CompanyName, record.companyName),
    notes: text(patch.Notes, record.notes),
    email: text(patch.PrimaryEmailAddr?.Address, record.email),
    phone: text(patch.PrimaryPhone?.FreeFormNumber, record.phone),
    address: patch.BillAddr === undefined ? record.address : filled(patch.BillAddr),
  };
}

function filled(parts: Readonly<Record<string, string>>): Customer["address"] {
  const entries = Object.entries(parts).filter(([, text]) => text !== "");
  return entries.length === 0 ? null : Object.fromEntries(entries);
}
