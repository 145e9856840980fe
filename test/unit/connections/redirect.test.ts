import { createServer } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addressToRegister, redirectOf } from "../../../src/connections/redirect.ts";
import { signInWithOAuth } from "../../../src/connections/sign-in.ts";
import type { OAuthRequest } from "../../../src/connections/sign-in.ts";
import type { OAuthSignIn } from "../../../src/providers/provider.ts";
import { startAuthorizationServer } from "../../support/authorization-server.ts";
import type { AuthorizationServer } from "../../support/authorization-server.ts";
import { browse, createPerson, landingOf } from "../../support/signing-in.ts";
import { createDeps, endpointsAt, notebookThat } from "../../support/signed-in-room.ts";

const deps = createDeps();
let server: AuthorizationServer;

beforeEach(async () => {
  server = await startAuthorizationServer();
});
afterEach(() => server.close());

interface Case extends Partial<Omit<OAuthRequest, "app">> {
  readonly declared?: Partial<OAuthSignIn>;
  readonly app?: { readonly redirectPort?: number; readonly redirectUri?: string };
}

function start({ declared = {}, app = {}, ...changes }: Case) {
  const { clientId, clientSecret } = server;
  return signInWithOAuth({
    ...notebookThat({ redirectPath: "/callback", ...declared }),
    endpoints: endpointsAt(server.origin),
    scopes: ["contacts"],
    ui: createPerson().ui,
    deps,
    openBrowser: null,
    ...changes,
    app: { clientId, clientSecret, redirectPort: null, ...app },
  });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

const always = { httpsRedirect: "always" } as const;
const production = { httpsRedirect: ["production"] } as const;
const localhost = { redirectHost: "localhost" } as const;
const own = "https://acme.example/signed-in";

describe("the redirect address", () => {
  it.each<[string, Partial<OAuthSignIn>, Case["app"], string | undefined, string, string | null]>([
    ["any port of this machine", {}, {}, undefined, "loopback", null],
    ["a fixed port", {}, { redirectPort: 9 }, undefined, "loopback", "http://127.0.0.1:9/callback"],
    ["one spelling", localhost, {}, undefined, "loopback", "http://localhost:8765/callback"],
    ["both", localhost, { redirectPort: 9 }, "x", "loopback", "http://localhost:9/callback"],
    ["https always", always, {}, "sandbox", "pasted", "https://localhost:8765/callback"],
    ["https at a port", always, { redirectPort: 9 }, "x", "pasted", "https://localhost:9/callback"],
    ["an own address", always, { redirectUri: own, redirectPort: 9 }, undefined, "pasted", own],
    ["an own address by choice", localhost, { redirectUri: own }, undefined, "pasted", own],
    ["production unsaid", production, {}, undefined, "pasted", "https://localhost:8765/callback"],
    ["production", production, {}, "production", "pasted", "https://localhost:8765/callback"],
    [
      "an environment that is not listed",
      { ...production, ...localhost },
      {},
      "sandbox",
      "loopback",
      "http://localhost:8765/callback",
    ],
    ["a part of a listed name", production, {}, "prod", "loopback", null],
  ])("for %s", (_name, declared, app, environment, kind, address) => {
    const { signIn } = notebookThat({ redirectPath: "/callback", ...declared });
    const redirect = redirectOf(signIn, { redirectPort: null, ...app }, { environment });
    expect([redirect.kind, addressToRegister(redirect)]).toEqual([kind, address]);
  });
});

describe("signInWithOAuth that is sent back to https", () => {
  it.each<[string, Case, string]>([
    ["this machine", { declared: always }, "https://localhost:8765/callback"],
    ["an own address", { declared: always, app: { redirectUri: own } }, own],
    [
      "a bare host, which stays as it is written",
      { declared: always, app: { redirectUri: "https://acme.example" } },
      "https://acme.example",
    ],
    [
      "the environment's",
      { declared: { httpsRedirect: ["live"] }, environment: "live" },
      "https://localhost:8765/callback",
    ],
  ])("names %s to register, and takes what was pasted", async (_name, request, address) => {
    const person = createPerson([landingOf]);
    const { credential } = await start({ ...request, ui: person.ui });
    const [first, advice] = person.seen.notes;
    expect(first).toBe(
      `The application at Notebook needs this redirect address, letter for letter: ${address}`,
    );
    expect(advice).toContain(`begins with ${address} `);
    expect(new URL(person.seen.link).searchParams.get("redirect_uri")).toBe(address);
    expect(server.tokenRequests[0]?.get("redirect_uri")).toBe(address);
    expect(credential).toMatchObject({ kind: "oauth", redirectUri: address });
    expect(person.seen.required).toEqual([true]);
  });

  it("listens nowhere, and opens the browser where there is one", async () => {
    const redirectPort = await freePort();
    const opened: string[] = [];
    const heard: unknown[] = [];
    const person = createPerson([
      async (link) => {
        await fetch(`http://127.0.0.1:${redirectPort}/callback`).catch((error: unknown) =>
          heard.push(error),
        );
        return landingOf(link);
      },
    ]);
    await start({
      declared: always,
      app: { redirectPort },
      ui: person.ui,
      openBrowser: async (link) => void opened.push(link),
    });
    expect(heard).toHaveLength(1);
    expect(opened).toEqual([person.seen.link]);
    expect(person.seen.notes[1]).toContain("Opening your browser.");
  });

  const withRealm = { ...always, accountParameter: "realmId" };
  const without = (name: string) => async (link: string) => {
    const url = new URL(await landingOf(link));
    url.searchParams.delete(name);
    return url.href;
  };
  const changed = (name: string) => async (link: string) => {
    const url = new URL(await landingOf(link));
    url.searchParams.set(name, "another");
    return url.href;
  };

  it("asks again until the address has its state, its code and its account", async () => {
    server.set({ landing: { realmId: "9130" } });
    const person = createPerson([
      changed("state"),
      without("state"),
      without("code"),
      without("realmId"),
      async (link) => link,
      async () => "https://acme.example/elsewhere",
      landingOf,
    ]);
    const { credential } = await start({ declared: withRealm, ui: person.ui });
    expect(person.seen.notes.slice(2)).toEqual([
      expect.stringContaining("another sign-in"),
      expect.stringContaining("its `state` is missing"),
      expect.stringContaining("its `code` is missing"),
      expect.stringContaining("its `realmId` is missing"),
      expect.stringContaining("the link to open"),
      expect.stringContaining("is of acme.example"),
    ]);
    expect(server.tokenRequests).toHaveLength(1);
    expect(credential).toMatchObject({ accountHint: "9130" });
  });

  it.each([
    ["nothing", [], "Nothing was pasted"],
    ["a wrong state", [changed("state")], "another sign-in"],
    ["no account", [without("realmId")], "its `realmId` is missing"],
  ])("says what is missing where the input ends after %s", async (_name, pastes, message) => {
    server.set({ landing: { realmId: "9130" } });
    const person = createPerson([...pastes, async () => null]);
    await expect(start({ declared: withRealm, ui: person.ui })).rejects.toMatchObject({
      code: "sign-in-failed",
      message: expect.stringContaining(message),
      hint: expect.stringContaining("in a terminal"),
    });
    expect(server.tokenRequests).toHaveLength(0);
  });

  it("ends at once where nobody can be asked", async () => {
    const { ui } = createPerson();
    const mute = { ...ui, promptPastedUrl: () => null };
    await expect(start({ declared: always, ui: mute })).rejects.toMatchObject({
      code: "sign-in-failed",
    });
  });

  it("names the address in the advice to register an application", async () => {
    const request = {
      ...notebookThat({ redirectPath: "/callback", ...always }),
      endpoints: endpointsAt(server.origin),
      app: null,
      scopes: [],
      ui: createPerson().ui,
      deps,
      openBrowser: null,
    };
    await expect(signInWithOAuth(request)).rejects.toMatchObject({
      code: "app-missing",
      hint: expect.stringContaining("https://localhost:8765/callback"),
    });
  });
});

describe("signInWithOAuth that is sent back to this machine by a fixed address", () => {
  it("names it to register, and listens there", async () => {
    const redirectPort = await freePort();
    const person = createPerson();
    const { credential } = await start({
      declared: localhost,
      app: { redirectPort },
      ui: person.ui,
      openBrowser: async (link) => void browse(link),
    });
    const address = `http://localhost:${redirectPort}/callback`;
    expect(person.seen.notes[0]).toContain(`letter for letter: ${address}`);
    expect(credential).toMatchObject({ redirectUri: address });
    expect(person.seen.required).toEqual([false]);
  });

  it("waits on where the browser brings no account, and tells the browser why", async () => {
    const answers: [number, string][] = [];
    const visit = async (link: string, realmId: string) => {
      server.set({ landing: realmId === "" ? {} : { realmId } });
      const page = await browse(link);
      answers.push([page.status, await page.text()]);
    };
    const { credential } = await start({
      declared: { accountParameter: "realmId" },
      openBrowser: async (link) => {
        await visit(link, "");
        await visit(link, "9130");
      },
    });
    expect(answers).toEqual([
      [400, expect.stringContaining("its `realmId` is missing")],
      [200, expect.stringContaining("You can close this window")],
    ]);
    expect(credential).toMatchObject({ accountHint: "9130" });
  });
});
