import * as fc from "fast-check";
import { isRecord } from "../../src/lib/json.ts";
import { phoneKeys } from "../../src/providers/freshbooks/lens.ts";
import type { ClientRecord } from "../../src/providers/freshbooks/record.ts";
import type { Sandbox } from "../../src/sandbox/kit/server.ts";

/** Empty ones come as "" and as null. */
const text = fc.oneof(
  fc.constantFrom("", null),
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.constantFrom(" van  Berg ", "de la Cruz", "李小龍"),
);

const plain = fc.record({
  email: fc.option(fc.oneof(fc.emailAddress(), fc.constantFrom("", "Ana@Example.COM"))),
  fname: text,
  lname: text,
  organization: text,
  bus_phone: text,
  mob_phone: text,
  home_phone: text,
  p_street: text,
  p_street2: text,
  p_city: text,
  p_province: text,
  p_code: text,
  p_country: fc.oneof(text, fc.constantFrom("Canada", "CA", "uk", "Deutschland", "XX")),
  note: text,
});

/** Some are called by their address, as FreshBooks does with those that have no name. */
const texts = fc
  .tuple(plain, fc.boolean())
  .map(([given, called]) => (called ? { ...given, organization: given.email } : given));

/** Clients as FreshBooks could answer them. */
export const clients: fc.Arbitrary<ClientRecord> = fc.record({
  id: fc.constant("230001"),
  state: fc.constantFrom("active", "archived"),
  updated: fc.constantFrom("2026-11-01 01:30:00", "2026-07-01 12:00:00"),
  texts,
});

/** Where the phone that shows is taken away, the next one does. */
export function reveals(field: string, { texts: held }: ClientRecord): boolean {
  return field === "phone" && phoneKeys.filter((key) => (held[key] ?? "") !== "").length > 1;
}

/** Of the phones one may change; every other must still be there. */
export function losses(before: ClientRecord, after: ClientRecord): readonly string[] {
  const changed = phoneKeys.filter((key) => before.texts[key] !== after.texts[key]);
  const others = (["id", "state", "updated"] as const).filter((key) => before[key] !== after[key]);
  return [...(changed.length > 1 ? changed : []), ...others];
}

/** Signs in as a person does, through the consent page that approves by itself. */
export async function signIn(sandbox: Sandbox): Promise<string> {
  const { endpoints, credentials } = sandbox.describe();
  const client = {
    client_id: credentials["client_id"] ?? "",
    redirect_uri: "https://localhost:8765/oauth/callback",
  };
  const authorize = new URL(endpoints["authorize"] ?? "");
  authorize.search = new URLSearchParams({
    ...client,
    response_type: "code",
    scope:
      "user:profile:read user:clients:read user:clients:write user:invoices:read user:payments:read",
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
