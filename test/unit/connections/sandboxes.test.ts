import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAccess } from "../../../src/connections/access.ts";
import { signInWithApiKey } from "../../../src/connections/api-key.ts";
import { createConnections } from "../../../src/connections/connections.ts";
import type { Connections, ConnectionTarget } from "../../../src/connections/connections.ts";
import { signInWithOAuth } from "../../../src/connections/sign-in.ts";
import { resolveEndpoints } from "../../../src/providers/endpoints.ts";
import { gmail } from "../../../src/providers/gmail/index.ts";
import type { Provider } from "../../../src/providers/provider.ts";
import { stripe } from "../../../src/providers/stripe/index.ts";
import { openSandbox } from "../../support/sandbox-client.ts";
import type { SandboxClient } from "../../support/sandbox-client.ts";
import { createDeps, openRoom } from "../../support/signed-in-room.ts";

type Room = Awaited<ReturnType<typeof openRoom>>;

const deps = createDeps();
const contacts = "https://www.googleapis.com/auth/contacts";
let room: Room;
let connections: Connections;
let sandbox: SandboxClient;

beforeEach(async () => {
  room = await openRoom(deps);
  const { store, vault } = room;
  connections = createConnections({ store, vault, deps, holder: "tests", connectedBy: "ana" });
});
afterEach(async () => {
  await sandbox.close();
  await room.close();
});

function targetOf(provider: Provider): ConnectionTarget {
  const app =
    provider.vendor === "google"
      ? {
          clientId: sandbox.credential("client_id"),
          clientSecret: sandbox.credential("client_secret"),
          redirectPort: null,
        }
      : null;
  const endpoints = resolveEndpoints(provider, { api: sandbox.sandbox.origin });
  return { org: room.org, name: provider.name, provider, endpoints, app };
}

function signInToGoogle(target: ConnectionTarget) {
  const signIn = gmail.signIn.find((way) => way.kind === "oauth");
  if (signIn === undefined) throw new Error("Google signs in by OAuth");
  return signInWithOAuth({
    ...target,
    signIn,
    scopes: signIn.scopes(["clients"], "both"),
    ui: { showLink: () => {}, promptPastedUrl: () => null, note: () => {} },
    deps,
    openBrowser: async (link) => void (await fetch(link)).body?.cancel(),
  });
}

async function openAccess(target: ConnectionTarget, connectionId: string) {
  const { store, vault } = room;
  const { endpoints, app, provider, name, org } = target;
  const options = { endpoints, app, vault, deps, holder: "tests" };
  return createAccess({ id: connectionId, name, orgName: org.name }, provider, {
    ...options,
    leases: store.leases,
    connections: store.connections,
  });
}

describe("a connection to Google", () => {
  beforeEach(async () => {
    sandbox = await openSandbox("google", { autoConsent: true });
  });

  it("signs in, knows the account, renews what was refused, and ends its grant", async () => {
    const target = targetOf(gmail);
    const { connection } = await connections.connect(target, await signInToGoogle(target));
    expect(connection).toMatchObject({ account: { name: "ana@acme.test" }, status: "idle" });
    expect(connection.scopes).toContain(contacts);
    sandbox.sandbox.control.endTokens("expired");
    const access = await openAccess(target, connection.id);
    const before = await access.token();
    const session = gmail.open({ deps, endpoints: target.endpoints, access });
    expect((await session.account()).name).toBe("ana@acme.test");
    expect(await access.token()).not.toBe(before);
    expect((await connections.disconnect(target)).revocation?.outcome).toBe("revoked");
  });

  it("keeps up with a Google that rotates its refresh tokens", async () => {
    sandbox.sandbox.control.changeVendor({ rotate_refresh_tokens: true });
    const target = targetOf(gmail);
    const { connection } = await connections.connect(target, await signInToGoogle(target));
    const access = await openAccess(target, connection.id);
    for (let round = 0; round < 3; round += 1) await access.renew(await access.token());
    const session = gmail.open({ deps, endpoints: target.endpoints, access });
    expect((await session.account()).name).toBe("ana@acme.test");
  });

  it("asks to sign in again once the grant was revoked", async () => {
    const target = targetOf(gmail);
    const { connection } = await connections.connect(target, await signInToGoogle(target));
    sandbox.sandbox.control.endTokens("revoked");
    const access = await openAccess(target, connection.id);
    const session = gmail.open({ deps, endpoints: target.endpoints, access });
    await expect(session.account()).rejects.toMatchObject({
      code: "reauth-required",
      hint: "astralis reconnect gmail --org acme",
    });
  });

  it.each([
    [{ deny_consent: true }, "sign-in-denied"],
    [{ untick_scopes: [contacts] }, "scope-missing"],
    [{ withhold_refresh_token: true }, "refresh-token-missing"],
  ])("is refused where Google is set to %j", async (settings, code) => {
    sandbox.sandbox.control.changeVendor(settings);
    await expect(signInToGoogle(targetOf(gmail))).rejects.toMatchObject({ code });
  });

  it("tells that an application in testing has its grants end within a week", async () => {
    sandbox.sandbox.control.changeVendor({ testing_mode: true });
    const target = targetOf(gmail);
    const { connection, notes } = await connections.connect(target, await signInToGoogle(target));
    const endsInMs = Date.parse(connection.grantExpiresAt ?? "") - Date.now();
    expect(Math.round(endsInMs / 86_400_000)).toBe(7);
    expect(notes).toEqual([expect.stringContaining("astralis reconnect gmail --org acme")]);
  });

  it("refuses another account than before", async () => {
    const target = targetOf(gmail);
    await connections.connect(target, await signInToGoogle(target));
    sandbox.sandbox.control.changeVendor({ account: "other@acme.test" });
    const signedIn = await signInToGoogle(target);
    await expect(connections.connect(target, signedIn)).rejects.toMatchObject({
      code: "account-mismatch",
    });
  });
});

describe("a connection to Stripe", () => {
  beforeEach(async () => {
    sandbox = await openSandbox("stripe");
  });

  const keyWay = stripe.signIn.find((way) => way.kind === "api-key");

  const signInToStripe = (target: ConnectionTarget, key: string) => {
    if (keyWay === undefined) throw new Error("Stripe takes a key");
    return signInWithApiKey(key, { ...target, signIn: keyWay });
  };

  it("signs in with a key, and knows the account", async () => {
    const target = targetOf(stripe);
    const signedIn = signInToStripe(target, sandbox.credential("api_key"));
    const { connection } = await connections.connect(target, signedIn);
    expect(connection).toMatchObject({ account: { id: expect.stringMatching(/^acct_/) } });
    expect((await connections.disconnect(target)).revocation?.outcome).toBe("by-hand");
  });

  it("stores nothing of a key that Stripe does not know", async () => {
    const target = targetOf(stripe);
    const key = ["rk", "test", "unknownunknownunknown"].join("_");
    const refused = connections.connect(target, signInToStripe(target, key));
    await expect(refused).rejects.toMatchObject({ code: "key-rejected" });
    const { id } = await connections.ensure(target);
    expect(await room.vault.readCredential(id)).toBeNull();
  });
});
