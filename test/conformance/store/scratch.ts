import { expect, test } from "vitest";
import type { Store } from "../../../src/store/ports.ts";
import type { TestDatabase } from "../../support/databases.ts";
import { createStepDeps, createStoreWorld } from "../../support/store-world.ts";

export function testScratch(database: TestDatabase): void {
  const setUp = async () => {
    const deps = createStepDeps();
    const store = await database.open(deps);
    const world = await createStoreWorld(store, deps);
    return { ...world, other: await createStoreWorld(store, deps, "other") };
  };

  test("a scratch copy has one organization's rows as they are, and not its credentials", async () => {
    const { store, org, connection, other, commit, lease, ...make } = await setUp();
    const people = Array.from({ length: 2_300 }, (_, i) =>
      make.client(
        { email: `p${i}@example.com`, name: `Zoë ${i} 🦊`, tags: ["a"] },
        { active: i > 5 },
      ),
    );
    const mappings = people.map(({ id }) => make.mapping(id, { state: "missing" }));
    await commit({
      clients: { insert: people },
      identities: {
        insert: people.flatMap(({ id }, i) => [
          { orgId: org.id, kind: "email", value: `p${i}@example.com`, clientId: id },
          { orgId: org.id, kind: "phone", value: `+49${100_000 + i}`, clientId: id },
        ]),
      },
      mappings: { insert: mappings },
      outbox: { insert: mappings.slice(0, 3).map((mapping) => make.entry(mapping)) },
      conflicts: { put: mappings.slice(0, 3).map((mapping) => make.conflict(mapping)) },
      parked: { put: [make.parked()] },
    });
    const listing = make.listing({ page: "p2" });
    const rows = [make.staged("a"), make.staged("b")];
    await store.staged.append(connection.id, "clients", listing, rows, lease);
    await other.commit({ clients: { insert: [other.client()] } });
    await store.credentials.put(
      { connectionId: connection.id, ciphertext: "c", previous: null, updatedAt: make.at() },
      0,
    );
    const scratch = await store.scratch(org.id);
    try {
      expect(await contents(scratch, org.id, connection.id)).toEqual(
        await contents(store, org.id, connection.id),
      );
      expect(scratch.kind).toBe("sqlite");
      expect(await scratch.organizations.list()).toEqual([org]);
      expect(await scratch.connections.list(other.org.id)).toEqual([]);
      expect(await scratch.credentials.get(connection.id)).toBeNull();
      expect(await scratch.leases.acquire(lease.name, "dry run", 1_000)).toHaveProperty("lease");
    } finally {
      await scratch.close();
    }
  });

  test("what is written in a scratch copy stays there", async () => {
    const { store, org, client, commit } = await setUp();
    const person = client();
    await commit({ clients: { insert: [person] } });
    const scratch = await store.scratch(org.id);
    await scratch.work.commit(null, async () => ({
      writes: { clients: { update: [person], insert: [client()] } },
      result: undefined,
    }));
    expect((await scratch.reads.clients(org.id, {}, { limit: 9 })).items).toHaveLength(2);
    await scratch.close();
    expect((await store.reads.clients(org.id, {}, { limit: 9 })).items).toEqual([person]);
  });
}

async function contents(store: Store, orgId: string, connectionId: string) {
  const { items: clients } = await store.reads.clients(orgId, {}, { limit: 5_000 });
  const ids = clients.map(({ id }) => id);
  const page = { limit: 5_000 };
  return {
    clients,
    connections: await store.connections.list(orgId),
    cursor: await store.cursors.get(connectionId, "clients"),
    staged: await store.staged.next(connectionId, "clients", 100),
    missing: (await store.reads.missing(orgId, page)).items,
    conflicts: (await store.reads.conflicts(orgId, page)).items,
    parked: (await store.reads.parked(orgId, page)).items,
    ...(await store.work.read(async (reader) => ({
      identities: await reader.identitiesOf(ids),
      mappings: await reader.mappingsOf(ids),
      outbox: await reader.outboxOf(ids),
    }))),
  };
}
