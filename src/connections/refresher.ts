import { AuthError, ProviderError } from "../lib/errors.ts";
import type { Endpoints, Provider } from "../providers/provider.ts";
import { tokenOf } from "./credential.ts";
import type { Credential, OAuthCredential } from "./credential.ts";
import { originsOf } from "./endpoints.ts";
import { recordGrantEnd } from "./grant-end.ts";
import { withLease } from "./lease.ts";
import type { TokenAnswer } from "./token-answer.ts";
import {
  apiRefused,
  applicationError,
  refreshTokens,
  tokenTimeoutSeconds,
} from "./token-endpoint.ts";
import type { OAuthClient } from "./token-endpoint.ts";
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
  const save = async (
    answer: TokenAnswer,
    over: {
      readonly credential: OAuthCredential;
      readonly entry: VaultEntry;
      readonly previous: Credential | null;
    },
  ) => {
    const { credential, entry, previous } = over;
    const pair = { credential: renewed(credential, answer, options.endpoints), previous };
    await store.write(pair, entry.version).catch(async () => {
      await deps.clock.sleep(250);
      await store.write(pair, entry.version);
    });
    await recordGrantEnd(target, answer.grantExpiresAtMs, options);
    // The tokens are kept: a rotated one exists nowhere else. They go where those before them went.
    if (answer.api !== null && "problem" in answer.api)
      throw apiRefused(provider.title, answer.api.problem);
    return store.read();
  };
  const refreshAlone = async (stale: OAuthCredential): Promise<VaultEntry> => {
    const entry = await store.read();
    const { credential, previous } = entry;
    if (credential.kind !== "oauth" || credential.accessToken !== stale.accessToken) return entry;
    const client = clientOf(provider, options);
    if (client === null) throw appMissing(provider, target);
    const answer = await attempt(client, credential, credential.refreshToken);
    if (answer !== null) return save(answer, { credential, entry, previous: credential });
    const elsewhere = await replaced(credential);
    if (elsewhere !== null) return elsewhere;
    // The pair before may be the one that still counts, where the new one never reached the provider's books.
    const older = previous?.kind === "oauth" ? previous.refreshToken : null;
    const second =
      older === credential.refreshToken ? null : await attempt(client, credential, older);
    if (second !== null) return save(second, { credential, entry, previous: null });
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
  { redirectUri }: OAuthCredential,
  refreshToken: string | null,
): Promise<TokenAnswer | null> {
  if (refreshToken === null) return null;
  const outcome = await refreshTokens(client, { refreshToken, redirectUri });
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

function renewed(
  credential: OAuthCredential,
  answer: TokenAnswer,
  endpoints: Endpoints,
): OAuthCredential {
  const moved = answer.api !== null && "origin" in answer.api ? answer.api.origin : null;
  return {
    ...credential,
    accessToken: answer.accessToken,
    issuedAtMs: answer.issuedAtMs,
    expiresAtMs: answer.expiresAtMs,
    refreshToken: answer.refreshToken ?? credential.refreshToken,
    scopes: answer.scopes ?? credential.scopes,
    ...(moved === null ? {} : boundTo(moved, credential, endpoints)),
  };
}

/** The origin that the answer names takes the place of the one before it, unless that one is an endpoint as well. */
function boundTo(
  apiOrigin: string,
  credential: OAuthCredential,
  endpoints: Endpoints,
): Pick<OAuthCredential, "apiOrigin" | "origins"> {
  const stays = originsOf(endpoints);
  const kept = credential.origins.filter(
    (origin) => origin !== credential.apiOrigin || stays.includes(origin),
  );
  return { apiOrigin, origins: [...new Set([...kept, apiOrigin])] };
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
