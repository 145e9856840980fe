import { existsSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { openGoogle, openStripe } from "../../src/cli/demo/accounts.ts";
import { demoSteps, type DemoWorld } from "../../src/cli/demo/steps.ts";
import { must } from "../../src/lib/assert.ts";
import { startSandboxes } from "../../src/sandbox/start.ts";
import { astralis, newFolder } from "../support/command-line.ts";
import { sqlite } from "../support/databases.ts";
import { openWorld } from "../support/world.ts";

const folder = newFolder();

afterAll(folder.remove);

describe("demo", () => {
  it("goes through every step, checks each one, and ends with a sync that writes nothing", async () => {
    const { code, json, stderr } = await astralis(["demo", "--json"], { cwd: folder.path });
    expect([code, stderr]).toEqual([0, ""]);
    const document = json();
    expect(document).toMatchObject({
      ok: true,
      steps: demoSteps.map(({ name }) => ({ step: name, ok: true })),
    });
    const { steps, config } = Object(document);
    expect(existsSync(String(config))).toBe(true);
    const nothing = { created: 0, updated: 0, unlinked: 0, deleted: 0 };
    const unsent = { pushed_created: 0, pushed_updated: 0, pushed_deleted: 0 };
    expect(steps.at(-1)).toMatchObject({
      step: "quiet-sync",
      sync: {
        outcome: "complete",
        connections: [
          { collections: { clients: { ...nothing, ...unsent } } },
          { collections: { clients: { ...nothing, ...unsent } } },
        ],
      },
    });
  });

  it.each(["first-sync", "add-client", "two-sided-edit", "conflict"])(
    "fails the step %s where a sync only claims to be complete",
    async (name) => {
      const running = await startSandboxes({ vendors: ["google", "stripe"], seed: 1, clients: 4 });
      const world = await openWorld(sqlite, { clients: 0 });
      const [google, stripe] = running.sandboxes.map((sandbox) => sandbox.describe());
      const step = must(
        demoSteps.find((one) => one.name === name),
        "the step",
      );
      const idle = { outcome: "complete", run: null, org: "acme", connections: [], duration_ms: 0 };
      const app = Object({ ...world, config: { orgs: [world.org] } });
      const scene: DemoWorld = {
        app,
        org: world.org,
        google: openGoogle(must(google, "Google")),
        stripe: openStripe(must(stripe, "Stripe")),
        connect: async () => "nobody",
        sync: async () => Object(idle),
      };
      await expect(step.run(scene)).rejects.toMatchObject({ code: "demo-failed" });
      await world.close();
      await running.close();
    },
  );
});
