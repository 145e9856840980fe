import * as fc from "fast-check";
import { isRecord, stableJson } from "../../src/lib/json.ts";
import { personLists, type Entry, type Person } from "../../src/providers/gmail/wire.ts";
import type { Sandbox } from "../../src/sandbox/kit/server.ts";

const text = fc.string({ unit: "grapheme", maxLength: 20 });
const type = fc.constantFrom("home", "work", "other", "Ferienhaus");
const metadata = fc.record(
  { sourcePrimary: fc.boolean(), primary: fc.boolean() },
  { requiredKeys: [] },
);

const entries = (keys: Record<string, fc.Arbitrary<unknown>>, maxLength = 3) =>
  fc.array(fc.record({ ...keys, metadata }, { requiredKeys: [] }), { maxLength });

const names = entries(
  {
    unstructuredName: text,
    displayName: text,
    honorificPrefix: fc.constantFrom("Dr.", "Prof."),
    givenName: text,
    middleName: text,
    familyName: text,
    honorificSuffix: fc.constantFrom("Jr.", "PhD"),
    phoneticFamilyName: text,
  },
  1,
);

/** Contacts as Google could answer them, with several of everything. */
export const people: fc.Arbitrary<Person> = fc.record({
  resourceName: fc.constant("people/c1"),
  deleted: fc.constant(false),
  groups: fc.constant([]),
  previousResourceNames: fc.constant([]),
  etag: fc.constant("%e"),
  contact: fc.constant({ id: "1", etag: "#e", updateTime: "2026-11-01T00:00:00Z" }),
  names,
  emailAddresses: entries({ value: fc.oneof(fc.emailAddress(), text), type, displayName: text }),
  phoneNumbers: entries({ value: text, type, canonicalForm: text }),
  organizations: entries({ name: text, title: text, department: text, current: fc.boolean() }),
  addresses: entries({
    streetAddress: text,
    extendedAddress: text,
    poBox: text,
    city: text,
    region: text,
    postalCode: text,
    country: text,
    countryCode: fc.constantFrom("DE", "FR"),
    formattedValue: text,
    type,
  }),
  biographies: entries({ value: text, contentType: fc.constantFrom("TEXT_PLAIN", "TEXT_HTML") }, 1),
  clientData: entries({ key: text, value: text }),
});

const listOf: Readonly<Record<string, (typeof personLists)[number]>> = {
  name: "names",
  email: "emailAddresses",
  phone: "phoneNumbers",
  company: "organizations",
  notes: "biographies",
};

/** Where one of several is taken away, the next one shows. */
export function reveals(field: string, record: Person): boolean {
  return record[listOf[field] ?? "addresses"].length > 1;
}

const several = ["emailAddresses", "phoneNumbers", "organizations", "addresses"] as const;

/** Of each list one entry may change; every other one, and what it says, must still be there. */
export function losses(before: Person, after: Person): readonly string[] {
  const lost = several.filter((list) => {
    const left = after[list].map(said);
    const missing = before[list].map(said).filter((entry) => !left.includes(entry));
    return missing.length > 1;
  });
  const same = JSON.stringify(before.clientData) === JSON.stringify(after.clientData);
  return same ? lost : [...lost, "clientData"];
}

function said(entry: Entry): string {
  const { metadata: _metadata, canonicalForm: _form, ...rest } = entry;
  return stableJson(rest);
}

/** Signs in as the desktop application does, through the consent page that approves by itself. */
export async function signIn(sandbox: Sandbox): Promise<string> {
  const { endpoints, credentials } = sandbox.describe();
  const client = { client_id: credentials["client_id"] ?? "", redirect_uri: "http://127.0.0.1:1" };
  const authorize = new URL(endpoints["authorize"] ?? "");
  authorize.search = new URLSearchParams({
    ...client,
    response_type: "code",
    scope: "openid email https://www.googleapis.com/auth/contacts",
  }).toString();
  const consent = await fetch(authorize, { redirect: "manual" });
  const code = new URL(consent.headers.get("location") ?? "").searchParams.get("code") ?? "";
  const secret = { client_secret: credentials["client_secret"] ?? "" };
  const answer = await fetch(endpoints["token"] ?? "", {
    method: "POST",
    body: new URLSearchParams({ ...client, ...secret, code, grant_type: "authorization_code" }),
  });
  const grant: unknown = await answer.json();
  return isRecord(grant) ? String(grant["access_token"]) : "";
}
