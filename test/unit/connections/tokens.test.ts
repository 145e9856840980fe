import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAccess } from "../../../src/connections/access.ts";
import type { ConnectionAccess } from "../../../src/connections/access.ts";
import { createConnections } from "../../../src/connections/connections.ts";
import type { ConnectionTarget } from "../../../src/connections/connections.ts";
import { credentialText, parseCredential } from "../../../src/connections/credential.ts";
import type { OAuthCredential } from "../../../src/connections/credential.ts";
import { signInWithOAuth } from "../../../src/connections/sign-in.ts";
import { createStepClock, toInstant } from "../../../src/lib/clock.ts";
import type { StepClock } from "../../../src/lib/clock.ts";
import type { Deps } from "../../../src/lib/deps.ts";
import type { LogLine } from "../../../src/lib/log.ts";
import type { Endpoints, OAuthSignIn } from "../../../src/providers/provider.ts";
import { startAuthorizationServer } from "../../support/authorization-server.ts";
import type {
  AuthorizationRules,
  AuthorizationServer,
} from "../../support/authorization-server.ts";
import { browse, createPerson } from "../../support/signing-in.ts";
import { createDeps, endpointsAt, notebookThat, openRoom } from "../../support/signed-in-room.ts";

/** What the token endpoints of providers do differently, each from its sign-in to its refresh. */
type Room = Awaited<ReturnType<typeof openRoom>>;

let server: AuthorizationServer;
let room: Room;
let clock: StepClock;
let deps: Deps;
let lines: LogLine[];
/** Where requests went, the browser's left out. */
let asked: string[];

beforeEach(async () => {
  clock = createStepClock(Date.UTC(2026, 10, 2));
  lines = [];
  asked = [];
  const { fetch, ...rest } = createDeps(clock, lines);
  const watched: Deps["fetch"] = (url, init) => {
    asked.push(String(url));
    return fetch(url, init);
  };
  deps = { ...rest, fetch: watched };
  server = await startAuthorizationServer();
  room = await openRoom(deps);
});
afterEach(async () => {
  await room.close();
  await server.close();
});

function signInTo(declared: Partial<OAuthSignIn>, endpoints?: Endpoints) {
  const { clientId, clientSecret } = server;
  return signInWithOAuth({
    ...notebookThat(declared),
    endpoints: endpoints ?? endpointsAt(server.origin),
    app: { clientId, clientSecret, redirectPort: null },
    scopes: ["contacts"],
    ui: createPerson().ui,
    // The step clock would let the whole time of a sign-in pass at once.
    deps: { ...deps, clock: { ...clock, sleep: () => new Promise(() => {}) } },
    openBrowser: async (link) => void browse(link),
  });
}

function targetOf(declared: Partial<OAuthSignIn>): ConnectionTarget {
  const { clientId, clientSecret } = server;
  return {
    org: room.org,
    name: "notes",
    provider: notebookThat(declared).provider,
    endpoints: endpointsAt(server.origin),
    app: { clientId, clientSecret, redirectPort: null },
  };
}

function connections() {
  const { store, vault } = room;
  return createConnections({ store, vault, deps, holder: "tests", connectedBy: "ana" });
}

/** Signed in, stored, and proved by asking who it is. */
async function connect(declared: Partial<OAuthSignIn>): Promise<OAuthCredential> {
  const signedIn = await signInTo(declared);
  await connections().connect(targetOf(declared), signedIn);
  return stored();
}

function access(declared: Partial<OAuthSignIn>): Promise<ConnectionAccess> {
  const { provider, endpoints, app } = targetOf(declared);
  const { vault, store } = room;
  return createAccess({ id: room.connection.id, name: "notes", orgName: "acme" }, provider, {
    endpoints,
    app,
    vault,
    leases: store.leases,
    connections: store.connections,
    deps,
    holder: "tests",
  });
}

async function stored(): Promise<OAuthCredential> {
  const entry = await room.vault.readCredential(room.connection.id);
  if (entry?.credential.kind !== "oauth") throw new Error("nobody signed in by OAuth");
  return entry.credential;
}

const row = () => room.store.connections.get(room.connection.id);

