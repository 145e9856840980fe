import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isRecord, type JsonRecord } from "../../../support/json.ts";
import { openSalesforce, type SalesforceClient } from "./salesforce-client.ts";

const verifier = "a-verifier-of-the-length-that-is-asked-for-at-least";
const redirectUri = "http://localhost:1717/oauth/callback";

let salesforce: SalesforceClient;
let nowMs = Date.parse("2026-11-02T09:00:00.000Z");

beforeEach(async () => {
  nowMs = Date.parse("2026-11-02T09:00:00.000Z");
  salesforce = await openSalesforce({ autoConsent: true, clock: { now: () => nowMs } });
});
afterEach(() => salesforce.close());

function authorizeUrl(changes: Readonly<Record<string, string | null>> = {}): URL {
  const url = new URL(salesforce.sandbox.describe().endpoints["authorize"] ?? "");
  const parameters: Record<string, string | null> = {
    client_id: salesforce.credential("client_id"),
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "api refresh_token",
    state: "s1",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    ...changes,
  };
  for (const [name, value] of Object.entries(parameters))
    if (value !== null) url.searchParams.set(name, value);
  return url;
}

async function landing(url: URL, init: RequestInit = {}): Promise<URL> {
  const response = await fetch(url, { redirect: "manual", ...init });
  return new URL(response.headers.get("location") ?? "about:blank");
}

async function post(path: string, form: Readonly<Record<string, string>>) {
  const response = await fetch(`${salesforce.sandbox.origin}/services/oauth2/${path}`, {
    method: "POST",
    body: new URLSearchParams(form),
  });
  const text = await response.text();
  const parsed: unknown = text === "" ? {} : JSON.parse(text);
  const body: JsonRecord = isRecord(parsed) ? parsed : {};
  return { status: response.status, body };
}

const client = () => ({
  client_id: salesforce.credential("client_id"),
  client_secret: salesforce.credential("client_secret"),
});

async function exchange(changes: Readonly<Record<string, string>> = {}) {
  const code = (await landing(authorizeUrl())).searchParams.get("code") ?? "";
  return post("token", {
    ...client(),
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    ...changes,
  });
}

const refresh = (token: unknown, changes: Readonly<Record<string, string>> = {}) =>
  post("token", {
    ...client(),
    grant_type: "refresh_token",
    refresh_token: String(token),
    ...changes,
  });

const statusWith = async (token: unknown) =>
  (
    await salesforce.ask("GET", "/query?q=SELECT+Id+FROM+Contact", {
      headers: { authorization: `Bearer ${String(token)}` },
    })
  ).status;

describe("the authorize page", () => {
  it("asks a person, and leads back with what they decide", async () => {
    salesforce.sandbox.control.change({ autoConsent: false });
    const page = await fetch(authorizeUrl());
    expect(await page.text()).toContain("Allow Access?");
    const decide = (decision: string) =>
      landing(authorizeUrl(), { method: "POST", body: new URLSearchParams({ decision }) });
    const allowed = (await decide("allow")).searchParams;
    expect([allowed.get("state"), allowed.get("error")]).toEqual(["s1", null]);
    expect(allowed.get("code")).not.toBe(null);
    expect((await decide("deny")).searchParams.get("error")).toBe("access_denied");
  });

  it("tells the person alone where the application or its address is not known", async () => {
    for (const changes of [
      { client_id: "x" },
      { redirect_uri: "http://127.0.0.1:1717/oauth/callback" },
      { redirect_uri: "https://evil.example/oauth/callback" },
    ]) {
      const answer = await fetch(authorizeUrl(changes), { redirect: "manual" });
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain("OAuth error");
    }
  });

  it.each([
    [{ code_challenge: null }, "invalid_request"],
    [{ code_challenge_method: null }, "invalid_request"],
    [{ scope: "api everything" }, "invalid_scope"],
    [{ response_type: "token" }, "unsupported_response_type"],
  ])("leads back with the error of %j", async (changes, error) => {
    expect((await landing(authorizeUrl(changes))).searchParams.get("error")).toBe(error);
  });
});

