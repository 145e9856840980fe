import { parseConfig } from "../../src/config/load.ts";
import type { Config, OrgConfig } from "../../src/config/config.ts";
import { createStepClock, instantOf } from "../../src/lib/clock.ts";
import type { StepClock } from "../../src/lib/clock.ts";
import type { Deps } from "../../src/lib/deps.ts";
import { createFetch } from "../../src/lib/http.ts";
import { createIds } from "../../src/lib/ids.ts";
import { createLog } from "../../src/lib/log.ts";
import { createPacers } from "../../src/lib/pacing.ts";
import { createSeededRandom } from "../../src/lib/random.ts";
import { resolveEndpoints } from "../../src/providers/endpoints.ts";
import { loadProvider } from "../../src/providers/registry.ts";
import type { Sandbox } from "../../src/sandbox/kit/server.ts";
import { startSandboxes } from "../../src/sandbox/start.ts";
import type { Storage, Store } from "../../src/store/ports.ts";
import { createEngine } from "../../src/sync/create-engine.ts";
import type { Engine, SyncDocument, SyncOptions } from "../../src/sync/engine.ts";
import type { EngineParts } from "../../src/sync/prepare.ts";
import { googleAccount, stripeAccount } from "./accounts.ts";
import type { Account } from "./accounts.ts";
import { openTestStore } from "./databases.ts";
import type { TestDatabase } from "./databases.ts";
import { must } from "../../src/lib/assert.ts";

export interface WorldOptions {
  /** Seeded records at each provider; a third of them are the same people. */
  readonly clients?: number;
  /** YAML lines of the connection `billing` (Stripe), beside its provider. */
  readonly billing?: string;
  /** YAML lines of the connection `contacts` (Google), beside its provider. */
  readonly contacts?: string;
  /** YAML lines of the file's top level. */
  readonly top?: string;
  /** Told of each statement to the database. */
  readonly onStatement?: (text: string) => void;
}

/** Two sandboxes, one database and the engine between them, on one clock that moves only when told. */
export interface World {
  readonly clock: StepClock;
  readonly store: Store;
  /** Where the database is, for what looks at it past the store. */
  readonly storage: Storage;
  readonly org: OrgConfig;
  readonly orgId: string;
  readonly engine: Engine;
  readonly stripe: Account;
  readonly google: Account;
  /** Logged lines, as a person would see them. */
  readonly lines: readonly string[];
  /** Moves the clock a minute on, then syncs. */
  sync(options?: SyncOptions): Promise<SyncDocument>;
  /** The engine of another process, with other rules of the same connections where they are given. */
  reopen(options?: WorldOptions & { readonly store?: Store }): Promise<World>;
  close(): Promise<void>;
}

const startMs = Date.parse("2026-11-02T09:00:00.000Z");

export async function openWorld(
  database: TestDatabase,
  options: WorldOptions = {},
): Promise<World> {
  const clock = createStepClock(startMs);
  const running = await startSandboxes({
    vendors: ["stripe", "google"],
    seed: 11,
    clients: options.clients ?? 0,
    clock,
    autoConsent: true,
  });
  const sandboxes = {
    stripe: must(running.sandboxes[0], "the Stripe sandbox"),
    google: must(running.sandboxes[1], "the Google sandbox"),
  };
  const storage = await database.storage();
  const { onStatement } = options;
  const store = await openTestStore(storage, { clock }, onStatement ? { onStatement } : {});
  const close = () => running.close();
  return assemble({ clock, storage, store, sandboxes, close, process: 1 }, options);
}

interface Ground {
  readonly clock: StepClock;
  readonly storage: Storage;
  readonly store: Store;
  readonly sandboxes: { readonly stripe: Sandbox; readonly google: Sandbox };
  readonly process: number;
  close(): Promise<void>;
}

