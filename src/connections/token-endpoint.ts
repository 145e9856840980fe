import type { Configuration, TokenEndpointResponse } from "openid-client";
import type { Deps } from "../lib/deps.ts";
import { AuthError, ProviderError } from "../lib/errors.ts";
import { retryAfterSeconds } from "../lib/http.ts";
import type { Fetch } from "../lib/http.ts";
import { isRecord } from "../lib/json.ts";
import type { Endpoints, OAuthSignIn } from "../providers/provider.ts";
import { isLoopback } from "./endpoints.ts";
import type { OAuthApp } from "./endpoints.ts";

/** Whose token endpoint it is, and as which application it is asked. */
export interface OAuthClient {
  /** What people call the provider. */
  readonly title: string;
  readonly signIn: OAuthSignIn;
  readonly endpoints: Endpoints;
  readonly app: OAuthApp;
  readonly deps: Pick<Deps, "fetch" | "clock">;
}

export interface TokenAnswer {
  readonly accessToken: string;
  /** When it was asked for, in milliseconds since 1970, as are the others. */
  readonly issuedAtMs: number;
  readonly expiresAtMs: number | null;
  /** null where none came: the one before goes on. */
  readonly refreshToken: string | null;
  /** null where the answer names none, which means: as asked. */
  readonly scopes: readonly string[] | null;
  readonly grantExpiresAtMs: number | null;
  readonly accountHint: string | null;
}

/** A refusal is the provider's word on the code or grant. Troubles on the way are thrown as ProviderError. */
export type TokenOutcome =
  | { readonly kind: "granted"; readonly answer: TokenAnswer }
  | { readonly kind: "refused"; readonly error: string };

/** The longest that one question to the token endpoint takes. */
export const tokenTimeoutSeconds = 30;

export async function exchangeCode(
  client: OAuthClient,
  exchange: {
    readonly code: string;
    readonly redirectUri: string;
    readonly verifier: string | null;
    readonly state: string;
  },
): Promise<TokenOutcome> {
  const { authorizationCodeGrant } = await import("openid-client");
  // The callback was checked already; only what the exchange needs goes on, so that extra parameters cannot disturb it.
  const callback = new URL(exchange.redirectUri);
  callback.searchParams.set("code", exchange.code);
  callback.searchParams.set("state", exchange.state);
  const checks = {
    expectedState: exchange.state,
    ...(exchange.verifier === null ? {} : { pkceCodeVerifier: exchange.verifier }),
  };
  return ask(client, (config) => authorizationCodeGrant(config, callback, checks));
}

export async function refreshTokens(
  client: OAuthClient,
  refreshToken: string,
): Promise<TokenOutcome> {
  const { refreshTokenGrant } = await import("openid-client");
  return ask(client, (config) => refreshTokenGrant(config, refreshToken));
}

/** The error for a refusal that is about the application rather than the grant; null for any other refusal. */
export function applicationError(client: OAuthClient, error: string): AuthError | null {
  const wrong = ["invalid_client", "unauthorized_client", "deleted_client"];
  if (!wrong.includes(error)) return null;
  return new AuthError(
    "app-rejected",
    `${client.title} does not accept the OAuth application (${error})`,
    { hint: "Check the client_id and client_secret of the application under `apps`." },
  );
}

/** openid-client's configuration from hand-written metadata; nothing is discovered. */
export async function configurationOf(client: OAuthClient, fetch: Fetch): Promise<Configuration> {
  const openid = await import("openid-client");
  const token = new URL(endpointOf(client, "token"));
  const secret = client.app.clientSecret;
  const config = new openid.Configuration(
    {
      issuer: token.origin,
      authorization_endpoint: endpointOf(client, "authorize"),
      token_endpoint: token.href,
    },
    client.app.clientId,
    {},
    secret === null ? openid.None() : openid.ClientSecretPost(secret),
  );
  config.timeout = tokenTimeoutSeconds;
  config[openid.customFetch] = (url, options) =>
    fetch(url, {
      method: options.method,
      headers: options.headers,
      body: options.body instanceof URLSearchParams ? options.body.toString() : null,
      signal: options.signal ?? null,
    });
  if (isLoopback(token)) openid.allowInsecureRequests(config);
  return config;
}

