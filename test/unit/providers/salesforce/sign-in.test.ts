import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAccess } from "../../../../src/connections/access.ts";
import { createConnections } from "../../../../src/connections/connections.ts";
import type { ConnectionTarget } from "../../../../src/connections/connections.ts";
import { signInWithOAuth } from "../../../../src/connections/sign-in.ts";
import { resolveEndpoints } from "../../../../src/providers/endpoints.ts";
import { salesforce } from "../../../../src/providers/salesforce/index.ts";
import { openSandbox, type SandboxClient } from "../../../support/sandbox-client.ts";
import { createDeps, openRoom } from "../../../support/signed-in-room.ts";

type Room = Awaited<ReturnType<typeof openRoom>>;

const deps = createDeps();
let room: Room;
let sandbox: SandboxClient;

beforeEach(async () => {
  room = await openRoom(deps);
  sandbox = await openSandbox("salesforce", { autoConsent: true });
});
afterEach(async () => {
  await sandbox.close();
  await room.close();
});

function targetOf(clientSecret: string | null): ConnectionTarget {
  const app = { clientId: sandbox.credential("client_id"), clientSecret, redirectPort: 0 };
  const endpoints = resolveEndpoints(salesforce, { api: sandbox.sandbox.origin });
  return { org: room.org, name: "crm", provider: salesforce, endpoints, app };
}

function signIn(target: ConnectionTarget) {
  const [way] = salesforce.signIn;
  if (way?.kind !== "oauth") throw new Error("Salesforce signs in by OAuth");
  return signInWithOAuth({
    ...target,
    signIn: way,
    scopes: way.scopes(["clients"], "both"),
    ui: { showLink: () => {}, promptPastedUrl: () => null, note: () => {} },
    deps,
    openBrowser: async (link) => void (await fetch(link)).body?.cancel(),
  });
}

async function connect(clientSecret: string | null) {
  const { store, vault } = room;
  const connections = createConnections({ store, vault, deps, holder: "t", connectedBy: "ana" });
  const target = targetOf(clientSecret);
  const { connection } = await connections.connect(target, await signIn(target));
  const { endpoints, app } = target;
  const access = await createAccess(
    { id: connection.id, name: "crm", orgName: room.org.name },
    salesforce,
    {
      endpoints,
      app,
      vault,
      deps,
      holder: "tests",
      leases: store.leases,
      connections: store.connections,
    },
  );
  const session = salesforce.open({ deps, endpoints, access });
  return { connections, target, connection, access, session };
}

describe("a connection to Salesforce", () => {
  it("signs in by localhost, knows the org and where its API is, and ends its grant", async () => {
    const { connection, access, connections, target } = await connect(
      sandbox.credential("client_secret"),
    );
    expect(connection).toMatchObject({
      account: { id: sandbox.credential("account"), name: "Lighthouse Studio" },
      scopes: ["refresh_token", "api"],
    });
    expect(access.apiOrigin).toBe(sandbox.sandbox.origin);
    expect(access.accountHint).toContain(`/id/${sandbox.credential("account")}/005`);
    expect((await connections.disconnect(target)).revocation?.outcome).toBe("revoked");
  });

  it("renews a session that ended, whatever rotates, and sends no scope with that", async () => {
    sandbox.sandbox.control.changeVendor({
      rotate_refresh_tokens: true,
      require_client_secret: false,
    });
    const { session } = await connect(null);
    for (let round = 0; round < 3; round += 1) {
      sandbox.sandbox.control.endTokens("expired");
      expect((await session.account()).id).toBe(sandbox.credential("account"));
    }
    const refreshes = sandbox.sandbox.control
      .ledger()
      .filter(({ body }) => body.includes("grant_type=refresh_token"));
    expect(refreshes.length).toBe(3);
    expect(refreshes.every(({ status, body }) => status === 200 && !body.includes("scope="))).toBe(
      true,
    );
  });

  it("needs a person once the grant was revoked", async () => {
    const { session } = await connect(sandbox.credential("client_secret"));
    sandbox.sandbox.control.endTokens("revoked");
    await expect(session.account()).rejects.toMatchObject({ code: "reauth-required" });
  });
});