describe("a token endpoint", () => {
  it.each<[string, Partial<OAuthSignIn>, Partial<AuthorizationRules>]>([
    ["takes the application in the form", {}, {}],
    [
      "takes the application by HTTP Basic alone",
      { clientAuthentication: "basic" },
      { authentication: "basic" },
    ],
    ["wants the redirect address again", { refreshNamesRedirect: true }, { refreshRedirect: true }],
    ["knows no PKCE", { pkce: false }, { pkce: false }],
    [
      "does all of it",
      { pkce: false, refreshNamesRedirect: true, clientAuthentication: "basic" },
      { pkce: false, refreshRedirect: true, authentication: "basic" },
    ],
  ])(
    "that %s is signed in to and refreshed at, without naming scopes",
    async (_name, declared, rules) => {
      server.set(rules);
      const before = await connect(declared);
      clock.advance(3_600_000);
      const token = await (await access(declared)).token();
      expect(token).not.toBe(before.accessToken);
      expect(server.tokenRequests.map((form) => form.get("grant_type"))).toEqual([
        "authorization_code",
        "refresh_token",
      ]);
      expect(server.tokenRequests.some((form) => form.has("scope"))).toBe(false);
      expect(await stored()).toMatchObject({
        accessToken: token,
        redirectUri: before.redirectUri,
        scopes: before.scopes,
      });
    },
  );

  it("that wants HTTP Basic refuses a wrong secret, which is repeated nowhere", async () => {
    server.set({ authentication: "basic" });
    const { provider, signIn } = notebookThat({ clientAuthentication: "basic" });
    const refused = signInWithOAuth({
      provider,
      signIn,
      endpoints: endpointsAt(server.origin),
      app: { clientId: server.clientId, clientSecret: "wrong-secret", redirectPort: null },
      scopes: ["contacts"],
      ui: createPerson().ui,
      deps: createDeps(undefined, lines),
      openBrowser: async (link) => void browse(link),
    });
    await expect(refused).rejects.toMatchObject({ code: "app-rejected" });
    await expect(refused).rejects.not.toThrow("wrong-secret");
    expect(JSON.stringify(lines)).not.toContain("wrong-secret");
  });

  it("that names no end is believed until the token is refused", async () => {
    server.set({ lifeSeconds: null });
    const { accessToken, expiresAtMs } = await connect({});
    expect(expiresAtMs).toBeNull();
    const used = await access({});
    clock.advance(365 * 86_400_000);
    expect(await used.token()).toBe(accessToken);
    expect(await used.renew(accessToken)).not.toBe(accessToken);
    expect((await stored()).expiresAtMs).toBeNull();
  });

  it("that refuses the grant in Basic ends in reauth-required, as any other", async () => {
    server.set({ authentication: "basic" });
    const declared = { clientAuthentication: "basic" } as const;
    await connect(declared);
    server.end("grants");
    clock.advance(3_600_000);
    await expect((await access(declared)).token()).rejects.toMatchObject({
      code: "reauth-required",
    });
  });

  it("is asked to end the grant by HTTP Basic and JSON where it wants that", async () => {
    server.set({ authentication: "basic" });
    const declared = { clientAuthentication: "basic", revocation: "basic-json" } as const;
    const { refreshToken } = await connect(declared);
    const { revocation } = await connections().disconnect(targetOf(declared));
    expect(revocation?.outcome).toBe("revoked");
    expect(server.revoked).toEqual([refreshToken]);
  });
});

describe("an answer that holds no tokens", () => {
  it.each([
    ["lacks the access token", 200, { token_type: "bearer", refresh_token: "fresh-refresh" }],
    ["has an access token of null", 200, { access_token: null, token_type: "bearer" }],
    ["has an access token that is no text", 200, { access_token: {}, token_type: "bearer" }],
    ["has an empty access token", 200, { access_token: "", token_type: "bearer" }],
    ["is no JSON", 200, "access_token=fresh-access&token_type=bearer"],
    ["is a list", 200, [{ access_token: "fresh-access", token_type: "bearer" }]],
    ["is empty", 200, ""],
    ["says 200 and holds an error", 200, { error: "invalid_grant" }],
    ["refuses the request", 400, { error: "invalid_request" }],
  ])("because it %s overwrites nothing", async (_name, status, body) => {
    const before = await connect({});
    clock.advance(3_600_000);
    server.answerNext({ status, body: typeof body === "string" ? body : JSON.stringify(body) });
    await expect((await access({})).token()).rejects.toMatchObject({ retry: "later" });
    expect(await stored()).toEqual(before);
    expect(await (await access({})).token()).toMatch(/^access-/);
  });
});

