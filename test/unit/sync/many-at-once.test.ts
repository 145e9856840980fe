import { describe, expect, it } from "vitest";
import type { Fault } from "../../../src/sandbox/kit/vendor.ts";
import type { SyncDocument } from "../../../src/sync/engine.ts";
import { eachDatabase } from "../../support/databases.ts";
import { entrances, providerNames } from "../../support/entrances.ts";
import type { ProviderName } from "../../support/entrances.ts";
import { openManyWorld } from "../../support/many-world.ts";
import type { ManyWorld, ManyWorldOptions } from "../../support/many-world.ts";

const ana = { email: "ana@example.com", name: "Ana Torres" };

const clients = "collections: [clients]";
/** All six, clients alone; mailboxes are filled with clients only where that is asked for. */
const all = {
  stripe: clients,
  gmail: `${clients}\ncreate: { there: true }`,
  hubspot: clients,
  salesforce: clients,
  quickbooks: clients,
  freshbooks: clients,
};

/**
 * Requests at each provider, once it was listed: of the sync that creates a client there, and of the one after it, which
 * finds that record among the changes.
 */
const requests: Readonly<Record<ProviderName, { reads: number; writes: number; next: number }>> = {
  stripe: { reads: 1, writes: 1, next: 2 },
  gmail: { reads: 1, writes: 1, next: 1 },
  hubspot: { reads: 1, writes: 1, next: 1 },
  salesforce: { reads: 2, writes: 1, next: 1 },
  quickbooks: { reads: 1, writes: 1, next: 1 },
  freshbooks: { reads: 2, writes: 1, next: 2 },
};

interface Trouble {
  readonly down: ProviderName;
  readonly how: string;
  readonly fault: Fault;
}

const always = { times: 0, match: {} };

describe.each(eachDatabase)("six providers at once, on $name (law 11)", (database) => {
  const small: ManyWorldOptions = { providers: all, timeoutMs: 700 };
  /** All were listed, and a client was added since then. */
  const within = async (options: ManyWorldOptions, test: (world: ManyWorld) => Promise<void>) => {
    const world = await openManyWorld(database, options);
    try {
      await world.sync();
      await world.sync();
      await world.engine.addClient(world.org, { fields: ana });
      await test(world);
    } finally {
      await world.close();
    }
  };
  const holders = (world: ManyWorld) =>
    providerNames.filter((name) =>
      entrances[name].records(world.sandbox(name)).some(({ email }) => email === ana.email),
    );
  const written = (world: ManyWorld) =>
    providerNames.flatMap((name) =>
      world
        .sandbox(name)
        .control.ledger()
        .filter(({ wrote }) => wrote),
    );
  const failed = (run: SyncDocument) =>
    run.connections.flatMap(({ name, error }) => (error ? [[name, error.code]] : []));
  const connectionId = async (world: ManyWorld, name: string) =>
    (await world.store.connections.list(world.orgId)).find((one) => one.name === name)?.id ?? "";
  const clear = (world: ManyWorld) => {
    for (const name of providerNames) world.sandbox(name).control.clearLedger();
  };

  it("have a client that was added here after one sync, for a few requests each", () =>
    within({ providers: all, clients: 2 }, async (world) => {
      clear(world);
      const run = await world.sync();
      expect(run.outcome).toBe("complete");
      expect(holders(world)).toEqual(providerNames);
      for (const name of providerNames)
        expect(entrances[name].records(world.sandbox(name))).toContainEqual(ana);
      const served = (name: ProviderName) => world.sandbox(name).control.ledger();
      const asked = providerNames.map((name) => {
        const writes = served(name).filter(({ wrote }) => wrote).length;
        return [name, { reads: served(name).length - writes, writes }] as const;
      });
      clear(world);
      expect((await world.sync()).outcome).toBe("complete");
      const table = asked.map(([name, counts]) => [name, { ...counts, next: served(name).length }]);
      expect(Object.fromEntries(table)).toEqual(requests);
      expect(written(world)).toEqual([]);
    }));

  it.each<Trouble>([
    { down: "stripe", how: "answers 503", fault: { ...always, kind: "status", status: 503 } },
    {
      down: "salesforce",
      how: "does not answer",
      fault: { ...always, kind: "delay", delayMs: 3000 },
    },
  ])("go on without $down when it $how: it is owed its write, and has it a sync later", (trouble) =>
    within({ ...small, top: "sync: { max_retries: 1 }" }, async (world) => {
      const { down, fault } = trouble;
      const { control } = world.sandbox(down);
      control.addFaults(fault);
      const run = await world.sync();
      expect(run.outcome).toBe("partial");
      expect(failed(run)).toEqual([[down, "provider-unavailable"]]);
      expect(holders(world)).toEqual(providerNames.filter((name) => name !== down));
      const owed = await world.store.outbox.tally(await connectionId(world, down));
      expect(owed).toMatchObject({ open: 1, creates: 1 });
      control.clearFaults();
      expect((await world.sync()).outcome).toBe("complete");
      expect(holders(world)).toEqual(providerNames);
      clear(world);
      expect((await world.sync()).outcome).toBe("complete");
      expect(written(world)).toEqual([]);
    }),
  );

  it("do not wait for one that does not answer, which comes in behind them once it is up again", () =>
    within({ ...small, top: "sync: { max_retries: 100 }" }, async (world) => {
      const { control } = world.sandbox("hubspot");
      control.addFaults({ ...always, kind: "delay", delayMs: 3000 });
      const run = await world.sync({
        // It comes up once the others have the client: if they waited for it, it never would.
        onProgress: () => {
          if (holders(world).length === 5) control.clearFaults();
        },
      });
      expect(run.outcome).toBe("complete");
      expect(holders(world)).toEqual(providerNames);
    }));
});
