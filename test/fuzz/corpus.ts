import { must } from "../../src/lib/assert.ts";
import { createStepClock } from "../../src/lib/clock.ts";
import type { Clock } from "../../src/lib/clock.ts";
import type { Deps } from "../../src/lib/deps.ts";
import type { Fetch } from "../../src/lib/http.ts";
import { createIds } from "../../src/lib/ids.ts";
import { isRecord } from "../../src/lib/json.ts";
import type { Json } from "../../src/lib/json.ts";
import { silentLog } from "../../src/lib/log.ts";
import { createSeededRandom } from "../../src/lib/random.ts";
import { resolveEndpoints } from "../../src/providers/endpoints.ts";
import type { Fields } from "../../src/model/fields.ts";
import type { Provider, ProviderSession } from "../../src/providers/provider.ts";
import { loadProvider } from "../../src/providers/registry.ts";
import type { InProcessSandbox } from "../../src/sandbox/kit/in-process.ts";
import { openInProcess } from "../../src/sandbox/start.ts";

/** One answer of a provider, as it came over the wire. */
export type Exchange = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
};

/** What a vendor's sandbox really answers, by what it was asked for; fuzzing starts from there. */
export interface Corpus {
  readonly provider: Provider;
  readonly answers: Readonly<Record<Verb, readonly Exchange[]>>;
  /** The entries of its listings. */
  readonly records: readonly Json[];
  /** Answers that are failures. */
  readonly failures: readonly Exchange[];
  /** Ends of listings, as the engine would keep them. */
  readonly cursors: readonly string[];
}

export const verbs = [
  "account",
  "pull",
  "changes",
  "get",
  "find",
  "create",
  "update",
  "remove",
] as const;
export type Verb = (typeof verbs)[number];

export const startMs = Date.parse("2026-11-02T09:00:00.000Z");
const origin = "http://127.0.0.1:1";
export const ownId = "0190d5e8-0000-7000-8000-000000000001";

export const someFields: Fields = {
  email: "zoe@example.com",
  name: "Dr. Zoë Ångström",
  phone: "+46 8 123 456",
  company: "Ångström & Söner",
  address_line1: "Drottninggatan 1",
  city: "Stockholm",
  country: "SE",
  notes: "a=b&c[d]=e\n🦊",
};

export async function collectCorpus(provider: string, vendor: string): Promise<Corpus> {
  const loaded = await loadProvider(provider);
  const clock = createStepClock(startMs);
  const sandbox = await openInProcess(vendor, {
    origin,
    seed: 5,
    clients: 5,
    clock,
    timeoutMs: 30_000,
    sleep: (durationMs) => clock.sleep(durationMs),
  });
  const heard: Exchange[] = [];
  const session = openAt(
    loaded,
    clock,
    async (url, init) => {
      const response = await sandbox.fetch(url, init);
      heard.push(await exchangeOf(response.clone()));
      return response;
    },
    { token: tokenAt(sandbox), account: accountAt(sandbox) },
  );
  const heardBy = async (work: () => Promise<unknown>) => {
    heard.length = 0;
    await work().catch(() => null);
    return [...heard];
  };
  const answers = await talk(session, clock, heardBy);
  const failures: Exchange[] = [];
  for (const status of [400, 401, 403, 404, 409, 429, 500, 503]) {
    sandbox.control.addFaults({ match: {}, kind: "status", status, retryAfterSeconds: 3 });
    failures.push(
      ...(await heardBy(async () => session.clients?.pull({ cursor: null, page: null }))),
    );
    sandbox.control.clearFaults();
    // What it asked for is over by then.
    clock.advance(60_000);
  }
  const records = [...answers.pull, ...answers.changes].flatMap(({ body }) => entriesIn(body, 4));
  const page = await must(session.clients, "clients").pull({ cursor: null, page: null });
  return {
    provider: loaded,
    answers,
    records,
    failures,
    cursors: page.next.kind === "complete" ? [page.next.cursor] : [],
  };
}

/** The entries of every list in an answer, however deep it lies. */
function entriesIn(body: Json, depth: number): readonly Json[] {
  if (Array.isArray(body)) return body.filter((entry: Json) => isRecord(entry));
  if (!isRecord(body) || depth === 0) return [];
  return Object.values(body).flatMap((member) => entriesIn(member, depth - 1));
}

/** A session whose requests that fetch answers. */
export function openAt(
  provider: Provider,
  clock: Clock,
  fetch: Fetch,
  { token = "sk_test_fuzzedfuzzedfuzzed", account = "1" } = {},
): ProviderSession {
  const random = createSeededRandom(1);
  const deps: Deps = { clock, random, ids: createIds(clock, random), log: silentLog, fetch };
  const give = async () => token;
  return provider.open({
    deps,
    endpoints: resolveEndpoints(provider, { api: origin }),
    access: { token: give, renew: give, accountHint: account, apiOrigin: null },
  });
}

async function talk(
  session: ProviderSession,
  clock: ReturnType<typeof createStepClock>,
  heardBy: (work: () => Promise<unknown>) => Promise<readonly Exchange[]>,
): Promise<Corpus["answers"]> {
  const clients = must(session.clients, "the provider has clients");
  const first = await clients.pull({ cursor: null, page: null });
  const cursor = first.next.kind === "complete" ? first.next.cursor : null;
  const ids = first.observations.map((seen) => seen.externalId);
  clock.advance(60_000);
  const create = { fields: someFields, ownId, key: "create-1" };
  const created: { externalId?: string; fields?: Fields } = {};
  const creating = async () => {
    const answer = await clients.create(create);
    if (answer.kind === "done") Object.assign(created, answer.observation);
  };
  const createAnswers = await heardBy(creating);
  const externalId = must(created.externalId, "the sandbox created a record");
  const expected = { version: null, fields: created.fields ?? {} };
  clock.advance(60_000);
  return {
    account: await heardBy(() => session.account()),
    pull: await heardBy(() => clients.pull({ cursor: null, page: null })),
    create: createAnswers,
    get: await heardBy(() => clients.get([externalId, ...ids.slice(0, 2), "people/c0"])),
    find: await heardBy(() => clients.find({ ownId, emails: ["zoe@example.com"] })),
    update: await heardBy(() =>
      clients.update({
        externalId,
        changes: { name: "Zoë", city: null },
        expected,
        key: "update-1",
      }),
    ),
    remove: await heardBy(() => clients.remove(must(ids[0], "a seeded record"))),
    changes: await heardBy(() => clients.pull({ cursor, page: null })),
  };
}

async function exchangeOf(response: Response): Promise<Exchange> {
  const text = await response.text();
  const kept = [...response.headers].filter(([name]) => name !== "content-length");
  return { status: response.status, headers: Object.fromEntries(kept), body: bodyOf(text) };
}

function bodyOf(text: string): Json {
  try {
    const body: Json = JSON.parse(text);
    return body;
  } catch {
    return { $raw: text };
  }
}

function accountAt(sandbox: InProcessSandbox): string {
  const { credentials } = sandbox.describe();
  return credentials["realm_id"] ?? credentials["account"] ?? "1";
}

function tokenAt(sandbox: InProcessSandbox): string {
  const { credentials } = sandbox.describe();
  return must(credentials["api_key"] ?? credentials["access_token"], "the sandbox has a token");
}