describe("when the grant ends", () => {
  it.each(["refresh_token_expires_in", "x_refresh_token_expires_in"])(
    "is read from %s, and each refresh moves it",
    async (name) => {
      server.set({ extra: { [name]: 8_640_000 } });
      await connect({});
      const end = (atMs: number) => toInstant(atMs + 8_640_000_000);
      expect((await row())?.grantExpiresAt).toBe(end(clock.now()));
      clock.advance(86_400_000);
      await (await access({})).token();
      expect(await row()).toMatchObject({
        grantExpiresAt: end(clock.now()),
        account: { id: "ana" },
        scopes: ["contacts", "openid"],
        connectedBy: "ana",
        status: "idle",
      });
    },
  );

  it("stays as it was where a refresh says nothing of it", async () => {
    server.set({ extra: { x_refresh_token_expires_in: 8_640_000 } });
    await connect({});
    const before = (await row())?.grantExpiresAt;
    server.set({ extra: {} });
    clock.advance(86_400_000);
    await (await access({})).token();
    expect((await row())?.grantExpiresAt).toBe(before);
  });
});

describe("the account", () => {
  it.each([
    ["a text", "acct_1", "acct_1"],
    ["a number", 62_515, "62515"],
    ["nothing", undefined, null],
    ["an empty text", "", null],
    ["null", null, null],
    ["a mapping", { id: 1 }, null],
  ])("that the answer names by %s is the hint", async (_name, told, hint) => {
    server.set({ extra: { portal: told } });
    const declared = { answerNames: { account: "portal" } };
    expect((await connect(declared)).accountHint).toBe(hint);
    // Where the sign-in named none, it is the account that was then found behind it.
    expect((await access(declared)).accountHint).toBe(hint ?? "ana");
  });

  it("of the callback counts before that of the answer", async () => {
    server.set({ landing: { realmId: "9130" }, extra: { portal: "7" } });
    const declared = { accountParameter: "realmId", answerNames: { account: "portal" } };
    expect((await connect(declared)).accountHint).toBe("9130");
  });

  it("of an answer is read under its declared name alone", async () => {
    server.set({ extra: { stripe_user_id: "acct_1" } });
    expect((await connect({})).accountHint).toBeNull();
  });
});

