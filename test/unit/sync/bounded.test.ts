import { describe, expect, it } from "vitest";
import { eachDatabase } from "../../support/databases.ts";
import { openWorld } from "../../support/world.ts";

describe.each(eachDatabase)("what a page costs, on $name (law 11)", (database) => {
  /** Statements of a first sync, of one that finds as many changes, and of one that finds nothing. */
  const statementsOf = async (clients: number) => {
    const texts: string[] = [];
    const world = await openWorld(database, {
      clients,
      billing: "direction: pull",
      contacts: "enabled: false",
      top: "sync: { batch_size: 100 }",
      onStatement: (text) => texts.push(text),
    });
    const count = async () => {
      texts.length = 0;
      const run = await world.sync({ connection: "billing", accept: ["changes"] });
      expect(run.outcome).toBe("complete");
      return texts.length;
    };
    try {
      const first = await count();
      for (const { id } of await world.stripe.list())
        await world.stripe.change(id, { notes: "changed" });
      const changes = await count();
      return { first, changes, nothing: await count() };
    } finally {
      await world.close();
    }
  };

  it("is the same for ten records as for eighty, and nothing new costs no more than a few", async () => {
    const few = await statementsOf(10);
    expect(await statementsOf(80)).toEqual(few);
    expect(few.nothing).toBeLessThan(few.changes);
  });
});
