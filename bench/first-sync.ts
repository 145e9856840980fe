/**
 * A first sync of many Stripe customers into SQLite, and a second one that finds nothing new.
 * Run: node bench/first-sync.ts [customers]   (the sandbox runs in a process of its own)
 */
import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../src/config/load.ts";
import { instantOf, systemClock } from "../src/lib/clock.ts";
import { must } from "../src/lib/assert.ts";
import { createFetch } from "../src/lib/http.ts";
import { createIds } from "../src/lib/ids.ts";
import { silentLog } from "../src/lib/log.ts";
import { systemRandom } from "../src/lib/random.ts";
import { resolveEndpoints } from "../src/providers/endpoints.ts";
import { loadProvider } from "../src/providers/registry.ts";
import { startSandboxes } from "../src/sandbox/start.ts";

import { openStore } from "../src/store/open.ts";
import { createEngine } from "../src/sync/create-engine.ts";

const customers = Number(process.argv[2] ?? 10_000);

if (process.argv[2] === "serve") await serve();
else await measure();

/** The sandbox's process: tells its parent where it is, and ends with it. */
async function serve(): Promise<void> {
  const running = await startSandboxes({
    vendors: ["stripe"],
    seed: 1,
    clients: Number(process.argv[3]),
  });
  const sandbox = must(running.sandboxes[0], "the sandbox");
  process.send?.({ origin: sandbox.origin, key: sandbox.describe().credentials["api_key"] });
  process.once("disconnect", () => process.exit(0));
}

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "astralis-bench-"));
  const child = fork(import.meta.filename, ["serve", String(customers)]);
  const { origin, key } = await new Promise<{ origin: string; key: string }>((resolve) =>
    child.once("message", resolve),
  );
  let statements = 0;
  const clock = systemClock;
  const fetch = createFetch({
    timeoutMs: 30_000,
    maxBytes: 64 * 1024 * 1024,
    userAgent: "astralis-bench",
  });
  const deps = {
    clock,
    random: systemRandom,
    ids: createIds(clock, systemRandom),
    log: silentLog,
    fetch,
  };
  const store = await openStore({ kind: "sqlite", file: join(folder, "bench.db") }, deps, {
    onStatement: () => (statements += 1),
  });
  await store.schema.migrate();
  const config = parseConfig(
    `version: 1\nstorage: sqlite:bench.db\norgs: { acme: { connections: { billing: { provider: stripe, endpoints: { api: "${origin}" } } } } }`,
    { file: join(folder, "astralis.config.yaml"), lookUp: () => null },
  );
  const org = must(config.orgs[0], "the organization");
  const stripe = await loadProvider("stripe");
  const at = instantOf(clock);
  const { id: orgId } = await store.organizations.ensure(org.name, { id: deps.ids(), at });
  const row = await store.connections.ensure({
    id: deps.ids(),
    orgId,
    name: "billing",
    provider: "stripe",
    type: "billing",
    createdAt: at,
  });
  await store.connections.setAccount(
    row.id,
    { account: { id: "acct", name: "bench" }, scopes: [], connectedBy: null, grantExpiresAt: null },
    at,
  );
  const token = async () => key;
  const engine = createEngine({
    store,
    deps,
    safety: config.safety,
    holder: "bench",
    isGone: () => false,
    provider: async () => stripe,
    open: async ({ config: connection, provider }, watch) =>
      provider.open({
        deps: { ...deps, fetch: watch(fetch) },
        endpoints: resolveEndpoints(provider, connection.endpoints),
        access: { token, renew: token, accountHint: null, apiOrigin: null },
      }),
  });
  for (const name of ["first", "second", "third"]) {
    const { changes: before } = await rows();
    statements = 0;
    const run = await engine.sync(org);
    const ran = statements;
    const counts = run.connections[0]?.collections.clients;
    const pages = Math.max(1, Math.ceil((counts?.pulled ?? 0) / 100));
    console.log(
      JSON.stringify({
        sync: name,
        outcome: run.outcome,
        pulled: counts?.pulled,
        created: counts?.created,
        seconds: run.duration_ms / 1000,
        peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
        requests: counts?.requests,
        statements: ran,
        statements_per_page: Math.round(ran / pages),
        journal_rows: (await rows()).changes - before,
      }),
    );
  }
  await store.close();
  child.disconnect();
  rmSync(folder, { recursive: true, force: true });

  async function rows(): Promise<{ changes: number }> {
    const runs = await store.runs.list(orgId, { limit: 100 });
    let changes = 0;
    for (const run of runs.items) {
      let after: string | undefined;
      do {
        const page = await store.runs.changes(orgId, run.id, {
          limit: 1000,
          ...(after === undefined ? {} : { after }),
        });
        changes += page.items.length;
        after = page.next ?? undefined;
      } while (after !== undefined);
    }
    return { changes };
  }
}
