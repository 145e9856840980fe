import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openFreshbooks, redirectUri, type FreshbooksSandbox } from "./freshbooks-room.ts";

let freshbooks: FreshbooksSandbox;

beforeEach(async () => {
  freshbooks = await openFreshbooks({ clients: 2 });
});

afterEach(() => freshbooks.close());

const me = (token: unknown) =>
  freshbooks.call("GET", "/auth/api/v1/users/me", {
    headers: { authorization: `Bearer ${String(token)}` },
  });

const authorize = (changes: Readonly<Record<string, string>>) => {
  const query = new URLSearchParams({
    client_id: freshbooks.credential("client_id"),
    response_type: "code",
    redirect_uri: redirectUri,
    scope: "user:clients:read",
    state: "s",
    ...changes,
  });
  return freshbooks.call("GET", `/oauth/authorize?${query.toString()}`);
};

describe("the authorize page", () => {
  it("sends back to https without a query alone", async () => {
    for (const uri of [
      "http://localhost:8765/oauth/callback",
      "https://localhost:8765/oauth/callback?a=b",
      "https://evil.example/callback",
    ])
      expect([uri, (await authorize({ redirect_uri: uri })).status]).toEqual([uri, 400]);
    const sent = await authorize({});
    const to = new URL(sent.headers.get("location") ?? "");
    expect([to.origin, to.searchParams.get("state")]).toEqual(["https://localhost:8765", "s"]);
  });

  it("asks a person where it may not consent by itself", async () => {
    freshbooks.sandbox.control.change({ autoConsent: false });
    const page = await authorize({});
    expect([page.status, page.text]).toEqual([200, expect.stringContaining("user:clients:read")]);
  });

  it("sends back what it does not grant", async () => {
    const errorOf = async (changes: Record<string, string>) =>
      new URL((await authorize(changes)).headers.get("location") ?? "").searchParams.get("error");
    expect(await errorOf({ scope: "user:everything:read" })).toBe("invalid_scope");
    expect(await errorOf({ response_type: "token" })).toBe("unsupported_response_type");
    freshbooks.sandbox.control.changeVendor({ deny_consent: true });
    expect(await errorOf({})).toBe("access_denied");
  });
});

describe("the token endpoint", () => {
  it("takes a form and JSON, and says when the token was made and ends", async () => {
    const tokens = await freshbooks.signIn();
    expect(tokens).toMatchObject({ token_type: "Bearer", expires_in: 43_200 });
    expect(Number(tokens["created_at"]) * 1000).toBeGreaterThan(Date.now() - 60_000);
    const fields = {
      grant_type: "refresh_token",
      refresh_token: String(tokens["refresh_token"]),
    };
    expect((await freshbooks.exchange(fields, true)).status).toBe(200);
  });

  it("gives a new refresh token each time, and takes the old one no more", async () => {
    const first = await freshbooks.signIn();
    const refresh = (token: unknown) =>
      freshbooks.exchange({ grant_type: "refresh_token", refresh_token: String(token) });
    const second = await refresh(first["refresh_token"]);
    expect(second.body["refresh_token"]).not.toBe(first["refresh_token"]);
    const again = await refresh(first["refresh_token"]);
    expect([again.status, again.body["error"]]).toEqual([400, "invalid_grant"]);
    expect((await refresh(second.body["refresh_token"])).status).toBe(200);
  });

  it("wants the redirect address of both, and the application itself", async () => {
    const tokens = await freshbooks.signIn();
    const fields = {
      grant_type: "refresh_token",
      refresh_token: String(tokens["refresh_token"]),
    };
    const without = await freshbooks.exchange({ ...fields, redirect_uri: "" });
    expect([without.status, without.body["error"]]).toEqual([400, "invalid_request"]);
    const stranger = await freshbooks.exchange({ ...fields, client_secret: "wrong" });
    expect([stranger.status, stranger.body["error"]]).toEqual([401, "invalid_client"]);
    const code = new URL((await authorize({})).headers.get("location") ?? "").searchParams;
    const elsewhere = await freshbooks.exchange({
      grant_type: "authorization_code",
      code: code.get("code") ?? "",
      redirect_uri: "https://localhost:1/other",
    });
    expect([elsewhere.status, elsewhere.body["error"]]).toEqual([400, "invalid_grant"]);
  });

  it("takes a code once, and for five minutes", async () => {
    const codeOf = async () =>
      new URL((await authorize({})).headers.get("location") ?? "").searchParams.get("code") ?? "";
    const exchange = (code: string) =>
      freshbooks.exchange({ grant_type: "authorization_code", code });
    const [first, late] = [await codeOf(), await codeOf()];
    expect((await exchange(first)).status).toBe(200);
    expect((await exchange(first)).status).toBe(400);
    freshbooks.sandbox.control.moveClock({ advanceMs: 301_000 });
    expect((await exchange(late)).status).toBe(400);
  });
});

describe("an access token", () => {
  it("ends after twelve hours, with its grant, and when it is ended", async () => {
    const { access_token: token } = await freshbooks.signIn();
    expect((await me(token)).status).toBe(200);
    freshbooks.sandbox.control.moveClock({ advanceMs: 12 * 3600 * 1000 });
    const late = await me(token);
    expect([late.status, late.body["error"]]).toEqual([401, "unauthenticated"]);
    const next = await freshbooks.signIn();
    freshbooks.sandbox.control.endTokens("revoked");
    expect((await me(next["access_token"])).status).toBe(401);
    const fields = { grant_type: "refresh_token", refresh_token: String(next["refresh_token"]) };
    expect((await freshbooks.exchange(fields)).body["error"]).toBe("invalid_grant");
  });

  it("covers what was granted, and the businesses of its owner", async () => {
    const { access_token: token } = await freshbooks.signIn("user:clients:read");
    const headers = { authorization: `Bearer ${String(token)}` };
    const status = async (path: string, method = "GET") =>
      (await freshbooks.call(method, path, { headers })).status;
    const of = (account: string) =>
      `/accounting/account/${freshbooks.credential(account)}/users/clients`;
    expect(await status(of("account"))).toBe(200);
    expect(await status(of("account"), "POST")).toBe(403);
    expect(await status("/auth/api/v1/users/me")).toBe(403);
    expect(await status(of("other_account"))).toBe(403);
    freshbooks.sandbox.control.changeVendor({ other_business: "last" });
    expect(await status(of("other_account"))).toBe(200);
  });
});
