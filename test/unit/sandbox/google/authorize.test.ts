import { describe, expect, it } from "vitest";
import {
  authorization,
  contactsScope,
  createRoom,
  exchange,
  redirectOf,
  signIn,
  type GoogleRoom,
  type RoomAnswer,
} from "./google-room.ts";

const path = "/o/oauth2/v2/auth";
const emailScope = "https://www.googleapis.com/auth/userinfo.email";

function ask(room: GoogleRoom, changes: Readonly<Record<string, string | null>> = {}): RoomAnswer {
  return room.call("GET", path, { token: null, query: authorization(room, changes) });
}

describe("the authorization endpoint, where consent is automatic", () => {
  it("redirects at once with a code and the state", () => {
    const answer = ask(createRoom());
    expect(answer.status).toBe(302);
    expect(answer.headers["Location"]).toMatch(/^http:\/\/127\.0\.0\.1:53412\/\?/);
    expect(redirectOf(answer).get("state")).toBe("s-1");
    expect(redirectOf(answer).get("code")).toMatch(/^4\/0A/);
    expect(redirectOf(answer).get("scope")).toBe(`openid ${emailScope} ${contactsScope}`);
  });

  it("leaves out the scopes that the user unticks", () => {
    const room = createRoom();
    room.vendor.changeSettings?.({ untick_scopes: [contactsScope] });
    expect(signIn(room).body["scope"]).toBe(`openid ${emailScope}`);
  });

  it("redirects with access_denied where the user refuses", () => {
    const room = createRoom();
    room.vendor.changeSettings?.({ deny_consent: true });
    const parameters = redirectOf(ask(room));
    expect(parameters.get("error")).toBe("access_denied");
    expect(parameters.get("state")).toBe("s-1");
    expect(parameters.has("code")).toBe(false);
  });

  it.each([
    ["login_hint", "other@acme.test"],
    ["login_hint", "104857600000000000202"],
  ])("signs in the account of the %s %s", (name, hint) => {
    const room = createRoom();
    const token = String(signIn(room, { [name]: hint }).body["access_token"]);
    const user = room.call("GET", "/oauth2/v2/userinfo", { token });
    expect(user.body["email"]).toBe("other@acme.test");
  });

  it("signs in the account of the settings where there is no hint", () => {
    const room = createRoom();
    room.vendor.changeSettings?.({ account: "other@acme.test" });
    const token = String(signIn(room).body["access_token"]);
    expect(room.call("GET", "/oauth2/v2/userinfo", { token }).body["id"]).toBe(
      "104857600000000000202",
    );
  });
});

describe("the consent page", () => {
  it("offers both accounts, a box for each scope that is not about identity, and two buttons", () => {
    const page = ask(opened());
    expect(page.status).toBe(200);
    expect(page.headers["Content-Type"]).toBe("text/html; charset=utf-8");
    expect(page.text.match(/type="radio" name="account"/g)).toHaveLength(2);
    expect(page.text.match(/type="checkbox" name="scope"/g)).toHaveLength(1);
    expect(page.text).toContain(`value="${contactsScope}"`);
    expect(page.text.match(/name="decision" value="(?:allow|deny)"/g)).toHaveLength(2);
  });

  it("shows what comes from the request as text", () => {
    const page = ask(opened(), { client_id: '<b>"x"' });
    expect(page.status).toBe(401);
    expect(page.text).toContain("Error 401: invalid_client");
    expect(page.text).not.toContain("<b>");
    expect(ask(opened(), { scope: "<script>" }).text).toContain("&lt;script&gt;");
  });

  it("sends the ticked scopes and the chosen account on their way", () => {
    const room = opened();
    const answer = submit(room, [
      ["account", "other@acme.test"],
      ["scope", contactsScope],
      ["decision", "allow"],
    ]);
    const token = exchange(room, redirectOf(answer).get("code") ?? "").body;
    expect(token["scope"]).toBe(`openid ${emailScope} ${contactsScope}`);
    const user = room.call("GET", "/oauth2/v2/userinfo", { token: String(token["access_token"]) });
    expect(user.body["email"]).toBe("other@acme.test");
  });

  it("leaves out an unticked scope", () => {
    const answer = submit(opened(), [
      ["account", "ana@acme.test"],
      ["decision", "allow"],
    ]);
    expect(redirectOf(answer).get("scope")).toBe(`openid ${emailScope}`);
  });

  it("redirects with access_denied where the user cancels", () => {
    const answer = submit(opened(), [
      ["account", "ana@acme.test"],
      ["scope", contactsScope],
      ["decision", "deny"],
    ]);
    expect(redirectOf(answer).get("error")).toBe("access_denied");
  });
});

describe("a request that cannot be trusted", () => {
  it.each([
    ["an unknown client", { client_id: "x" }, 401, "invalid_client"],
    ["no client", { client_id: null }, 400, "invalid_request"],
    ["no scope", { scope: null }, 400, "invalid_request"],
    ["a scope that is none", { scope: "contacts" }, 400, "invalid_scope"],
    ["another response type", { response_type: "token" }, 400, "unsupported_response_type"],
    ["a short challenge", { code_challenge: "x" }, 400, "invalid_request"],
    ["another challenge method", { code_challenge_method: "S512" }, 400, "invalid_request"],
    ["a method without a challenge", { code_challenge: null }, 400, "invalid_request"],
    ["an unknown prompt", { prompt: "always" }, 400, "invalid_request"],
    ["an unknown access type", { access_type: "both" }, 400, "invalid_request"],
    ["a redirect to a site", { redirect_uri: "https://x.test/" }, 400, "redirect_uri_mismatch"],
    ["a path", { redirect_uri: "http://127.0.0.1:1/cb" }, 400, "redirect_uri_mismatch"],
    ["another host", { redirect_uri: "http://127.0.0.1.x.test:1" }, 400, "redirect_uri_mismatch"],
  ] as const)("with %s meets an error page and no redirect", (_what, changes, status, error) => {
    const answer = ask(createRoom(), changes);
    expect(answer.status).toBe(status);
    expect(answer.headers["Location"]).toBeUndefined();
    expect(answer.text).toContain(`Error ${status}: ${error}`);
  });

  it.each(["http://127.0.0.1:1", "http://127.0.0.1:65535/", "http://[::1]:8080"])(
    "is none where a desktop client redirects to %s",
    (redirectUri) => {
      expect(ask(createRoom(), { redirect_uri: redirectUri }).status).toBe(302);
    },
  );

  it("is none where a web client redirects to a registered address, and to that alone", () => {
    const room = createRoom();
    const client = { client_id: room.credential("web_client_id") };
    const uri = "https://sync.example.com/oauth/callback";
    expect(ask(room, { ...client, redirect_uri: uri }).status).toBe(400);
    room.vendor.changeSettings?.({ redirect_uris: [uri] });
    expect(ask(room, { ...client, redirect_uri: uri }).status).toBe(302);
    expect(ask(room, client).status).toBe(400);
  });
});

function opened(): GoogleRoom {
  const room = createRoom();
  room.world.autoConsent = false;
  return room;
}

function submit(room: GoogleRoom, form: readonly (readonly [string, string])[]): RoomAnswer {
  return room.call("POST", path, { token: null, query: authorization(room), form });
}
