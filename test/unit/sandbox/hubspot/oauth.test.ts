import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createStepClock, type StepClock } from "../../../../src/lib/clock.ts";
import { openSandbox, type SandboxClient } from "../../../support/sandbox-client.ts";
import { allScopes, authorizePath, redirectUri, signedIn } from "./hubspot-room.ts";

const contacts = "/crm/objects/2026-03/contacts";
const readOnly = "oauth crm.objects.contacts.read";

let hubspot: SandboxClient;
let clock: StepClock;

beforeEach(async () => {
  clock = createStepClock(Date.parse("2026-11-02T09:00:00.000Z"));
  hubspot = await openSandbox("hubspot", { clients: 3, clock });
});

afterEach(() => hubspot.close());

const token = (form: Readonly<Record<string, string>>, path = "") =>
  hubspot.call("POST", `/oauth/2026-03/token${path}`, {
    form: {
      client_id: hubspot.credential("client_id"),
      client_secret: hubspot.credential("client_secret"),
      ...form,
    },
  });

const refresh = (refreshToken: unknown) =>
  token({ grant_type: "refresh_token", refresh_token: String(refreshToken) });

const listAs = async (accessToken: unknown) => {
  const headers = { authorization: `Bearer ${String(accessToken)}` };
  return hubspot.call("GET", contacts, { headers });
};

describe("HubSpot's consent page", () => {
  it("asks, and leads back with a code or a refusal", async () => {
    const page = await hubspot.call("GET", authorizePath(hubspot));
    expect([page.status, page.headers.get("content-type")]).toEqual([
      200,
      "text/html; charset=utf-8",
    ]);
    const action = /action="([^"]+)"/.exec(page.text)?.[1]?.replaceAll("&amp;", "&") ?? "";
    for (const [decision, expected] of [
      ["approve", /^http:\/\/localhost:8765\/oauth\/callback\?code=na1-[^&]+&state=s$/],
      ["deny", /\?error=access_denied&.*state=s$/],
    ] as const) {
      const sent = await hubspot.call("POST", action, { form: { decision } });
      expect(sent.status).toBe(302);
      expect(sent.headers.get("location")).toMatch(expected);
    }
  });

  it("approves or refuses by itself where it is told so", async () => {
    hubspot.sandbox.control.change({ autoConsent: true });
    const sent = await hubspot.call("GET", authorizePath(hubspot));
    expect(sent.headers.get("location")).toContain("code=");
    hubspot.sandbox.control.changeVendor({ deny_consent: true });
    const refused = await hubspot.call("GET", authorizePath(hubspot));
    expect(refused.headers.get("location")).toContain("error=access_denied");
  });

  it("tells the person, and leads nowhere, where the link is wrong", async () => {
    hubspot.sandbox.control.change({ autoConsent: true });
    for (const wrong of [
      { client_id: "other" },
      { redirect_uri: "http://127.0.0.1:8765/oauth/callback" },
      { redirect_uri: "nothing" },
      { scope: "crm.objects.contacts.read" },
      { scope: `${allScopes} crm.objects.deals.read` },
    ]) {
      const page = await hubspot.call("GET", authorizePath(hubspot, wrong));
      expect([page.status, page.headers.get("location")]).toEqual([400, null]);
    }
  });
});