async function assemble(ground: Ground, options: WorldOptions): Promise<World> {
  const { clock, store, sandboxes } = ground;
  const lines: string[] = [];
  const random = createSeededRandom(ground.process);
  const log = createLog((line) => lines.push(JSON.stringify(line)));
  const fetch = createFetch({
    timeoutMs: 5000,
    maxBytes: 64 * 1024 * 1024,
    userAgent: "astralis-test",
  });
  const deps: Deps = { clock, random, ids: createIds(clock, random), log, fetch };
  const config = configOf(sandboxes, options);
  const org = must(config.orgs[0], "the organization");
  const engine = createEngine(partsOf(ground, config, deps));
  const orgId = await settleConnections(store, deps, org);
  return {
    clock,
    store,
    storage: ground.storage,
    org,
    orgId,
    engine,
    stripe: stripeAccount(sandboxes.stripe),
    google: googleAccount(sandboxes.google),
    lines,
    sync: (more = {}) => {
      clock.advance(60_000);
      return engine.sync(org, more);
    },
    reopen: ({ store: other, ...more } = {}) =>
      assemble(
        { ...ground, store: other ?? store, process: ground.process + 1 },
        { ...options, ...more },
      ),
    close: () => ground.close(),
  };
}

function partsOf(ground: Ground, config: Config, deps: Deps): EngineParts {
  const pacers = createPacers({ clock: deps.clock });
  return {
    store: ground.store,
    deps,
    safety: config.safety,
    holder: `process-${ground.process}`,
    // A process that another one replaced has died.
    isGone: (holder) => holder !== `process-${ground.process}`,
    provider: loadProvider,
    open: async ({ config: connection, provider, row }, watch) => {
      const paced = pacers(row.account?.id ?? row.id, provider.limits)(watch(deps.fetch));
      const token = async () => {
        const { credentials } =
          provider.name === "stripe"
            ? ground.sandboxes.stripe.describe()
            : ground.sandboxes.google.describe();
        return must(credentials["api_key"] ?? credentials["access_token"], "a credential");
      };
      return provider.open({
        deps: { ...deps, fetch: paced },
        endpoints: resolveEndpoints(provider, connection.endpoints),
        access: { token, renew: token, accountHint: null, apiOrigin: null },
        filter: connection.filter,
      });
    },
  };
}

/** Every connection of the organization with its row, as it is after a sign-in. */
export async function settleConnections(store: Store, deps: Deps, org: OrgConfig): Promise<string> {
  const at = instantOf(deps.clock);
  const { id: orgId } = await store.organizations.ensure(org.name, { id: deps.ids(), at });
  for (const connection of org.connections) {
    const provider = await loadProvider(connection.provider);
    const fresh = {
      id: deps.ids(),
      orgId,
      name: connection.name,
      provider: provider.name,
      type: provider.type,
      createdAt: at,
    };
    const row = await store.connections.ensure(fresh);
    if (row.account !== null) continue;
    const account = { id: `account-${connection.name}`, name: connection.name };
    await store.connections.setAccount(
      row.id,
      { account, scopes: [], connectedBy: "test", grantExpiresAt: null },
      at,
    );
    await store.connections.setStatus(
      row.id,
      { status: "idle", reason: null, lastError: null },
      at,
    );
  }
  return orgId;
}

function configOf(sandboxes: Ground["sandboxes"], options: WorldOptions): Config {
  const text = [
    "version: 1",
    "storage: sqlite:unused.db",
    options.top ?? "",
    "orgs:",
    "  acme:",
    "    connections:",
    ...connectionLines("billing", "stripe", sandboxes.stripe, options.billing),
    ...connectionLines(
      "contacts",
      "gmail",
      sandboxes.google,
      options.contacts ?? "create: { there: true }\nsearch_lag_seconds: 0",
    ),
  ].join("\n");
  return parseConfig(text, { file: "/nowhere/astralis.config.yaml", lookUp: () => null });
}

/** A connection of the configuration file, below an organization's `connections`. */
export function connectionLines(
  name: string,
  provider: string,
  sandbox: Sandbox,
  more = "",
): readonly string[] {
  const lines = [
    `provider: ${provider}`,
    `endpoints: { api: "${sandbox.origin}" }`,
    ...more.split("\n").filter((line) => line !== ""),
  ];
  return [`      ${name}:`, ...lines.map((line) => `        ${line}`)];
}
