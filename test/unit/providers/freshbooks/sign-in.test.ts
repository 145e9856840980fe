import { afterEach, beforeEach, expect, it } from "vitest";
import { createAccess } from "../../../../src/connections/access.ts";
import {
  createConnections,
  type Connections,
  type ConnectionTarget,
} from "../../../../src/connections/connections.ts";
import { signInWithOAuth } from "../../../../src/connections/sign-in.ts";
import { resolveEndpoints } from "../../../../src/providers/endpoints.ts";
import { freshbooks } from "../../../../src/providers/freshbooks/index.ts";
import { freshbooksOAuth } from "../../../../src/providers/freshbooks/sign-in.ts";
import { openSandbox, type SandboxClient } from "../../../support/sandbox-client.ts";
import { createDeps, openRoom } from "../../../support/signed-in-room.ts";

const deps = createDeps();
let room: Awaited<ReturnType<typeof openRoom>>;
let connections: Connections;
let sandbox: SandboxClient;
let target: ConnectionTarget;

beforeEach(async () => {
  room = await openRoom(deps);
  sandbox = await openSandbox("freshbooks", { autoConsent: true });
  const { store, vault } = room;
  connections = createConnections({ store, vault, deps, holder: "tests", connectedBy: "ana" });
  target = {
    org: room.org,
    name: "billing",
    provider: freshbooks,
    endpoints: resolveEndpoints(freshbooks, { api: sandbox.sandbox.origin }),
    app: {
      clientId: sandbox.credential("client_id"),
      clientSecret: sandbox.credential("client_secret"),
      redirectPort: null,
    },
  };
});
afterEach(async () => {
  await sandbox.close();
  await room.close();
});

/** As a person does: opens the link, consents, and pastes the address that the browser could not reach. */
function signIn() {
  const landed = Promise.withResolvers<string>();
  return signInWithOAuth({
    ...target,
    signIn: freshbooksOAuth,
    scopes: freshbooksOAuth.scopes(["clients"], "both"),
    ui: { showLink: () => {}, promptPastedUrl: () => landed.promise, note: () => {} },
    deps,
    openBrowser: async (link) => {
      const consent = await fetch(link, { redirect: "manual" });
      landed.resolve(consent.headers.get("location") ?? "");
    },
  });
}

async function openAccess(connectionId: string) {
  const { store, vault } = room;
  const { endpoints, app, name, org } = target;
  return createAccess({ id: connectionId, name, orgName: org.name }, freshbooks, {
    endpoints,
    app,
    vault,
    deps,
    holder: "tests",
    leases: store.leases,
    connections: store.connections,
  });
}

it("asks for the scopes that the direction needs, and no more", () => {
  expect(freshbooksOAuth.scopes(["clients"], "pull")).toEqual(["user:clients:read"]);
  expect(freshbooksOAuth.scopes(["clients"], "push")).toEqual([
    "user:clients:read",
    "user:clients:write",
  ]);
  expect(freshbooksOAuth.scopes([], "both")).toEqual([]);
  expect(freshbooksOAuth.scopes(["activities"], "both")).toEqual([
    "user:invoices:read",
    "user:payments:read",
  ]);
});

it("signs in by a pasted address, knows the business, and ends the grant", async () => {
  const { connection } = await connections.connect(target, await signIn());
  expect(connection.account).toEqual({
    id: sandbox.credential("account"),
    name: "Lighthouse Studio",
  });
  expect(connection.scopes.toSorted()).toEqual([
    "user:clients:read",
    "user:clients:write",
    "user:profile:read",
  ]);
  expect((await connections.disconnect(target)).revocation?.outcome).toBe("revoked");
  expect(sandbox.sandbox.control.state()).toMatchObject({ grants: [] });
});

it("keeps up with refresh tokens that are good for once, each time with the redirect address", async () => {
  const { connection } = await connections.connect(target, await signIn());
  const access = await openAccess(connection.id);
  for (let round = 0; round < 3; round += 1) await access.renew(await access.token());
  const session = freshbooks.open({ deps, endpoints: target.endpoints, access });
  expect((await session.account()).name).toBe("Lighthouse Studio");
  const refreshes = sandbox.sandbox.control
    .ledger()
    .filter(({ path, body }) => path === "/auth/oauth/token" && body.includes("refresh_token="));
  expect(refreshes.map(({ status }) => status)).toEqual([200, 200, 200]);
  for (const { body } of refreshes)
    expect(new URLSearchParams(body).get("redirect_uri")).toMatch(/^https:\/\/localhost:8765\//);
});

it("refuses a sign-in to another business than before", async () => {
  await connections.connect(target, await signIn());
  sandbox.sandbox.control.changeVendor({ other_business: "first" });
  await expect(signIn().then((signedIn) => connections.connect(target, signedIn))).rejects.toThrow(
    "Harbour Rentals",
  );
});