describe("HubSpot's token endpoint", () => {
  it("gives a token of half an hour for a code, and names the account", async () => {
    const granted = await signedIn(hubspot);
    expect(granted).toMatchObject({
      token_type: "bearer",
      expires_in: 1800,
      hub_id: Number(hubspot.credential("account")),
      scopes: allScopes.split(" "),
    });
    expect(String(granted["access_token"]).length).toBeGreaterThan(300);
    expect((await listAs(granted["access_token"])).status).toBe(200);
    clock.advance(1_801_000);
    const late = await listAs(granted["access_token"]);
    expect([late.status, late.body["category"]]).toEqual([401, "EXPIRED_AUTHENTICATION"]);
    const again = await refresh(granted["refresh_token"]);
    expect(again.body["refresh_token"]).toBe(granted["refresh_token"]);
    expect((await listAs(again.body["access_token"])).status).toBe(200);
  });

  it("takes a code once, within a minute, with the redirect that it went to", async () => {
    hubspot.sandbox.control.change({ autoConsent: true });
    const code = async () => {
      const sent = await hubspot.call("GET", authorizePath(hubspot));
      return new URL(sent.headers.get("location") ?? "").searchParams.get("code") ?? "";
    };
    const exchange = (given: string, uri = redirectUri) =>
      token({ grant_type: "authorization_code", code: given, redirect_uri: uri });
    const first = await code();
    expect((await exchange(first, "http://localhost:1/")).body["status"]).toBe("BAD_REDIRECT_URI");
    expect((await exchange(first)).status).toBe(200);
    const used = await exchange(first);
    expect(used.body).toMatchObject({ status: "BAD_AUTH_CODE", error: "invalid_grant" });
    const second = await code();
    clock.advance(61_000);
    expect((await exchange(second)).body["status"]).toBe("BAD_AUTH_CODE");
  });

  it("needs its application, a form, and known fields", async () => {
    const form = { grant_type: "refresh_token", refresh_token: "x" };
    expect((await token({ ...form, client_id: "other" })).body["error"]).toBe("invalid_client");
    expect((await token({ ...form, client_secret: "other" })).body["error"]).toBe("invalid_client");
    expect((await token({ ...form, invented: "1" })).body["error"]).toBe("invalid_request");
    expect((await token({ grant_type: "password" })).body["error"]).toBe("unsupported_grant_type");
    expect((await token(form)).body).toMatchObject({
      status: "BAD_REFRESH_TOKEN",
      error: "invalid_grant",
    });
    const json = await hubspot.call("POST", "/oauth/2026-03/token", { headers: {} });
    expect(json.status).toBe(400);
  });

  it("gives another refresh token each time, where it is told so", async () => {
    hubspot.sandbox.control.changeVendor({ rotate_refresh_tokens: true });
    const granted = await signedIn(hubspot);
    const next = await refresh(granted["refresh_token"]);
    expect(next.body["refresh_token"]).not.toBe(granted["refresh_token"]);
    expect((await refresh(granted["refresh_token"])).status).toBe(400);
    expect((await refresh(next.body["refresh_token"])).status).toBe(200);
  });

  it("tells of tokens, and ends a grant with all that came of it", async () => {
    const granted = await signedIn(hubspot, readOnly);
    const about = async (name: string) =>
      (await token({ token: String(granted[name]) }, "/introspect")).body;
    expect(await about("access_token")).toMatchObject({ active: true, token_use: "access_token" });
    expect(await about("refresh_token")).toMatchObject({ token_use: "refresh_token" });
    expect((await token({ token: String(granted["refresh_token"]) }, "/revoke")).status).toBe(204);
    expect(await about("access_token")).toEqual({ active: false });
    expect((await listAs(granted["access_token"])).status).toBe(401);
    expect((await refresh(granted["refresh_token"])).status).toBe(400);
  });
});

describe("HubSpot's keys and scopes", () => {
  it("refuse what is not signed in, and writes of those that only read", async () => {
    expect((await listAs("nothing")).body["category"]).toBe("INVALID_AUTHENTICATION");
    const granted = await signedIn(hubspot, readOnly);
    for (const secret of [granted["access_token"], hubspot.credential("read_only_key")]) {
      expect((await listAs(secret)).status).toBe(200);
      const headers = { authorization: `Bearer ${String(secret)}` };
      const refused = await hubspot.call("DELETE", `${contacts}/1`, { headers });
      expect([refused.status, refused.body["category"]]).toEqual([403, "MISSING_SCOPES"]);
    }
  });

  it("end: keys are replaced, and grants outlive their access tokens alone", async () => {
    const key = hubspot.credential("api_key");
    const granted = await signedIn(hubspot);
    hubspot.sandbox.control.endTokens("expired");
    expect(hubspot.credential("api_key")).not.toBe(key);
    expect((await listAs(key)).status).toBe(401);
    expect((await listAs(granted["access_token"])).status).toBe(401);
    expect((await refresh(granted["refresh_token"])).status).toBe(200);
    hubspot.sandbox.control.endTokens("revoked");
    expect((await refresh(granted["refresh_token"])).status).toBe(400);
  });
});
