import { describe, expect, it } from "vitest";
import { redact } from "../../../src/lib/redact.ts";

/** Joined here, so that no scanner takes this file for one that leaks. */
const secretBody = ["a1B2c3D4", "e5F6g7H8", "i9J0k1L2"].join("");

describe("redact", () => {
  it.each([
    ["a Stripe secret key", `key sk_live_${secretBody} was sent`],
    ["a Stripe key with an account part", `rk_test_51H${secretBody}_00${secretBody}`],
    ["a webhook secret", `whsec_${secretBody}`],
    ["a Connect authorization code", `got ac_${secretBody}`],
    ["a Google access token", `ya29.a0Af_${secretBody}-x`],
    ["a Google refresh token", `refresh 1//0g${secretBody}-x`],
    ["a Google authorization code", `the code 4/0A${secretBody}`],
    ["a Google application secret", `GOCSPX-${secretBody}`],
    ["a HubSpot token", `pat-na1-${secretBody}`],
    ["a Salesforce session", `00D5e000001abcD!${secretBody}.x`],
    ["a Salesforce refresh token", `with 5Aep861${secretBody}`],
    ["an Intuit refresh token", `with RT1-12-H0-${secretBody}`],
    ["a bearer header", `Authorization: Bearer ${secretBody}`],
    ["a basic header", `authorization: basic ${secretBody}==`],
    ["a JSON Web Token", `eyJhbGciOiJIUzI1NiJ9.${secretBody}.${secretBody}`],
    ["an encrypted JSON Web Token", `eyJhbGciOiJkaXIifQ..${secretBody}.${secretBody}`],
    ["a code in an address", `http://127.0.0.1:5/?state=${secretBody}&code=${secretBody}&x=1`],
    ["an encoded address", `continue=http%3A%2F%2F127.0.0.1%2F%3Fcode%3D${secretBody}`],
    ["a form", `grant_type=refresh_token&refresh_token=${secretBody}&client_secret=${secretBody}`],
    ["JSON", `{"access_token":"${secretBody}","client_secret": "${secretBody}"}`],
    ["JSON inside of JSON", `{"body":"{\\"access_token\\":\\"${secretBody}\\"}"}`],
    ["a connection string", `host=db user=astralis password=${secretBody} port=5432`],
    ["an environment", `ASTRALIS_KEY=${secretBody} GOOGLE_CLIENT_SECRET=${secretBody}`],
    ["a private key", `-----BEGIN RSA PRIVATE KEY-----\n${secretBody}\n${secretBody}=\n-----END`],
  ])("hides %s", (_name, text) => {
    expect(redact(text)).not.toContain(secretBody);
    expect(redact(text)).toContain("***");
  });

  it.each([
    [
      "postgres://astralis:hunter2@db.acme.test:5432/astralis",
      "postgres://astralis:***@db.acme.test:5432/astralis",
    ],
    [
      "postgres://astralis:p@ss@db.acme.test/astralis",
      "postgres://astralis:***@db.acme.test/astralis",
    ],
    ["redis://:hunter2@cache", "redis://:***@cache"],
  ])("hides the password of %s and keeps the rest", (text, safe) => {
    expect(redact(text)).toBe(safe);
  });

  it.each([
    "connection billing of acme: 12 clients, code rate-limited",
    '{"code":"busy","message":"another process works on it"}',
    "https://api.stripe.com did not answer within 30000 ms",
    "customer cus_NffrFeUfNV2Hib of acct_1032D82eZvKYlo2C",
    "GET /v1/customers?limit=100&starting_after=cus_123",
    "11/12/2026 and 4/5 done; see https://astralis.example/docs/1/2",
    "ana@acme.test wrote to bo@acme.test",
  ])("leaves %s as it is", (text) => {
    expect(redact(text)).toBe(text);
  });

  it.each([
    ["a.", 1],
    ["http://a:", 1],
    ["token ", 1],
    ["eyJaaaaaaaaa.", 1],
    ["-----BEGIN PRIVATE KEY-----", 1],
    ["sk_", 1],
    ["a", 1],
    ["?code", 1],
    ["password=", 1],
    ["1//", 1],
    [" ", 1],
  ])("takes time in proportion to the text, for %j over and over", (piece) => {
    const text = piece.repeat(Math.ceil(400_000 / piece.length));
    const before = process.cpuUsage();
    redact(text);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1500);
  });
});
