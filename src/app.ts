import { userInfo } from "node:os";
import { join } from "node:path";
import { chooseOrg } from "./config/choose.ts";
import type { Config, ConnectionConfig, OrgConfig } from "./config/config.ts";
import { readEnvironment, withEnvFile } from "./config/environment.ts";
import { createAccess } from "./connections/access.ts";
import { createConnections } from "./connections/connections.ts";
import type { Connections, ConnectionTarget } from "./connections/connections.ts";
import { checkSecure } from "./connections/endpoints.ts";
import { loadKeychain } from "./connections/keychain.ts";
import { openKeyring } from "./connections/keyring.ts";
import { createVault } from "./connections/vault.ts";
import type { Vault } from "./connections/vault.ts";
import { instantOf, systemClock } from "./lib/clock.ts";
import type { Deps } from "./lib/deps.ts";
import { UsageError } from "./lib/errors.ts";
import { holderOf, isGone } from "./lib/holder.ts";
import { createFetch } from "./lib/http.ts";
import { createIds } from "./lib/ids.ts";
import type { Log } from "./lib/log.ts";
import { createPacers } from "./lib/pacing.ts";
import { systemRandom } from "./lib/random.ts";
import { resolveEndpoints } from "./providers/endpoints.ts";
import type { Endpoints, Provider } from "./providers/provider.ts";
import { loadProvider, providerNames } from "./providers/registry.ts";
import { openStore } from "./store/open.ts";
import type { Store } from "./store/ports.ts";
import { createEngine } from "./sync/create-engine.ts";
import type { Engine } from "./sync/engine.ts";
import type { EngineParts } from "./sync/prepare.ts";
import { checkRules } from "./sync/provider-rules.ts";

/** Everything that a face needs, put together once from a configuration. */
export interface App {
  readonly config: Config;
  readonly deps: Deps;
  readonly store: Store;
  readonly engine: Engine;
  readonly connections: Connections;
  /** The names that `connect` takes. */
  readonly providers: readonly string[];
  /** The organization of that name, or the only one; throws `org-required` or `org-unknown`. */
  org(name: string | undefined): OrgConfig;
  /** A declared connection with its provider loaded; throws `connection-unknown` or `provider-unknown`. */
  target(org: OrgConfig, connection: string): Promise<ConnectionTarget>;
  close(): Promise<void>;
}

export { loadProvider, providerNames } from "./providers/registry.ts";

/** Throws `config-invalid` where a provider cannot do what the file asks of it. */
export async function checkConnections(config: Config): Promise<void> {
  for (const org of config.orgs)
    for (const connection of org.connections)
      if (connection.filter !== null)
        checkRules(org.name, connection, await loadProvider(connection.provider));
}

export interface AppOptions {
  /** As `--config` gives it; without it the nearest file from `cwd` upwards. */
  readonly configPath?: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  /** Of the program, as requests name it. */
  readonly version: string;
  /** "any" opens a database that is older or newer than the program knows, for `db`; else that is an error. */
  readonly schema?: "checked" | "any";
}

/** The largest answer that is read: a page of records, each of them far larger than any that can be kept. */
const maxAnswerBytes = 64 * 1024 * 1024;

/** Puts everything together from the configuration; whoever asks for it closes it. */
export async function createApp(options: AppOptions): Promise<App> {
  // Loading zod and yaml costs a tenth of a second, which `--help` does without.
  const { loadConfig } = await import("./config/load.ts");
  const config = await loadConfig({
    cwd: options.cwd,
    env: options.env,
    ...(options.configPath === undefined ? {} : { path: options.configPath }),
  });
  const deps = createDeps(options);
  const store = await openStore(config.storage, deps);
  try {
    await prepareSchema(store, options.schema ?? "checked");
    const environment = readEnvironment(await withEnvFile(options.env, config.folder));
    const vault = lazyVault(config, store, deps, environment.masterKey);
    return assemble({ version: options.version, config, deps, store, vault });
  } catch (error) {
    await store.close();
    throw error;
  }
}

interface Core {
  readonly version: string;
  readonly config: Config;
  readonly deps: Deps;
  readonly store: Store;
  readonly vault: Vault;
}

function assemble(core: Core): App {
  const { config, deps, store, vault } = core;
  const holder = holderOf(process.pid);
  return {
    config,
    deps,
    store,
    engine: createEngine(engineParts(core, holder)),
    connections: createConnections({
      store,
      vault,
      deps,
      holder,
      connectedBy: userInfo().username,
    }),
    providers: providerNames,
    org: (name) => chooseOrg(config, name),
    target: (org, connection) => targetOf(core, org, connection),
    close: () => store.close(),
  };
}

