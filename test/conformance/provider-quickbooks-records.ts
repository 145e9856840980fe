import * as fc from "fast-check";
import { isRecord } from "../../src/lib/json.ts";
import type { Customer } from "../../src/providers/quickbooks/customer.ts";
import { addressesOf } from "../../src/providers/quickbooks/lens.ts";
import type { Sandbox } from "../../src/sandbox/kit/server.ts";

const filled = (maxLength: number) => fc.string({ unit: "grapheme", minLength: 1, maxLength });
const text = (maxLength: number) => fc.option(filled(maxLength));
const word = fc.constantFrom("Ada", "Augusta", "Lovelace", "Müller", "李", "van der Berg");

const address = fc.dictionary(
  fc.constantFrom("Line1", "Line2", "Line3", "Line5", "City", "PostalCode", "Country", "County"),
  filled(40),
  { minKeys: 1 },
);

const emails = fc.oneof(
  fc.array(fc.emailAddress(), { maxLength: 3 }).map((list) => list.join(", ")),
  fc.constantFrom("ada@example.com,b@example.com", "Ada@Example.COM", "not an address", " , "),
);

const marked = fc
  .tuple(filled(30), fc.constantFrom("", " (#0a1b2c3d)", " (deleted)", " (#0a1b2c3d) (deleted)"))
  .map(([name, mark]) => name + mark);

const displayNames = fc.oneof(
  marked,
  fc.emailAddress(),
  fc.constantFrom("ada@example.com", "Acme (no name)", "(no name)", "Ada Lovelace"),
);

const parts = fc.record({
  givenName: fc.option(word),
  middleName: fc.option(word),
  familyName: fc.option(word),
});

const others = fc.record({
  id: fc.constant("1"),
  syncToken: fc.constant("0"),
  active: fc.constant(true),
  isPart: fc.boolean(),
  companyName: text(40),
  notes: text(40),
  email: fc.option(emails),
  phone: text(30),
  otherPhones: fc.array(filled(20), { maxLength: 2 }),
  address: fc.option(address),
  createdMs: fc.constant(0),
  updatedMs: fc.constant(0),
});

/** Customers as QuickBooks could answer them: some called by their parts, some by something else. */
export const customers: fc.Arbitrary<Customer> = fc
  .tuple(others, parts, displayNames, fc.boolean())
  .map(([rest, names, displayName, byParts]) => {
    const joined = [names.givenName, names.middleName, names.familyName]
      .filter((part) => part !== null)
      .join(" ");
    return { ...rest, ...names, displayName: byParts && joined !== "" ? joined : displayName };
  });

/** Where the first of several addresses is taken away, the next one shows. */
export function reveals(field: string, record: Customer): boolean {
  return field === "email" && addressesOf(record).length > 1;
}

/** Of the addresses one may change, of the billing address what the lens holds; the parts of a name follow it. */
export function losses(before: Customer, after: Customer): readonly string[] {
  const kept = addressesOf(after).map((one) => one.toLowerCase());
  const lost = addressesOf(before).filter((one) => !kept.includes(one.toLowerCase()));
  const beyond = (record: Customer) => ["Line3", "Line5", "County"].map((k) => record.address?.[k]);
  const byParts =
    [before.givenName, before.middleName, before.familyName].filter(Boolean).join(" ") ===
    before.displayName;
  const keys = ["id", "syncToken", "active", "isPart", "otherPhones"] as const;
  const names = ["givenName", "middleName", "familyName"] as const;
  return [
    ...(lost.length > 1 ? ["email"] : []),
    ...(JSON.stringify(beyond(before)) === JSON.stringify(beyond(after)) ? [] : ["address"]),
    ...[...keys, ...(byParts ? [] : names)].filter(
      (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
    ),
  ];
}

/** Signs in as an application does, through the consent page that approves by itself. */
export async function signIn(sandbox: Sandbox): Promise<string> {
  const { endpoints, credentials } = sandbox.describe();
  const redirectUri = "http://localhost:8080/oauth/callback";
  const authorize = new URL(endpoints["authorize"] ?? "");
  authorize.search = new URLSearchParams({
    client_id: credentials["client_id"] ?? "",
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "com.intuit.quickbooks.accounting",
    state: "s-1",
  }).toString();
  const consent = await fetch(authorize, { redirect: "manual" });
  const code = new URL(consent.headers.get("location") ?? "").searchParams.get("code") ?? "";
  const client = `${credentials["client_id"]}:${credentials["client_secret"]}`;
  const answer = await fetch(endpoints["token"] ?? "", {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(client).toString("base64")}` },
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code,
      redirect_uri: redirectUri,
    }),
  });
  const grant: unknown = await answer.json();
  return isRecord(grant) ? String(grant["access_token"]) : "";
}

export function accountHint(sandbox: Sandbox): string {
  return sandbox.describe().credentials["realm_id"] ?? "";
}
