import { expect, test } from "vitest";
import type { TestDatabase } from "../../support/databases.ts";
import { createStepDeps, createStoreWorld } from "../../support/store-world.ts";

export function testConnections(database: TestDatabase): void {
  const setUp = async () => {
    const deps = createStepDeps();
    return await createStoreWorld(await database.open(deps), deps);
  };

  test("an organization is made once and keeps its id", async () => {
    const { store, org, id, at } = await setUp();
    expect(await store.organizations.ensure("acme", { id: id(), at: at() })).toEqual(org);
    const other = await store.organizations.ensure("other", { id: id(), at: at() });
    expect(await store.organizations.list()).toEqual([org, other]);
  });

  test("many that make the same organization and connection at once get the same one", async () => {
    const { store, id, at } = await setUp();
    const orgs = await Promise.all(
      Array.from({ length: 8 }, () => store.organizations.ensure("new", { id: id(), at: at() })),
    );
    expect(new Set(orgs.map((org) => org.id)).size).toBe(1);
    const orgId = orgs[0]?.id ?? "";
    const made = await Promise.all(
      Array.from({ length: 8 }, () =>
        store.connections.ensure({
          id: id(),
          orgId,
          name: "crm",
          provider: "hubspot",
          type: "crm",
          createdAt: at(),
        }),
      ),
    );
    expect(new Set(made.map((connection) => connection.id)).size).toBe(1);
    expect(await store.connections.list(orgId)).toEqual([made[0]]);
  });

  test("a new connection is not connected, and is found by its id and its organization", async () => {
    const { store, org, connection } = await setUp();
    expect(connection).toEqual({
      id: connection.id,
      orgId: org.id,
      name: "billing",
      provider: "stripe",
      type: "billing",
      connectedBy: null,
      account: null,
      scopes: [],
      grantExpiresAt: null,
      status: "error",
      reason: "not-connected",
      lastError: null,
      retryAt: null,
      lastCompleteAt: null,
      createdAt: "2026-03-01T12:00:00.000Z",
      updatedAt: "2026-03-01T12:00:00.000Z",
    });
    expect(await store.connections.get(connection.id)).toEqual(connection);
    expect(await store.connections.get("none")).toBeNull();
    expect(await store.connections.list(org.id)).toEqual([connection]);
    expect(await store.connections.list("none")).toEqual([]);
  });

  test("a sign-in and a status are kept, and a status keeps the last complete pass", async () => {
    const { store, connection, clock, at } = await setUp();
    clock.advance(1_000);
    const sign = {
      account: { id: "acct_1", name: "Zoë & Söhne 🧾" },
      scopes: ["a", "b"],
      connectedBy: "ada",
      grantExpiresAt: "2027-01-01T00:00:00.000Z",
    };
    await store.connections.setAccount(connection.id, sign, at());
    const lastCompleteAt = at();
    await store.connections.setStatus(
      connection.id,
      { status: "idle", reason: null, lastError: null, lastCompleteAt },
      at(),
    );
    clock.advance(1_000);
    await store.connections.setStatus(
      connection.id,
      { status: "error", reason: "unavailable", lastError: "Stripe did not answer." },
      at(),
    );
    expect(await store.connections.get(connection.id)).toEqual({
      ...connection,
      ...sign,
      status: "error",
      reason: "unavailable",
      lastError: "Stripe did not answer.",
      lastCompleteAt,
      updatedAt: at(),
    });
    await expect(
      store.connections.setStatus("none", { status: "idle", reason: null, lastError: null }, at()),
    ).rejects.toMatchObject({ code: "internal" });
  });

  test("a credential is written only over the version that was read", async () => {
    const { store, connection, at } = await setUp();
    const credential = (ciphertext: string, previous: string | null = null) => ({
      connectionId: connection.id,
      ciphertext,
      previous,
      updatedAt: at(),
    });
    const { credentials } = store;
    expect(await credentials.get(connection.id)).toBeNull();
    expect(await credentials.put(credential("one"), 1)).toBe(false);
    expect(await credentials.put(credential("one"), 0)).toBe(true);
    expect(await credentials.put(credential("again"), 0)).toBe(false);
    expect(await credentials.put(credential("two", "one"), 1)).toBe(true);
    expect(await credentials.put(credential("late"), 1)).toBe(false);
    expect(await credentials.get(connection.id)).toEqual({
      ...credential("two", "one"),
      version: 2,
    });
  });

  test("of many writers over one version exactly one succeeds", async () => {
    const { store, connection, at } = await setUp();
    const put = (ciphertext: string) =>
      store.credentials.put(
        { connectionId: connection.id, ciphertext, previous: null, updatedAt: at() },
        0,
      );
    const results = await Promise.all(["a", "b", "c", "d"].map(put));
    expect(results.filter(Boolean)).toHaveLength(1);
  });

  test("a credential that was deleted does not let an old version write again", async () => {
    const { store, connection, at } = await setUp();
    const put = (ciphertext: string, over: number) =>
      store.credentials.put(
        { connectionId: connection.id, ciphertext, previous: null, updatedAt: at() },
        over,
      );
    await put("one", 0);
    await store.credentials.delete(connection.id);
    await store.credentials.delete(connection.id);
    expect(await store.credentials.get(connection.id)).toBeNull();
    expect(await put("stale refresh", 1)).toBe(false);
    expect(await put("new sign-in", 0)).toBe(true);
    expect(await put("stale refresh", 1)).toBe(false);
    expect(await store.credentials.get(connection.id)).toMatchObject({
      ciphertext: "new sign-in",
    });
  });

  test("the key's record is written once", async () => {
    const { store } = await setUp();
    expect(await store.credentials.getKeyRecord()).toBeNull();
    const first = { fingerprint: "f1", source: "file" };
    const second = { fingerprint: "f2", source: "environment" };
    expect(await store.credentials.ensureKeyRecord(first)).toEqual(first);
    expect(await store.credentials.ensureKeyRecord(second)).toEqual(first);
    expect(await store.credentials.getKeyRecord()).toEqual(first);
  });
}
