import { AuthError, ProviderError } from "../lib/errors.ts";
import type { Provider } from "../providers/provider.ts";
import { tokenOf } from "./credential.ts";
import type { Credential, OAuthCredential } from "./credential.ts";
import { withLease } from "./lease.ts";
import { applicationError, refreshTokens, tokenTimeoutSeconds } from "./token-endpoint.ts";
import type { OAuthClient, TokenAnswer } from "./token-endpoint.ts";
import type { AccessOptions, AccessTarget, TokenStore } from "./token-store.ts";
import type { VaultEntry } from "./vault.ts";

/** Two questions to the token endpoint fit in, with room to store the answer. */
const leaseTtlMs = 3 * tokenTimeoutSeconds * 1000;

/** The provider's words for a grant that is over, rather than for a request that is wrong. */
const endedGrant = new Set([
  "invalid_grant",
  "access_denied",
  "consent_required",
  "interaction_required",
  "login_required",
]);

export interface Refresher {
  /** The entry that replaced this credential, whoever refreshed it. */
  refresh(stale: OAuthCredential): Promise<VaultEntry>;
}

export function createRefresher(
  target: AccessTarget,
  provider: Provider,
  options: AccessOptions & { readonly store: TokenStore },
): Refresher {
  const { store, leases, deps } = options;
  // Two of one process are two holders: a lease must keep them apart as well.
  const holder = `${options.holder} ${deps.ids()}`;
  let underWay: Promise<VaultEntry> | null = null;

  const replaced = async (stale: Credential) => {
    const entry = await store.read();
    return tokenOf(entry.credential) === tokenOf(stale) ? null : entry;
  };
  /** The store's own retry of a write: what is held here exists nowhere else. */
  const save = async (pair: Omit<VaultEntry, "version">, overVersion: number) => {
    await store.write(pair, overVersion).catch(async () => {
      await deps.clock.sleep(250);
      await store.write(pair, overVersion);
    });
    return store.read();
  };
  const refreshAlone = async (stale: OAuthCredential): Promise<VaultEntry> => {
    const entry = await store.read();
    const { credential, previous } = entry;
    if (credential.kind !== "oauth" || credential.accessToken !== stale.accessToken) return entry;
    const client = clientOf(provider, options);
    if (client === null) throw appMissing(provider, target);
    const answer = await attempt(client, credential.refreshToken);
    if (answer !== null) {
      const pair = { credential: renewed(credential, answer), previous: credential };
      return save(pair, entry.version);
    }
    const elsewhere = await replaced(credential);
    if (elsewhere !== null) return elsewhere;
    // The pair before may be the one that still counts, where the new one never reached the provider's books.
    const older = previous?.kind === "oauth" ? previous.refreshToken : null;
    const second = older === credential.refreshToken ? null : await attempt(client, older);
    if (second !== null) {
      return save({ credential: renewed(credential, second), previous: null }, entry.version);
    }
    return store.giveUp(`${provider.title} no longer accepts the grant`);
  };
  const refresh = (stale: OAuthCredential) =>
    withLease(`refresh:${target.id}`, () => refreshAlone(stale), {
      leases,
      holder,
      clock: deps.clock,
      ttlMs: leaseTtlMs,
      waitMs: leaseTtlMs,
      meanwhile: () => replaced(stale),
    });
  return {
    refresh: (stale) => {
      underWay ??= refresh(stale).finally(() => {
        underWay = null;
      });
      return underWay;
    },
  };
}

/** null where the provider no longer accepts it, or where there is none. */
async function attempt(
  client: OAuthClient,
  refreshToken: string | null,
): Promise<TokenAnswer | null> {
  if (refreshToken === null) return null;
  const outcome = await refreshTokens(client, refreshToken);
  if (outcome.kind === "granted") return outcome.answer;
  const application = applicationError(client, outcome.error);
  if (application !== null) throw application;
  if (endedGrant.has(outcome.error)) return null;
  throw new ProviderError(
    "provider-refused",
    `${client.title} refused to renew the token (${outcome.error})`,
    { hint: "Check the application under `apps` and the connection's endpoints.", retry: "later" },
  );
}

function renewed(credential: OAuthCredential, answer: TokenAnswer): OAuthCredential {
  return {
    ...credential,
    accessToken: answer.accessToken,
    issuedAtMs: answer.issuedAtMs,
    expiresAtMs: answer.expiresAtMs,
    refreshToken: answer.refreshToken ?? credential.refreshToken,
    scopes: answer.scopes ?? credential.scopes,
  };
}

function clientOf(provider: Provider, options: AccessOptions): OAuthClient | null {
  const signIn = provider.signIn.find((way) => way.kind === "oauth");
  const { app, endpoints, deps } = options;
  if (signIn === undefined || app === null) return null;
  return { title: provider.title, signIn, endpoints, app, deps };
}

function appMissing(provider: Provider, target: AccessTarget): AuthError {
  return new AuthError(
    "app-missing",
    `the OAuth application that ${target.name} was signed in with is not configured`,
    {
      hint: `Set apps.${provider.vendor}.client_id in the configuration.`,
      place: { org: target.orgName, connection: target.name },
    },
  );
}
