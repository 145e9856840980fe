import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { signInWithApiKey } from "../../../src/connections/api-key.ts";
import { createConnections } from "../../../src/connections/connections.ts";
import type { Connections, ConnectionTarget } from "../../../src/connections/connections.ts";
import type { SignedIn } from "../../../src/connections/credential.ts";
import { instantOf, systemClock } from "../../../src/lib/clock.ts";
import type { Deps } from "../../../src/lib/deps.ts";
import type { ApiKeySignIn } from "../../../src/providers/provider.ts";
import { startAuthorizationServer } from "../../support/authorization-server.ts";
import type { AuthorizationServer } from "../../support/authorization-server.ts";
import {
  createDeps,
  endpointsAt,
  notebook,
  oauthCredential,
  openRoom,
} from "../../support/signed-in-room.ts";

type Room = Awaited<ReturnType<typeof openRoom>>;

/** Real time, but waits are over at once: leases that stay taken are refused without anyone waiting. */
const deps: Deps = createDeps({ ...systemClock, sleep: async () => {} });
let server: AuthorizationServer;
let room: Room;
let connections: Connections;
let target: ConnectionTarget;

beforeEach(async () => {
  server = await startAuthorizationServer();
  room = await openRoom(deps);
  const { store, vault } = room;
  connections = createConnections({
    store,
    vault,
    deps,
    holder: "these tests",
    connectedBy: "ana",
  });
  target = {
    org: room.org,
    name: "notes",
    provider: notebook,
    endpoints: endpointsAt(server.origin),
    app: { clientId: server.clientId, clientSecret: server.clientSecret, redirectPort: null },
  };
});
afterEach(async () => {
  await room.close();
  await server.close();
});

const stored = () => room.vault.readCredential(room.connection.id);

function keySignIn(key: string): SignedIn {
  const signIn = notebook.signIn.find((way): way is ApiKeySignIn => way.kind === "api-key");
  if (signIn === undefined) throw new Error("the notebook signs in by key");
  return signInWithApiKey(key, { provider: notebook, signIn, endpoints: target.endpoints });
}

function oauthSignIn(grantExpiresAtMs: number | null = null): SignedIn {
  const facts = { origin: server.origin, issuedAtMs: deps.clock.now() };
  const credential = oauthCredential(server.grant(), facts);
  return { credential, scopes: credential.scopes, grantExpiresAtMs };
}

describe("signInWithApiKey", () => {
  it("takes a key with blanks around it", () => {
    expect(keySignIn("  key-ana-1\n").credential).toMatchObject({
      kind: "api-key",
      key: "key-ana-1",
    });
  });

  it.each([
    ["", "nothing was given"],
    ["key-ana 1", "spaces"],
    ["key-añá", "characters that no key has"],
    ["pk-secret", "does not begin with key-"],
  ])("says what is wrong with %j, without repeating it", (key, message) => {
    expect(() => keySignIn(key)).toThrow(message);
    expect(() => keySignIn(key)).not.toThrow("pk-secret");
  });
});

