import { createAccess } from "../connections/access.ts";
import { createCipher } from "../connections/cipher.ts";
import { tokenOf } from "../connections/credential.ts";
import { createVault } from "../connections/vault.ts";
import type { ConnectionConfig, OrgConfig } from "../config/config.ts";
import { must } from "../lib/assert.ts";
import { createStepClock, instantOf } from "../lib/clock.ts";
import type { StepClock } from "../lib/clock.ts";
import type { Deps } from "../lib/deps.ts";
import { createFetch } from "../lib/http.ts";
import type { Fetch } from "../lib/http.ts";
import { createIds } from "../lib/ids.ts";
import { isRecord } from "../lib/json.ts";
import { createLog } from "../lib/log.ts";
import { createPacers } from "../lib/pacing.ts";
import { createSeededRandom } from "../lib/random.ts";
import type { Change } from "../model/journal.ts";
import { resolveEndpoints } from "../providers/endpoints.ts";
import type { Provider } from "../providers/provider.ts";
import { loadProvider } from "../providers/registry.ts";
import { openInProcess } from "../sandbox/start.ts";
import { openStore } from "../store/open.ts";
import type { Store } from "../store/ports.ts";
import { createEngine } from "../sync/create-engine.ts";
import type { Engine } from "../sync/engine.ts";
import type { EngineParts } from "../sync/prepare.ts";
import type { Account } from "./accounts/account.ts";
import { accountKinds } from "./accounts/kinds.ts";
import { createFuse } from "./fuse.ts";
import type { Fuse, Life } from "./fuse.ts";
import type { ConnectionPlan, History, Rules } from "./history.ts";
import { appOf, signIn } from "./sign-in.ts";

/** A connection with both of its ends. */
export interface Place {
  readonly plan: ConnectionPlan;
  readonly connectionId: string;
  readonly provider: Provider;
  readonly account: Account;
  /** Every set of rules that it has had, the one in force last. */
  readonly rules: Rules[];
}

/** A process of astralis: ended, nothing of it goes on. */
export interface Process {
  readonly engine: Engine;
  readonly life: Life;
}

/** Sandboxes, one database and processes of the engine, on one clock that moves only when told. */
export interface SimulatedWorld {
  readonly clock: StepClock;
  readonly store: Store;
  readonly orgId: string;
  readonly places: readonly Place[];
  readonly fuse: Fuse;
  readonly journal: readonly Change[];
  /** Everything that was logged, thrown, reported or stored outside the credentials, for secrets to be looked for. */
  readonly heard: string[];
  readonly secrets: ReadonlySet<string>;
  readonly scratches: { opened: number; closed: number };
  /** With the rules in force. */
  org(): OrgConfig;
  /** The process that is used now; a new one where the last has ended. */
  process(): Process;
  /** One more, beside it. */
  otherProcess(): Process;
  /** Signs a connection in anew, as a person does whose sign-in no longer holds. */
  reconnect(place: Place): Promise<void>;
  /** All later choices of the engine and the network follow from this. */
  reseed(seed: number): void;
  close(): Promise<void>;
}

/** When every history begins. */
export const startMs = Date.parse("2026-11-02T09:00:00.000Z");
const timeoutSeconds = 30;
const cipher = createCipher("a master key for simulated worlds alone");

