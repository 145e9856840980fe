import { createStepClock, type StepClock } from "../../src/lib/clock.ts";
import type { Deps } from "../../src/lib/deps.ts";
import { AuthError } from "../../src/lib/errors.ts";
import { createFetch, type Fetch } from "../../src/lib/http.ts";
import { createIds } from "../../src/lib/ids.ts";
import { silentLog } from "../../src/lib/log.ts";
import { createSeededRandom } from "../../src/lib/random.ts";
import type { Filter } from "../../src/model/connection.ts";
import { resolveEndpoints } from "../../src/providers/endpoints.ts";
import type {
  Access,
  ClientsCapabilities,
  ClientsSession,
  Page,
  Provider,
  ProviderSession,
} from "../../src/providers/provider.ts";
import { loadProvider } from "../../src/providers/registry.ts";
import type { Sandbox } from "../../src/sandbox/kit/server.ts";
import { startSandboxes } from "../../src/sandbox/start.ts";

/** A provider's name, the sandbox that stands in for it, and how to get in there. */
export interface Entrance {
  readonly provider: string;
  readonly vendor: string;
  /** A token or key that the sandbox accepts now. */
  signIn(sandbox: Sandbox): Promise<string>;
  /** The account that the sign-in told of, where it tells one. */
  accountHint?(sandbox: Sandbox): string;
}

export interface RoomOptions {
  readonly clients?: number;
  readonly timeoutMs?: number;
  readonly access?: Partial<Access>;
  readonly filter?: Filter;
}

/** One adapter before one sandbox, on a clock that both share. */
export interface Room {
  readonly provider: Provider;
  readonly capabilities: ClientsCapabilities;
  readonly sandbox: Sandbox;
  readonly clock: StepClock;
  /** A session as another process would open it. */
  open(): ProviderSession;
  readonly clients: ClientsSession;
  /** Stands between the adapter and the sandbox from now on; null steps aside. */
  intercept(handler: Interceptor | null): void;
  /** How often the adapter asked for another token. */
  renewals(): number;
  /** How many requests the sandbox has served, and how many of them changed something. */
  served(): { readonly requests: number; readonly writes: number };
  close(): Promise<void>;
}

/** Answers a request itself, or sends it on and does with the answer what it likes. */
export type Interceptor = (path: string, send: () => Promise<Response>) => Promise<Response>;

/** Rewrites the body of each answer; text goes as it is. */
export function rewriting(change: (body: unknown) => unknown): Interceptor {
  return async (_path, send) => {
    const response = await send();
    const rewritten = change(await response.json());
    const text = typeof rewritten === "string" ? rewritten : JSON.stringify(rewritten);
    return new Response(text, { status: response.status, headers: response.headers });
  };
}

/** Opens a room that the suite closes. */
export type Enter = (options?: RoomOptions) => Promise<Room>;

const startMs = Date.parse("2026-11-02T09:00:00.000Z");

export async function openRoom(entrance: Entrance, options: RoomOptions = {}): Promise<Room> {
  const provider = await loadProvider(entrance.provider);
  const clock = createStepClock(startMs);
  const running = await startSandboxes({
    vendors: [entrance.vendor],
    seed: 7,
    clients: options.clients ?? 3,
    clock,
    autoConsent: true,
  });
  const [sandbox] = running.sandboxes;
  if (sandbox === undefined || provider.clients === undefined) throw new Error("nothing to test");
  let interceptor: Interceptor | null = null;
  let token = await entrance.signIn(sandbox);
  let renewals = 0;
  sandbox.control.clearLedger();
  const fetch = createFetch({
    timeoutMs: options.timeoutMs ?? 10_000,
    maxBytes: 64 * 1024 * 1024,
    userAgent: "astralis-test",
    fetch: (url, init) => {
      const send = () => globalThis.fetch(url, init);
      return interceptor === null ? send() : interceptor(new URL(url).pathname, send);
    },
  });
  const access: Access = {
    token: async () => token,
    renew: async () => {
      renewals += 1;
      if (renewals > 10) throw new AuthError("reauth-required", "renewed too often");
      token = await entrance.signIn(sandbox);
      return token;
    },
    accountHint: entrance.accountHint?.(sandbox) ?? null,
    apiOrigin: null,
    ...options.access,
  };
  const open = () =>
    provider.open({
      deps: depsOf(clock, fetch),
      endpoints: resolveEndpoints(provider, { api: sandbox.origin }),
      access,
      filter: options.filter ?? null,
    });
  const { clients } = open();
  if (clients === undefined) throw new Error("the provider opens no clients");
  return {
    provider,
    capabilities: provider.clients,
    sandbox,
    clock,
    open,
    clients,
    intercept: (handler) => {
      interceptor = handler;
    },
    renewals: () => renewals,
    served: () => {
      const ledger = sandbox.control.ledger();
      return { requests: ledger.length, writes: ledger.filter((entry) => entry.wrote).length };
    },
    close: () => running.close(),
  };
}

function depsOf(clock: StepClock, fetch: Fetch): Deps {
  const random = createSeededRandom(1);
  return { clock, random, ids: createIds(clock, random), log: silentLog, fetch };
}

/** Every page of a listing. */
export async function pullAll(
  clients: ClientsSession,
  cursor: string | null,
): Promise<readonly Page[]> {
  const pages: Page[] = [];
  let page: string | null = null;
  do {
    const pulled: Page = await clients.pull({ cursor, page });
    pages.push(pulled);
    page = pulled.next.kind === "more" ? pulled.next.page : null;
  } while (page !== null);
  return pages;
}

/** The cursor at the end of a full listing. */
export async function cursorNow(clients: ClientsSession): Promise<string> {
  return cursorOf((await pullAll(clients, null)).at(-1));
}

export function cursorOf(page: Page | undefined): string {
  if (page?.next.kind !== "complete") throw new Error(`the listing ended as ${page?.next.kind}`);
  return page.next.cursor;
}
