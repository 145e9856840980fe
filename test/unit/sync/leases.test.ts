import { describe, expect, it } from "vitest";
import { must } from "../../../src/lib/assert.ts";
import { eachDatabase } from "../../support/databases.ts";
import { openWorld } from "../../support/world.ts";

/** What the leases of a world's own process are held by: nobody takes it for dead. */
const alive = "process-1";

describe.each(eachDatabase)("a run's leases, on $name (law 10)", (database) => {
  it("are taken in one order, so that two runs do not wait for each other in vain", async () => {
    const world = await openWorld(database);
    try {
      const { leases, connections } = world.store;
      const names = (await connections.list(world.orgId)).map(({ id }) => id).toSorted();
      const take = (id: string | undefined) =>
        leases.acquire(`connection:${must(id, "two connections")}`, alive, 90_000);
      const [first, second] = names;
      const held = await take(first);
      const look = async () => {
        const other = await take(second);
        for (const answer of [other, held])
          if ("lease" in answer) await leases.release(answer.lease);
        return "lease" in other;
      };
      const looks: Promise<boolean>[] = [];
      const run = await world.sync({
        onProgress: ({ step }) => {
          if (step === "waiting" && looks.length === 0) looks.push(look());
        },
      });
      expect(await Promise.all(looks)).toEqual([true]);
      expect(run.outcome).toBe("complete");
    } finally {
      await world.close();
    }
  });
});
