import { createServer, request } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { signInWithOAuth } from "../../../src/connections/sign-in.ts";
import type { OAuthRequest } from "../../../src/connections/sign-in.ts";
import { createStepClock } from "../../../src/lib/clock.ts";
import type { OAuthSignIn } from "../../../src/providers/provider.ts";
import { connectOAuth } from "../../../src/providers/stripe/sign-in.ts";
import { startAuthorizationServer } from "../../support/authorization-server.ts";
import type { AuthorizationServer } from "../../support/authorization-server.ts";
import { browse, createPerson, landingOf } from "../../support/signing-in.ts";
import { createDeps, endpointsAt, notebook } from "../../support/signed-in-room.ts";

const deps = createDeps();
const signIn = notebook.signIn.find((way): way is OAuthSignIn => way.kind === "oauth");
let server: AuthorizationServer;

beforeEach(async () => {
  server = await startAuthorizationServer();
});
afterEach(() => server.close());

async function withoutDisplay(): Promise<void> {
  throw new Error("no display");
}

function start(changes: Partial<OAuthRequest> = {}) {
  if (signIn === undefined) throw new Error("the notebook signs in by OAuth");
  const { clientId, clientSecret } = server;
  return signInWithOAuth({
    provider: notebook,
    signIn,
    endpoints: endpointsAt(server.origin),
    app: { clientId, clientSecret, redirectPort: null },
    scopes: ["contacts"],
    ui: createPerson().ui,
    deps,
    openBrowser: async (link) => void browse(link),
    ...changes,
  });
}

/** A sign-in that waits, and the address that it waits at. */
function waiting(changes: Partial<OAuthRequest> = {}) {
  const linked = Promise.withResolvers<string>();
  const stop = new AbortController();
  const person = createPerson();
  const result = start({
    ui: person.ui,
    openBrowser: async (link) => linked.resolve(link),
    signal: stop.signal,
    ...changes,
  });
  result.catch(() => {});
  const redirectUri = async () =>
    new URL(new URL(await linked.promise).searchParams.get("redirect_uri") ?? "");
  return { result, link: linked.promise, redirectUri, stop, person };
}

describe("signInWithOAuth through the browser", () => {
  it("ends with the tokens, bound to the origin that issued them", async () => {
    const { credential, scopes, grantExpiresAtMs } = await start();
    expect(credential).toMatchObject({
      kind: "oauth",
      accessToken: expect.stringMatching(/^access-/),
      refreshToken: expect.stringMatching(/^refresh-/),
      origins: [server.origin],
    });
    expect(scopes).toEqual(["contacts", "openid"]);
    expect(grantExpiresAtMs).toBeNull();
  });

  it("asks with PKCE, a state, all scopes and the provider's own parameters", async () => {
    const { link, stop, result } = waiting();
    const query = Object.fromEntries(new URL(await link).searchParams);
    expect(query).toMatchObject({
      response_type: "code",
      client_id: server.clientId,
      scope: "contacts openid",
      access_type: "offline",
      code_challenge_method: "S256",
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/),
    });
    stop.abort();
    await expect(result).rejects.toMatchObject({ code: "sign-in-denied" });
  });

  it("answers the browser with a page that holds no secret and is kept nowhere", async () => {
    const { link, result } = waiting();
    const page = await browse(await link);
    const text = await page.text();
    await result;
    expect(text).toContain("You can close this window");
    expect(text).not.toMatch(/code-|state|token|http/);
    expect(page.headers.get("cache-control")).toBe("no-store");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(page.headers.get("referrer-policy")).toBe("no-referrer");
  });

  it("is not ended by other paths, wrong states, other methods or other host names", async () => {
    const { link, redirectUri, result } = waiting();
    const address = await redirectUri();
    const state = new URL(await link).searchParams.get("state") ?? "";
    const status = async (path: string, init: RequestInit = {}) =>
      (await fetch(new URL(path, address), init)).status;
    expect(await status("/favicon.ico")).toBe(404);
    expect(await status("/")).toBe(400);
    expect(await status("/?state=wrong&code=stolen")).toBe(400);
    expect(await status("/?error=access_denied")).toBe(400);
    expect(await status(`/?state=${state}`)).toBe(400);
    expect(await status(`/?state=${state}&code=x`, { method: "POST" })).toBe(404);
    expect(await statusOfHost(address, `/?state=${state}&code=x`, "evil.test")).toBe(404);
    expect(server.tokenRequests).toHaveLength(0);
    await browse(await link);
    expect((await result).credential.kind).toBe("oauth");
  });

  it("listens at the port of the application, and says so where that is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const redirectPort = typeof address === "object" && address !== null ? address.port : 0;
    const app = { clientId: server.clientId, clientSecret: server.clientSecret, redirectPort };
    await expect(start({ app })).rejects.toMatchObject({
      code: "port-in-use",
      hint: expect.stringContaining("redirect_port"),
    });
    await new Promise((resolve) => other.close(resolve));
    expect((await start({ app })).credential.kind).toBe("oauth");
  });

  it("closes its listener, whatever the end", async () => {
    const { redirectUri, stop, result } = waiting();
    const address = await redirectUri();
    stop.abort();
    await expect(result).rejects.toMatchObject({ code: "sign-in-denied" });
    await expect(fetch(address)).rejects.toThrow("fetch failed");
  });

  it("gives up after its time", async () => {
    const stepping = { ...deps, clock: createStepClock(0) };
    await expect(start({ deps: stepping, openBrowser: null })).rejects.toMatchObject({
      code: "sign-in-failed",
      message: expect.stringContaining("within 10 minutes"),
    });
  });

  it("does not begin where it was interrupted already", async () => {
    await expect(start({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "sign-in-denied",
    });
  });

  it("goes on where no browser can be opened", async () => {
    const person = createPerson([landingOf]);
    const { credential } = await start({ ui: person.ui, openBrowser: withoutDisplay });
    expect(credential.kind).toBe("oauth");
  });
});