export async function openSimulatedWorld(history: History): Promise<SimulatedWorld> {
  const clock = createStepClock(startMs);
  const heard: string[] = [];
  const journal: Change[] = [];
  const secrets = new Set<string>();
  const scratches = { opened: 0, closed: 0 };
  let random = createSeededRandom(history.seed);
  const fuse = createFuse({
    onWritten: (text) => heard.push(text),
    onJournal: (changes) => journal.push(...changes),
  });
  const log = createLog((line) => heard.push(JSON.stringify(line)));
  const chance = {
    bytes: (count: number) => random.bytes(count),
    fraction: () => random.fraction(),
  };
  const accounts = await openAccounts(history, clock);
  const network = networkOf(accounts, { clock, secrets, chance: () => random.fraction() });
  const fetch = createFetch({
    timeoutMs: 600_000,
    maxBytes: 64 * 1024 * 1024,
    userAgent: "astralis-simulation",
    fetch: network,
  });
  const deps = (): Deps => ({ clock, random: chance, ids: createIds(clock, chance), log, fetch });
  const base = deps();
  const opened = await openStore({ kind: "sqlite", file: ":memory:" }, base);
  await opened.schema.migrate();
  const store = countingScratches(opened, scratches);
  const vault = createVault({ credentials: store.credentials, cipher, clock });
  const { orgId, places } = await settle(history, { store, accounts, deps: base });
  const org = () => orgOf(history, places);

  const reconnect = async (place: Place) => {
    const credential = await signIn(place.provider, place.account.sandbox, {
      endpoints: endpointsOf(place),
      deps: base,
    });
    secrets.add(tokenOf(credential));
    if (credential.kind === "oauth" && credential.refreshToken)
      secrets.add(credential.refreshToken);
    await vault.replaceCredential(place.connectionId, credential);
    const at = instantOf(clock);
    const idle = { status: "idle", reason: null, lastError: null } as const;
    await store.connections.setStatus(place.connectionId, idle, at);
  };
  for (const place of places) await reconnect(place);

  const lives: { readonly holder: string; readonly life: Life }[] = [];
  const startProcess = (): Process => {
    const life = { ended: false };
    const holder = `process-${lives.length + 1}`;
    lives.push({ holder, life });
    const isGone = (name: string) =>
      lives.some((one) => name.startsWith(one.holder) && one.life.ended);
    const parts = partsOf({ fuse, life, store, holder, isGone, accounts, deps: deps() });
    return { engine: createEngine(parts), life };
  };
  let current: Process | null = null;
  return {
    clock,
    store,
    orgId,
    places,
    fuse,
    journal,
    heard,
    secrets,
    scratches,
    org,
    process: () => {
      if (current === null || current.life.ended) current = startProcess();
      return current;
    },
    otherProcess: startProcess,
    reconnect,
    reseed: (seed) => {
      random = createSeededRandom(seed);
    },
    close: () => store.close(),
  };
}

async function openAccounts(history: History, clock: StepClock): Promise<readonly Account[]> {
  const accounts: Account[] = [];
  for (const [index, plan] of history.connections.entries()) {
    const { vendor, open } = accountKinds[plan.provider];
    const sandbox = await openInProcess(vendor, {
      origin: `http://127.0.0.1:${41_000 + index}`,
      seed: history.seed + (index > 1 ? index : 0),
      clients: history.clients,
      // From the start: a provider does not set its clock back after it has dated records by it.
      clock: { now: () => clock.now() + plan.skewMs },
      autoConsent: true,
      listingLagMs: plan.lagMs,
      timeoutMs: timeoutSeconds * 1000,
      sleep: (durationMs) => clock.sleep(durationMs),
    });
    if (plan.rotatesTokens) sandbox.control.changeVendor({ rotate_refresh_tokens: true });
    accounts.push(open(sandbox));
  }
  return accounts;
}

/** Leads each request to its sandbox, after the time that the way there takes. */
function networkOf(
  accounts: readonly Account[],
  with_: {
    readonly clock: StepClock;
    readonly secrets: Set<string>;
    readonly chance: () => number;
  },
): Fetch {
  const byOrigin = new Map(accounts.map(({ sandbox }) => [sandbox.origin, sandbox]));
  return async (url, init = {}) => {
    const { origin, pathname } = new URL(url);
    const [, token] = (new Headers(init.headers).get("authorization") ?? "").split(" ");
    if (token) with_.secrets.add(token);
    await with_.clock.sleep(Math.floor(5 + with_.chance() * 200));
    const sandbox = must(byOrigin.get(origin), `there is nothing at ${origin}`);
    const response = await sandbox.fetch(url, init);
    if (pathname.endsWith("/token") || pathname.endsWith("/tokens/bearer"))
      await noteTokens(response.clone(), with_.secrets);
    return response;
  };
}

async function noteTokens(response: Response, secrets: Set<string>): Promise<void> {
  const body: unknown = await response.json().catch(() => null);
  if (!isRecord(body)) return;
  for (const name of ["access_token", "refresh_token"]) {
    const token = body[name];
    if (typeof token === "string") secrets.add(token);
  }
}

