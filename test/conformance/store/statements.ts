import { expect, test } from "vitest";
import { openTestStore } from "../../support/databases.ts";
import type { TestDatabase } from "../../support/databases.ts";
import { createStepDeps, createStoreWorld } from "../../support/store-world.ts";

export function testStatements(database: TestDatabase): void {
  const setUp = async () => {
    const deps = createStepDeps();
    const texts: string[] = [];
    const onStatement = (text: string) => texts.push(text);
    const store = await openTestStore(await database.storage(), deps, { onStatement });
    return { ...(await createStoreWorld(store, deps)), texts };
  };
  type World = Awaited<ReturnType<typeof setUp>>;

  /** A page of records: half of them new clients, half of them known ones that changed. */
  const commitPage = async (world: World, size: number) => {
    const { store, org, connection, lease, commit, ...make } = world;
    const known = Array.from({ length: size }, () => make.client());
    const knownMappings = known.map(({ id }) => make.mapping(id));
    await commit({ clients: { insert: known }, mappings: { insert: knownMappings } });
    const rows = Array.from({ length: size }, (_, i) => make.staged(`new${size}_${i}`));
    await store.staged.append(connection.id, "clients", make.listing(), rows, lease);
    world.texts.length = 0;
    await store.work.commit(lease, async (reader) => {
      const ids = known.map(({ id }) => id);
      const externalIds = rows.map(({ externalId }) => externalId);
      const clients = await reader.clients(ids);
      const mappings = await reader.mappingsByExternalId(
        connection.id,
        "clients",
        knownMappings.map(({ externalId }) => externalId ?? ""),
      );
      await reader.identities(
        org.id,
        ids.map((id) => ({ kind: "email", value: id })),
      );
      await reader.identitiesOf(ids);
      await reader.mappingsOf(ids);
      await reader.outboxOf(ids);
      await reader.conflictsOf(mappings.map(({ id }) => id));
      await reader.parked(connection.id, "clients", externalIds);
      const fresh = rows.map(({ externalId }) =>
        make.client({ email: `${externalId}@example.com` }),
      );
      const freshMappings = fresh.map(({ id }, i) =>
        make.mapping(id, { externalId: externalIds[i] ?? "" }),
      );
      return {
        result: undefined,
        writes: {
          clients: { insert: fresh, update: clients },
          identities: {
            insert: fresh.map(({ id }) => ({
              orgId: org.id,
              kind: "email",
              value: id,
              clientId: id,
            })),
            delete: fresh.map(({ id }) => ({
              orgId: org.id,
              kind: "email",
              value: id,
              clientId: id,
            })),
          },
          mappings: { insert: freshMappings, update: mappings },
          outbox: { insert: mappings.map((mapping) => make.entry(mapping)) },
          conflicts: {
            put: mappings.map((mapping) => make.conflict(mapping)),
            close: mappings.map(({ id }) => ({ mappingId: id, field: "name" })),
          },
          parked: {
            put: externalIds.map((externalId) => make.parked({ externalId })),
            clear: externalIds.map((externalId) => ({
              connectionId: connection.id,
              collection: "clients" as const,
              externalId,
            })),
          },
          changes: fresh.map(({ id }) => make.change({ clientId: id })),
          staged: rows.map(({ id }) => id),
        },
      };
    });
    return world.texts.length;
  };

  test("a page of a hundred records costs as many statements as a page of ten", async () => {
    const world = await setUp();
    const ten = await commitPage(world, 10);
    const hundred = await commitPage(world, 100);
    expect(hundred).toBe(ten);
    expect(ten).toBeLessThanOrEqual(30);
  });

  test("a page of two thousand records passes whole, and no limit on variables is met", async () => {
    const world = await setUp();
    await commitPage(world, 2_000);
    const { items } = await world.store.reads.clients(world.org.id, {}, { limit: 5_000 });
    expect(items).toHaveLength(4_000);
  });

  test("staging a page costs as many statements whatever its length", async () => {
    const { store, connection, lease, texts, ...make } = await setUp();
    const stage = async (size: number) => {
      const listing = make.listing();
      const rows = Array.from({ length: size }, (_, i) => make.staged(`e${i}`));
      await store.staged.append(connection.id, "clients", listing, rows, lease);
      texts.length = 0;
      const next = { ...listing, pages: 2 };
      await store.staged.append(connection.id, "clients", next, rows, lease);
      return texts.length;
    };
    expect(await stage(600)).toBe(await stage(10));
  });

  test("reads of nothing ask nothing", async () => {
    const { store, org, connection, texts } = await setUp();
    await store.work.read(async (reader) => {
      texts.length = 0;
      await reader.clients([]);
      await reader.identities(org.id, []);
      await reader.identitiesOf([]);
      await reader.mappings([]);
      await reader.mappingsByExternalId(connection.id, "clients", []);
      await reader.mappingsOf([]);
      await reader.outboxOf([]);
      await reader.conflictsOf([]);
      await reader.parked(connection.id, "clients", []);
      expect(texts).toEqual([]);
    });
  });
}
