import { describe, expect, it } from "vitest";
import type { SyncDocument } from "../../../src/sync/engine.ts";
import { eachDatabase } from "../../support/databases.ts";
import { openWorld } from "../../support/world.ts";
import type { World, WorldOptions } from "../../support/world.ts";

const ana = { email: "ana@example.com", name: "Ana" };

describe.each(eachDatabase)("a provider in trouble, on $name (law 11)", (database) => {
  const within = async (options: WorldOptions, test: (world: World) => Promise<void>) => {
    const world = await openWorld(database, options);
    try {
      await test(world);
    } finally {
      await world.close();
    }
  };
  const connection = async (world: World, name: string) =>
    (await world.store.connections.list(world.orgId)).find((one) => one.name === name);
  const outboxOf = async (world: World, name: string) => {
    const { id } = (await connection(world, name)) ?? { id: "" };
    const later = new Date(world.clock.now() + 86_400_000).toISOString();
    return world.store.outbox.due(id, later, 10);
  };
  const outcomes = (run: SyncDocument) => run.connections.map(({ outcome }) => outcome);

  it("that is down for good keeps no other from its sync, and loses nothing that it is owed", () =>
    within({}, async (world) => {
      await world.sync();
      await world.stripe.add(ana);
      world.google.sandbox.control.addFaults({ kind: "status", status: 500, times: 0, match: {} });
      for (const round of [1, 2]) {
        const run = await world.sync();
        expect(run.outcome, `round ${round}`).toBe("partial");
        expect(outcomes(run)).toEqual(["complete", "failed"]);
        expect(run.connections[1]?.error).toMatchObject({
          code: "provider-unavailable",
          connection: "contacts",
        });
      }
      expect(await connection(world, "billing")).toMatchObject({ status: "idle" });
      const down = await connection(world, "contacts");
      expect(down).toMatchObject({ status: "error", reason: "unavailable" });
      const up = await connection(world, "billing");
      expect((down?.lastCompleteAt ?? "") < (up?.lastCompleteAt ?? "")).toBe(true);
      expect(await outboxOf(world, "contacts")).toMatchObject([
        { action: "create", state: "due", attempts: 0 },
      ]);
      world.google.sandbox.control.clearFaults();
      expect((await world.sync()).outcome).toBe("complete");
      expect(await world.google.byEmail(ana.email)).toMatchObject(ana);
    }));

  it("that fails for a while does not hold up the others, and comes in behind them", () =>
    within({ top: "sync: { max_retries: 100 }" }, async (world) => {
      await world.sync();
      await world.stripe.add(ana);
      await world.google.add({ email: "bo@example.com", name: "Bo" });
      const { control } = world.google.sandbox;
      control.addFaults({ kind: "status", status: 503, times: 0, match: {} });
      const run = await world.sync({
        // It comes up again once the other is done: if that waited for it, it never would.
        onProgress: ({ connection: name, step }) => {
          if (name === "billing" && step === "reconciling") control.clearFaults();
        },
      });
      expect(run.outcome).toBe("complete");
      expect(await world.google.byEmail(ana.email)).toMatchObject(ana);
      expect(await world.stripe.byEmail("bo@example.com")).toMatchObject({ name: "Bo" });
    }));

  it("that asks to be left alone for long is, by later syncs as well", () =>
    within({}, async (world) => {
      await world.sync();
      const { control } = world.stripe.sandbox;
      control.addFaults({ kind: "status", status: 429, retryAfterSeconds: 1800, match: {} });
      const served = () => control.ledger().length;
      expect((await world.sync()).connections[0]?.error).toMatchObject({ code: "rate-limited" });
      const asked = served();
      const left = await world.sync();
      expect(left.connections[0]?.error).toMatchObject({
        code: "rate-limited",
        message: expect.stringContaining("asked to be left alone until 2026-"),
      });
      expect(served()).toBe(asked);
      expect(await connection(world, "billing")).toMatchObject({ reason: "rate-limited" });
      world.clock.advance(1_800_000);
      expect((await world.sync()).outcome).toBe("complete");
      expect(await connection(world, "billing")).toMatchObject({ status: "idle", retryAt: null });
    }));

  it("that refuses writes for a moment gets them in the same sync, and for an hour in a later one", () =>
    within({ contacts: "enabled: false" }, async (world) => {
      await world.sync();
      for (const name of ["a", "b", "c", "d"])
        await world.engine.addClient(world.org, { fields: { email: `${name}@example.com` } });
      const { control } = world.stripe.sandbox;
      const refusal = { kind: "status" as const, status: 429, match: { method: "POST" } };
      control.addFaults(
        { ...refusal, retryAfterSeconds: 3 },
        { ...refusal, retryAfterSeconds: 15 },
      );
      const startMs = world.clock.now();
      expect((await world.sync()).outcome).toBe("complete");
      expect(world.clock.now() - startMs).toBeGreaterThanOrEqual(60_000 + 18_000);
      expect(await world.stripe.list()).toHaveLength(4);
      await world.engine.addClient(world.org, { fields: ana });
      control.clearLedger();
      control.addFaults({ ...refusal, retryAfterSeconds: 3600 });
      const refused = await world.sync();
      expect(refused.connections[0]?.error?.code).toBe("rate-limited");
      expect(await connection(world, "billing")).toMatchObject({ reason: "rate-limited" });
      expect(control.ledger().filter(({ method }) => method === "POST")).toHaveLength(1);
      const [waiting] = await outboxOf(world, "billing");
      expect(Date.parse(waiting?.nextAttemptAt ?? "") - world.clock.now()).toBeGreaterThan(
        3_500_000,
      );
      expect((await world.sync()).outcome).toBe("complete");
      expect(await world.stripe.list()).toHaveLength(4);
      world.clock.advance(3_600_000);
      await world.sync();
      expect(await world.stripe.byEmail(ana.email)).toMatchObject(ana);
    }));

  it("that answers with an empty page or another program's page has lost nothing (law 12)", () =>
    within({ clients: 9, contacts: "enabled: false" }, async (world) => {
      await world.sync();
      const { control } = world.stripe.sandbox;
      control.addFaults({ kind: "html", times: 0, match: { method: "GET" } });
      const html = await world.sync({ full: true });
      expect(html.outcome).toBe("failed");
      control.clearFaults();
      control.addFaults({ kind: "empty-page", match: { path: "/v1/customers" } });
      const empty = await world.sync({ full: true });
      expect(empty.outcome).toBe("stopped");
      const missing = await world.store.reads.missing(world.orgId, { limit: 10 });
      expect(missing.items).toEqual([]);
    }));
});
