import { parseConfig } from "../../src/config/load.ts";
import type { Config, OrgConfig } from "../../src/config/config.ts";
import { must } from "../../src/lib/assert.ts";
import { createStepClock } from "../../src/lib/clock.ts";
import type { StepClock } from "../../src/lib/clock.ts";
import type { Deps } from "../../src/lib/deps.ts";
import { createFetch } from "../../src/lib/http.ts";
import { createIds } from "../../src/lib/ids.ts";
import { silentLog } from "../../src/lib/log.ts";
import { createPacers } from "../../src/lib/pacing.ts";
import { createSeededRandom } from "../../src/lib/random.ts";
import { resolveEndpoints } from "../../src/providers/endpoints.ts";
import type { Access } from "../../src/providers/provider.ts";
import { loadProvider } from "../../src/providers/registry.ts";
import type { Sandbox } from "../../src/sandbox/kit/server.ts";
import { startSandboxes } from "../../src/sandbox/start.ts";
import type { Storage, Store } from "../../src/store/ports.ts";
import { createEngine } from "../../src/sync/create-engine.ts";
import type { Engine, SyncDocument, SyncOptions } from "../../src/sync/engine.ts";
import { openTestStore } from "./databases.ts";
import type { TestDatabase } from "./databases.ts";
import { entrances, providerNames } from "./entrances.ts";
import type { ProviderName } from "./entrances.ts";
import { connectionLines, settleConnections } from "./world.ts";

export interface ManyWorldOptions {
  /** Which providers there are, and the YAML lines of each one's connection; connections have their names. */
  readonly providers: Readonly<Partial<Record<ProviderName, string>>>;
  /** Seeded records at each provider, the same people wherever the seed is the same. */
  readonly clients?: number;
  /** A YAML line of the organization, beside its connections. */
  readonly org?: string;
  /** YAML lines of the file's top level. */
  readonly top?: string;
  /** How long one request may take, in real milliseconds. */
  readonly timeoutMs?: number;
}

/** Any of the sandboxes side by side, one database and the engine, on one clock that moves only when told. */
export interface ManyWorld {
  readonly clock: StepClock;
  readonly store: Store;
  readonly storage: Storage;
  readonly org: OrgConfig;
  readonly orgId: string;
  readonly engine: Engine;
  sandbox(provider: ProviderName): Sandbox;
  /** Moves the clock a minute on, then syncs. */
  sync(options?: SyncOptions): Promise<SyncDocument>;
  close(): Promise<void>;
}

const startMs = Date.parse("2026-11-02T09:00:00.000Z");

export async function openManyWorld(
  database: TestDatabase,
  options: ManyWorldOptions,
): Promise<ManyWorld> {
  const clock = createStepClock(startMs);
  const names = providerNames.filter((name) => options.providers[name] !== undefined);
  const running = await startSandboxes({
    vendors: names.map((name) => entrances[name].vendor),
    seed: 11,
    clients: options.clients ?? 0,
    clock,
    autoConsent: true,
  });
  const sandbox = (name: ProviderName) =>
    must(running.sandboxes[names.indexOf(name)], `the sandbox of ${name}`);
  const accesses = new Map<string, Access>();
  for (const name of names) {
    accesses.set(name, await openAccess(name, sandbox(name)));
    sandbox(name).control.clearLedger();
  }
  const random = createSeededRandom(1);
  const fetch = createFetch({
    timeoutMs: options.timeoutMs ?? 5000,
    maxBytes: 64 * 1024 * 1024,
    userAgent: "astralis-test",
  });
  const deps: Deps = { clock, random, ids: createIds(clock, random), log: silentLog, fetch };
  const storage = await database.storage();
  const store = await openTestStore(storage, { clock });
  const config = configOf(names, { sandbox, options });
  const org = must(config.orgs[0], "the organization");
  const pacers = createPacers({ clock });
  const engine = createEngine({
    store,
    deps,
    safety: config.safety,
    holder: "process-1",
    isGone: () => false,
    provider: loadProvider,
    open: async ({ config: connection, provider, row }, watch) => {
      const paced = pacers(`${provider.name} ${row.account?.id}`, provider.limits)(watch(fetch));
      return provider.open({
        deps: { ...deps, fetch: paced },
        endpoints: resolveEndpoints(provider, connection.endpoints),
        filter: connection.filter,
        access: must(accesses.get(provider.name), "a sign-in"),
      });
    },
  });
  const orgId = await settleConnections(store, deps, org);
  return {
    clock,
    store,
    storage,
    org,
    orgId,
    engine,
    sandbox,
    sync: (more = {}) => {
      clock.advance(60_000);
      return engine.sync(org, more);
    },
    close: () => running.close(),
  };
}

/** Signed in as a person would, and once more whenever a token ended. */
async function openAccess(name: ProviderName, sandbox: Sandbox): Promise<Access> {
  const entrance = entrances[name];
  let token = await entrance.signIn(sandbox);
  return {
    token: async () => token,
    renew: async () => (token = await entrance.signIn(sandbox)),
    accountHint: entrance.accountHint?.(sandbox) ?? null,
    apiOrigin: null,
  };
}

function configOf(
  names: readonly ProviderName[],
  {
    sandbox,
    options,
  }: { readonly sandbox: (name: ProviderName) => Sandbox; readonly options: ManyWorldOptions },
): Config {
  const text = [
    "version: 1",
    "storage: sqlite:unused.db",
    options.top ?? "",
    "orgs:",
    "  acme:",
    ...(options.org === undefined ? [] : [`    ${options.org}`]),
    "    connections:",
    ...names.flatMap((name) => connectionLines(name, name, sandbox(name), options.providers[name])),
  ].join("\n");
  return parseConfig(text, { file: "/nowhere/astralis.config.yaml", lookUp: () => null });
}
