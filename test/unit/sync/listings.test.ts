import { describe, expect, it } from "vitest";
import { eachDatabase } from "../../support/databases.ts";
import { openWorld } from "../../support/world.ts";
import type { World, WorldOptions } from "../../support/world.ts";

const ana = { email: "ana@example.com", name: "Ana" };
const dayMs = 86_400_000;

describe.each(eachDatabase)("a listing, on $name", (database) => {
  const within = async (options: WorldOptions, test: (world: World) => Promise<void>) => {
    const world = await openWorld(database, options);
    try {
      await test(world);
    } finally {
      await world.close();
    }
  };
  const missing = async (world: World) =>
    (await world.store.reads.missing(world.orgId, { limit: 10 })).items.length;
  const parked = async (world: World) =>
    (await world.store.reads.parked(world.orgId, { limit: 10 })).items;

  it("is full again where the cursor is no longer honoured, and shows what was deleted meanwhile (law 5)", () =>
    within({ contacts: "direction: pull" }, async (world) => {
      for (const account of [world.stripe, world.google])
        for (const name of ["a", "b", "c", "d"])
          await account.add({ email: `${name}@example.com` });
      await world.sync();
      await world.google.remove((await world.google.byEmail("a@example.com")).id);
      world.google.sandbox.control.expireCursors();
      expect(await world.sync()).toMatchObject({ outcome: "complete" });
      expect(await missing(world)).toBe(1);
      expect((await world.sync()).connections[1]?.collections.clients).toMatchObject({
        unlinked: 1,
        requests: 2,
      });
      await world.stripe.remove((await world.stripe.byEmail("b@example.com")).id);
      world.clock.advance(26 * dayMs);
      await world.sync();
      expect(await missing(world)).toBe(1);
      expect((await world.sync()).connections[0]?.collections.clients?.unlinked).toBe(1);
      const clients = await world.store.reads.clients(world.orgId, {}, { limit: 10 });
      expect(clients.items).toHaveLength(4);
    }));

  it("that was cut off goes on at its page (law 5)", () =>
    within(
      {
        clients: 250,
        top: "sync: { max_retries: 0 }",
        billing: "direction: pull",
        contacts: "enabled: false",
      },
      async (world) => {
        const { control } = world.stripe.sandbox;
        control.addFaults({ kind: "cut-page", after: 1, match: { path: "/v1/customers" } });
        const cut = await world.sync();
        expect(cut.connections[0]).toMatchObject({
          outcome: "partial",
          collections: { clients: { pulled: 100, created: 0, requests: 2 } },
        });
        control.clearLedger();
        const resumed = await world.sync();
        expect(resumed.connections[0]).toMatchObject({
          outcome: "complete",
          collections: { clients: { pulled: 150, created: 250, requests: 2 } },
        });
        expect(control.ledger()[0]?.query).toContain("starting_after=");
      },
    ));

  it("sets a bad record aside with its reason, goes on, and reads it again when it changed or by retry (law 11)", () =>
    within({ billing: "enabled: false", contacts: "direction: pull" }, async (world) => {
      const huge = await world.google.add({ ...ana, notes: "x".repeat(10_000_000) });
      await world.google.add({ email: "eve@example.com" });
      const first = await world.sync();
      expect(first.connections[0]).toMatchObject({
        outcome: "partial",
        collections: { clients: { created: 1, failed: 1 } },
      });
      expect(await parked(world)).toMatchObject([{ externalId: huge, reason: "bad-record" }]);
      expect((await parked(world))[0]?.message.length).toBeLessThan(200);
      expect((await world.sync()).connections[0]).toMatchObject({
        outcome: "complete",
        collections: { clients: { failed: 0, requests: 1 } },
      });
      const health = await world.store.reads.health(world.orgId);
      expect(health.map(({ failingRecords }) => failingRecords)).toEqual([0, 1]);
      expect(await world.engine.retry(world.org)).toMatchObject([{ reopened: 1 }]);
      expect((await world.sync()).connections[0]?.collections.clients?.failed).toBe(1);
      await world.google.change(huge, { notes: "short" });
      expect((await world.sync()).connections[0]?.collections.clients).toMatchObject({
        created: 1,
        failed: 0,
      });
      expect(await parked(world)).toEqual([]);
    }));

  it("parks the writes to a record that cannot be read any more, and sends them when it can (law 11)", () =>
    within({ billing: "enabled: false", contacts: "create: { there: true }" }, async (world) => {
      const [bad, good] = [ana.email, "eve@example.com"];
      const id = await world.google.add(ana);
      await world.google.add({ email: good });
      await world.sync();
      await world.google.change(id, { notes: "x".repeat(100_000) });
      for (const email of [bad, good]) {
        const client = await world.store.reads.client(world.orgId, email);
        await world.engine.updateClient(world.org, client?.id ?? "", { fields: { name: "here" } });
      }
      const run = await world.sync();
      expect(run.connections[0]?.error).toBeUndefined();
      expect(run.connections[0]?.collections.clients).toMatchObject({
        pushed_updated: 1,
        failed: 2,
      });
      const contacts = (await world.store.connections.list(world.orgId))[1]?.id ?? "";
      expect(await world.store.outbox.tally(contacts)).toMatchObject({ open: 1, parked: 1 });
      expect((await world.sync()).outcome).toBe("complete");
      await world.google.change(id, { notes: "short" });
      await world.sync();
      expect(await world.google.byEmail(bad)).toMatchObject({ name: "here", notes: "short" });
      expect((await world.store.outbox.tally(contacts)).open).toBe(0);
    }));

  it("that lags is not believed: what it shows differently is read by id first (law 6)", () =>
    within(
      { billing: "enabled: false", contacts: "create: { there: true }\nsearch_lag_seconds: 0" },
      async (world) => {
        const id = await world.google.add(ana);
        await world.sync();
        const client = await world.store.reads.client(world.orgId, ana.email);
        world.clock.advance(60 * 60_000);
        world.google.sandbox.control.change({ listingLagMs: 30 * 60_000 });
        await world.google.change(id, { notes: "seen late" });
        await world.engine.updateClient(world.org, client?.id ?? "", { fields: { name: "here" } });
        await world.sync();
        world.google.sandbox.control.clearLedger();
        const stale = await world.sync({ full: true });
        expect(stale.connections[0]?.collections.clients).toMatchObject({
          updated: 0,
          pushed_updated: 0,
        });
        const after = await world.store.reads.client(world.orgId, ana.email);
        expect(after?.fields).toMatchObject({ name: "here", notes: "seen late" });
        await world.engine.removeClient(world.org, client?.id ?? "");
        await world.sync({ full: true });
        const living = await world.store.reads.clients(world.orgId, {}, { limit: 10 });
        expect(living.items).toEqual([]);
      },
    ));

  it("gives up where a provider breaks off each one of them", () =>
    within(
      { billing: "enabled: false", contacts: "direction: pull", clients: 510 },
      async (world) => {
        const { control } = world.google.sandbox;
        const match = { path: "connections" };
        // Each second page is refused, as one whose token has lapsed.
        for (const after of [1, 2, 3, 4, 5])
          control.addFaults({ kind: "status", status: 400, after, match });
        const run = await world.sync();
        expect(run.connections[0]?.error?.code).toBe("provider-malformed");
        expect(run.connections[0]?.collections.clients?.requests).toBe(6);
      },
    ));
});
