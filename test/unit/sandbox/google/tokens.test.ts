import { createPublicKey, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isRecord } from "../../../support/json.ts";
import {
  authorization,
  contactsScope,
  createRoom,
  exchange,
  listAt,
  redirectOf,
  refresh,
  signIn,
  verifier,
  type GoogleRoom,
} from "./google-room.ts";

const emailScope = "https://www.googleapis.com/auth/userinfo.email";
const dayMs = 24 * 3600 * 1000;

function codeOf(room: GoogleRoom, changes: Readonly<Record<string, string | null>> = {}): string {
  const query = authorization(room, changes);
  return redirectOf(room.call("GET", "/o/oauth2/v2/auth", { query })).get("code") ?? "";
}

function statusWith(room: GoogleRoom, token: unknown): number {
  return room.call("GET", "/oauth2/v2/userinfo", { token: String(token) }).status;
}

describe("the exchange of a code", () => {
  it("answers with Google's members", () => {
    const { status, body } = signIn(createRoom());
    expect(status).toBe(200);
    expect(body).toMatchObject({
      expires_in: 3599,
      scope: `openid ${emailScope} ${contactsScope}`,
      token_type: "Bearer",
    });
    expect(body["access_token"]).toMatch(/^ya29\./);
    expect(body["refresh_token"]).toMatch(/^1\/\//);
    expect(body).not.toHaveProperty("refresh_token_expires_in");
  });

  it("takes a code once", () => {
    const room = createRoom();
    const code = codeOf(room);
    expect(exchange(room, code).status).toBe(200);
    expect(exchange(room, code).body["error"]).toBe("invalid_grant");
  });

  it("takes a code for ten minutes", () => {
    const room = createRoom();
    const code = codeOf(room);
    room.world.nowMs += 600_000;
    expect(exchange(room, code)).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
  });

  it.each([
    ["another verifier", { code_verifier: "x" }, 400, "invalid_grant"],
    ["no verifier", { code_verifier: null }, 400, "invalid_grant"],
    ["another redirect", { redirect_uri: "http://127.0.0.1:1" }, 400, "redirect_uri_mismatch"],
    ["a wrong secret", { client_secret: "x" }, 401, "invalid_client"],
    ["an unknown client", { client_id: "x" }, 401, "invalid_client"],
    ["no client", { client_id: null }, 400, "invalid_request"],
    ["a made-up code", { code: "x" }, 400, "invalid_grant"],
    ["no grant type", { grant_type: null }, 400, "invalid_request"],
    ["another grant type", { grant_type: "password" }, 400, "unsupported_grant_type"],
  ] as const)("is refused with %s", (_what, changes, status, error) => {
    const room = createRoom();
    const answer = exchange(room, codeOf(room), changes);
    expect(answer).toMatchObject({ status, body: { error } });
    expect(answer.body["error_description"]).toBeTypeOf("string");
  });

  it("needs the desktop client's secret only where the settings say so", () => {
    const room = createRoom();
    expect(exchange(room, codeOf(room), { client_secret: null }).status).toBe(200);
    room.vendor.changeSettings?.({ require_client_secret: true });
    expect(exchange(room, codeOf(room), { client_secret: null }).body).toEqual({
      error: "invalid_request",
      error_description: "client_secret is missing.",
    });
  });

  it("takes the client's credentials from the Authorization header as well", () => {
    const room = createRoom();
    const pair = `${room.credential("client_id")}:${room.credential("client_secret")}`;
    const answer = room.call("POST", "/token", {
      headers: { authorization: `Basic ${Buffer.from(pair).toString("base64")}` },
      token: null,
      form: [
        ["grant_type", "authorization_code"],
        ["code", codeOf(room)],
        ["redirect_uri", "http://127.0.0.1:53412"],
        ["code_verifier", verifier],
      ],
    });
    expect(answer.status).toBe(200);
  });

  it("carries no refresh token where the settings withhold it", () => {
    const room = createRoom();
    room.vendor.changeSettings?.({ withhold_refresh_token: true });
    expect(signIn(room).body).not.toHaveProperty("refresh_token");
  });

  it("gives a web client a refresh token with the first consent, and then only when it asks for consent", () => {
    const room = createRoom();
    const uri = "http://127.0.0.1:8787/oauth/callback";
    const web = { client_id: room.credential("web_client_id"), redirect_uri: uri };
    const secret = { ...web, client_secret: room.credential("web_client_secret") };
    const signInAs = (changes: Readonly<Record<string, string | null>>) =>
      exchange(room, codeOf(room, { ...web, ...changes }), secret).body;
    expect(signInAs({ access_type: null })).not.toHaveProperty("refresh_token");
    expect(signInAs({ prompt: null })).not.toHaveProperty("refresh_token");
    expect(signInAs({ prompt: "consent" })).toHaveProperty("refresh_token");
    const fresh = createRoom();
    const first = exchange(fresh, codeOf(fresh, { ...web, prompt: null }), secret).body;
    expect(first).toHaveProperty("refresh_token");
  });
});

describe("the id token", () => {
  it("is a JWT of the account, signed by a published key", () => {
    const room = createRoom();
    const { body } = signIn(room, { nonce: "n-1" });
    const [header = "", claims = "", signature = ""] = String(body["id_token"]).split(".");
    const decoded: unknown = JSON.parse(Buffer.from(claims, "base64url").toString("utf8"));
    expect(decoded).toMatchObject({
      iss: "https://accounts.google.com",
      aud: room.credential("client_id"),
      sub: "104857600000000000101",
      email: "ana@acme.test",
      email_verified: true,
      nonce: "n-1",
      iat: room.world.nowMs / 1000,
      exp: room.world.nowMs / 1000 + 3600,
    });
    const [jwk] = listAt(room.call("GET", "/oauth2/v3/certs").body, "keys");
    const key = createPublicKey({ key: isRecord(jwk) ? jwk : {}, format: "jwk" });
    const signed = Buffer.from(`${header}.${claims}`);
    expect(verify("sha256", signed, key, Buffer.from(signature, "base64url"))).toBe(true);
    const [pem] = Object.values(room.call("GET", "/oauth2/v1/certs").body);
    const published = createPublicKey(String(pem));
    expect(published.equals(key)).toBe(true);
  });

  it("comes only with the scope openid", () => {
    expect(signIn(createRoom(), { scope: contactsScope }).body).not.toHaveProperty("id_token");
  });
});

describe("access tokens", () => {
  it("end after 3599 seconds of the sandbox's clock", () => {
    const room = createRoom();
    const token = signIn(room).body["access_token"];
    room.world.nowMs += 3_598_999;
    expect(statusWith(room, token)).toBe(200);
    room.world.nowMs += 1;
    expect(statusWith(room, token)).toBe(401);
  });

  it("end at once when the control says so, and are refreshed", () => {
    const room = createRoom();
    const { body } = signIn(room);
    room.vendor.endTokens("expired");
    expect(statusWith(room, body["access_token"])).toBe(401);
    const refreshed = refresh(room, String(body["refresh_token"]));
    expect(statusWith(room, refreshed.body["access_token"])).toBe(200);
    expect(statusWith(room, room.credential("access_token"))).toBe(200);
  });
});

describe("the refresh", () => {
  it("answers without a refresh token", () => {
    const room = createRoom();
    const { status, body } = refresh(room, String(signIn(room).body["refresh_token"]));
    expect(status).toBe(200);
    expect(body).not.toHaveProperty("refresh_token");
    expect(body["scope"]).toBe(`openid ${emailScope} ${contactsScope}`);
  });

  it("replaces the refresh token where the settings rotate it", () => {
    const room = createRoom();
    room.vendor.changeSettings?.({ rotate_refresh_tokens: true });
    const first = String(signIn(room).body["refresh_token"]);
    const second = String(refresh(room, first).body["refresh_token"]);
    expect(second).not.toBe(first);
    expect(refresh(room, first).body["error"]).toBe("invalid_grant");
    expect(refresh(room, second).status).toBe(200);
  });

  it("is refused once the grant is revoked", () => {
    const room = createRoom();
    const token = String(signIn(room).body["refresh_token"]);
    room.vendor.endTokens("revoked");
    expect(refresh(room, token)).toMatchObject({
      status: 400,
      body: {
        error: "invalid_grant",
        error_description: "Token has been expired or revoked.",
      },
    });
  });

  it("is refused to another client", () => {
    const room = createRoom();
    const token = String(signIn(room).body["refresh_token"]);
    const other = {
      client_id: room.credential("web_client_id"),
      client_secret: room.credential("web_client_secret"),
    };
    expect(refresh(room, token, other).body["error"]).toBe("unauthorized_client");
  });

  it("ends after seven days where the application is in testing", () => {
    const room = createRoom();
    room.vendor.changeSettings?.({ testing_mode: true });
    const { body } = signIn(room);
    expect(body["refresh_token_expires_in"]).toBe(7 * 24 * 3600);
    room.world.nowMs += 7 * dayMs - 1000;
    expect(refresh(room, String(body["refresh_token"])).body["refresh_token_expires_in"]).toBe(1);
    room.world.nowMs += 1000;
    expect(refresh(room, String(body["refresh_token"])).body["error"]).toBe("invalid_grant");
  });

  it("lasts in testing where only identity was asked for", () => {
    const room = createRoom();
    room.vendor.changeSettings?.({ testing_mode: true });
    const { body } = signIn(room, { scope: "openid email" });
    expect(body).not.toHaveProperty("refresh_token_expires_in");
    room.world.nowMs += 8 * dayMs;
    expect(refresh(room, String(body["refresh_token"])).status).toBe(200);
  });

  it("is refused to the oldest of more than a hundred tokens", () => {
    const room = createRoom();
    const tokens = Array.from({ length: 101 }, () =>
      String(signIn(room, { scope: contactsScope }).body["refresh_token"]),
    );
    expect(refresh(room, tokens[0] ?? "").body["error"]).toBe("invalid_grant");
    expect(refresh(room, tokens[1] ?? "").status).toBe(200);
  });
});

describe("revocation", () => {
  it("takes either token, in the query or in the form", () => {
    const room = createRoom();
    const first = signIn(room).body;
    const query = { token: String(first["refresh_token"]) };
    expect(room.call("POST", "/revoke", { token: null, query })).toMatchObject({
      status: 200,
      body: {},
    });
    expect(statusWith(room, first["access_token"])).toBe(401);
    const second = signIn(room).body;
    const form = [["token", String(second["access_token"])]] as const;
    expect(room.call("POST", "/revoke", { token: null, form }).status).toBe(200);
    expect(refresh(room, String(second["refresh_token"])).status).toBe(400);
  });

  it("refuses an unknown token, and a request without one", () => {
    const room = createRoom();
    const query = { token: "x" };
    expect(room.call("POST", "/revoke", { query })).toMatchObject({
      status: 400,
      body: { error: "invalid_token" },
    });
    expect(room.call("POST", "/revoke").body["error"]).toBe("invalid_request");
  });

  it("ends every grant of the user and the client, or that one alone", () => {
    const room = createRoom();
    const revoke = (token: unknown) =>
      room.call("POST", "/revoke", { query: { token: String(token) } });
    const [first, second] = [signIn(room).body, signIn(room).body];
    const other = signIn(room, { login_hint: "other@acme.test" }).body;
    revoke(first["refresh_token"]);
    expect(refresh(room, String(second["refresh_token"])).status).toBe(400);
    expect(refresh(room, String(other["refresh_token"])).status).toBe(200);
    room.vendor.changeSettings?.({ revoke_ends_all_grants: false });
    const [third, fourth] = [signIn(room).body, signIn(room).body];
    revoke(third["refresh_token"]);
    expect(refresh(room, String(fourth["refresh_token"])).status).toBe(200);
  });
});

describe("userinfo and tokeninfo", () => {
  it("tell what the scopes allow", () => {
    const room = createRoom();
    const user = (scope: string) => {
      const token = String(signIn(room, { scope }).body["access_token"]);
      return room.call("GET", "/oauth2/v2/userinfo", { token });
    };
    expect(user("openid").body).toEqual({ id: "104857600000000000101" });
    expect(user("openid email").body).toMatchObject({ email: "ana@acme.test", hd: "acme.test" });
    expect(user("openid profile").body).toMatchObject({ name: "Ana Acme", given_name: "Ana" });
    expect(user(contactsScope)).toMatchObject({
      status: 403,
      body: { error: { status: "PERMISSION_DENIED" } },
    });
  });

  it("tell a token's client, scopes and time", () => {
    const room = createRoom();
    const token = String(signIn(room).body["access_token"]);
    room.world.nowMs += 599_000;
    const query = { access_token: token };
    expect(room.call("GET", "/tokeninfo", { token: null, query }).body).toMatchObject({
      aud: room.credential("client_id"),
      sub: "104857600000000000101",
      expires_in: "3000",
      email_verified: "true",
      access_type: "offline",
    });
    expect(room.call("POST", "/oauth2/v2/tokeninfo", { token: null, query }).body).toMatchObject({
      audience: room.credential("client_id"),
      user_id: "104857600000000000101",
      expires_in: 3000,
    });
    expect(room.call("GET", "/tokeninfo", { token }).status).toBe(200);
    expect(room.call("GET", "/tokeninfo", { token: "x" })).toMatchObject({
      status: 400,
      body: { error: "invalid_token" },
    });
  });
});