describe("signInWithOAuth with a pasted address", () => {
  it("takes it, ends the listener, and asks no more", async () => {
    const person = createPerson([landingOf]);
    const { credential } = await start({ ui: person.ui, openBrowser: null });
    expect(credential.kind).toBe("oauth");
    expect(person.seen.asked).toBe(1);
    expect(person.seen.notes.join(" ")).toMatch(/ssh -L (\d+):127\.0\.0\.1:\1 /);
  });

  it("keeps asking after what it cannot use, a refusal included", async () => {
    const landing = async (link: string) => new URL(await landingOf(link));
    const person = createPerson([
      async () => "",
      async (link) => (await landing(link)).searchParams.get("code") ?? "",
      async (link) => (await landing(link)).href.replace(/state=[^&]*/, "state=wrong"),
      async (link) => {
        const url = await landing(link);
        return `${url.origin}/?error=access_denied&state=${url.searchParams.get("state")}`;
      },
      landingOf,
    ]);
    await start({ ui: person.ui, openBrowser: null });
    expect(person.seen.notes.slice(1)).toEqual([
      expect.stringContaining("Nothing was pasted"),
      expect.stringContaining("not an address"),
      expect.stringContaining("another sign-in"),
      expect.stringContaining("access was refused"),
    ]);
  });

  it("ends the question where the browser was faster", async () => {
    const person = createPerson();
    await start({ ui: person.ui });
    expect(person.seen).toMatchObject({ asked: 1, ended: 1 });
  });

  it("ends where the person gives up", async () => {
    const person = createPerson([async () => Promise.reject(new Error("^C"))]);
    await expect(start({ ui: person.ui, openBrowser: null })).rejects.toMatchObject({
      code: "sign-in-denied",
    });
  });

  it("waits for the browser alone where nobody can be asked", async () => {
    const { ui } = createPerson();
    const { credential } = await start({ ui: { ...ui, promptPastedUrl: () => null } });
    expect(credential.kind).toBe("oauth");
  });
});

