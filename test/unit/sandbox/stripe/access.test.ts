import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSandbox, type SandboxClient } from "../../../support/sandbox-client.ts";

let stripe: SandboxClient;

beforeEach(async () => {
  stripe = await openSandbox("stripe", { clients: 3, autoConsent: true });
});

afterEach(() => stripe.close());

const list = (headers: Readonly<Record<string, string>>) =>
  stripe.call("GET", "/v1/customers?limit=1", { headers });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const asPlatform = () => ({ headers: bearer(stripe.credential("secret_key")) });
const locationOf = (reply: { headers: Headers }) => new URL(reply.headers.get("location") ?? "");
const bearerless = { headers: { authorization: "" } };
const redirectUri = "http://127.0.0.1:9/callback";

describe("a key", () => {
  it("comes as a bearer token or as the user name of Basic", async () => {
    const key = stripe.credential("api_key");
    const basic = Buffer.from(`${key}:`).toString("base64");
    expect((await list(bearer(key))).status).toBe(200);
    expect((await list({ authorization: `Basic ${basic}` })).status).toBe(200);
    expect((await list(bearer(stripe.credential("secret_key")))).status).toBe(200);
  });

  it("is refused where it is missing, wrong, expired or revoked, and shown masked", async () => {
    const key = stripe.credential("api_key");
    const none = await list({ authorization: "" });
    expect([none.status, none.body]).toMatchObject([
      401,
      { error: { message: expect.stringContaining("You did not provide an API key") } },
    ]);
    const wrong = await list(bearer(`${key.slice(0, -4)}wxyz`));
    expect(wrong.status).toBe(401);
    expect(wrong.text).toMatch(/Invalid API Key provided: rk_test_\*+wxyz/);
    stripe.sandbox.control.endTokens("expired");
    expect((await list(bearer(key))).body).toMatchObject({ error: { code: "api_key_expired" } });
    const renewed = stripe.credential("api_key");
    stripe.sandbox.control.endTokens("revoked");
    expect((await list(bearer(renewed))).text).toContain("Invalid API Key");
    expect((await list(bearer(stripe.credential("secret_key")))).status).toBe(200);
  });

  it("that is restricted is refused by the name of the permission it lacks", async () => {
    const headers = bearer(stripe.credential("read_only_key"));
    expect((await list(headers)).status).toBe(200);
    const refused = await stripe.call("POST", "/v1/customers", { headers, form: { name: "A" } });
    expect(refused.status).toBe(403);
    expect(refused.text).toContain("rak_customer_write");
    expect((await stripe.call("GET", "/v1/account", { headers })).status).toBe(403);
  });

  it("reaches its own account, in the version that is simulated", async () => {
    const key = bearer(stripe.credential("secret_key"));
    const account = stripe.credential("account");
    expect((await list({ ...key, "stripe-account": account })).status).toBe(200);
    expect((await list({ ...key, "stripe-account": "acct_other" })).status).toBe(403);
    expect((await list({ ...key, "stripe-version": "2026-10-28.endive" })).status).toBe(200);
    expect((await list({ ...key, "stripe-version": "2015-01-01" })).status).toBe(400);
    const { body } = await stripe.call("GET", "/v1/account");
    expect(body).toMatchObject({
      id: account,
      settings: { dashboard: { display_name: "Lighthouse Studio" } },
    });
  });

  it("meets a limit for each operation where one is asked for", async () => {
    stripe.sandbox.control.moveClock({ now: Math.ceil(Date.now() / 1000) * 1000 });
    stripe.sandbox.control.change({ rateLimitPerSecond: 2 });
    const replies = [await list({}), await list({}), await list({})];
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(replies[2]?.headers.get("stripe-rate-limited-reason")).toBe("endpoint-rate");
    expect((await stripe.call("GET", "/v1/events")).status).toBe(200);
    stripe.sandbox.control.moveClock({ advanceMs: 1000 });
    expect((await list({})).status).toBe(200);
  });

  it("does not open a path that Stripe does not have", async () => {
    const reply = await stripe.call("PUT", "/v1/customers");
    expect(reply.status).toBe(404);
    expect(reply.text).toContain("Unrecognized request URL (PUT: /v1/customers)");
  });
});

