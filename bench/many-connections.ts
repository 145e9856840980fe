/**
 * A first sync of five connections side by side into SQLite, and one after it that finds nothing new.
 * Run: node bench/many-connections.ts [--records 10000] [--unpaced]
 *
 * `--records` is for each connection; a part of the people are the same everywhere. Each sandbox runs in a process of its
 * own, so that its memory does not count. Requests keep to the providers' paces, as they do in the program, unless
 * `--unpaced` is given. Nothing is created at the providers: that many writes would measure their paces alone.
 */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parseConfig } from "../src/config/load.ts";
import { instantOf, systemClock } from "../src/lib/clock.ts";
import { must } from "../src/lib/assert.ts";
import { createFetch } from "../src/lib/http.ts";
import { createIds } from "../src/lib/ids.ts";
import { silentLog } from "../src/lib/log.ts";
import { createPacers } from "../src/lib/pacing.ts";
import { systemRandom } from "../src/lib/random.ts";
import { resolveEndpoints } from "../src/providers/endpoints.ts";
import { loadProvider } from "../src/providers/registry.ts";
import { startSandboxes } from "../src/sandbox/start.ts";
import { openStore } from "../src/store/open.ts";
import type { Store } from "../src/store/ports.ts";
import { createEngine } from "../src/sync/create-engine.ts";

const vendors = ["stripe", "hubspot", "salesforce", "quickbooks", "freshbooks"];

const { values } = parseArgs({
  options: {
    records: { type: "string", default: "10000" },
    unpaced: { type: "boolean", default: false },
    serve: { type: "string" },
  },
});
const records = Number(values.records);

if (values.serve === undefined) await measure();
else await serve(values.serve);

interface Place {
  readonly vendor: string;
  readonly origin: string;
  readonly token: string;
  readonly account: string | null;
  readonly process: ChildProcess;
}

/** A sandbox's process: tells its parent where it is, and ends with it. */
async function serve(vendor: string): Promise<void> {
  const running = await startSandboxes({ vendors: [vendor], seed: 1, clients: records });
  const sandbox = must(running.sandboxes[0], "the sandbox");
  const { credentials } = sandbox.describe();
  process.send?.({
    origin: sandbox.origin,
    token: credentials["api_key"] ?? credentials["access_token"],
    account: credentials["realm_id"] ?? credentials["account"] ?? null,
  });
  process.once("disconnect", () => process.exit(0));
}

async function start(vendor: string): Promise<Place> {
  const child = fork(import.meta.filename, ["--serve", vendor, "--records", String(records)]);
  const told = await new Promise<Pick<Place, "origin" | "token" | "account">>((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", () => reject(new Error(`the sandbox of ${vendor} ended`)));
  });
  return { vendor, ...told, process: child };
}

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "astralis-bench-"));
  const places = await Promise.all(vendors.map(start));
  let statements = 0;
  const clock = systemClock;
  const fetch = createFetch({
    timeoutMs: 30_000,
    maxBytes: 64 * 1024 * 1024,
    userAgent: "astralis-bench",
  });
  const ids = createIds(clock, systemRandom);
  const deps = { clock, random: systemRandom, ids, log: silentLog, fetch };
  const store = await openStore({ kind: "sqlite", file: join(folder, "bench.db") }, deps, {
    onStatement: () => (statements += 1),
  });
  try {
    await store.schema.migrate();
    const { org, safety, orgId } = await prepare(store, places, ids);
    const pacers = createPacers({ clock });
    const engine = createEngine({
      store,
      deps,
      safety,
      holder: "bench",
      isGone: () => false,
      provider: loadProvider,
      open: async ({ config, provider }, watch) => {
        const place = must(
          places.find(({ vendor }) => vendor === provider.name),
          "a sandbox",
        );
        const watched = watch(fetch);
        const sending = values.unpaced ? watched : pacers(provider.name, provider.limits)(watched);
        const token = async () => place.token;
        return provider.open({
          deps: { ...deps, fetch: sending },
          endpoints: resolveEndpoints(provider, config.endpoints),
          filter: config.filter,
          access: { token, renew: token, accountHint: place.account, apiOrigin: null },
        });
      },
    });
    for (const name of ["full", "no-change"]) {
      statements = 0;
      const cpuBefore = process.cpuUsage();
      const run = await engine.sync(org);
      const ran = statements;
      const { user, system } = process.cpuUsage(cpuBefore);
      const sum = (count: "pulled" | "created" | "updated" | "requests" | "pushed_updated") =>
        run.connections.reduce(
          (total, { collections }) => total + (collections.clients?.[count] ?? 0),
          0,
        );
      console.log(
        JSON.stringify({
          sync: name,
          outcome: run.outcome,
          connections: places.length,
          pulled: sum("pulled"),
          created: sum("created"),
          updated: sum("updated"),
          pushed_updated: sum("pushed_updated"),
          seconds: run.duration_ms / 1000,
          cpu_seconds: Math.round((user + system) / 1e5) / 10,
          requests: sum("requests"),
          requests_by_connection: Object.fromEntries(
            run.connections.map((one) => [one.name, one.collections.clients?.requests]),
          ),
          statements: ran,
          peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
          clients: await countClients(store, orgId),
          errors: run.connections.flatMap(({ error }) => error?.message ?? []),
        }),
      );
    }
  } finally {
    await store.close();
    for (const { process: child } of places) child.disconnect();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function prepare(store: Store, places: readonly Place[], ids: () => string) {
  const connections = places.map(
    ({ vendor, origin }) =>
      `${vendor}: { provider: ${vendor}, collections: [clients], direction: pull, endpoints: { api: "${origin}" } }`,
  );
  const config = parseConfig(
    `version: 1\nstorage: sqlite:bench.db\norgs: { acme: { connections: { ${connections.join(", ")} } } }`,
    { file: "/nowhere/astralis.config.yaml", lookUp: () => null },
  );
  const org = must(config.orgs[0], "the organization");
  const at = instantOf(systemClock);
  const { id: orgId } = await store.organizations.ensure(org.name, { id: ids(), at });
  for (const { vendor } of places) {
    const { name, type } = await loadProvider(vendor);
    const fresh = { id: ids(), orgId, name, provider: name, type, createdAt: at };
    const row = await store.connections.ensure(fresh);
    const account = { id: `account-${name}`, name: "bench" };
    const signedIn = { account, scopes: [], connectedBy: null, grantExpiresAt: null };
    await store.connections.setAccount(row.id, signedIn, at);
  }
  return { org, orgId, safety: config.safety };
}

async function countClients(store: Store, orgId: string): Promise<number> {
  let count = 0;
  let after: string | undefined;
  do {
    const page = await store.reads.clients(
      orgId,
      {},
      { limit: 1000, ...(after === undefined ? {} : { after }) },
    );
    count += page.items.length;
    after = page.next ?? undefined;
  } while (after !== undefined);
  return count;
}