describe("signInWithOAuth, refused", () => {
  it("says that access was refused", async () => {
    server.set({ deny: true });
    await expect(start()).rejects.toMatchObject({ code: "sign-in-denied" });
  });

  it("names the scopes that were left unticked", async () => {
    server.set({ untick: ["contacts"] });
    await expect(start()).rejects.toMatchObject({
      code: "scope-missing",
      message: expect.stringContaining("contacts"),
      hint: expect.stringContaining("every box"),
    });
  });

  it("takes identity scopes in another spelling", async () => {
    server.set({ untick: ["openid"], extra: { scope: "contacts https://notebook.test/userinfo" } });
    expect((await start()).scopes).toContain("contacts");
  });

  it("says what to do where no refresh token came", async () => {
    server.set({ refreshToken: false });
    await expect(start()).rejects.toMatchObject({
      code: "refresh-token-missing",
      hint: expect.stringContaining("Remove astralis"),
    });
    server.set({ extra: { refresh_token: null } });
    await expect(start()).rejects.toMatchObject({ code: "refresh-token-missing" });
  });

  it("blames the application where its secret is wrong, without repeating it", async () => {
    const app = { clientId: server.clientId, clientSecret: "a-wrong-secret", redirectPort: null };
    const refused = start({ app });
    await expect(refused).rejects.toMatchObject({
      code: "app-rejected",
      hint: expect.stringContaining("client_secret"),
    });
    await expect(refused).rejects.not.toThrow("a-wrong-secret");
  });

  it.each([
    ["HTML", { status: 200, body: "<html>Please log in to the network</html>" }, "sign-in-failed"],
    ["a used code", { status: 400, body: '{"error":"invalid_grant"}' }, "sign-in-failed"],
    [
      "tokens without their type",
      { status: 200, body: '{"access_token":"secret-x"}' },
      "sign-in-failed",
    ],
    ["a server's error", { status: 502, body: "<html>" }, "provider-unavailable"],
  ])("says so where the token endpoint answers with %s", async (_name, answer, code) => {
    server.answerNext(answer);
    const refused = start();
    await expect(refused).rejects.toMatchObject({ code });
    await expect(refused).rejects.not.toThrow("secret-x");
  });

  it.each([
    ["no application", null, "client_id"],
    ["no secret", { clientId: "x", clientSecret: null, redirectPort: null }, "client_secret"],
  ])("names the setting where there is %s", async (_name, app, setting) => {
    await expect(start({ app })).rejects.toMatchObject({
      code: "app-missing",
      hint: expect.stringContaining(`apps.notebook.${setting}`),
    });
  });

  it("sends nothing over plain http to another machine", async () => {
    const endpoints = { ...endpointsAt(server.origin), token: "http://10.0.0.1/token" };
    await expect(start({ endpoints })).rejects.toMatchObject({ code: "config-invalid" });
  });
});

describe("signInWithOAuth, odd answers that are fine", () => {
  it("reads Stripe Connect's: no end, no PKCE, and whose account it is", async () => {
    server.set({
      pkce: false,
      lifeSeconds: null,
      extra: { token_type: "bearer", stripe_user_id: "acct_1", livemode: false },
    });
    const { credential } = await start({ signIn: connectOAuth, scopes: ["read_write"] });
    expect(credential).toMatchObject({ expiresAtMs: null, accountHint: "acct_1" });
  });

  it("reads Google's: an id token of another issuer, and a grant that ends", async () => {
    server.set({
      extra: { id_token: "eyJhbGciOiJub25lIn0.e30.", refresh_token_expires_in: 604_799 },
    });
    const before = Date.now();
    const { grantExpiresAtMs } = await start();
    expect((grantExpiresAtMs ?? 0) - before).toBeGreaterThan(604_790_000);
  });
});

/** fetch sets the Host header itself; this asks with another one. */
async function statusOfHost(address: URL, path: string, host: string): Promise<number> {
  const answered = Promise.withResolvers<number>();
  const { hostname, port } = address;
  const sent = request({ hostname, port, path, headers: { host } }, (response) => {
    response.resume();
    answered.resolve(response.statusCode ?? 0);
  });
  sent.on("error", answered.reject).end();
  return answered.promise;
}