async function ask(
  client: OAuthClient,
  grant: (config: Configuration) => Promise<TokenEndpointResponse>,
): Promise<TokenOutcome> {
  const askedAtMs = client.deps.clock.now();
  const heard: { refused?: string; failure?: ProviderError } = {};
  const config = await configurationOf(client, async (url, init) => {
    try {
      const response = await client.deps.fetch(url, init);
      if (response.status === 200) return await withoutUnused(response);
      heard.refused = await readRefusal(client, response);
      return response;
    } catch (error) {
      heard.failure =
        error instanceof ProviderError ? error : unavailable(client, "cannot be reached");
      throw error;
    }
  });
  try {
    return { kind: "granted", answer: readAnswer(await grant(config), askedAtMs) };
  } catch {
    // The library's errors can hold the whole answer, tokens included: none of them goes on as a cause.
    if (heard.refused !== undefined) return { kind: "refused", error: heard.refused };
    throw heard.failure ?? malformed(client);
  }
}

/** The OAuth error code of a refusal; throws for answers that are no word on the grant. */
async function readRefusal(client: OAuthClient, response: Response): Promise<string> {
  const { status } = response;
  const body = await readJson(response);
  const error = isRecord(body) ? body["error"] : null;
  if (status === 429 || error === "slow_down") {
    const seconds = retryAfterSeconds(response.headers, client.deps.clock);
    throw new ProviderError(
      "rate-limited",
      `${client.title} asks to wait before signing in again`,
      {
        hint: "The next sync tries again.",
        retry: seconds === null ? "later" : { afterSeconds: seconds },
      },
    );
  }
  const passing = error === "temporarily_unavailable" || error === "server_error";
  if (status >= 500 || status === 408 || passing) {
    throw unavailable(client, `answered ${status}`);
  }
  if (typeof error === "string" && /^[a-z0-9_.-]{1,60}$/.test(error)) return error;
  throw malformed(client, status);
}

/**
 * The answer without what is not used here: an id token (the account is read with the access token itself) and a
 * refresh token of null, both of which openid-client would refuse the whole answer for.
 */
async function withoutUnused(response: Response): Promise<Response> {
  const body = await readJson(response);
  if (!isRecord(body)) return new Response("", { status: 502 });
  const kept = Object.entries(body).filter(
    ([name, value]) => name !== "id_token" && !(name === "refresh_token" && value === null),
  );
  return Response.json(Object.fromEntries(kept));
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return JSON.parse(await response.text());
  } catch {
    return null;
  }
}

function readAnswer(answer: TokenEndpointResponse, askedAtMs: number): TokenAnswer {
  const accountHint = answer["stripe_user_id"];
  return {
    accessToken: answer.access_token,
    issuedAtMs: askedAtMs,
    expiresAtMs: endMs(askedAtMs, answer.expires_in),
    refreshToken: answer.refresh_token ?? null,
    scopes: answer.scope === undefined ? null : answer.scope.split(/[\s,]+/).filter(Boolean),
    grantExpiresAtMs: endMs(askedAtMs, answer["refresh_token_expires_in"]),
    accountHint: typeof accountHint === "string" ? accountHint : null,
  };
}

/** What ends later does not end: so far off no date can even be written down. */
const longestLifeSeconds = 100 * 365 * 86_400;

/** When that many seconds are over; null where they are not told, or tell of no end. */
function endMs(askedAtMs: number, told: unknown): number | null {
  const seconds = typeof told === "string" && /^\d+$/.test(told) ? Number(told) : told;
  const ends = typeof seconds === "number" && Math.abs(seconds) < longestLifeSeconds;
  return ends ? askedAtMs + seconds * 1000 : null;
}

function endpointOf(client: OAuthClient, name: "authorize" | "token"): string {
  const address = client.endpoints[name];
  if (address !== undefined) return address;
  throw new AuthError("sign-in-failed", `${client.title} has no ${name} endpoint`, {
    hint: `Set endpoints.${name} of the connection.`,
  });
}

function unavailable(client: OAuthClient, what: string): ProviderError {
  return new ProviderError(
    "provider-unavailable",
    `the token endpoint of ${client.title} ${what}`,
    {
      hint: "Check the network; the next sync tries again.",
      retry: "later",
      executed: "unknown",
    },
  );
}

function malformed(client: OAuthClient, status = 200): ProviderError {
  return new ProviderError(
    "provider-malformed",
    `the token endpoint of ${client.title} answered ${status} with something else than tokens`,
    {
      hint: "Check endpoints.token and whether a proxy is in the way.",
      retry: "later",
      executed: "unknown",
    },
  );
}