function engineParts(core: Core, holder: string): EngineParts {
  const { config, deps, store, vault, version } = core;
  const pacers = createPacers({ clock: deps.clock });
  return {
    store,
    deps,
    safety: config.safety,
    holder,
    isGone,
    provider: loadProvider,
    open: async ({ config: connection, row, provider, org }, watch) => {
      const endpoints = endpointsOf(config, provider, connection);
      const timeoutMs = connection.requestTimeoutSeconds * 1000;
      const sending = { ...deps, fetch: fetchWithin(timeoutMs, version) };
      const access = await createAccess(
        { id: row.id, name: row.name, orgName: org.name },
        provider,
        {
          endpoints,
          app: config.apps[provider.vendor] ?? null,
          vault,
          leases: store.leases,
          connections: store.connections,
          deps: sending,
          holder,
        },
      );
      const account = `${provider.name} ${endpoints.api} ${row.account?.id ?? row.id}`;
      const paced = pacers(account, provider.limits)(watch(sending.fetch));
      return provider.open({
        deps: { ...deps, fetch: access.watch(paced) },
        endpoints,
        access,
        filter: connection.filter,
      });
    },
  };
}

function createDeps({ log, version }: AppOptions): Deps {
  const clock = systemClock;
  const random = systemRandom;
  return { clock, random, ids: createIds(clock, random), log, fetch: fetchWithin(30_000, version) };
}

function fetchWithin(timeoutMs: number, version: string): Deps["fetch"] {
  return createFetch({ timeoutMs, maxBytes: maxAnswerBytes, userAgent: `astralis/${version}` });
}

/** A new database gets its schema; an older or newer one is for the person to decide about. */
async function prepareSchema(store: Store, schema: "checked" | "any"): Promise<void> {
  const status = await store.schema.status();
  const empty =
    status.newer.length === 0 && status.migrations.every((migration) => migration.applied === null);
  if (empty) await store.schema.migrate();
  else if (schema === "checked") await store.schema.check();
}

/** The master key is looked for when a credential is first needed: reading clients takes none. */
function lazyVault(config: Config, store: Store, deps: Deps, environmentKey: string | null): Vault {
  let opening: Promise<Vault> | null = null;
  const open = async () => {
    const cipher = await openKeyring({
      credentials: store.credentials,
      environmentKey,
      keychain: loadKeychain,
      keyFile: join(config.folder, ".astralis", "master.key"),
    });
    return createVault({ credentials: store.credentials, cipher, clock: deps.clock });
  };
  const vault = () => (opening ??= open());
  return {
    readCredential: async (connectionId) => (await vault()).readCredential(connectionId),
    writeCredential: async (connectionId, pair, over) =>
      (await vault()).writeCredential(connectionId, pair, over),
    replaceCredential: async (connectionId, credential) =>
      (await vault()).replaceCredential(connectionId, credential),
    deleteCredential: (connectionId) => store.credentials.delete(connectionId),
  };
}

async function targetOf(core: Core, org: OrgConfig, name: string): Promise<ConnectionTarget> {
  const connection = org.connections.find((one) => one.name === name);
  if (!connection) {
    const names = org.connections.map((one) => one.name).join(", ");
    throw new UsageError("connection-unknown", `${org.name} has no connection "${name}"`, {
      hint: names ? `Its connections are: ${names}.` : "Add one with: astralis connect <provider>",
      place: { org: org.name },
    });
  }
  const provider = await loadProvider(connection.provider);
  const { store, deps, config } = core;
  const environment = config.environments?.[provider.vendor];
  const row = await store.organizations.ensure(org.name, {
    id: deps.ids(),
    at: instantOf(deps.clock),
  });
  return {
    org: row,
    name,
    provider,
    endpoints: endpointsOf(config, provider, connection),
    app: config.apps[provider.vendor] ?? null,
    ...(environment === undefined ? {} : { environment }),
  };
}

function endpointsOf(config: Config, provider: Provider, connection: ConnectionConfig): Endpoints {
  const endpoints = resolveEndpoints(provider, connection.endpoints, {
    environment: config.environments?.[provider.vendor],
  });
  checkSecure(endpoints);
  return endpoints;
}