describe("the origin of the API", () => {
  const declared = { answerNames: { api: "instance_url" } };
  const tell = (told: unknown) => server.set({ extra: { instance_url: told } });
  const elsewhere = (hostname: string) => server.origin.replace("127.0.0.1", hostname);

  it("is that of the answer, bound to the credential, and the account is read there", async () => {
    tell(`${elsewhere("localhost")}/`);
    const credential = await connect(declared);
    expect(credential).toMatchObject({
      apiOrigin: elsewhere("localhost"),
      origins: [server.origin, elsewhere("localhost")],
    });
    expect((await row())?.account?.id).toBe("ana");
    expect(asked).toEqual([`${server.origin}/token`, `${elsewhere("localhost")}/me`]);
    expect((await access(declared)).apiOrigin).toBe(elsewhere("localhost"));
    expect((await access(declared)).accountHint).toBe("ana");
  });

  it.each([
    ["says nothing of it", {}],
    ["says null", { instance_url: null }],
  ])("is none where the answer %s", async (_name, extra) => {
    server.set({ extra });
    expect(await connect(declared)).toMatchObject({ apiOrigin: null, origins: [server.origin] });
  });

  it("is none where no member is declared to name it", async () => {
    tell("https://evil.test");
    expect(await connect({})).toMatchObject({ apiOrigin: null, origins: [server.origin] });
  });

  const refused: [string, unknown, string][] = [
    ["plain http to another machine", "http://acme.notebook.test", "http://acme.notebook.test"],
    ["another scheme", "ftp://acme.notebook.test", "another kind"],
    ["a script", "javascript:alert(1)", "another kind"],
    ["no address", "acme.notebook.test", "no address"],
    ["no text", { url: "https://acme.notebook.test" }, "no address"],
    ["an empty text", "", "no address"],
    ["an address with a password", "https://ana:pass-word@notebook.test", "with a password"],
    ["a name that only looks like this machine's", "http://127.0.0.1.evil.test", "evil.test"],
  ];

  it.each(refused)("is refused at the sign-in where it is %s", async (_name, told, message) => {
    tell(told);
    const signing = signInTo(declared);
    await expect(signing).rejects.toMatchObject({
      code: "sign-in-failed",
      message: expect.stringContaining(message),
    });
    await expect(signing).rejects.not.toThrow("pass-word");
  });

  it.each(refused)(
    "is refused at a refresh where it is %s, and no token is lost",
    async (_name, told, message) => {
      tell(elsewhere("localhost"));
      const before = await connect(declared);
      clock.advance(3_600_000);
      tell(told);
      await expect((await access(declared)).token()).rejects.toMatchObject({
        code: "provider-malformed",
        message: expect.stringContaining(message),
      });
      const after = await stored();
      expect(after).toMatchObject({ apiOrigin: before.apiOrigin, origins: before.origins });
      expect(after.refreshToken).not.toBe(before.refreshToken);
      tell(elsewhere("localhost"));
      expect(await (await access(declared)).token()).toBe(after.accessToken);
    },
  );

  it("on this machine is refused where the tokens come from elsewhere", async () => {
    tell(server.origin);
    const endpoints = { ...endpointsAt(server.origin), token: "https://notebook.test/token" };
    const { clientId, clientSecret } = server;
    const through = { ...deps, fetch: toServer(deps.fetch) };
    const refusing = signInWithOAuth({
      ...notebookThat(declared),
      endpoints,
      app: { clientId, clientSecret, redirectPort: null },
      scopes: ["contacts"],
      ui: createPerson().ui,
      deps: { ...through, clock: { ...clock, sleep: () => new Promise(() => {}) } },
      openBrowser: async (link) => void browse(link),
    });
    await expect(refusing).rejects.toMatchObject({
      code: "sign-in-failed",
      message: expect.stringContaining(`${server.origin}, which is not https`),
    });
  });

  /** The way to the https endpoint, which no test can listen at. */
  function toServer(fetch: Deps["fetch"]): Deps["fetch"] {
    return (url, init) => fetch(String(url).replace("https://notebook.test", server.origin), init);
  }

  it("follows each answer, in every process, and binds the credential anew", async () => {
    tell(server.origin);
    await connect(declared);
    const [one, other] = [await access(declared), await access(declared)];
    expect(other.apiOrigin).toBe(server.origin);
    for (const moved of ["https://acme.notebook.test", elsewhere("localhost"), server.origin]) {
      tell(`${moved}/services`);
      clock.advance(3_600_000);
      await one.token();
      await other.token();
      expect([one.apiOrigin, other.apiOrigin]).toEqual([moved, moved]);
      expect((await stored()).origins).toEqual([...new Set([server.origin, moved])]);
    }
  });

  it("stays where a refresh says nothing of it", async () => {
    tell(elsewhere("localhost"));
    const before = await connect(declared);
    clock.advance(3_600_000);
    server.set({ extra: {} });
    await (await access(declared)).token();
    const { apiOrigin, origins } = before;
    expect(await stored()).toMatchObject({ apiOrigin, origins });
  });
});

describe("a credential of before", () => {
  it("is read without what was not written then", async () => {
    const credential = await connect({});
    const { apiOrigin: _api, redirectUri: _redirect, ...before } = credential;
    expect(parseCredential(JSON.stringify(before))).toEqual({
      ...credential,
      apiOrigin: null,
      redirectUri: null,
    });
    expect(parseCredential(credentialText(credential))).toEqual(credential);
  });

  it.each([{ apiOrigin: 1 }, { redirectUri: [] }])("is none with %j", async (wrong) => {
    const credential = await connect({});
    expect(parseCredential(JSON.stringify({ ...credential, ...wrong }))).toBeNull();
  });
});
