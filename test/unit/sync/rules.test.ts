import { describe, expect, it } from "vitest";
import { eachDatabase } from "../../support/databases.ts";
import { openWorld } from "../../support/world.ts";
import type { World, WorldOptions } from "../../support/world.ts";

const ana = { email: "ana@example.com", name: "Ana" };

describe.each(eachDatabase)("rules that change, on $name", (database) => {
  const within = async (options: WorldOptions, test: (world: World) => Promise<void>) => {
    const world = await openWorld(database, options);
    try {
      await test(world);
    } finally {
      await world.close();
    }
  };

  it("owe every client anew, and decide about what was held, refused or skipped before", async () => {
    const world = await openWorld(database, {
      billing: "conflict: manual",
      contacts: "direction: pull\ncreate: { here: false }",
    });
    try {
      const atGoogle = await world.google.add({ email: "eve@example.com", name: "Eve" });
      await world.sync();
      const { id } = await world.engine.addClient(world.org, { fields: ana });
      await world.sync();
      const atStripe = await world.stripe.byEmail(ana.email);
      world.clock.advance(1000);
      await world.stripe.change(atStripe.id, { name: "there" });
      await world.engine.updateClient(world.org, id, { fields: { name: "here" } });
      expect((await world.sync()).connections[0]?.collections.clients?.conflicts).toBe(1);
      expect((await world.store.reads.client(world.orgId, "eve@example.com"))?.id).toBeUndefined();

      const changed = await world.reopen({
        billing: "conflict: astralis-wins",
        contacts: "create: { here: true, there: true }",
      });
      await changed.sync();
      expect(await changed.stripe.byEmail(ana.email)).toMatchObject({ name: "here" });
      expect((await changed.store.reads.conflicts(changed.orgId, { limit: 5 })).items).toEqual([]);
      expect(await changed.google.byEmail(ana.email)).toMatchObject({ name: "here" });
      expect(await changed.stripe.byEmail("eve@example.com")).toMatchObject({ name: "Eve" });
      expect((await changed.google.list()).some((one) => one.id === atGoogle)).toBe(true);
      await changed.sync();
      const again = await changed.sync();
      expect(again.connections.map((one) => one.collections.clients?.requests)).toEqual([1, 1]);
    } finally {
      await world.close();
    }
  });

  it("leave out what is paused or disabled, and send it later what it missed", async () => {
    const world = await openWorld(database, {});
    try {
      await world.sync();
      const contacts = (await world.store.connections.list(world.orgId))[1]?.id ?? "";
      const at = new Date(world.clock.now()).toISOString();
      const paused = { status: "paused", reason: "by-user", lastError: null } as const;
      await world.store.connections.setStatus(contacts, paused, at);
      await world.engine.addClient(world.org, { fields: ana });
      expect(await world.sync()).toMatchObject({
        outcome: "complete",
        connections: [{ name: "billing", outcome: "complete" }],
      });
      expect((await world.sync({ connection: "contacts" })).connections[0]?.error?.code).toBe(
        "connection-paused",
      );
      const resumed = { status: "idle", reason: null, lastError: null } as const;
      await world.store.connections.setStatus(contacts, resumed, at);
      const disabled = await world.reopen({ contacts: "enabled: false\ncreate: { there: true }" });
      expect((await disabled.sync()).connections.map(({ name }) => name)).toEqual(["billing"]);
      expect(await world.google.list()).toEqual([]);
      const enabled = await world.reopen({});
      await enabled.sync();
      expect(await enabled.google.byEmail(ana.email)).toMatchObject(ana);
    } finally {
      await world.close();
    }
  });

  it("owe a client that nobody touched to a connection that now wants it", () =>
    within({ contacts: "create: { there: false }" }, async (world) => {
      await world.engine.addClient(world.org, { fields: ana });
      await world.sync();
      await world.sync();
      expect(await world.google.list()).toEqual([]);
      const changed = await world.reopen({ contacts: "create: { there: true }" });
      await changed.sync();
      expect(await changed.google.byEmail(ana.email)).toMatchObject(ana);
    }));

  it("takes a record that it left aside for the client that is added later, and makes no second one", () =>
    within({ billing: "create: { here: false, there: true }" }, async (world) => {
      await world.stripe.add({ email: "ana@example.com", phone: "1" });
      await world.sync();
      await world.engine.addClient(world.org, {
        fields: { email: "ana@example.com", name: "Ana" },
      });
      expect((await world.sync()).outcome).toBe("complete");
      await world.sync();
      expect(await world.stripe.list()).toHaveLength(1);
      expect(await world.stripe.byEmail("ana@example.com")).toMatchObject({
        name: "Ana",
        phone: "1",
      });
      expect(await world.google.byEmail("ana@example.com")).toMatchObject({ phone: "1" });
    }));

  it("asks, and makes no record, where one that could be of several clients has the address (law 8)", () =>
    within({}, async (world) => {
      const { origin } = world.google.sandbox;
      const token = world.google.sandbox.describe().credentials["access_token"];
      const both = ["ana@example.com", "bo@example.com"];
      await fetch(`${origin}/v1/people:createContact?personFields=metadata`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ emailAddresses: both.map((value) => ({ value })) }),
      });
      for (const email of both) await world.engine.addClient(world.org, { fields: { email } });
      const run = await world.sync();
      expect(run.connections[1]?.collections).toMatchObject({ clients: { held: 2, skipped: 1 } });
      await world.sync();
      expect(await world.google.list()).toHaveLength(1);
      expect(await world.stripe.list()).toHaveLength(2);
    }));
});
