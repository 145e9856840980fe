import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createApp } from "../../src/app.ts";
import type { App } from "../../src/app.ts";
import { signInWithApiKey } from "../../src/connections/api-key.ts";
import { must } from "../../src/lib/assert.ts";
import { silentLog } from "../../src/lib/log.ts";
import type { Sandbox } from "../../src/sandbox/kit/server.ts";
import { startSandboxes } from "../../src/sandbox/start.ts";
import { testKey } from "../support/command-line.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

it("keeps one budget for an account that two organizations are signed in to (law 11)", async () => {
  const folder = temporaryFolder();
  const running = await startSandboxes({ vendors: ["stripe"], seed: 1, clients: 2 });
  const stripe = must(running.sandboxes[0], "Stripe's sandbox");
  const connection = `{ provider: stripe, endpoints: { api: "${stripe.origin}" } }`;
  writeFileSync(
    join(folder, "astralis.config.yaml"),
    `version: 1\norgs:\n${["acme", "globex"].map((org) => `  ${org}: { connections: { billing: ${connection} } }\n`).join("")}`,
  );
  const app = await createApp({
    cwd: folder,
    env: { ASTRALIS_KEY: testKey },
    log: silentLog,
    version: "0.0.0-test",
  });
  try {
    for (const name of ["acme", "globex"]) await connect(app, name, stripe);
    const { control } = stripe;
    control.addFaults({ kind: "status", status: 429, retryAfterSeconds: 600, match: {} });
    control.clearLedger();
    for (const name of ["acme", "globex"]) {
      const run = await app.engine.sync(app.org(name));
      expect(run.connections[0]?.error).toMatchObject({ code: "rate-limited", org: name });
    }
    // The one that was refused for both.
    expect(control.ledger()).toHaveLength(1);
  } finally {
    await app.close();
    await running.close();
  }
});

async function connect(app: App, org: string, stripe: Sandbox): Promise<void> {
  const target = await app.target(app.org(org), "billing");
  const way = target.provider.signIn.find(({ kind }) => kind === "api-key");
  if (way?.kind !== "api-key") throw new Error("Stripe takes a key");
  const key = stripe.describe().credentials["api_key"] ?? "";
  const { provider, endpoints } = target;
  await app.connections.connect(
    target,
    signInWithApiKey(key, { provider, signIn: way, endpoints }),
  );
}