describe("connect", () => {
  it("stores who the provider says it is, and who signed in", async () => {
    const { connection, formerAccount, notes } = await connections.connect(target, oauthSignIn());
    expect(connection).toMatchObject({
      name: "notes",
      account: { id: "ana", name: "ana@acme.test" },
      status: "idle",
      reason: null,
      connectedBy: "ana",
      scopes: ["contacts", "openid"],
      grantExpiresAt: null,
    });
    expect([formerAccount, notes]).toEqual([null, []]);
    expect((await stored())?.credential.kind).toBe("oauth");
  });

  it("makes the connection's row where it is new", async () => {
    const { connection } = await connections.connect(
      { ...target, name: "fresh" },
      keySignIn("key-bo-1"),
    );
    expect(connection).toMatchObject({ name: "fresh", account: { id: "bo" }, status: "idle" });
  });

  it("stores nothing of a key that the provider does not take", async () => {
    const credential = { kind: "api-key", key: "wrong", origins: [server.origin] } as const;
    const refused = connections.connect(target, { ...keySignIn("key-ana-1"), credential });
    await expect(refused).rejects.toMatchObject({ code: "key-rejected" });
    expect(await stored()).toBeNull();
    expect((await connections.ensure(target)).reason).toBe("not-connected");
  });

  it("tells when the grant ends, where that is soon", async () => {
    const endsAtMs = deps.clock.now() + 7 * 86_400_000;
    const { connection, notes } = await connections.connect(target, oauthSignIn(endsAtMs));
    expect(Date.parse(connection.grantExpiresAt ?? "")).toBe(endsAtMs);
    expect(notes).toEqual([expect.stringContaining("astralis reconnect notes --org acme")]);
  });

  it("takes the same account again, and repairs the connection", async () => {
    await connections.connect(target, keySignIn("key-ana-1"));
    const to = { status: "error", reason: "reauth-required", lastError: "over" } as const;
    await room.store.connections.setStatus(room.connection.id, to, instantOf(deps.clock));
    const { connection, formerAccount } = await connections.connect(target, oauthSignIn());
    expect(connection).toMatchObject({ status: "idle", reason: null, lastError: null });
    expect(formerAccount).toBeNull();
    expect((await stored())?.credential.kind).toBe("oauth");
  });

  it("refuses another account than before, and changes nothing", async () => {
    await connections.connect(target, keySignIn("key-ana-1"));
    const before = await connections.ensure(target);
    await expect(connections.connect(target, keySignIn("key-bo-1"))).rejects.toMatchObject({
      code: "account-mismatch",
      message: expect.stringContaining("bo@acme.test"),
    });
    expect(await connections.ensure(target)).toEqual(before);
    expect((await stored())?.credential).toMatchObject({ key: "key-ana-1" });
  });

  it("takes another account where that is accepted, and starts its listings anew", async () => {
    await connections.connect(target, keySignIn("key-ana-1"));
    const report = await connections.connect(target, keySignIn("key-bo-1"), {
      acceptOtherAccount: true,
    });
    expect(report.connection.account?.id).toBe("bo");
    expect(report.formerAccount?.id).toBe("ana");
    expect(report.notes).toEqual([
      expect.stringContaining("records of ana@acme.test were unlinked"),
    ]);
    expect(await room.store.cursors.get(room.connection.id, "clients")).toBeNull();
  });

  it("refuses an account that another connection of the organization has", async () => {
    await connections.connect(target, keySignIn("key-ana-1"));
    const second = { ...target, name: "second" };
    await expect(connections.connect(second, keySignIn("key-ana-2"))).rejects.toMatchObject({
      code: "account-duplicate",
      hint: expect.stringContaining("astralis disconnect notes --org acme"),
    });
    await connections.disconnect(target);
    expect((await connections.connect(second, keySignIn("key-ana-2"))).connection.status).toBe(
      "idle",
    );
  });

  it("leaves a pause in force", async () => {
    await connections.connect(target, keySignIn("key-ana-1"));
    await connections.pause(target);
    const { connection, notes } = await connections.connect(target, keySignIn("key-ana-2"));
    expect(connection.status).toBe("paused");
    expect(notes).toEqual([expect.stringContaining("astralis resume notes --org acme")]);
  });
});

