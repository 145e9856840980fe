import { describe, expect, it } from "vitest";
import { must } from "../../../src/lib/assert.ts";
import type { MatchPlan, SyncDocument } from "../../../src/sync/engine.ts";
import { stripeAccount } from "../../support/accounts.ts";
import { eachDatabase } from "../../support/databases.ts";
import { openManyWorld } from "../../support/many-world.ts";
import type { ManyWorld, ManyWorldOptions } from "../../support/many-world.ts";

describe.each(eachDatabase)("the match plan of a first sync, on $name (law 8)", (database) => {
  const within = async (options: ManyWorldOptions, test: (world: ManyWorld) => Promise<void>) => {
    const world = await openManyWorld(database, options);
    try {
      await test(world);
    } finally {
      await world.close();
    }
  };
  const clients = async (world: ManyWorld, ...names: string[]) => {
    const ids: string[] = [];
    for (const name of names) {
      const fields = { email: `${name}@example.com`, name, phone: phoneOf(name) };
      ids.push((await world.engine.addClient(world.org, { fields })).id);
    }
    return ids;
  };
  const planOf = (run: SyncDocument): MatchPlan => must(run.plans?.[0], "a plan");

  it("tells which records match by which key, are new, are left out and why, and are ambiguous", () =>
    within({ providers: { gmail: "" }, org: "match: [email, phone]" }, async (world) => {
      const [ana, bo] = await clients(world, "ana", "bo", "cy", "dee");
      const add = (emails: readonly string[], phone?: string) => addContact(world, emails, phone);
      await add(["ana@example.com"]);
      await add(["ANA@example.com"]);
      await add([], phoneOf("cy"));
      await add([]);
      await add(["new@example.com"]);
      const both = await add(["ana@example.com", "bo@example.com"]);
      const plan = planOf(await world.sync({ dryRun: true }));
      expect(plan).toEqual({
        connection: "gmail",
        provider: "gmail",
        records: 6,
        already_known: 0,
        matched: { email: 1, phone: 1, own_id: 0 },
        new_here: 1,
        new_there: 0,
        skipped: { no_identity: 1, duplicate: 1, bad_record: 0, not_wanted: 0 },
        ambiguous: {
          total: 1,
          records: [
            {
              external_id: both,
              email: "ana@example.com",
              name: null,
              candidates: [
                { id: ana, email: "ana@example.com", name: "ana" },
                { id: bo, email: "bo@example.com", name: "bo" },
              ],
            },
          ],
        },
        // Neither bo nor dee has a contact.
        held_back: [{ setting: "create.there", side: "there", count: 2 }],
        next: [
          `astralis clients show ${ana} --org acme`,
          `astralis clients show ${bo} --org acme`,
          "astralis sync --org acme --connection gmail",
        ],
      });
      const run = await world.sync();
      const { created, skipped } = must(run.connections[0]?.collections.clients, "counts");
      expect({ created, skipped }).toEqual({ created: 1, skipped: 3 });
      const parked = await world.store.reads.parked(world.orgId, { limit: 10 });
      expect(parked.items.map(({ reason }) => reason).toSorted()).toEqual([
        "ambiguous",
        "no-identity",
      ]);
      expect((await world.sync({ dryRun: true })).plans).toEqual([]);
    }));

  it("tells what settings and the ceiling hold back, and the command that goes on", () =>
    within(
      { providers: { stripe: "create: { here: false }" }, top: "safety: { max_creates: 2 }" },
      async (world) => {
        await clients(world, "ana", "bo", "cy", "dee");
        const stripe = stripeAccount(world.sandbox("stripe"));
        await stripe.add({ email: "ana@example.com" });
        await stripe.add({ email: "new@example.com" });
        const plan = planOf(await world.sync({ dryRun: true }));
        expect(plan).toMatchObject({
          matched: { email: 1 },
          new_here: 0,
          new_there: 3,
          skipped: { not_wanted: 1 },
          held_back: [
            { setting: "create.here", side: "here", count: 1 },
            { setting: "safety.max_creates", side: "there", count: 3 },
          ],
          next: ["astralis sync --org acme --connection stripe --accept creates"],
        });
        const stopped = await world.sync();
        expect(stopped.outcome).toBe("stopped");
        expect(await stripe.list()).toHaveLength(2);
        expect((await world.sync({ connection: "stripe", accept: ["creates"] })).outcome).toBe(
          "complete",
        );
        expect(await stripe.list()).toHaveLength(5);
      },
    ));

  it("is made of two new connections at once as one sync would do it, and of none that failed", () =>
    within({ providers: { stripe: "", hubspot: "" }, clients: 6 }, async (world) => {
      const plans = (await world.sync({ dryRun: true })).plans ?? [];
      const [first, second] = plans;
      expect(plans.map(({ connection, records }) => [connection, records])).toEqual([
        ["stripe", 6],
        ["hubspot", 6],
      ]);
      world.sandbox("hubspot").control.addFaults({ kind: "status", status: 403, match: {} });
      const failed = await world.sync({ dryRun: true });
      expect(failed.plans?.map(({ connection }) => connection)).toEqual(["stripe"]);
      const { connections } = await world.sync();
      const counts = connections.map(({ collections }) => must(collections.clients, "counts"));
      expect(counts.map(({ created }) => created)).toEqual([first?.new_here, second?.new_here]);
      expect(counts.map((one) => one.pushed_created)).toEqual([
        first?.new_there,
        second?.new_there,
      ]);
      expect(second?.matched.email).toBeGreaterThan(0);
    }));
});

function phoneOf(name: string): string {
  return `+1 555 01${String(name.charCodeAt(0)).padStart(3, "0")}`;
}

/** As a person who types it into Google Contacts; the record's id. */
async function addContact(
  world: ManyWorld,
  emails: readonly string[],
  phone?: string,
): Promise<string> {
  const sandbox = world.sandbox("gmail");
  const person = {
    emailAddresses: emails.map((value) => ({ value })),
    phoneNumbers: phone === undefined ? [] : [{ value: phone }],
    biographies: [{ value: "a note", contentType: "TEXT_PLAIN" }],
  };
  const answer = await fetch(`${sandbox.origin}/v1/people:createContact?personFields=metadata`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${sandbox.describe().credentials["access_token"]}`,
      "content-type": "application/json",
    },
    body: JSON.stringify(person),
  });
  const body: unknown = await answer.json();
  if (typeof body !== "object" || body === null || !("resourceName" in body))
    throw new Error(`the sandbox made no contact: ${JSON.stringify(body)}`);
  return String(body.resourceName);
}
