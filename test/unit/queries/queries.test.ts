import { describe, expect, it, onTestFinished } from "vitest";
import { findClient, listClients } from "../../../src/queries/clients.ts";
import { listConflicts } from "../../../src/queries/conflicts.ts";
import { listConnections } from "../../../src/queries/connections.ts";
import { listDeletes } from "../../../src/queries/deletes.ts";
import { listRuns, showRun } from "../../../src/queries/runs.ts";
import { readStatus, type StatusDocument } from "../../../src/queries/status.ts";
import { must } from "../../../src/lib/assert.ts";
import { eachDatabase } from "../../support/databases.ts";
import { openWorld, type World, type WorldOptions } from "../../support/world.ts";

const page = { limit: 50 };
const hourMs = 3_600_000;

function status(world: World): Promise<StatusDocument> {
  const nowMs = world.clock.now();
  return readStatus(world.store, [world.org], { nowMs, maxAgeMs: hourMs });
}

const problemsOf = (document: StatusDocument) =>
  document.orgs.flatMap(({ connections }) => connections.flatMap(({ problems }) => problems));

describe.each(eachDatabase)("reads for people, on $name", (database) => {
  async function open(options: WorldOptions = {}): Promise<World> {
    const world = await openWorld(database, options);
    onTestFinished(() => world.close());
    return world;
  }

  describe("readStatus (law 12)", () => {
    it("proves nothing before the first sync, and is healthy after it", async () => {
      const world = await open({ clients: 2 });
      expect(await status(world)).toMatchObject({ healthy: false });
      await world.sync();
      const after = await status(world);
      expect(after.healthy).toBe(true);
      expect(problemsOf(after)).toEqual([]);
      expect(after.orgs[0]?.connections[0]).toMatchObject({
        status: "idle",
        age_seconds: expect.any(Number),
        pending_writes: 0,
      });
    });

    it("is not healthy once the last complete pass is older than it may be", async () => {
      const world = await open();
      await world.sync();
      world.clock.advance(hourMs);
      expect((await status(world)).healthy).toBe(true);
      world.clock.advance(60_000);
      const stale = await status(world);
      expect(stale.healthy).toBe(false);
      expect(problemsOf(stale)).toContain("the last complete pass is too old");
    });

    it("is not healthy while a write is unsent for too long, or a field waits for a person", async () => {
      const world = await open({ clients: 1, billing: "conflict: { fields: { phone: manual } }" });
      await world.sync();
      const [seeded] = await world.stripe.list();
      const email = must(seeded?.email, "an address");
      const client = must(await findClient(world.store, world.org.name, email), "the client");
      await world.engine.updateClient(world.org, client.client.id, { fields: { phone: "+1 1" } });
      await world.stripe.change(must(seeded, "a customer").id, { phone: "+1 2" });
      await world.sync();
      const waiting = await status(world);
      expect(waiting.healthy).toBe(false);
      expect(problemsOf(waiting)).toContain("1 conflict");
    });

    it("leaves out what was disabled, and where nothing is left proves nothing", async () => {
      const world = await open();
      await world.sync();
      const off = { ...world.org, connections: world.org.connections.map(disabled) };
      const options = { nowMs: world.clock.now(), maxAgeMs: hourMs };
      const document = await readStatus(world.store, [off], options);
      expect(document.healthy).toBe(false);
      expect(document.orgs[0]?.connections[0]).toMatchObject({
        status: "paused",
        reason: "disabled",
      });
      expect(await readStatus(world.store, [], options)).toEqual({ healthy: false, orgs: [] });
    });
  });

  describe("clients", () => {
    it("are listed with the records that they are mapped to, page by page", async () => {
      const world = await open({ clients: 3 });
      await world.sync();
      const first = await listClients(world.store, world.org.name, { page: { limit: 2 } });
      expect(first.clients).toHaveLength(2);
      const after = must(first.next, "the next page");
      const rest = await listClients(world.store, world.org.name, { page: { limit: 50, after } });
      const all = [...first.clients, ...rest.clients];
      expect(rest.next).toBeUndefined();
      expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
      const customers = await world.stripe.list();
      const mapped = all.flatMap(({ mappings }) =>
        mappings.filter(({ connection }) => connection === "billing"),
      );
      expect(new Set(mapped.map((mapping) => mapping.external_id))).toEqual(
        new Set(customers.map(({ id }) => id)),
      );
      expect(
        mapped.every(({ state, provider }) => state === "linked" && provider === "stripe"),
      ).toBe(true);
    });

    it("are found by id and by address, unless they were removed", async () => {
      const world = await open();
      const added = await world.engine.addClient(world.org, {
        fields: { email: "ana@example.com", "custom.vat": "PT1" },
      });
      const found = await findClient(world.store, world.org.name, "ANA@example.com");
      expect(found?.document).toMatchObject({ id: added.id, custom: { vat: "PT1" }, tags: [] });
      expect(await findClient(world.store, world.org.name, added.id)).not.toBeNull();
      await world.engine.removeClient(world.org, added.id);
      expect(await findClient(world.store, world.org.name, added.id)).toBeNull();
      expect(await findClient(world.store, world.org.name, "nobody@example.com")).toBeNull();
    });

    it("of an organization that never synced are none", async () => {
      const world = await open();
      expect(await listClients(world.store, "elsewhere", { page })).toEqual({ clients: [] });
      expect(await findClient(world.store, "elsewhere", "x@example.com")).toBeNull();
    });
  });

  describe("runs", () => {
    it("are listed newest first, and shown with their journal", async () => {
      const world = await open({ clients: 2 });
      const first = await world.sync();
      const second = await world.sync();
      const { runs } = await listRuns(world.store, world.org.name, page);
      expect(runs.map(({ id }) => id)).toEqual([second.run, first.run]);
      const shown = await showRun(world.store, world.org.name, must(first.run, "a run"), page);
      expect(shown?.run.connections).toEqual(first.connections);
      expect(shown?.changes.length).toBeGreaterThan(0);
      const names = world.org.connections.map(({ name }) => name);
      const changes = shown?.changes ?? [];
      expect([...names, null]).toEqual(
        expect.arrayContaining(changes.map(({ connection }) => connection)),
      );
      expect([...names, "person", "sync"]).toEqual(
        expect.arrayContaining(changes.map(({ source }) => source)),
      );
      expect(await showRun(world.store, "elsewhere", must(first.run, "a run"), page)).toBeNull();
    });
  });

  describe("what waits", () => {
    it("is listed as conflicts with both sides and the client's address", async () => {
      const world = await open({ clients: 1, billing: "conflict: manual" });
      await world.sync();
      const customer = must((await world.stripe.list())[0], "a customer");
      const email = must(customer.email, "an address");
      const { client } = must(await findClient(world.store, world.org.name, email), "the client");
      await world.engine.updateClient(world.org, client.id, { fields: { phone: "+1 1" } });
      await world.stripe.change(customer.id, { phone: "+1 2" });
      await world.sync();
      const { conflicts } = await listConflicts(world.store, world.org.name, page);
      expect(conflicts).toMatchObject([
        {
          connection: "billing",
          client: client.id,
          client_email: email,
          field: "phone",
          kind: "manual",
          local: "+1 1",
          remote: "+1 2",
        },
      ]);
    });

    it("is listed as deletions: the record that is missing", async () => {
      const world = await open({ clients: 4 });
      await world.sync();
      const customer = must((await world.stripe.list())[0], "a customer");
      await world.stripe.remove(customer.id);
      await world.sync();
      const options = { page, nowMs: world.clock.now() };
      const { deletes, stopped } = await listDeletes(world.store, world.org.name, options);
      expect(stopped).toEqual([]);
      expect(deletes).toMatchObject([
        { connection: "billing", client_email: customer.email, external_id: customer.id },
      ]);
      expect(problemsOf(await status(world))).toContain("1 held deletion");
    });

    it("is listed as a stopped listing where a safety limit held everything back", async () => {
      const world = await open({ clients: 9 });
      await world.sync();
      const customers = await world.stripe.list();
      for (const { id } of customers.slice(0, 6)) await world.stripe.remove(id);
      expect((await world.sync()).outcome).toBe("stopped");
      const options = { page, nowMs: world.clock.now() };
      const document = await listDeletes(world.store, world.org.name, options);
      expect(document.deletes).toEqual([]);
      expect(document.stopped).toMatchObject([
        { connection: "billing", deletes: 6, mappings: customers.length },
      ]);
      expect(problemsOf(await status(world))).toContain("safety-stop");
    });
  });

  describe("listConnections", () => {
    it("shows what is declared, with what is known of it", async () => {
      const world = await open();
      const declared = { name: "new", provider: "stripe", enabled: true };
      const org = { ...world.org, connections: [...world.org.connections, declared] };
      const document = await listConnections(world.store, org);
      expect(document.connections.at(-1)).toMatchObject({
        name: "new",
        status: "error",
        reason: "not-connected",
        account: null,
      });
      expect(document.connections.map(({ name }) => name)).toEqual(
        org.connections.map(({ name }) => name),
      );
    });
  });
});

function disabled<T extends { readonly enabled: boolean }>(connection: T): T {
  return { ...connection, enabled: false };
}
