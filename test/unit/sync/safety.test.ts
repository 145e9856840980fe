import { describe, expect, it } from "vitest";
import { eachDatabase } from "../../support/databases.ts";
import { openWorld } from "../../support/world.ts";
import type { World, WorldOptions } from "../../support/world.ts";

describe.each(eachDatabase)("deletes and ceilings, on $name (law 7)", (database) => {
  const within = async (options: WorldOptions, test: (world: World) => Promise<void>) => {
    const world = await openWorld(database, options);
    try {
      await test(world);
    } finally {
      await world.close();
    }
  };
  const onlyStripe = { billing: "direction: pull", contacts: "enabled: false" };
  const missing = async (world: World) =>
    (await world.store.reads.missing(world.orgId, { limit: 100 })).items.length;
  const removeSome = async (world: World, count: number) => {
    for (const { id } of (await world.stripe.list()).slice(0, count)) await world.stripe.remove(id);
  };

  it("counts what went missing in the 24 hours before, and a day later no more", () =>
    within({ clients: 30, ...onlyStripe }, async (world) => {
      await world.sync();
      await removeSome(world, 4);
      expect((await world.sync()).outcome).toBe("complete");
      await removeSome(world, 3);
      const stopped = await world.sync();
      expect(stopped.connections[0]).toMatchObject({
        outcome: "stopped",
        error: { code: "safety-stop" },
        collections: { clients: { held: 7 } },
      });
      expect(stopped.connections[0]?.error?.hint).toContain(
        "astralis sync --org acme --connection billing --accept deletes",
      );
      expect(await missing(world)).toBe(4);
      world.clock.advance(86_400_000);
      expect((await world.sync()).outcome).toBe("complete");
      expect(await missing(world)).toBe(3);
    }));

  it("lets only that ceiling pass that a person accepted, and asks in a dry run too", () =>
    within({ clients: 60, ...onlyStripe }, async (world) => {
      await world.sync();
      for (const { id } of (await world.stripe.list()).slice(20, 55))
        await world.stripe.change(id, { notes: "all at once" });
      await removeSome(world, 15);
      const accepting = (...accept: ("deletes" | "changes")[]) =>
        world.sync({ connection: "billing", accept });
      expect((await world.sync({ dryRun: true })).outcome).toBe("stopped");
      expect((await accepting("changes")).connections[0]?.error?.message).toContain("gone");
      expect((await accepting("deletes")).outcome).toBe("complete");
      expect(await missing(world)).toBe(15);
    }));

  it("deletes nothing in a first sync, nor in one after its state was lost", () =>
    within(
      { clients: 9, billing: "deletes: propagate", contacts: "enabled: false" },
      async (world) => {
        await world.sync();
        const clients = async () =>
          (await world.store.reads.clients(world.orgId, {}, { limit: 50 })).items.length;
        const before = await clients();
        await removeSome(world, 1);
        await world.sync();
        expect(await missing(world)).toBe(1);
        const billing = (await world.store.connections.list(world.orgId))[0]?.id ?? "";
        await world.store.cursors.reset(billing, "clients");
        await removeSome(world, 5);
        expect((await world.sync()).outcome).toBe("complete");
        expect([await missing(world), await clients()]).toEqual([1, before]);
        await world.sync();
        expect([await missing(world), await clients()]).toEqual([0, before - 1]);
      },
    ));

  it("confirms by a later complete pass alone, and lets what is back be back", () =>
    within({ clients: 9, ...onlyStripe, top: "sync: { max_retries: 0 }" }, async (world) => {
      await world.sync();
      await removeSome(world, 1);
      await world.sync();
      const { control } = world.stripe.sandbox;
      control.addFaults({ kind: "status", status: 500, match: { path: "/v1/events" } });
      expect((await world.sync()).outcome).toBe("failed");
      expect(await missing(world)).toBe(1);
      control.addFaults({ kind: "status", status: 500, match: { path: "/v1/customers/" } });
      expect((await world.sync()).outcome).not.toBe("complete");
      expect(await missing(world)).toBe(1);
      const run = await world.sync();
      expect(run.connections[0]?.collections.clients?.unlinked).toBe(1);
    }));

  it("asks before it creates more than the limit, and goes on when a person says so", () =>
    within(
      { clients: 9, contacts: "create: { there: true }", top: "safety: { max_creates: 3 }" },
      async (world) => {
        const held = await world.sync();
        expect(held.outcome).toBe("stopped");
        expect(held.connections[1]?.error?.hint).toContain("--accept creates");
        const contacts = (await world.google.list()).length;
        const accepted = await world.sync({ connection: "contacts", accept: ["creates"] });
        expect(accepted.outcome).toBe("complete");
        expect((await world.google.list()).length).toBeGreaterThan(contacts);
      },
    ));

  it("carries a delete from one side to the other where both say so, and no further", () =>
    within(
      { billing: "deletes: propagate", contacts: "deletes: propagate\ncreate: { there: true }" },
      async (world) => {
        for (const name of ["a", "b", "c", "d", "e", "f", "g"])
          await world.stripe.add({ email: `${name}@example.com`, name });
        await world.sync();
        await world.stripe.remove((await world.stripe.byEmail("a@example.com")).id);
        await world.google.remove((await world.google.byEmail("b@example.com")).id);
        await world.google.remove((await world.google.byEmail("c@example.com")).id);
        await world.sync();
        const edited = await world.store.reads.client(world.orgId, "c@example.com");
        await world.engine.updateClient(world.org, edited?.id ?? "", { fields: { phone: "1" } });
        await world.sync();
        await world.sync();
        const left = (records: readonly { readonly name: string | null }[]) =>
          records
            .map(({ name }) => name ?? "")
            .toSorted()
            .join("");
        expect(left(await world.stripe.list())).toBe("cdefg");
        expect(left(await world.google.list())).toBe("defg");
        const { items } = await world.store.reads.clients(world.orgId, {}, { limit: 50 });
        expect(items).toHaveLength(5);
      },
    ));
});
