import { expect, test } from "vitest";
import type { TestDatabase } from "../../support/databases.ts";
import { createStepDeps, createStoreWorld } from "../../support/store-world.ts";

export function testIsolation(database: TestDatabase): void {
  const setUp = async () => {
    const deps = createStepDeps();
    const store = await database.open(deps);
    return {
      store,
      acme: await createStoreWorld(store, deps, "acme"),
      other: await createStoreWorld(store, deps, "other"),
    };
  };

  test("the same address is two clients in two organizations", async () => {
    const { store, acme, other } = await setUp();
    for (const world of [acme, other]) {
      const person = world.client({ email: "a@example.com" });
      const identity = { orgId: world.org.id, kind: "email", value: "a@example.com" } as const;
      await world.commit({
        clients: { insert: [person] },
        identities: { insert: [{ ...identity, clientId: person.id }] },
      });
      expect((await store.reads.client(world.org.id, "a@example.com"))?.id).toBe(person.id);
      expect((await store.reads.clients(world.org.id, {}, { limit: 9 })).items).toEqual([person]);
    }
  });

  test("the database itself refuses a row that names another organization's row", async () => {
    const { acme, other } = await setUp();
    const mine = acme.client();
    const theirs = other.client();
    await acme.commit({ clients: { insert: [mine] } });
    await other.commit({ clients: { insert: [theirs] } });
    const mapping = acme.mapping(mine.id);
    await acme.commit({ mappings: { insert: [mapping] } });
    const refused = [
      { mappings: { insert: [acme.mapping(theirs.id)] } },
      { mappings: { insert: [acme.mapping(mine.id, { connectionId: other.connection.id })] } },
      {
        identities: {
          insert: [
            { orgId: acme.org.id, kind: "email", value: "x@example.com", clientId: theirs.id },
          ],
        },
      },
      { outbox: { insert: [acme.entry(mapping, { clientId: theirs.id })] } },
      { outbox: { insert: [acme.entry(mapping, { connectionId: other.connection.id })] } },
      { outbox: { insert: [acme.entry(mapping, { orgId: other.org.id })] } },
      { conflicts: { put: [acme.conflict(mapping, { clientId: theirs.id })] } },
      { conflicts: { put: [acme.conflict(mapping, { orgId: other.org.id })] } },
      { parked: { put: [acme.parked({ connectionId: other.connection.id })] } },
      { changes: [acme.change({ clientId: theirs.id })] },
      { changes: [acme.change({ connectionId: other.connection.id })] },
    ] as const;
    const answers = await Promise.allSettled(refused.map((writes) => acme.commit(writes)));
    expect(answers).toMatchObject(
      refused.map(() => ({ status: "rejected", reason: { code: "internal" } })),
    );
  });

  test("reads by organization show nothing of another one", async () => {
    const { store, acme, other } = await setUp();
    const person = acme.client({ email: "a@example.com" });
    const mapping = acme.mapping(person.id, { state: "missing" });
    await store.runs.start({ id: "run", orgId: acme.org.id, startedAt: acme.at() });
    await acme.commit({
      clients: { insert: [person] },
      identities: {
        insert: [
          { orgId: acme.org.id, kind: "email", value: "a@example.com", clientId: person.id },
        ],
      },
      mappings: { insert: [mapping] },
      outbox: { insert: [acme.entry(mapping)] },
      conflicts: { put: [acme.conflict(mapping)] },
      parked: { put: [acme.parked()] },
      changes: [acme.change({ runId: "run" })],
    });
    const orgId = other.org.id;
    const page = { limit: 10 };
    const empty = { items: [], next: null };
    expect(await store.reads.clients(orgId, {}, page)).toEqual(empty);
    expect(await store.reads.clients(orgId, { text: "a" }, page)).toEqual(empty);
    expect(await store.reads.client(orgId, "a@example.com")).toBeNull();
    expect(await store.reads.client(orgId, person.id)).toBeNull();
    expect(await store.reads.conflicts(orgId, page)).toEqual(empty);
    expect(await store.reads.missing(orgId, page)).toEqual(empty);
    expect(await store.reads.parked(orgId, page)).toEqual(empty);
    expect(await store.runs.get(orgId, "run")).toBeNull();
    expect(await store.runs.list(orgId, page)).toEqual(empty);
    expect(await store.runs.changes(orgId, "run", page)).toEqual(empty);
    expect(await store.reads.health(orgId)).toMatchObject([
      { connectionId: other.connection.id, pendingWrites: 0, conflicts: 0, mappings: 0 },
    ]);
    await store.work.read(async (reader) => {
      expect(await reader.clientsAfter(orgId, null, 10)).toEqual([]);
      expect(await reader.identities(orgId, [{ kind: "email", value: "a@example.com" }])).toEqual(
        [],
      );
    });
  });
}