describe("the token endpoint", () => {
  it("names the org, its place and no time at which the session ends", async () => {
    const { status, body } = await exchange();
    const { origin } = salesforce.sandbox;
    expect(status).toBe(200);
    expect(body).toMatchObject({ instance_url: origin, token_type: "Bearer" });
    expect(String(body["id"])).toContain(`${origin}/id/${salesforce.credential("account")}/005`);
    expect(body).not.toHaveProperty("expires_in");
    expect(await statusWith(body["access_token"])).toBe(200);
    nowMs += 2 * 3600 * 1000;
    expect(await statusWith(body["access_token"])).toBe(401);
    const again = await refresh(body["refresh_token"]);
    expect(again.body).not.toHaveProperty("refresh_token");
    expect(await statusWith(again.body["access_token"])).toBe(200);
  });

  it.each([
    [{ code: "x" }, "invalid_grant"],
    [{ code_verifier: "another" }, "invalid_grant"],
    [{ redirect_uri: "http://localhost:1/oauth/callback" }, "redirect_uri_mismatch"],
    [{ client_id: "x" }, "invalid_client_id"],
    [{ client_secret: "x" }, "invalid_client"],
    [{ grant_type: "password" }, "unsupported_grant_type"],
  ])("refuses %j", async (changes, error) => {
    expect((await exchange(changes)).body["error"]).toBe(error);
  });

  it("takes a code once, and within a quarter of an hour", async () => {
    const code = (await landing(authorizeUrl())).searchParams.get("code") ?? "";
    expect((await exchange({ code })).status).toBe(200);
    expect((await exchange({ code })).body["error"]).toBe("invalid_grant");
    const late = (await landing(authorizeUrl())).searchParams.get("code") ?? "";
    nowMs += 15 * 60 * 1000;
    expect((await exchange({ code: late })).body["error"]).toBe("invalid_grant");
  });

  it("refuses a scope on a refresh", async () => {
    const { body } = await exchange();
    const answer = await refresh(body["refresh_token"], { scope: "api" });
    expect(answer.body["error"]).toBe("invalid_request");
  });

  it("rotates where the org says so, and the old token ends", async () => {
    salesforce.sandbox.control.changeVendor({ rotate_refresh_tokens: true });
    const { body } = await exchange();
    const rotated = await refresh(body["refresh_token"]);
    expect(rotated.body["refresh_token"]).not.toBe(body["refresh_token"]);
    expect((await refresh(body["refresh_token"])).body).toEqual({
      error: "invalid_grant",
      error_description: "expired access/refresh token",
    });
    expect((await refresh(rotated.body["refresh_token"])).status).toBe(200);
  });

  it("does without a secret where the application does", async () => {
    salesforce.sandbox.control.changeVendor({ require_client_secret: false });
    const code = (await landing(authorizeUrl())).searchParams.get("code") ?? "";
    const answer = await post("token", {
      client_id: salesforce.credential("client_id"),
      grant_type: "authorization_code",
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    });
    expect(answer.status).toBe(200);
  });

  it("drops the oldest of more than five grants", async () => {
    const first = (await exchange()).body["refresh_token"];
    for (let count = 0; count < 5; count += 1) await exchange();
    expect((await refresh(first)).body["error"]).toBe("invalid_grant");
  });

  it("ends a grant by its refresh token, with its sessions", async () => {
    const { body } = await exchange();
    expect((await post("revoke", { token: String(body["refresh_token"]) })).status).toBe(200);
    expect(await statusWith(body["access_token"])).toBe(401);
    expect((await refresh(body["refresh_token"])).body["error"]).toBe("invalid_grant");
    expect((await post("revoke", { token: "x" })).status).toBe(400);
  });
});