describe("Connect", () => {
  it("sends the browser back with a code, which becomes a token for the account", async () => {
    const sent = await authorize();
    const location = locationOf(sent);
    expect(location.href).toContain(redirectUri);
    expect(location.searchParams.get("state")).toBe("s 1");
    const { body } = await exchange(location.searchParams.get("code") ?? "");
    expect(body).toMatchObject({
      token_type: "bearer",
      scope: "read_write",
      stripe_user_id: stripe.credential("account"),
    });
    expect((await list(bearer(String(body["access_token"])))).status).toBe(200);
  });

  it("shows a page with two buttons where consent is not automatic", async () => {
    stripe.sandbox.control.change({ autoConsent: false });
    const page = await authorize();
    expect(page.status).toBe(200);
    const action = /action="([^"]+)"/.exec(page.text)?.[1]?.replaceAll("&amp;", "&") ?? "";
    const denied = await stripe.call("POST", action, { form: { decision: "deny" } });
    expect(locationOf(denied).searchParams.get("error")).toBe("access_denied");
    const approved = await stripe.call("POST", action, { form: { decision: "approve" } });
    const code = locationOf(approved).searchParams.get("code") ?? "";
    expect((await exchange(code)).status).toBe(200);
  });

  it("grants what was asked for: read_only by default", async () => {
    const code = await codeOf({ scope: "read_only" });
    const { body } = await exchange(code);
    const headers = bearer(String(body["access_token"]));
    expect((await list(headers)).status).toBe(200);
    const write = await stripe.call("POST", "/v1/customers", { headers, form: { name: "A" } });
    expect(write.status).toBe(403);
  });

  it("takes a code once and for five minutes; the second time ends the grant", async () => {
    const code = await codeOf();
    const { body } = await exchange(code);
    const again = await exchange(code);
    expect([again.status, again.body["error"]]).toEqual([400, "invalid_grant"]);
    expect((await list(bearer(String(body["access_token"])))).status).toBe(401);
    const late = await codeOf();
    stripe.sandbox.control.moveClock({ advanceMs: 5 * 60 * 1000 + 1 });
    expect((await exchange(late)).body["error"]).toBe("invalid_grant");
  });

  it("refreshes an expired token, but not a revoked grant", async () => {
    const { body } = await exchange(await codeOf());
    const form = { grant_type: "refresh_token", refresh_token: String(body["refresh_token"]) };
    stripe.sandbox.control.endTokens("expired");
    expect((await list(bearer(String(body["access_token"])))).status).toBe(401);
    const fresh = await token(form);
    expect((await list(bearer(String(fresh.body["access_token"])))).status).toBe(200);
    stripe.sandbox.control.endTokens("revoked");
    expect((await list(bearer(String(fresh.body["access_token"])))).status).toBe(401);
    expect((await token(form)).body["error"]).toBe("invalid_grant");
  });

  it("ends a grant when the platform deauthorizes", async () => {
    const { body } = await exchange(await codeOf());
    const form = {
      client_id: stripe.credential("client_id"),
      stripe_user_id: stripe.credential("account"),
    };
    const ended = await stripe.call("POST", "/oauth/deauthorize", { ...asPlatform(), form });
    expect(ended.body).toEqual({ stripe_user_id: form.stripe_user_id });
    expect((await list(bearer(String(body["access_token"])))).status).toBe(401);
    const again = await stripe.call("POST", "/oauth/deauthorize", { ...asPlatform(), form });
    expect(again.body["error"]).toBe("invalid_client");
  });

  it("tells a wrong application or address to the person, and the rest to the application", async () => {
    expect((await authorize({ client_id: "ca_other" })).status).toBe(400);
    const foreign = await authorize({ redirect_uri: "https://evil.example/<script>" });
    expect(foreign.status).toBe(400);
    expect(foreign.text).not.toContain("<script>");
    const scope = await authorize({ scope: "everything" });
    expect(locationOf(scope).searchParams.get("error")).toBe("invalid_scope");
    const type = await authorize({ response_type: "token" });
    expect(locationOf(type).searchParams.get("error")).toBe("unsupported_response_type");
  });

  it.each([
    [{}, "invalid_request"],
    [{ grant_type: "password" }, "unsupported_grant_type"],
    [{ grant_type: "authorization_code" }, "invalid_request"],
    [{ grant_type: "authorization_code", code: "ac_none" }, "invalid_grant"],
    [{ grant_type: "refresh_token", refresh_token: "rt_none" }, "invalid_grant"],
  ])("refuses a token for %j", async (form, error) => {
    expect((await token(form)).body["error"]).toBe(error);
  });

  it("needs the platform's key for a token", async () => {
    const reply = await stripe.call("POST", "/oauth/token", {
      ...bearerless,
      form: { grant_type: "authorization_code", code: await codeOf() },
    });
    expect([reply.status, reply.body["error"]]).toEqual([401, "invalid_client"]);
  });
});

function authorize(changes: Readonly<Record<string, string>> = {}) {
  const query = new URLSearchParams({
    client_id: stripe.credential("client_id"),
    response_type: "code",
    scope: "read_write",
    redirect_uri: redirectUri,
    state: "s 1",
    ...changes,
  });
  return stripe.call("GET", `/oauth/authorize?${query.toString()}`, bearerless);
}

async function codeOf(changes: Readonly<Record<string, string>> = {}): Promise<string> {
  return locationOf(await authorize(changes)).searchParams.get("code") ?? "";
}

function token(form: Readonly<Record<string, string>>) {
  return stripe.call("POST", "/oauth/token", { ...asPlatform(), form });
}

function exchange(code: string) {
  return token({ grant_type: "authorization_code", code });
}
