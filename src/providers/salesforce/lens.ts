import { maxFieldCharacters } from "../../model/client.ts";
import { sameValue, type Fields, type FieldValue } from "../../model/fields.ts";
import { normalValue } from "../../model/normal.ts";
import { changedFields, cutText, heldFields, textOf } from "../kit/fields.ts";
import { fieldForms } from "../kit/forms.ts";
import type { Lens } from "../provider.ts";
import {
  firstLimit,
  heldName,
  lastLimit,
  nameLimit,
  noLastName,
  renamed,
  shownName,
} from "./name.ts";
import { linesOf, noLine, streetOf } from "./street.ts";
import type { Contact, ContactPatch } from "./wire.ts";

const textKeys = {
  email: "Email",
  phone: "Phone",
  city: "MailingCity",
  state: "MailingState",
  postal_code: "MailingPostalCode",
  country: "MailingCountry",
  notes: "Description",
} as const;

/** How many characters Salesforce takes. */
const limits: Readonly<Record<string, number>> = {
  email: 80,
  phone: 40,
  // Two of them and what parts them make a street of 255.
  address_line1: 126,
  address_line2: 126,
  city: 40,
  state: 80,
  postal_code: 20,
  country: 80,
  notes: 32_000,
};

/** Half of one would be a wrong one: what is too long Salesforce cannot hold, and what it has stays. */
const wholeOnly = new Set(["email", "phone", "postal_code"]);

/** So many characters before the cut tell an edit of a long text from a new text in its place. */
const seamLength = 24;

const fields = ["email", "name", "phone", "address_line1", "address_line2"].concat([
  "city",
  "state",
  "postal_code",
  "country",
  "notes",
]);
const holds = (field: string) => fields.includes(field);

/**
 * A contact's own fields and its mailing address. Its company is another record, its account, whose name belongs to
 * all of the account's contacts and cannot be cleared for one: it is no field of the contact.
 */
export const contactLens: Lens<Contact, ContactPatch> = {
  version: "salesforce-contact-1",
  fields,
  forms: fieldForms(fields, {
    limits: { ...limits, name: nameLimit },
    wholeOnly,
    changes: {
      name: {
        words: `at most ${firstLimit} characters before a space and ${lastLimit} after it, else ${lastLimit}; ${noLastName} is none`,
        examples: [
          [
            `${"a".repeat(firstLimit)} ${"b".repeat(lastLimit)}`,
            `${"a".repeat(firstLimit)} ${"b".repeat(lastLimit)}`,
          ],
          ["a".repeat(lastLimit + 1), "a".repeat(lastLimit)],
          [noLastName, null],
        ],
      },
      address_line1: { words: `${noLine} alone is none`, examples: [[noLine, null]] },
    },
  }),
  holds,
  normal,
  lift,
  get,
  put,
  apply: (patch, record) => ({ ...record, ...patch }),
};

function get(record: Contact): Fields {
  const lines = linesOf(record.MailingStreet);
  const found: Record<string, FieldValue> = {
    name: shownName(record),
    address_line1: lines.line1,
    address_line2: lines.line2,
  };
  for (const [field, key] of Object.entries(textKeys))
    found[field] = normalValue(field, record[key]);
  return found;
}

function normal(given: Fields): Fields {
  return Object.fromEntries(
    Object.entries(heldFields(given, holds)).flatMap(([field, value]): [string, FieldValue][] => {
      const text = textOf(value);
      if (text === null) return [[field, null]];
      if (field === "name") return [[field, heldName(text)]];
      const limit = limits[field] ?? text.length;
      if (wholeOnly.has(field)) return text.length > limit ? [] : [[field, text]];
      if (field === "address_line1" && text === noLine) return [[field, null]];
      return [[field, cutText(text, limit)]];
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
  // What Salesforce had no room for is kept behind an edit that still ends where it was cut (law 3).
  if (wasCut && edited?.endsWith(part.slice(-seamLength)) === true && sameValue(base, held))
    return cutText(edited + whole.slice(part.length), maxFieldCharacters);
  return remote;
}

function put(given: Fields, record: Contact | null): ContactPatch {
  const actual = record === null ? {} : get(record);
  // A value that the record has already, though longer, is no change.
  const asked = changedFields(heldFields(given, holds), actual);
  const changes = changedFields(normal(asked), actual);
  const patch: ContactPatch = {};
  if ("name" in changes || record === null)
    Object.assign(patch, changedParts(renamed(textOf(changes["name"]), record), record));
  for (const [field, key] of Object.entries(textKeys))
    if (field in changes) patch[key] = textOf(changes[field]);
  const [line1, line2] = [changes["address_line1"], changes["address_line2"]];
  if (line1 !== undefined || line2 !== undefined)
    patch.MailingStreet = streetOf(record?.MailingStreet ?? null, {
      ...(line1 === undefined ? {} : { line1: textOf(line1) }),
      ...(line2 === undefined ? {} : { line2: textOf(line2) }),
    });
  return patch;
}

function changedParts(
  parts: Pick<Contact, "FirstName" | "LastName">,
  record: Contact | null,
): ContactPatch {
  const patch: ContactPatch = {};
  if (parts.FirstName !== (record?.FirstName ?? null)) patch.FirstName = parts.FirstName;
  if (parts.LastName !== (record?.LastName ?? null)) patch.LastName = parts.LastName;
  return patch;
}
