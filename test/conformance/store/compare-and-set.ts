import { expect, test } from "vitest";
import { openTestStore } from "../../support/databases.ts";
import type { TestDatabase } from "../../support/databases.ts";
import { createStepDeps, createStoreWorld } from "../../support/store-world.ts";

export function testCompareAndSet(database: TestDatabase): void {
  /** Two processes on one database. */
  const setUp = async () => {
    const deps = createStepDeps();
    const storage = await database.storage();
    const world = await createStoreWorld(await openTestStore(storage, deps), deps);
    return { ...world, there: await openTestStore(storage, deps) };
  };
  const stale = { code: "store-stale" };

  test("a client, a mapping or an entry that changed since it was read is not written", async () => {
    const { commit, ...make } = await setUp();
    const person = make.client();
    const mapping = make.mapping(person.id);
    const entry = make.entry(mapping);
    await commit({
      clients: { insert: [person] },
      mappings: { insert: [mapping] },
      outbox: { insert: [entry] },
    });
    await commit({
      clients: { update: [person] },
      mappings: { update: [mapping] },
      outbox: { update: [entry] },
    });
    await expect(commit({ clients: { update: [person] } })).rejects.toMatchObject(stale);
    await expect(commit({ mappings: { update: [mapping] } })).rejects.toMatchObject(stale);
    await expect(commit({ outbox: { update: [entry] } })).rejects.toMatchObject(stale);
    await expect(commit({ outbox: { delete: [entry] } })).rejects.toMatchObject(stale);
    await commit({ outbox: { delete: [{ ...entry, revision: 2 }] } });
    await expect(commit({ outbox: { delete: [entry] } })).rejects.toMatchObject(stale);
  });

  test("an identity, an address or an external id that was taken meanwhile makes it stale", async () => {
    const { org, connection, commit, ...make } = await setUp();
    const ada = make.client({ email: "a@example.com" });
    const eva = make.client();
    const identity = { orgId: org.id, kind: "email", value: "a@example.com" } as const;
    const mapping = make.mapping(ada.id, { externalId: "cus_x" });
    await commit({
      clients: { insert: [ada, eva] },
      identities: { insert: [{ ...identity, clientId: ada.id }] },
      mappings: { insert: [mapping] },
    });
    await expect(
      commit({ identities: { insert: [{ ...identity, clientId: eva.id }] } }),
    ).rejects.toMatchObject(stale);
    await expect(
      commit({ clients: { insert: [make.client({ email: "a@example.com" })] } }),
    ).rejects.toMatchObject(stale);
    await expect(
      commit({ mappings: { insert: [make.mapping(eva.id, { externalId: "cus_x" })] } }),
    ).rejects.toMatchObject(stale);
    const other = make.mapping(eva.id, { externalId: "cus_x", collection: "events" });
    await commit({
      identities: { insert: [{ ...identity, clientId: ada.id }] },
      mappings: { insert: [other] },
    });
    expect(other.connectionId).toBe(connection.id);
  });

  test("a removed client's address is free", async () => {
    const { commit, at, ...make } = await setUp();
    const gone = make.client({ email: "a@example.com" }, { removedAt: at() });
    const other = make.client({ email: "a@example.com" });
    await commit({ clients: { insert: [gone] } });
    await commit({ clients: { insert: [other] } });
    await expect(
      commit({ clients: { update: [{ ...gone, removedAt: null }] } }),
    ).rejects.toMatchObject(stale);
  });

  test("one open entry per client and connection", async () => {
    const { commit, ...make } = await setUp();
    const person = make.client();
    const mapping = make.mapping(person.id);
    await commit({
      clients: { insert: [person] },
      mappings: { insert: [mapping] },
      outbox: { insert: [make.entry(mapping)] },
    });
    await expect(commit({ outbox: { insert: [make.entry(mapping)] } })).rejects.toMatchObject(
      stale,
    );
  });

  test("two clients given one identity in one commit are a defect", async () => {
    const { org, commit, ...make } = await setUp();
    const people = [make.client(), make.client()];
    const insert = people.map(
      ({ id }) => ({ orgId: org.id, kind: "phone", value: "+123456", clientId: id }) as const,
    );
    await expect(
      commit({ clients: { insert: people }, identities: { insert } }),
    ).rejects.toMatchObject({ code: "internal" });
  });

  test("counting up from two processes at once loses no step", async () => {
    const { store, there, commit, ...make } = await setUp();
    const person = make.client({ notes: "0" });
    await commit({ clients: { insert: [person] } });
    const countUp = async (side: typeof store): Promise<void> => {
      for (;;) {
        try {
          await side.work.commit(null, async (reader) => {
            const [read] = await reader.clients([person.id]);
            if (read === undefined) throw new Error("the client is gone");
            const notes = String(Number(read.fields["notes"]) + 1);
            const update = [{ ...read, fields: { ...read.fields, notes } }];
            return { writes: { clients: { update } }, result: undefined };
          });
          return;
        } catch (error) {
          if (!isStale(error)) throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: 10 }, (_, i) => countUp(i % 2 === 0 ? store : there)));
    const [end] = await store.work.read((reader) => reader.clients([person.id]));
    expect(end).toMatchObject({ revision: 11, fields: { notes: "10" } });
  });

  test("a decision that begins while another one is taken sees what that one wrote", async () => {
    const { store, there, lease, commit, connect, ...make } = await setUp();
    const crm = await connect("crm");
    const person = make.client({ name: "old" });
    await commit({ clients: { insert: [person] } });
    // Renames the client, which it was told of by the other one's mapping alone, and owes the name to every mapping.
    const rename = () =>
      there.work.commit(crm.lease, async (reader) => {
        const clients = await reader.clients([person.id]);
        const mappings = await reader.mappingsOf([person.id]);
        const update = clients.map((read) => ({
          ...read,
          fields: { ...read.fields, name: "new" },
        }));
        const insert = mappings.map((mapping) => make.entry(mapping));
        return { writes: { clients: { update }, outbox: { insert } }, result: undefined };
      });
    const { renamed } = await store.work.commit(lease, async (reader) => {
      const [read] = await reader.clients([person.id]);
      expect(read?.fields["name"]).toBe("old");
      const renamed = rename();
      const mapping = make.mapping(person.id);
      return { writes: { mappings: { insert: [mapping] } }, result: { renamed } };
    });
    await renamed;
    await store.work.read(async (reader) => {
      expect(await reader.clients([person.id])).toMatchObject([{ fields: { name: "new" } }]);
      expect(await reader.outboxOf([person.id])).toHaveLength(1);
    });
  });

  test("decisions of different organizations and of no connection all pass", async () => {
    const { store, there, clock, id, commit, ...make } = await setUp();
    const other = await createStoreWorld(there, { ...createStepDeps(), clock, ids: id }, "other");
    const edits = Array.from({ length: 12 }, (_, i) => {
      const world = i % 3 === 0 ? other : { ...make, commit };
      const insert = [world.client()];
      return i % 3 === 2
        ? store.work.commit(null, async () => ({ writes: { clients: { insert } }, result: null }))
        : world.commit({ clients: { insert } });
    });
    await Promise.all(edits);
    const count = async (orgId: string) =>
      (await store.reads.clients(orgId, {}, { limit: 99 })).items.length;
    expect([await count(make.org.id), await count(other.org.id)]).toEqual([8, 4]);
  });

  test("a read is one state, whatever is written meanwhile", async () => {
    const { there, store, commit, ...make } = await setUp();
    const person = make.client();
    await commit({ clients: { insert: [person] } });
    const seen = await there.work.read(async (reader) => {
      const before = await reader.clients([person.id]);
      await store.work.commit(null, async () => ({
        writes: { clients: { update: [person], insert: [make.client()] } },
        result: undefined,
      }));
      const after = await reader.clients([person.id]);
      return { before, after, all: await reader.clientsAfter(person.orgId, null, 10) };
    });
    expect(seen.after).toEqual(seen.before);
    expect(seen.all).toEqual(seen.before);
  });
}

function isStale(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "store-stale";
}
