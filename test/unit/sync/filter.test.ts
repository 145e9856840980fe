import { describe, expect, it } from "vitest";
import { eachDatabase } from "../../support/databases.ts";
import { openWorld, type World } from "../../support/world.ts";

const gold = (world: World, id: string, tier: string) =>
  post(world, `/v1/customers/${id}`, { "metadata[tier]": tier });

async function post(world: World, path: string, form: Readonly<Record<string, string>>) {
  const { sandbox } = world.stripe;
  const response = await fetch(`${sandbox.origin}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${sandbox.describe().credentials["api_key"]}` },
    body: new URLSearchParams(form),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
}

const filtered = "filter: { metadata.tier: gold }";
const contacts = "enabled: false";

const billing = (document: Awaited<ReturnType<World["sync"]>>) =>
  document.connections.find(({ name }) => name === "billing")?.collections.clients;

async function clientsOf(world: World) {
  const { items } = await world.store.reads.clients(world.orgId, {}, { limit: 50 });
  return items.map(({ fields }) => String(fields["email"])).toSorted();
}

async function statesOf(world: World) {
  const { items } = await world.store.reads.clients(world.orgId, {}, { limit: 50 });
  const ids = items.map(({ id }) => id);
  const mappings = await world.store.work.read((reader) => reader.mappingsOf(ids));
  return mappings.map(({ state }) => state);
}

describe.each(eachDatabase)("a filter (law 7), on $name", (database) => {
  it("takes what is inside, keeps what left, and takes all anew when it changes", async () => {
    const world = await openWorld(database, { billing: filtered, contacts });
    try {
      const ana = await world.stripe.add({ email: "ana@example.com", name: "Ana" });
      const bob = await world.stripe.add({ email: "bob@example.com", name: "Bob" });
      await gold(world, ana, "gold");
      expect(billing(await world.sync())).toMatchObject({ pulled: 2, created: 1, skipped: 1 });
      expect(await clientsOf(world)).toEqual(["ana@example.com"]);

      // One leaves and one comes in: nobody is deleted, unlinked or missing.
      await gold(world, ana, "");
      await gold(world, bob, "gold");
      const swapped = billing(await world.sync());
      expect(swapped).toMatchObject({ created: 1, unlinked: 0, deleted: 0, skipped: 0 });
      expect(await clientsOf(world)).toEqual(["ana@example.com", "bob@example.com"]);
      await world.stripe.change(ana, { name: "Anna" });
      await world.sync();
      for (let pass = 0; pass < 2; pass += 1) {
        const full = billing(await world.sync({ full: true }));
        expect(full).toMatchObject({ pulled: 2, unlinked: 0, deleted: 0, skipped: 0 });
      }
      expect(
        (await world.store.reads.client(world.orgId, "ana@example.com"))?.fields,
      ).toMatchObject({ name: "Anna" });
      expect(await statesOf(world)).toEqual(["linked", "linked"]);

      // Another filter: everything is listed again, what was taken stays, what is inside now comes.
      const eve = await world.stripe.add({ email: "eve@example.com", name: "Eve" });
      await gold(world, eve, "silver");
      expect(billing(await world.sync())).toMatchObject({ pulled: 1, created: 0, skipped: 1 });
      const changed = await world.reopen({
        billing: "filter: { metadata.tier: silver }",
        contacts,
      });
      expect(billing(await changed.sync())).toMatchObject({ pulled: 3, created: 1, deleted: 0 });
      expect(billing(await changed.sync())).toMatchObject({ pulled: 0, skipped: 0 });
      expect(await statesOf(world)).toEqual(["linked", "linked", "linked"]);
      expect(await world.stripe.list()).toHaveLength(3);
    } finally {
      await world.close();
    }
  });

  it("makes no second record of a client whose record is outside, and puts new ones inside", async () => {
    const world = await openWorld(database, { billing: filtered, contacts });
    try {
      await world.stripe.add({ email: "ana@example.com", name: "Ana" });
      expect(billing(await world.sync())).toMatchObject({ skipped: 1, created: 0 });
      for (const name of ["Ana", "Bob"])
        await world.engine.addClient(world.org, {
          fields: { email: `${name.toLowerCase()}@example.com`, name },
        });
      const sent = billing(await world.sync());
      expect(sent).toMatchObject({ pushed_created: 1, failed: 0 });
      expect((await world.stripe.list()).map(({ email }) => String(email)).toSorted()).toEqual([
        "ana@example.com",
        "bob@example.com",
      ]);
      expect(await statesOf(world)).toEqual(["linked", "linked"]);
      const fresh = await openAgain(world);
      expect(fresh).toEqual(["bob@example.com"]);
    } finally {
      await world.close();
    }
  });

  it("is refused before anything is asked where the provider cannot keep to it", async () => {
    const world = await openWorld(database, { billing: "filter: { tier: gold }", contacts });
    try {
      world.stripe.sandbox.control.clearLedger();
      const failed: unknown = await world.sync().catch((error: unknown) => error);
      expect(failed).toMatchObject({
        code: "config-invalid",
        message: expect.stringContaining("orgs.acme.connections.billing.filter.tier: "),
      });
      expect(String(failed)).toContain("possible at Stripe: `metadata.<key>`");
      expect(world.stripe.sandbox.control.ledger()).toEqual([]);
    } finally {
      await world.close();
    }
  });
});

/** Who is inside at the provider, as another program asks. */
async function openAgain(world: World): Promise<readonly string[]> {
  const { sandbox } = world.stripe;
  const response = await fetch(`${sandbox.origin}/v1/customers?limit=100`, {
    headers: { authorization: `Bearer ${sandbox.describe().credentials["api_key"]}` },
  });
  const text = await response.text();
  const { data }: { data: { email: string; metadata: Record<string, string> }[] } =
    JSON.parse(text);
  return data.filter(({ metadata }) => metadata["tier"] === "gold").map(({ email }) => email);
}
