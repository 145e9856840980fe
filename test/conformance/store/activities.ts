import { expect, test } from "vitest";
import { must } from "../../../src/lib/assert.ts";
import type { Activity } from "../../../src/model/activity.ts";
import { openTestStore } from "../../support/databases.ts";
import type { TestDatabase } from "../../support/databases.ts";
import { createStepDeps, createStoreWorld } from "../../support/store-world.ts";
import type { StoreWorld } from "../../support/store-world.ts";

export function testActivities(database: TestDatabase): void {
  const setUp = async () => {
    const deps = createStepDeps();
    const texts: string[] = [];
    const onStatement = (text: string) => texts.push(text);
    const store = await openTestStore(await database.storage(), deps, { onStatement });
    return { ...(await createStoreWorld(store, deps)), texts };
  };

  test("are kept whole, larger than 32 bits, and written over in place", async () => {
    const world = await setUp();
    const first = activity(world, "in_1", {
      money: { amountMinor: 9_007_199_254_740_991, currency: "EUR" },
      metadata: { payments: ["a", "b"], number: "1" },
      participants: ["ana@example.com"],
    });
    await world.commit({ activities: [first] });
    expect(await listed(world)).toEqual([first]);
    const paid = { ...first, status: "paid", money: null };
    await world.commit({ activities: [paid, activity(world, "in_1", { type: "payment" })] });
    expect(await listed(world)).toHaveLength(2);
    expect(
      await world.store.work.read((reader) => reader.activities(world.connection.id, ["in_1"])),
    ).toContainEqual(paid);
  });

  test("are listed newest first, by page, by client, by type and since a time", async () => {
    const world = await setUp();
    const ana = world.client();
    await world.commit({ clients: { insert: [ana] } });
    const all = Array.from({ length: 7 }, (_, i) =>
      activity(world, `in_${i}`, {
        occurredAt: `2026-02-0${1 + Math.floor(i / 2)}T00:00:00.000Z`,
        ...(i === 6 ? { state: "deleted" } : {}),
        ...(i % 2 === 0 ? { type: "payment" } : {}),
        clientId: i < 3 ? ana.id : null,
      }),
    );
    await world.commit({ activities: all });
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await world.store.reads.activities(
        world.org.id,
        {},
        { limit: 2, ...(after === undefined ? {} : { after }) },
      );
      seen.push(...page.items.map((one) => one.externalId));
      after = page.next ?? undefined;
    } while (after !== undefined);
    expect(seen).toEqual(["in_5", "in_4", "in_3", "in_2", "in_1", "in_0"]);
    const only = async (filter: Parameters<typeof world.store.reads.activities>[1]) =>
      (await world.store.reads.activities(world.org.id, filter, { limit: 10 })).items.map(
        (one) => one.externalId,
      );
    expect(await only({ clientId: ana.id, type: "payment" })).toEqual(["in_2", "in_0"]);
    expect(await only({ since: "2026-02-03T00:00:00.000Z" })).toEqual(["in_5", "in_4"]);
    expect(await world.store.reads.timeline(ana.id)).toEqual({
      activities: 3,
      lastAt: "2026-02-02T00:00:00.000Z",
    });
  });

  test("wait for their client and are linked in one statement, and follow a mapping that moves", async () => {
    const world = await setUp();
    const [ana, bo] = [world.client(), world.client()];
    const mapping = world.mapping(ana.id, { externalId: "cus_1", state: "linked" });
    const waiting = Array.from({ length: 20 }, (_, i) =>
      activity(world, `in_${i}`, { customerId: i < 15 ? "cus_1" : "cus_2" }),
    );
    await world.commit({ activities: waiting });
    expect(await world.store.activities.link(world.connection.id, world.lease)).toBe(0);
    await world.commit({ clients: { insert: [ana, bo] }, mappings: { insert: [mapping] } });
    world.texts.length = 0;
    expect(await world.store.activities.link(world.connection.id, world.lease)).toBe(15);
    expect(world.texts.filter((text) => text.includes("update activities"))).toHaveLength(1);
    expect(await world.store.activities.link(world.connection.id, world.lease)).toBe(0);
    const read = await world.store.reads.mappingsOf([ana.id]);
    await world.commit({ mappings: { update: [{ ...must(read[0], "it"), clientId: bo.id }] } });
    expect((await world.store.reads.timeline(bo.id)).activities).toBe(15);
    expect((await world.store.reads.timeline(ana.id)).activities).toBe(0);
  });

  test("come along into a scratch copy, and are another organization's business never", async () => {
    const world = await setUp();
    await world.commit({ activities: [activity(world, "in_1")] });
    const scratch = await world.store.scratch(world.org.id);
    try {
      const { items } = await scratch.reads.activities(world.org.id, {}, { limit: 10 });
      expect(items).toEqual(await listed(world));
    } finally {
      await scratch.close();
    }
    const other = await world.store.organizations.ensure("globex", {
      id: world.id(),
      at: world.at(),
    });
    expect((await world.store.reads.activities(other.id, {}, { limit: 10 })).items).toEqual([]);
  });

  test("move their listing and their cursor in the transaction that stores them (law 5)", async () => {
    const world = await setUp();
    const connectionId = world.connection.id;
    const of = { connectionId, collection: "activities" } as const;
    const listing = world.listing({ page: "2" });
    await world.commit({ activities: [activity(world, "in_1")], listing: { ...of, listing } });
    expect((await world.store.cursors.get(connectionId, "activities"))?.listing).toEqual(listing);
    const cursor = { ...of, cursor: "c", cursorAt: world.at(), settledRules: null };
    await world.commit({ cursor: { ...cursor, lastCompleteAt: world.at() } });
    const row = await world.store.cursors.get(connectionId, "activities");
    expect(row).toMatchObject({ listing: null, cursor: "c" });
    const [health] = await world.store.reads.health(world.org.id);
    expect(health?.collections).toEqual({ activities: world.at() });
  });
}

async function listed(world: StoreWorld): Promise<readonly Activity[]> {
  return (await world.store.reads.activities(world.org.id, {}, { limit: 100 })).items;
}

function activity(world: StoreWorld, externalId: string, rest: Partial<Activity> = {}): Activity {
  return {
    id: world.id(),
    orgId: world.org.id,
    connectionId: world.connection.id,
    clientId: null,
    type: "invoice",
    externalId,
    externalUrl: null,
    title: `Invoice ${externalId}`,
    description: null,
    occurredAt: world.at(),
    durationMinutes: null,
    status: "open",
    money: { amountMinor: 1050, currency: "EUR" },
    customerId: null,
    participants: [],
    metadata: {},
    state: "present",
    requestedAt: world.at(),
    createdAt: world.at(),
    updatedAt: world.at(),
    ...rest,
  };
}
