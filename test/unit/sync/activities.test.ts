import { describe, expect, it } from "vitest";
import { must } from "../../../src/lib/assert.ts";
import type { Activity } from "../../../src/model/activity.ts";
import { listActivities } from "../../../src/queries/activities.ts";
import { eachDatabase } from "../../support/databases.ts";
import { isRecord } from "../../support/json.ts";
import { openWorld } from "../../support/world.ts";
import type { World, WorldOptions } from "../../support/world.ts";

describe.each(eachDatabase)("activities on $name", (database) => {
  const within = async (options: WorldOptions, test: (world: World) => Promise<void>) => {
    const world = await openWorld(database, { contacts: "enabled: false", ...options });
    try {
      await test(world);
    } finally {
      await world.close();
    }
  };

  it("put invoices, payments and refunds on the client's timeline, and follow their status in place", () =>
    within({}, async (world) => {
      const customer = await world.stripe.add({ email: "ana@example.com", name: "Ana" });
      const invoice = act(world, "invoice", { customer, amount: 1050, currency: "eur" });
      expect(countsOf(await world.sync())).toMatchObject({ pulled: 1, created: 1, failed: 0 });
      const ana = must(await world.store.reads.client(world.orgId, "ana@example.com"), "Ana");
      const [open] = await timeline(world);
      expect(open).toMatchObject({
        type: "invoice",
        externalId: invoice,
        clientId: ana.id,
        status: "open",
        money: { amountMinor: 1050, currency: "EUR" },
        participants: ["ana@example.com"],
      });

      world.clock.advance(60_000);
      act(world, "pay", { invoice });
      expect(countsOf(await world.sync())).toMatchObject({ created: 1, updated: 1 });
      const [payment, paid] = await timeline(world);
      expect(paid).toMatchObject({ id: open?.id, status: "paid", createdAt: open?.createdAt });
      expect(payment).toMatchObject({ type: "payment", status: "succeeded", clientId: ana.id });
      expect(paid?.metadata["payments"]).toEqual([payment?.externalId]);

      world.clock.advance(60_000);
      const given = { payment: payment?.externalId, amount: 50, without_customer: true };
      act(world, "refund", given);
      await world.sync();
      const [refund] = await timeline(world);
      expect(refund).toMatchObject({
        type: "refund",
        clientId: ana.id,
        money: { amountMinor: 50, currency: "EUR" },
        metadata: { payment: payment?.externalId },
      });

      const again = countsOf(await world.sync());
      expect(again).toMatchObject({ created: 0, updated: 0, deleted: 0, requests: 1 });
      const { activities } = await listActivities(world.store, "acme", {
        clientId: ana.id,
        type: "refund",
        page: { limit: 10 },
      });
      expect(activities).toMatchObject([
        { amount_minor: 50, currency: "EUR", connection: "billing" },
      ]);
    }));

  it("wait for a customer that is no client yet, and find it once it is", () =>
    within({}, async (world) => {
      // Without an address it cannot become a client (law 8).
      const customer = await world.stripe.add({ name: "Nobody yet" });
      act(world, "invoice", { customer });
      await world.sync();
      expect(await timeline(world)).toMatchObject([{ clientId: null, customerId: customer }]);
      await world.stripe.change(customer, { email: "bo@example.com" });
      await world.sync();
      const bo = must(await world.store.reads.client(world.orgId, "bo@example.com"), "Bo");
      expect(await timeline(world)).toMatchObject([{ clientId: bo.id }]);
      expect(await world.store.reads.timeline(bo.id)).toMatchObject({ activities: 1 });
    }));

  it("belong to the client whose record is a duplicate, and stay when a record is unlinked", () =>
    within({}, async (world) => {
      const first = await world.stripe.add({ email: "cy@example.com", name: "Cy" });
      await world.sync();
      const second = await world.stripe.add({ email: "cy@example.com", name: "Cy again" });
      act(world, "invoice", { customer: second });
      await world.sync();
      const cy = must(await world.store.reads.client(world.orgId, "cy@example.com"), "Cy");
      expect(await timeline(world)).toMatchObject([{ clientId: cy.id, customerId: second }]);
      act(world, "invoice", { customer: first });
      await world.stripe.remove(first);
      await world.sync();
      await world.sync();
      await world.sync({ full: true });
      expect((await timeline(world)).map((one) => one.clientId)).toEqual([cy.id, cy.id]);
    }));

  it("are hidden once the provider deleted them", () =>
    within({}, async (world) => {
      const customer = await world.stripe.add({ email: "di@example.com" });
      const draft = act(world, "invoice", { customer, draft: true });
      await world.sync();
      expect(await timeline(world)).toMatchObject([{ status: "draft", title: "Draft invoice" }]);
      act(world, "delete", { invoice: draft });
      expect(countsOf(await world.sync())).toMatchObject({ deleted: 1 });
      expect(await timeline(world)).toEqual([]);
    }));

  it("go on at their page after a cut, and commit each page once", () =>
    within({}, async (world) => {
      const customer = await world.stripe.add({ email: "ed@example.com" });
      for (let count = 0; count < 250; count += 1) act(world, "invoice", { customer });
      const match = { path: "^/v1/invoices" };
      world.stripe.sandbox.control.addFaults({
        match,
        kind: "status",
        status: 500,
        after: 2,
        times: 9,
      });
      const cut = await world.sync();
      expect(cut).toMatchObject({ outcome: "partial" });
      expect(countsOf(cut)).toMatchObject({ created: 200 });
      // The clients of that run are done all the same.
      expect(await world.store.reads.client(world.orgId, "ed@example.com")).not.toBeNull();
      world.stripe.sandbox.control.clearFaults();
      expect(countsOf(await world.sync())).toMatchObject({ pulled: 50, created: 50, updated: 0 });
      expect(await timeline(world)).toHaveLength(250);
    }));

  it("read everything again when the cursor is too old, and change nothing by it", () =>
    within({}, async (world) => {
      const customer = await world.stripe.add({ email: "flo@example.com" });
      act(world, "payment", { customer, amount: 700, currency: "jpy" });
      act(world, "payment", { customer, legacy: true });
      act(world, "payment", { customer, fails: true });
      await world.sync();
      world.clock.advance(40 * 86_400_000);
      const late = countsOf(await world.sync());
      expect(late).toMatchObject({ pulled: 3, created: 0, updated: 0 });
      const statuses = (await timeline(world)).map((one) => String(one.status)).toSorted();
      expect(statuses).toEqual(["requires_payment_method", "succeeded", "succeeded"]);
    }));

  it("set aside what cannot be read, and read it again by `retry`", () =>
    within({}, async (world) => {
      const customer = await world.stripe.add({ email: "gus@example.com" });
      act(world, "invoice", { customer, amount: 123, currency: "isk" });
      const kept = act(world, "invoice", { customer, amount: 700, currency: "isk" });
      const run = await world.sync();
      expect(run.outcome).toBe("partial");
      expect(countsOf(run)).toMatchObject({ failed: 1, created: 1 });
      expect(await timeline(world)).toMatchObject([
        { externalId: kept, money: { amountMinor: 7, currency: "ISK" } },
      ]);
      const { items } = await world.store.reads.parked(world.orgId, { limit: 10 });
      expect(items).toMatchObject([{ collection: "activities", reason: "bad-record" }]);
      const reopened = await world.engine.retry(world.org, "billing");
      expect(reopened).toEqual([{ name: "billing", reopened: 1 }]);
      // Listed again, unreadable as before: it stays parked, once.
      expect(countsOf(await world.sync())).toMatchObject({ failed: 1, pulled: 2, updated: 0 });
      expect((await world.store.reads.parked(world.orgId, { limit: 10 })).items).toHaveLength(1);
    }));

  it("write nothing in a dry run, and tell what there is", () =>
    within({}, async (world) => {
      const customer = await world.stripe.add({ email: "hal@example.com" });
      act(world, "invoice", { customer });
      const dry = await world.sync({ dryRun: true });
      expect(countsOf(dry)).toMatchObject({ created: 1 });
      expect(await timeline(world)).toEqual([]);
      expect(await world.store.cursors.get(await connectionId(world), "activities")).toBeNull();
    }));

  it("are left out where nobody named them and the key is too small, and fail where they are named", () =>
    within({}, async (world) => {
      const forbid = () =>
        world.stripe.sandbox.control.addFaults({
          match: { path: "^/v1/invoices" },
          kind: "status",
          status: 403,
          times: 0,
        });
      forbid();
      expect(await world.sync()).toMatchObject({ outcome: "complete" });
      expect(world.lines.join()).toContain("does not allow activities");
      const named = await world.reopen({ billing: "collections: [clients, activities]" });
      const run = await named.sync();
      expect(run).toMatchObject({
        outcome: "partial",
        connections: [{ error: { code: "provider-forbidden" } }],
      });
      const health = await world.store.reads.health(world.orgId);
      expect(health.find((one) => "clients" in one.collections)?.collections).not.toHaveProperty(
        "activities",
      );
    }));

  it("can be all that a connection syncs", () =>
    within({ billing: "collections: [activities]" }, async (world) => {
      const customer = await world.stripe.add({ email: "ida@example.com" });
      act(world, "invoice", { customer });
      const run = await world.sync();
      expect(run.connections.map(({ collections }) => Object.keys(collections))).toEqual([
        ["activities"],
      ]);
      expect(run.outcome).toBe("complete");
      expect(await timeline(world)).toMatchObject([{ clientId: null }]);
      const row = must((await world.store.connections.list(world.orgId))[0], "the connection");
      expect(row).toMatchObject({ status: "idle" });
    }));
});

/** What the account's owner does; returns the id of what it led to. */
function act(world: World, name: string, input: Readonly<Record<string, unknown>>): string {
  const shown = world.stripe.sandbox.control.act(name, input);
  return isRecord(shown) ? String(shown["id"]) : "";
}

async function timeline(world: World): Promise<readonly Activity[]> {
  return (await world.store.reads.activities(world.orgId, {}, { limit: 1000 })).items;
}

async function connectionId(world: World): Promise<string> {
  const rows = await world.store.connections.list(world.orgId);
  return must(
    rows.find((row) => row.name === "billing"),
    "the connection",
  ).id;
}

function countsOf(run: Awaited<ReturnType<World["sync"]>>) {
  return must(
    run.connections.find((one) => one.name === "billing")?.collections.activities,
    "the counts of activities",
  );
}
