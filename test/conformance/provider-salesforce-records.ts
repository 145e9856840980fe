import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { isRecord } from "../../src/lib/json.ts";
import type { Contact } from "../../src/providers/salesforce/wire.ts";
import type { Sandbox } from "../../src/sandbox/kit/server.ts";

const text = (maxLength: number) =>
  fc.option(fc.string({ unit: "grapheme", minLength: 1, maxLength: Math.min(maxLength, 30) }));

const street = fc.option(
  fc
    .array(
      fc.oneof(fc.string({ unit: "grapheme", maxLength: 20 }), fc.constantFrom("-", " ", "")),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    .chain((lines) => fc.constantFrom("\r\n", "\n").map((end) => lines.join(end))),
);

const time = fc.constantFrom("2026-11-01T00:00:00.000+0000", "2024-02-29T23:59:59.000+0000");

/** Contacts as Salesforce could answer them. */
export const contacts: fc.Arbitrary<Contact> = fc.record({
  Id: fc.constant("003Ho00001ABCdeIAF"),
  IsDeleted: fc.constant(false),
  more: fc.constant({}),
  MasterRecordId: fc.constant(null),
  LastModifiedDate: time,
  SystemModstamp: time,
  FirstName: text(40),
  LastName: fc.oneof(text(80), fc.constantFrom("[not provided]", "von der Heide", "O'Neil, Jr.")),
  Email: fc.option(fc.emailAddress()),
  Phone: text(40),
  MobilePhone: text(40),
  MailingStreet: street,
  MailingCity: text(40),
  MailingState: text(80),
  MailingPostalCode: text(20),
  MailingCountry: text(80),
  Description: text(40),
});

/** What no patch of ours may touch. */
export function losses(before: Contact, after: Contact): readonly string[] {
  const kept = ["Id", "IsDeleted", "MasterRecordId", "SystemModstamp", "MobilePhone"] as const;
  return kept.filter((key) => before[key] !== after[key]);
}

const verifier = "a-verifier-of-the-length-that-is-asked-for-at-least";

/** Signs in by the web server flow with PKCE, through the consent page that approves by itself. */
export async function signIn(sandbox: Sandbox): Promise<string> {
  const { endpoints, credentials } = sandbox.describe();
  const client = {
    client_id: credentials["client_id"] ?? "",
    redirect_uri: "http://localhost:8788/oauth/callback",
  };
  const authorize = new URL(endpoints["authorize"] ?? "");
  authorize.search = new URLSearchParams({
    ...client,
    response_type: "code",
    scope: "api refresh_token",
    code_challenge_method: "S256",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
  }).toString();
  const consent = await fetch(authorize, { redirect: "manual" });
  const code = new URL(consent.headers.get("location") ?? "").searchParams.get("code") ?? "";
  const answer = await fetch(endpoints["token"] ?? "", {
    method: "POST",
    body: new URLSearchParams({
      ...client,
      client_secret: credentials["client_secret"] ?? "",
      code,
      code_verifier: verifier,
      grant_type: "authorization_code",
    }),
  });
  const grant: unknown = await answer.json();
  return isRecord(grant) ? String(grant["access_token"]) : "";
}