async function settle(
  history: History,
  { store, accounts, deps }: { store: Store; accounts: readonly Account[]; deps: Deps },
): Promise<{ readonly orgId: string; readonly places: readonly Place[] }> {
  const at = instantOf(deps.clock);
  const { id: orgId } = await store.organizations.ensure("acme", { id: deps.ids(), at });
  const places: Place[] = [];
  for (const [index, plan] of history.connections.entries()) {
    const provider = await loadProvider(plan.provider);
    const account = must(accounts[index], "an account for each connection");
    const { name } = plan;
    const fresh = { id: deps.ids(), orgId, name, provider: provider.name, type: provider.type };
    const row = await store.connections.ensure({ ...fresh, createdAt: at });
    const { account: told, realm_id: realm } =
      accounts[index]?.sandbox.describe().credentials ?? {};
    const id = told ?? realm ?? `account-${name}`;
    const signedIn = { account: { id, name }, scopes: [], connectedBy: "you" };
    await store.connections.setAccount(row.id, { ...signedIn, grantExpiresAt: null }, at);
    places.push({ plan, connectionId: row.id, provider, account, rules: [plan.rules] });
  }
  return { orgId, places };
}

function orgOf(history: History, places: readonly Place[]): OrgConfig {
  return {
    name: "acme",
    title: "acme",
    match: history.match,
    defaultCountry: null,
    connections: places.map(configOf),
  };
}

export function rulesOf(place: Place): Rules {
  return must(place.rules.at(-1), "a connection has rules");
}

function configOf(place: Place): ConnectionConfig {
  const rules = rulesOf(place);
  return {
    ...rules,
    name: place.plan.name,
    provider: place.plan.provider,
    enabled: true,
    collections: ["clients"],
    filter: null,
    endpoints: { api: place.account.sandbox.origin },
    schedule: "*/5 * * * *",
    maxRetries: 3,
    batchSize: 50,
    requestTimeoutSeconds: timeoutSeconds,
  };
}

function endpointsOf(place: Place) {
  return resolveEndpoints(place.provider, { api: place.account.sandbox.origin });
}

interface Wiring {
  readonly fuse: Fuse;
  readonly life: Life;
  readonly store: Store;
  readonly holder: string;
  readonly isGone: (holder: string) => boolean;
  readonly accounts: readonly Account[];
  readonly deps: Deps;
}

/** As `app.ts` puts them together, on the simulated clock and network. */
function partsOf({
  fuse,
  life,
  store: whole,
  holder,
  isGone,
  accounts,
  deps,
}: Wiring): EngineParts {
  const statements = fuse.wire(whole, life);
  const { store } = statements;
  const sending = { ...deps, fetch: statements.watch(deps.fetch) };
  const vault = createVault({ credentials: store.credentials, cipher, clock: deps.clock });
  const pacers = createPacers({ clock: deps.clock });
  return {
    store,
    deps: sending,
    safety: { maxDeletes: 0.2, maxCreates: 500 },
    holder,
    isGone,
    provider: loadProvider,
    open: async ({ config, row, provider, org }, watch) => {
      const endpoints = resolveEndpoints(provider, config.endpoints);
      const at = accounts.find(({ sandbox }) => sandbox.origin === config.endpoints.api);
      const app = appOf(must(at, "an account for each connection").sandbox);
      const access = await createAccess(
        { id: row.id, name: row.name, orgName: org.name },
        provider,
        {
          endpoints,
          app,
          vault,
          leases: store.leases,
          connections: store.connections,
          deps: sending,
          holder,
        },
      );
      const account = `${provider.name} ${endpoints.api} ${row.account?.id ?? row.id}`;
      const paced = pacers(account, provider.limits)(watch(sending.fetch));
      return provider.open({ deps: { ...deps, fetch: access.watch(paced) }, endpoints, access });
    },
  };
}

function countingScratches(store: Store, scratches: { opened: number; closed: number }): Store {
  return {
    ...store,
    scratch: async (orgId) => {
      const scratch = await store.scratch(orgId);
      scratches.opened += 1;
      return {
        ...scratch,
        close: async () => {
          await scratch.close();
          scratches.closed += 1;
        },
      };
    },
  };
}