describe("disconnect", () => {
  it("ends the grant at the provider and forgets it here, but remembers the account", async () => {
    const signedIn = oauthSignIn();
    await connections.connect(target, signedIn);
    const { connection, revocation, mappingsKept } = await connections.disconnect(target);
    expect(revocation?.outcome).toBe("revoked");
    expect(server.revoked).toEqual([
      signedIn.credential.kind === "oauth" ? signedIn.credential.refreshToken : "",
    ]);
    expect(await stored()).toBeNull();
    expect(connection).toMatchObject({
      status: "error",
      reason: "disconnected",
      account: { id: "ana" },
      connectedBy: null,
      scopes: [],
    });
    expect(mappingsKept).toBe(0);
    await expect(connections.connect(target, keySignIn("key-bo-1"))).rejects.toMatchObject({
      code: "account-mismatch",
    });
  });

  it("may be called twice", async () => {
    await connections.connect(target, oauthSignIn());
    await connections.disconnect(target);
    expect((await connections.disconnect(target)).revocation).toBeNull();
  });

  it("says that a key must be deleted by hand", async () => {
    await connections.connect(target, keySignIn("key-ana-1"));
    const { revocation } = await connections.disconnect(target);
    expect(revocation).toMatchObject({
      outcome: "by-hand",
      message: expect.stringContaining("dashboard of Notebook"),
    });
  });

  it("knows a grant that had ended already", async () => {
    await connections.connect(target, oauthSignIn());
    server.end("grants");
    expect((await connections.disconnect(target)).revocation?.outcome).toBe("already-ended");
  });

  it("forgets the grant also where the provider is down, and says so", async () => {
    await connections.connect(target, oauthSignIn());
    await server.close();
    expect((await connections.disconnect(target)).revocation).toMatchObject({
      outcome: "failed",
      message: expect.stringContaining("Remove astralis"),
    });
    expect(await stored()).toBeNull();
  });

  it("sends the token to no origin but those it was issued for", async () => {
    await connections.connect(target, oauthSignIn());
    const other = await startAuthorizationServer();
    try {
      const moved = { ...target, endpoints: endpointsAt(other.origin) };
      expect((await connections.disconnect(moved)).revocation?.outcome).toBe("by-hand");
      expect(other.revoked).toEqual([]);
    } finally {
      await other.close();
    }
  });

  it("deauthorizes a Stripe Connect account by its id", async () => {
    const [oauth] = notebook.signIn;
    if (oauth?.kind !== "oauth") throw new Error("the notebook signs in by OAuth first");
    const provider = {
      ...notebook,
      signIn: [{ ...oauth, revocation: "stripe-deauthorize" as const }],
    };
    const signedIn = oauthSignIn();
    const credential = {
      ...oauthCredential(server.grant(), { origin: server.origin, issuedAtMs: deps.clock.now() }),
      accountHint: "acct_1",
    };
    await connections.connect({ ...target, provider }, { ...signedIn, credential });
    expect((await connections.disconnect({ ...target, provider })).revocation?.outcome).toBe(
      "revoked",
    );
    expect(server.revoked).toEqual(["acct_1"]);
  });

  it("waits its turn and then names who holds the connection", async () => {
    await connections.connect(target, oauthSignIn());
    await room.store.leases.acquire(`connection:${room.connection.id}`, "sync of pid 7", 600_000);
    await expect(connections.disconnect(target)).rejects.toMatchObject({
      code: "busy",
      message: expect.stringContaining("sync of pid 7"),
    });
    expect(server.revoked).toEqual([]);
  });
});

describe("pause and resume", () => {
  it("turn the status and back, and say where there was nothing to do", async () => {
    await connections.connect(target, keySignIn("key-ana-1"));
    expect(await connections.resume(target)).toBe(false);
    expect(await connections.pause(target)).toBe(true);
    expect(await connections.pause(target)).toBe(false);
    expect(await connections.ensure(target)).toMatchObject({ status: "paused", reason: "by-user" });
    expect(await connections.resume(target)).toBe(true);
    expect(await connections.ensure(target)).toMatchObject({ status: "idle", reason: null });
  });

  it("resume to not-connected where nobody signed in", async () => {
    await connections.pause(target);
    await connections.resume(target);
    expect(await connections.ensure(target)).toMatchObject({
      status: "error",
      reason: "not-connected",
    });
  });
});
