import { describe, expect, it } from "vitest";
import { codeOf, createRoom, type QuickBooksRoom } from "./quickbooks-room.ts";

const redirectUri = "http://localhost:8123/oauth/callback";

function ask(room: QuickBooksRoom, changes: Readonly<Record<string, string>> = {}) {
  return room.call("GET", "/connect/oauth2", {
    query: {
      client_id: room.credential("client_id"),
      redirect_uri: redirectUri,
      response_type: "code",
      scope: "com.intuit.quickbooks.accounting",
      state: "s-1",
      ...changes,
    },
  });
}

function basic(room: QuickBooksRoom, secret = room.credential("client_secret")): string {
  const pair = `${room.credential("client_id")}:${secret}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

function token(room: QuickBooksRoom, form: Readonly<Record<string, string>>) {
  return room.call("POST", "/oauth2/v1/tokens/bearer", { form, authorization: basic(room) });
}

function signIn(room: QuickBooksRoom) {
  const code = new URL(ask(room).headers["Location"] ?? "").searchParams.get("code") ?? "";
  return token(room, { grant_type: "authorization_code", code, redirect_uri: redirectUri });
}

const refresh = (room: QuickBooksRoom, value: unknown) =>
  token(room, { grant_type: "refresh_token", refresh_token: String(value) });

describe("Intuit's consent", () => {
  it("sends back a code, the state and the company", () => {
    const room = createRoom();
    const sent = new URL(ask(room).headers["Location"] ?? "").searchParams;
    expect(sent.get("state")).toBe("s-1");
    expect(sent.get("realmId")).toBe(room.credential("realm_id"));
    expect(sent.get("code")).toMatch(/^AB1/);
  });

  it("says no where the user does", () => {
    const room = createRoom();
    room.vendor.changeSettings?.({ deny_consent: true });
    const sent = new URL(ask(room).headers["Location"] ?? "").searchParams;
    expect([sent.get("error"), sent.has("code")]).toEqual(["access_denied", false]);
  });

  it.each([
    ["client_id", "other"],
    ["redirect_uri", "http://127.0.0.1:8123/oauth/callback"],
    ["redirect_uri", "https://localhost:8123/oauth/callback"],
    ["response_type", "token"],
    ["scope", "books"],
    ["state", ""],
  ])("tells the person of a wrong %s (%s)", (name, value) => {
    expect(ask(createRoom(), { [name]: value }).status).toBe(400);
  });

  it("is asked for on a page where it is not automatic", () => {
    const room = createRoom();
    room.world.autoConsent = false;
    expect(ask(room).text).toContain("/connect/oauth2/consent?");
  });
});

describe("Intuit's token endpoint", () => {
  it("exchanges a code once, for the address that it was sent to", () => {
    const room = createRoom();
    const code = new URL(ask(room).headers["Location"] ?? "").searchParams.get("code") ?? "";
    const form = { grant_type: "authorization_code", code };
    const uri = { redirect_uri: redirectUri };
    expect(token(room, { ...form, redirect_uri: "http://localhost:1/" }).status).toBe(400);
    expect(token(room, { ...form, ...uri }).body["error"]).toBe("invalid_grant");
    expect(signIn(room).body).toMatchObject({ expires_in: 3600, token_type: "bearer" });
  });

  it("wants the application by HTTP Basic", () => {
    const room = createRoom();
    const answer = room.call("POST", "/oauth2/v1/tokens/bearer", {
      form: { grant_type: "refresh_token", refresh_token: "RT1" },
      authorization: basic(room, "wrong"),
    });
    expect([answer.status, answer.body["error"]]).toEqual([401, "invalid_client"]);
  });

  it("replaces a refresh token that is a day old, and refuses the old one from then on", () => {
    const room = createRoom();
    const first = signIn(room).body["refresh_token"];
    expect(refresh(room, first).body["refresh_token"]).toBe(first);
    room.world.nowMs += 25 * 3_600_000;
    const second = refresh(room, first).body["refresh_token"];
    expect(second).not.toBe(first);
    expect(refresh(room, first).body["error"]).toBe("invalid_grant");
    expect(refresh(room, second).status).toBe(200);
  });

  it("replaces it each time where it is told to", () => {
    const room = createRoom();
    room.vendor.changeSettings?.({ rotate_refresh_tokens: true });
    const first = signIn(room).body["refresh_token"];
    expect(refresh(room, first).body["refresh_token"]).not.toBe(first);
    expect(refresh(room, first).status).toBe(400);
  });

  it("ends tokens: after an hour, when told to, and with their grant", () => {
    const room = createRoom();
    const path = `${room.company}/companyinfo/${room.credential("realm_id")}`;
    const read = (access: unknown) =>
      room.call("GET", path, { authorization: `Bearer ${String(access)}` });
    const { access_token: access, refresh_token: value } = signIn(room).body;
    expect(read(access).status).toBe(200);
    room.world.nowMs += 3_600_000;
    expect([read(access).status, codeOf(read(access))]).toEqual([401, "3200"]);
    const next = refresh(room, value).body;
    room.vendor.endTokens("expired");
    expect(read(next["access_token"]).status).toBe(401);
    const json = { token: next["refresh_token"] };
    const revoke = () =>
      room.call("POST", "/v2/oauth2/tokens/revoke", { json, authorization: basic(room) });
    expect(revoke().status).toBe(200);
    expect(revoke().status).toBe(400);
    expect(refresh(room, value).status).toBe(400);
  });
});
