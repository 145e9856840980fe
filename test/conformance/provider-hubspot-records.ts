import * as fc from "fast-check";
import { readProperties, type Contact } from "../../src/providers/hubspot/contact.ts";
import type { Sandbox } from "../../src/sandbox/kit/server.ts";

const text = (maxLength = 40) => fc.option(fc.string({ unit: "grapheme", maxLength }));

const part = fc.option(
  fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 20 }),
    fc.constantFrom("Ada", "Lovelace", "von Berg", "Anna  Maria", " Ana ", "李", "O'Neil, Jr."),
  ),
);

/** Contacts as HubSpot could answer them. */
export const contacts: fc.Arbitrary<Contact> = fc.record({
  id: fc.constant("151000000001"),
  archived: fc.constant(false),
  more: fc.constant({}),
  properties: fc.record({
    email: fc.option(fc.emailAddress()),
    firstname: part,
    lastname: part,
    phone: text(),
    mobilephone: text(),
    company: text(),
    address: text(),
    city: text(),
    state: text(),
    zip: text(12),
    country: text(),
    hs_additional_emails: fc.option(fc.emailAddress()),
    hs_merged_object_ids: fc.option(fc.constantFrom("1;2", "77")),
  }),
});

const ours = new Set(
  "email firstname lastname phone company address city state zip country".split(" "),
);

/** What the lens does not hold must be as it was. */
export function losses(before: Contact, after: Contact): readonly string[] {
  const others = readProperties.filter((name) => !ours.has(name));
  const lost = others.filter((name) => before.properties[name] !== after.properties[name]);
  return before.id === after.id ? lost : [...lost, "id"];
}

export async function signIn(sandbox: Sandbox): Promise<string> {
  return sandbox.describe().credentials["api_key"] ?? "";
}
