import { describe, expect, it } from "vitest";
import { StoreError } from "../../../src/lib/errors.ts";
import type { SyncDocument } from "../../../src/sync/engine.ts";
import { eachDatabase } from "../../support/databases.ts";
import { openWorld } from "../../support/world.ts";
import type { World, WorldOptions } from "../../support/world.ts";

const zero = {
  created: 0,
  updated: 0,
  unlinked: 0,
  deleted: 0,
  pushed_created: 0,
  pushed_updated: 0,
  pushed_deleted: 0,
};

describe.each(eachDatabase)("the engine on $name", (database) => {
  const within = async (options: WorldOptions, test: (world: World) => Promise<void>) => {
    const world = await openWorld(database, options);
    try {
      await test(world);
      expect(world.lines.join("\n")).not.toMatch(/sk_test|rk_test|ya29|Bearer/);
    } finally {
      await world.close();
    }
  };

  it("links the same people, creates the others on both sides, and then has nothing left to do", () =>
    within({ clients: 12 }, async (world) => {
      expect(await world.sync()).toMatchObject({ outcome: "complete" });
      const [stripe, google] = [await world.stripe.list(), await world.google.list()];
      const emails = (records: typeof stripe) =>
        records.map((record) => record.email ?? "").toSorted((a, b) => (a < b ? -1 : 1));
      expect(emails(stripe)).toEqual(emails(google));
      expect(new Set(emails(stripe)).size).toBe(stripe.length);
      const again = await world.sync();
      expectNothingWritten(again);
      const third = await world.sync();
      expectNothingWritten(third);
      expect(third.connections.map((one) => one.collections.clients?.requests)).toEqual([1, 1]);
    }));

  it("brings a client that was added here to both, and an edit there back to here and on to the other", () =>
    within({}, async (world) => {
      await world.sync();
      const ana = await world.engine.addClient(world.org, {
        fields: { email: "ana@example.com", name: "Ana" },
      });
      await world.sync();
      const there = await world.stripe.byEmail("ana@example.com");
      expect((await world.google.byEmail("ana@example.com")).name).toBe("Ana");
      world.clock.advance(1000);
      await world.stripe.change(there.id, { name: "Ana Lúcia 🌱" });
      await world.sync();
      expect((await world.google.byEmail("ana@example.com")).name).toBe("Ana Lúcia 🌱");
      const client = await world.store.reads.client(world.orgId, ana.id);
      expect(client?.fields["name"]).toBe("Ana Lúcia 🌱");
      expectNothingWritten(await world.sync());
    }));

  it("merges different fields that were changed on both sides at once", () =>
    within({}, async (world) => {
      await withAna(world);
      const [atStripe, atGoogle] = [
        await world.stripe.byEmail("ana@example.com"),
        await world.google.byEmail("ana@example.com"),
      ];
      world.clock.advance(1000);
      await world.stripe.change(atStripe.id, { phone: "+33 1 11" });
      await world.google.change(atGoogle.id, { name: "Ana B" });
      await world.sync();
      for (const account of [world.stripe, world.google]) {
        expect(await account.byEmail("ana@example.com")).toMatchObject({
          phone: "+33 1 11",
          name: "Ana B",
        });
      }
      expectNothingWritten(await world.sync());
    }));

  it("lets the later edit win, and keeps the losing value in the journal", () =>
    within({}, async (world) => {
      await withAna(world);
      const [atStripe, atGoogle] = [
        await world.stripe.byEmail("ana@example.com"),
        await world.google.byEmail("ana@example.com"),
      ];
      world.clock.advance(10_000);
      await world.google.change(atGoogle.id, { phone: "+1 earlier" });
      world.clock.advance(10_000);
      await world.stripe.change(atStripe.id, { phone: "+2 later" });
      const run = await world.sync();
      expect((await world.google.byEmail("ana@example.com")).phone).toBe("+2 later");
      const { items } = await world.store.runs.changes(world.orgId, run.run ?? "", { limit: 100 });
      expect(items.some((change) => change.lost === "+1 earlier")).toBe(true);
      expectNothingWritten(await world.sync());
    }));

  it("holds a field under the manual strategy and writes neither side", () =>
    within(
      { billing: "conflict: { default: last-write-wins, fields: { phone: manual } }" },
      async (world) => {
        const client = await withAna(world);
        const atStripe = await world.stripe.byEmail("ana@example.com");
        world.clock.advance(1000);
        await world.stripe.change(atStripe.id, { phone: "+1 there" });
        await world.engine.updateClient(world.org, client, { fields: { phone: "+2 here" } });
        const run = await world.sync();
        expect(run.connections[0]?.collections.clients?.conflicts).toBe(1);
        expect((await world.stripe.byEmail("ana@example.com")).phone).toBe("+1 there");
        expect((await world.store.reads.conflicts(world.orgId, { limit: 10 })).items).toMatchObject(
          [{ field: "phone", kind: "manual", local: "+2 here", remote: "+1 there" }],
        );
        world.clock.advance(1000);
        await world.stripe.change(atStripe.id, { phone: "+2 here" });
        await world.sync();
        expect((await world.store.reads.conflicts(world.orgId, { limit: 10 })).items).toEqual([]);
      },
    ));

  it.each(["stripe", "google"] as const)(
    "does not go over an edit at %s that was made after the decision (law 6)",
    (account) =>
      within({}, async (world) => {
        await world.stripe.add({ email: "ana@example.com", name: "Ana" });
        await world.sync();
        const client = await world.store.reads.client(world.orgId, "ana@example.com");
        const { id } = await world[account].byEmail("ana@example.com");
        const connections = await world.store.connections.list(world.orgId);
        const isFrozen = async () => {
          const all = connections.map((one) => world.store.outbox.unanswered(one.id));
          const entries = (await Promise.all(all)).flat();
          const of = account === "stripe" ? "billing" : "contacts";
          const wanted = connections.find(({ name }) => name === of)?.id;
          return entries.some((entry) => entry.connectionId === wanted);
        };
        const { work } = world.store;
        let edited = false;
        const meanwhile = await world.reopen({
          store: {
            ...world.store,
            work: {
              ...work,
              commit: async (lease, decide) => {
                const result = await work.commit(lease, decide);
                if (edited || !(await isFrozen())) return result;
                edited = true;
                world.clock.advance(60_000);
                await world[account].change(id, { name: "Ana there" });
                return result;
              },
            },
          },
        });
        await world.engine.updateClient(world.org, client?.id ?? "", {
          fields: { name: "Ana here" },
        });
        await meanwhile.sync();
        await world.sync();
        expect(edited).toBe(true);
        for (const one of [world.stripe, world.google])
          expect(await one.byEmail("ana@example.com")).toMatchObject({ name: "Ana there" });
      }),
  );

  it("writes the mapping's own id into each record that it creates (law 5)", () =>
    within({}, async (world) => {
      const { id } = await world.engine.addClient(world.org, {
        fields: { email: "ana@example.com" },
      });
      await world.sync();
      await world.sync();
      const mappings = await world.store.reads.mappingsOf([id]);
      expect(mappings).toHaveLength(2);
      const bodies = [world.stripe, world.google].flatMap(({ sandbox }) =>
        sandbox.control.ledger().flatMap(({ wrote, body }) => (wrote ? [body] : [])),
      );
      expect(bodies).toHaveLength(2);
      for (const mapping of mappings)
        expect(bodies.filter((body) => body.includes(mapping.id))).toHaveLength(1);
    }));

  it("decides again where rows changed under a decision (law 6)", () =>
    within({}, async (world) => {
      await world.stripe.add({ email: "ana@example.com", name: "Ana" });
      const { work } = world.store;
      let left = 3;
      const raced = await world.reopen({
        store: {
          ...world.store,
          work: {
            ...work,
            commit: (lease, decide) =>
              work.commit(lease, async (reader) => {
                const decided = await decide(reader);
                left -= 1;
                if (left >= 0) throw new StoreError("store-stale", "a row changed");
                return decided;
              }),
          },
        },
      });
      expect((await raced.sync()).outcome).toBe("complete");
      expect(left).toBeLessThan(0);
      expect(await world.google.byEmail("ana@example.com")).toMatchObject({ name: "Ana" });
    }));

  it("treats a deletion as missing first, confirms it on a later pass, and leaves the client in peace", () =>
    within({}, async (world) => {
      const client = await withAna(world);
      const atStripe = await world.stripe.byEmail("ana@example.com");
      await world.stripe.remove(atStripe.id);
      await world.sync();
      expect((await world.store.reads.missing(world.orgId, { limit: 10 })).items).toHaveLength(1);
      const confirmed = await world.sync();
      expect(confirmed.connections[0]?.collections.clients?.unlinked).toBe(1);
      expect(await world.store.reads.client(world.orgId, client)).toMatchObject({
        removedAt: null,
      });
      expect(await world.google.list()).toHaveLength(1);
      await world.engine.updateClient(world.org, client, { fields: { name: "Still here" } });
      expectNothingWritten(await world.sync(), { contacts: { pushed_updated: 1 } });
      expect(await world.stripe.list()).toEqual([]);
    }));

  it("creates once, whatever happens to the answer of a create (law 5)", () =>
    within({}, async (world) => {
      await world.sync();
      const kinds = ["lost-answer", "status", "reset", "cut-page", "html"] as const;
      for (const kind of kinds) {
        await world.engine.addClient(world.org, { fields: { email: `${kind}@example.com` } });
        const fault = { kind, ...(kind === "status" ? { status: 503 } : {}) };
        for (const { sandbox } of [world.stripe, world.google])
          sandbox.control.addFaults({ ...fault, match: { method: "POST" } });
        await world.sync();
      }
      await world.sync();
      await world.sync();
      const expected = kinds.map((kind) => `${kind}@example.com`).toSorted();
      for (const account of [world.stripe, world.google])
        expect((await account.list()).map(({ email }) => email ?? "").toSorted()).toEqual(expected);
      for (const connection of await world.store.connections.list(world.orgId))
        expect((await world.store.outbox.tally(connection.id)).open).toBe(0);
      expectNothingWritten(await world.sync());
    }));
});

/** One client on all sides, at rest; returns its id. */
async function withAna(world: World): Promise<string> {
  await world.sync();
  const { id } = await world.engine.addClient(world.org, {
    fields: { email: "ana@example.com", name: "Ana", phone: "+1 555 0100" },
  });
  await world.sync();
  await world.sync();
  return id;
}

function expectNothingWritten(
  run: SyncDocument,
  but: Record<string, Partial<typeof zero>> = {},
): void {
  expect(run.outcome).toBe("complete");
  for (const connection of run.connections) {
    expect(connection.collections.clients).toMatchObject({ ...zero, ...but[connection.name] });
  }
}
