import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCipher } from "../../src/connections/cipher.ts";
import type { OAuthCredential } from "../../src/connections/credential.ts";
import { createVault } from "../../src/connections/vault.ts";
import { instantOf, systemClock } from "../../src/lib/clock.ts";
import type { Clock } from "../../src/lib/clock.ts";
import type { Deps } from "../../src/lib/deps.ts";
import { AuthError, ProviderError } from "../../src/lib/errors.ts";
import { createFetch } from "../../src/lib/http.ts";
import { createIds } from "../../src/lib/ids.ts";
import { isRecord } from "../../src/lib/json.ts";
import { createLog } from "../../src/lib/log.ts";
import type { LogLine } from "../../src/lib/log.ts";
import { systemRandom } from "../../src/lib/random.ts";
import type { Connection } from "../../src/model/connection.ts";
import type { Endpoints, OAuthSignIn, Provider, Session } from "../../src/providers/provider.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/ports.ts";

export const testSecret = "a master key that only these tests use";

export function createDeps(clock: Clock = systemClock, lines: LogLine[] = []): Deps {
  const fetch = createFetch({
    timeoutMs: 10_000,
    maxBytes: 1_000_000,
    userAgent: "astralis-test",
  });
  const ids = createIds(clock, systemRandom);
  return { clock, random: systemRandom, ids, log: createLog((line) => lines.push(line)), fetch };
}

/** A real database with one organization and one connection of the notebook. */
export async function openRoom(deps: Deps) {
  const folder = await mkdtemp(join(tmpdir(), "astralis-connections-"));
  const file = join(folder, "astralis.db");
  const store = await openStore({ kind: "sqlite", file }, deps);
  await store.schema.migrate();
  const at = instantOf(deps.clock);
  const org = await store.organizations.ensure("acme", { id: deps.ids(), at });
  const connection = await ensureConnection(store, { deps, orgId: org.id, name: "notes" });
  const vault = createVault({
    credentials: store.credentials,
    cipher: createCipher(testSecret),
    clock: deps.clock,
  });
  const close = async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { folder, file, store, org, connection, vault, close };
}

export function ensureConnection(
  store: Store,
  { deps, orgId, name }: { readonly deps: Deps; readonly orgId: string; readonly name: string },
): Promise<Connection> {
  const createdAt = instantOf(deps.clock);
  const provider = { provider: notebook.name, type: notebook.type };
  return store.connections.ensure({ id: deps.ids(), orgId, name, ...provider, createdAt });
}

export function endpointsAt(origin: string): Endpoints {
  const at = (path: string) => `${origin}/${path}`;
  return { api: origin, authorize: at("authorize"), token: at("token"), revoke: at("revoke") };
}

export function oauthCredential(
  grant: { readonly accessToken: string; readonly refreshToken: string | null },
  facts: {
    readonly origin: string;
    readonly issuedAtMs: number;
    readonly lifeSeconds?: number;
    readonly redirectUri?: string;
  },
): OAuthCredential {
  return {
    kind: "oauth",
    ...grant,
    issuedAtMs: facts.issuedAtMs,
    expiresAtMs: facts.issuedAtMs + (facts.lifeSeconds ?? 3600) * 1000,
    scopes: ["contacts", "openid"],
    origins: [facts.origin],
    accountHint: null,
    apiOrigin: null,
    redirectUri: facts.redirectUri ?? null,
  };
}

/** A provider of one verb, over the authorization server's `/me`. */
export const notebook: Provider = {
  name: "notebook",
  title: "Notebook",
  type: "email",
  vendor: "notebook",
  endpoints: endpointsAt("https://notebook.test"),
  limits: { requestsPerSecond: 100, concurrency: 4, serialWrites: false },
  signIn: [
    {
      kind: "oauth",
      pkce: true,
      clientSecret: "required",
      scopes: () => ["contacts"],
      identityScopes: ["openid"],
      authorizeParameters: { access_type: "offline" },
      refreshToken: "required",
      redirectPath: "/",
      revocation: "query",
    },
    {
      kind: "api-key",
      label: "secret key",
      advice: "Make one under Settings.",
      check: (key) => (key.startsWith("key-") ? null : "it does not begin with key-"),
    },
  ],
  open: (session) => ({ account: () => readAccount(session) }),
};

/** The notebook with another sign-in by OAuth, as other providers declare theirs. */
export function notebookThat(changes: Partial<OAuthSignIn>): {
  readonly provider: Provider;
  readonly signIn: OAuthSignIn;
} {
  const usual = notebook.signIn.find((way): way is OAuthSignIn => way.kind === "oauth");
  if (usual === undefined) throw new Error("the notebook signs in by OAuth");
  const signIn = { ...usual, ...changes };
  return { provider: { ...notebook, signIn: [signIn] }, signIn };
}

async function readAccount({ deps, endpoints, access }: Session) {
  const ask = (token: string) =>
    deps.fetch(`${access.apiOrigin ?? endpoints.api}/me`, {
      headers: { authorization: `Bearer ${token}` },
    });
  const token = await access.token();
  let response = await ask(token);
  if (response.status === 401) response = await ask(await access.renew(token));
  if (response.status === 401)
    throw new AuthError("reauth-required", "the token was refused twice");
  const body: unknown = await response.json();
  if (isRecord(body) && typeof body["id"] === "string" && typeof body["name"] === "string") {
    return { id: body["id"], name: body["name"] };
  }
  throw new ProviderError("provider-malformed", "the answer is no account");
}
