import { expect, test } from "vitest";
import { openTestStore } from "../../support/databases.ts";
import type { TestDatabase } from "../../support/databases.ts";
import { createStepDeps, createStoreWorld } from "../../support/store-world.ts";

export function testLeases(database: TestDatabase): void {
  /** Two processes on one database, with one clock. */
  const setUp = async () => {
    const deps = createStepDeps();
    const storage = await database.storage();
    const [here, there] = await Promise.all([
      openTestStore(storage, deps),
      openTestStore(storage, deps),
    ]);
    return { here, there, clock: deps.clock };
  };

  test("one holder at a time, and the others hear who it is and for how long", async () => {
    const { here, there, clock } = await setUp();
    expect(await here.leases.acquire("connection:a", "host 1", 1_000)).toEqual({
      lease: { name: "connection:a", holder: "host 1", epoch: 1 },
    });
    clock.advance(400);
    const busy = { heldBy: "host 1", epoch: 1, remainingMs: 600 };
    expect(await there.leases.acquire("connection:a", "host 2", 1_000)).toEqual(busy);
    expect(await here.leases.acquire("connection:a", "host 1", 1_000)).toEqual(busy);
    expect(await there.leases.acquire("connection:b", "host 2", 1_000)).toHaveProperty("lease");
  });

  test("who takes over an expired lease gets a higher epoch, and the old holder has lost it", async () => {
    const { here, there, clock } = await setUp();
    const old = { name: "connection:a", holder: "host 1", epoch: 1 };
    await here.leases.acquire("connection:a", "host 1", 1_000);
    clock.advance(1_000);
    const taken = { name: "connection:a", holder: "host 2", epoch: 2 };
    expect(await there.leases.acquire("connection:a", "host 2", 1_000)).toEqual({ lease: taken });
    expect(await here.leases.renew(old, 1_000)).toBe(false);
    await here.leases.release(old);
    expect(await there.leases.renew(taken, 1_000)).toBe(true);
  });

  test("the same holder that takes its own expired lease again has another epoch", async () => {
    const { here, clock } = await setUp();
    await here.leases.acquire("connection:a", "host 1", 1_000);
    clock.advance(2_000);
    expect(await here.leases.acquire("connection:a", "host 1", 1_000)).toMatchObject({
      lease: { epoch: 2 },
    });
    const first = { name: "connection:a", holder: "host 1", epoch: 1 };
    expect(await here.leases.renew(first, 1_000)).toBe(false);
  });

  test("a heartbeat keeps the lease", async () => {
    const { here, there, clock } = await setUp();
    const lease = { name: "connection:a", holder: "host 1", epoch: 1 };
    await here.leases.acquire("connection:a", "host 1", 1_000);
    for (let beat = 0; beat < 5; beat += 1) {
      clock.advance(900);
      expect(await here.leases.renew(lease, 1_000)).toBe(true);
    }
    expect(await there.leases.acquire("connection:a", "host 2", 1_000)).toHaveProperty("heldBy");
  });

  test("a released lease is free at once and keeps its epoch", async () => {
    const { here, there } = await setUp();
    const lease = { name: "connection:a", holder: "host 1", epoch: 1 };
    await here.leases.acquire("connection:a", "host 1", 60_000);
    await here.leases.release(lease);
    expect(await here.leases.renew(lease, 1_000)).toBe(false);
    expect(await there.leases.acquire("connection:a", "host 2", 1_000)).toEqual({
      lease: { name: "connection:a", holder: "host 2", epoch: 2 },
    });
  });

  test("of many that ask at once one gets it", async () => {
    const { here, there } = await setUp();
    const asked = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        (i % 2 === 0 ? here : there).leases.acquire("connection:a", `host ${i}`, 1_000),
      ),
    );
    expect(asked.filter((answer) => "lease" in answer)).toHaveLength(1);
  });

  test("by default the database's own clock measures leases", async () => {
    const store = await database.open();
    expect(await store.leases.acquire("connection:a", "host 1", 60_000)).toHaveProperty("lease");
    const answer = await store.leases.acquire("connection:a", "host 2", 60_000);
    if (!("heldBy" in answer)) throw new Error("the lease was given twice");
    expect(answer.remainingMs).toBeGreaterThan(50_000);
    expect(answer.remainingMs).toBeLessThanOrEqual(60_000);
    expect(await store.leases.acquire("connection:b", "host 1", 0)).toHaveProperty("lease");
    expect(await store.leases.acquire("connection:b", "host 2", 0)).toHaveProperty("lease");
  });

  test("nothing is written under a lease that another one took over", async () => {
    const { here, there, clock } = await setUp();
    const world = await createStoreWorld(here, { ...createStepDeps(), clock });
    const { connection, lease } = world;
    clock.advance(60_000);
    await there.leases.acquire(lease.name, "thief", 60_000);
    const lost = { code: "lease-lost" };
    await expect(world.commit({ clients: { insert: [world.client()] } })).rejects.toMatchObject(
      lost,
    );
    const listing = world.listing();
    await expect(
      here.cursors.setListing(connection.id, "clients", listing, lease),
    ).rejects.toMatchObject(lost);
    await expect(
      here.staged.append(connection.id, "clients", listing, [world.staged("a")], lease),
    ).rejects.toMatchObject(lost);
    expect(await here.cursors.get(connection.id, "clients")).toBeNull();
    expect((await here.reads.clients(world.org.id, {}, { limit: 10 })).items).toEqual([]);
  });

  test("nothing is written under a lease that was released", async () => {
    const { here, clock } = await setUp();
    const world = await createStoreWorld(here, { ...createStepDeps(), clock });
    await here.leases.release(world.lease);
    await expect(world.commit({ clients: { insert: [world.client()] } })).rejects.toMatchObject({
      code: "lease-lost",
    });
  });
}
