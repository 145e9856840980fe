import { describe, expect, it } from "vitest";
import { eachDatabase } from "../../support/databases.ts";
import { openWorld } from "../../support/world.ts";
import type { World, WorldOptions } from "../../support/world.ts";

const ana = { email: "ana@example.com", name: "Ana" };

describe.each(eachDatabase)("a write without an answer, on $name (law 5)", (database) => {
  const within = async (options: WorldOptions, test: (world: World) => Promise<void>) => {
    const world = await openWorld(database, options);
    try {
      await test(world);
    } finally {
      await world.close();
    }
  };
  /** Requests that would change something, whether they did or not. */
  const writes = (world: World, account: "stripe" | "google") =>
    world[account].sandbox.control.ledger().filter(({ method }) => method !== "GET");
  const states = async (world: World) => {
    const connections = await world.store.connections.list(world.orgId);
    const all = connections.map(({ id }) => world.store.outbox.unanswered(id));
    return (await Promise.all(all)).flat().map(({ state }) => state);
  };
  const onlyStripe = { contacts: "enabled: false" };
  const onlyGoogle = { billing: "enabled: false", contacts: "create: { there: true }" };

  it("waits for time-out and lag where no key is honoured, and is made once when it is proved absent", () =>
    within(onlyGoogle, async (world) => {
      await world.sync();
      await world.engine.addClient(world.org, { fields: ana });
      world.google.sandbox.control.addFaults({ kind: "reset", match: { path: "createContact" } });
      await world.sync();
      for (let minute = 0; minute < 4; minute += 1) await world.sync();
      expect(await states(world)).toEqual(["unknown"]);
      expect(writes(world, "google")).toHaveLength(1);
      await world.sync();
      await world.sync();
      expect(await states(world)).toEqual([]);
      expect(writes(world, "google")).toHaveLength(2);
      expect(await world.google.list()).toHaveLength(1);
    }));

  it("is repeated under its key where one is honoured, and stays unknown while that is turned away", () =>
    within(onlyStripe, async (world) => {
      await world.sync();
      await world.engine.addClient(world.org, { fields: ana });
      const { control } = world.stripe.sandbox;
      const match = { method: "POST" };
      control.addFaults(
        { kind: "lost-answer", match },
        { kind: "status", status: 429, retryAfterSeconds: 3600, match },
      );
      await world.sync();
      const turnedAway = await world.sync();
      expect(turnedAway.connections[0]?.error?.code).toBe("rate-limited");
      expect(await states(world)).toEqual(["unknown"]);
      await world.sync();
      const keys = writes(world, "stripe").map(({ headers }) => headers["idempotency-key"]);
      expect(keys).toHaveLength(3);
      expect(new Set(keys).size).toBe(1);
      expect(await states(world)).toEqual([]);
      expect(await world.stripe.list()).toHaveLength(1);
    }));

  it("is known as sent to the next process, though the one that sent it heard and wrote nothing more", () =>
    within(onlyGoogle, async (world) => {
      await world.sync();
      await world.engine.addClient(world.org, { fields: ana });
      const { work } = world.store;
      const killed = await world.reopen({
        store: {
          ...world.store,
          work: {
            ...work,
            commit: (lease, decide) =>
              writes(world, "google").length > 0
                ? Promise.reject(new Error("the process was killed"))
                : work.commit(lease, decide),
          },
        },
      });
      await killed.sync();
      expect(await world.google.list()).toHaveLength(1);
      const next = await killed.reopen({ store: world.store });
      // Listings do not show it yet: only that it was sent keeps it from being sent again.
      world.google.sandbox.control.addFaults({ kind: "empty-page", times: 0, match: {} });
      await next.sync();
      world.google.sandbox.control.clearFaults();
      expect(await states(world)).toEqual(["unknown"]);
      expect(await world.google.list()).toHaveLength(1);
      await next.sync();
      expect(await world.google.list()).toHaveLength(1);
    }));

  it("waits for a person where several records could be the one that was created", () =>
    within({ ...onlyStripe, billing: "search_lag_seconds: 0" }, async (world) => {
      await world.sync();
      await world.engine.addClient(world.org, { fields: ana });
      const { control, origin } = world.stripe.sandbox;
      control.addFaults({ kind: "reset", match: { method: "POST" } });
      await world.sync();
      const [connection] = await world.store.connections.list(world.orgId);
      const [entry] = await world.store.outbox.unanswered(connection?.id ?? "");
      const copy = { email: ana.email, "metadata[astralis_client_id]": entry?.mappingId ?? "" };
      const key = world.stripe.sandbox.describe().credentials["secret_key"];
      for (let copies = 0; copies < 2; copies += 1)
        await fetch(`${origin}/v1/customers`, {
          method: "POST",
          headers: { authorization: `Bearer ${key}` },
          body: new URLSearchParams(copy),
        });
      // Its key is not honoured any more, and the pull does not show them: it is looked for.
      world.clock.advance(24 * 3_600_000);
      control.addFaults({ kind: "empty-page", match: { path: "/v1/events" } });
      expect((await world.sync()).connections[0]?.collections).toMatchObject({
        clients: { held: 1 },
      });
      expect(await world.store.outbox.tally(connection?.id ?? "")).toMatchObject({ held: 1 });
      expect(await world.stripe.list()).toHaveLength(2);
    }));

  it("is read again, not repeated, where it was an update or a delete", () =>
    within({ billing: "deletes: propagate", ...onlyStripe }, async (world) => {
      await world.stripe.add(ana);
      await world.sync();
      const client = await world.store.reads.client(world.orgId, ana.email);
      const { control } = world.stripe.sandbox;
      control.clearLedger();
      control.addFaults(
        { kind: "lost-answer", match: { method: "POST" } },
        { kind: "lost-answer", match: { method: "DELETE" } },
      );
      await world.engine.updateClient(world.org, client?.id ?? "", { fields: { name: "here" } });
      await world.sync();
      // Edited since: what was sent counts as agreed, and this is sent once more.
      await world.engine.updateClient(world.org, client?.id ?? "", { fields: { phone: "1" } });
      await world.sync();
      expect(await world.stripe.byEmail(ana.email)).toMatchObject({ name: "here", phone: "1" });
      await world.engine.removeClient(world.org, client?.id ?? "");
      await world.sync();
      await world.sync();
      expect(writes(world, "stripe").map(({ method }) => method)).toEqual([
        "POST",
        "POST",
        "DELETE",
      ]);
      expect(await world.stripe.list()).toEqual([]);
      expect(await states(world)).toEqual([]);
      const kept = await world.store.reads.clients(world.orgId, {}, { limit: 10 });
      expect(kept.items).toEqual([]);
    }));

  it("is not repeated for a client that was removed meanwhile", () =>
    within({ ...onlyStripe, billing: "search_lag_seconds: 0" }, async (world) => {
      await world.sync();
      const { id } = await world.engine.addClient(world.org, { fields: ana });
      world.stripe.sandbox.control.addFaults({ kind: "reset", match: { method: "POST" } });
      await world.sync();
      expect(await states(world)).toEqual(["unknown"]);
      await world.engine.removeClient(world.org, id);
      await world.sync();
      await world.sync();
      expect(await world.stripe.list()).toEqual([]);
      expect(await states(world)).toEqual([]);
    }));
});
