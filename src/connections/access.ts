import { ProviderError } from "../lib/errors.ts";
import type { Fetch } from "../lib/http.ts";
import type { Access, Provider } from "../providers/provider.ts";
import { tokenOf } from "./credential.ts";
import type { OAuthCredential } from "./credential.ts";
import { createRefresher } from "./refresher.ts";
import { createTokenStore } from "./token-store.ts";
import type { AccessOptions, AccessTarget } from "./token-store.ts";
import type { VaultEntry } from "./vault.ts";

/** A connection's credentials, as one process uses them. */
export interface ConnectionAccess extends Access {
  /** The fetch, watched: once the provider takes a new token, the one before is dropped (law 10). */
  watch(fetch: Fetch): Fetch;
}

/** After a token endpoint failed, a token that is still good is used this long before it is asked again. */
const refreshPauseMs = 15_000;

/**
 * The credentials of a connection that is signed in; throws `not-connected` where it is not. Nothing is kept between
 * calls but what the store could not take: every question reads the store, so that what another process rotated or
 * signed in anew is seen at once.
 */
export async function createAccess(
  target: AccessTarget,
  provider: Provider,
  options: AccessOptions,
): Promise<ConnectionAccess> {
  const store = createTokenStore(target, provider, options);
  const refresher = createRefresher(target, provider, { ...options, store });
  const first = await store.read();
  let { apiOrigin } = toldBy(first);
  const known = await options.connections.get(target.id);
  let unproven: string | null = null;
  let pauseUntilMs = 0;

  const use = (entry: VaultEntry): string => {
    if (entry.previous !== null) unproven = tokenOf(entry.credential);
    ({ apiOrigin } = toldBy(entry));
    return tokenOf(entry.credential);
  };
  const refreshEarly = async (entry: VaultEntry, credential: OAuthCredential) => {
    const nowMs = options.deps.clock.now();
    const usable = credential.expiresAtMs !== null && credential.expiresAtMs - nowMs > 10_000;
    if (usable && nowMs < pauseUntilMs) return use(entry);
    try {
      return use(await refresher.refresh(credential));
    } catch (error) {
      if (!usable || !(error instanceof ProviderError)) throw error;
      pauseUntilMs = nowMs + refreshPauseMs;
      options.deps.log.warn("a token could not be renewed early; the present one goes on", {
        connection: target.name,
        code: error.code,
      });
      return use(entry);
    }
  };
  return {
    accountHint: toldBy(first).accountHint ?? known?.account?.id ?? null,
    // A refresh may move it, in this process or another: it is that of the token that was given last.
    get apiOrigin() {
      return apiOrigin;
    },
    token: async () => {
      const entry = await store.read();
      const { credential } = entry;
      if (credential.kind === "api-key" || !isDue(credential, options.deps.clock.now())) {
        return use(entry);
      }
      return refreshEarly(entry, credential);
    },
    renew: async (refused) => {
      const entry = await store.read();
      const { credential } = entry;
      // Another process, or a person, was faster.
      if (tokenOf(credential) !== refused) return use(entry);
      if (credential.kind === "oauth") return use(await refresher.refresh(credential));
      return store.giveUp(`${provider.title} no longer accepts the ${keyLabel(provider)}`);
    },
    watch: (fetch) => async (url, init) => {
      const response = await fetch(url, init);
      const sent = new Headers(init?.headers).get("authorization");
      if (unproven !== null && response.ok && sent === `Bearer ${unproven}`) {
        const proven = unproven;
        unproven = null;
        await store.dropPrevious(proven);
      }
      return response;
    },
  };
}

/** What the sign-in and the answers since said of the account; a key says nothing. */
function toldBy({ credential }: VaultEntry): Pick<OAuthCredential, "accountHint" | "apiOrigin"> {
  return credential.kind === "oauth" ? credential : { accountHint: null, apiOrigin: null };
}

/** Renewed ahead of its end: with a tenth of its life left, or a minute, but never before half of it is over. */
function isDue(credential: OAuthCredential, nowMs: number): boolean {
  if (credential.expiresAtMs === null) return false;
  const lifeMs = credential.expiresAtMs - credential.issuedAtMs;
  const marginMs = Math.min(Math.max(60_000, lifeMs / 10), lifeMs / 2);
  return credential.expiresAtMs - nowMs < marginMs;
}

function keyLabel(provider: Provider): string {
  const signIn = provider.signIn.find((way) => way.kind === "api-key");
  return signIn?.label ?? "API key";
}
