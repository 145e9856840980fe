import type { ClientAuth, Configuration, TokenEndpointResponse } from "openid-client";
import type { Deps } from "../lib/deps.ts";
import { AuthError, ProviderError } from "../lib/errors.ts";
import { retryAfterSeconds } from "../lib/http.ts";
import type { Fetch } from "../lib/http.ts";
import { isRecord } from "../lib/json.ts";
import type { Endpoints, OAuthSignIn } from "../providers/provider.ts";
import { basicAuthorization, isLoopback } from "./endpoints.ts";
import type { OAuthApp } from "./endpoints.ts";
import { readAnswer } from "./token-answer.ts";
import type { TokenAnswer } from "./token-answer.ts";

type OpenidClient = typeof import("openid-client");

/** Whose token endpoint it is, and as which application it is asked. */
export interface OAuthClient {
  /** What people call the provider. */
  readonly title: string;
  readonly signIn: OAuthSignIn;
  readonly endpoints: Endpoints;
  readonly app: OAuthApp;
  readonly deps: Pick<Deps, "fetch" | "clock">;
}

/** A refusal is the provider's word on the code or grant. Troubles on the way are thrown as ProviderError. */
export type TokenOutcome =
  | { readonly kind: "granted"; readonly answer: TokenAnswer }
  | { readonly kind: "refused"; readonly error: string };

/** The longest that one question to the token endpoint takes. */
export const tokenTimeoutSeconds = 30;

/** The callback was checked already: only what the exchange needs is sent, the redirect address as it was sent before. */
export async function exchangeCode(
  client: OAuthClient,
  exchange: {
    readonly code: string;
    readonly redirectUri: string;
    readonly verifier: string | null;
  },
): Promise<TokenOutcome> {
  const { genericGrantRequest } = await import("openid-client");
  const { code, redirectUri, verifier } = exchange;
  const parameters = {
    code,
    redirect_uri: redirectUri,
    ...(verifier === null ? {} : { code_verifier: verifier }),
  };
  return ask(client, (config) => genericGrantRequest(config, "authorization_code", parameters));
}

/** Never asks for scopes: what was granted stays granted, and some providers refuse the question. */
export async function refreshTokens(
  client: OAuthClient,
  grant: { readonly refreshToken: string; readonly redirectUri: string | null },
): Promise<TokenOutcome> {
  const { refreshTokenGrant } = await import("openid-client");
  const named = client.signIn.refreshNamesRedirect === true ? grant.redirectUri : null;
  const parameters = named === null ? {} : { redirect_uri: named };
  return ask(client, (config) => refreshTokenGrant(config, grant.refreshToken, parameters));
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

/** Tokens came, and with them a place for the API that they must not be sent to (law 10). */
export function apiRefused(title: string, problem: string): ProviderError {
  return new ProviderError(
    "provider-malformed",
    `the token endpoint of ${title} says that the account's API is at ${problem}; tokens are sent to https addresses alone, and to this machine where the sign-in itself is on it`,
    { hint: "Check endpoints.token and whether a proxy is in the way.", retry: "later" },
  );
}

/** openid-client's configuration from hand-written metadata; nothing is discovered. */
export async function configurationOf(client: OAuthClient, fetch: Fetch): Promise<Configuration> {
  const openid = await import("openid-client");
  const token = new URL(endpointOf(client, "token"));
  const authorize = new URL(endpointOf(client, "authorize"));
  const config = new openid.Configuration(
    {
      issuer: token.origin,
      authorization_endpoint: authorize.href,
      token_endpoint: token.href,
    },
    client.app.clientId,
    {},
    authenticationOf(client, openid),
  );
  config.timeout = tokenTimeoutSeconds;
  config[openid.customFetch] = (url, options) =>
    fetch(url, {
      method: options.method,
      headers: options.headers,
      body: options.body instanceof URLSearchParams ? options.body.toString() : null,
      signal: options.signal ?? null,
    });
  // The library knows all or nothing of http; each endpoint was checked to be https or on this machine.
  if (isLoopback(token) || isLoopback(authorize)) openid.allowInsecureRequests(config);
  return config;
}

/** As the application names itself; without a secret by its id alone. */
function authenticationOf({ app, signIn }: OAuthClient, openid: OpenidClient): ClientAuth {
  const { clientId, clientSecret } = app;
  if (clientSecret === null) return openid.None();
  if (signIn.clientAuthentication !== "basic") return openid.ClientSecretPost(clientSecret);
  const authorization = basicAuthorization(clientId, clientSecret);
  return (_server, _client, _body, headers) => headers.set("authorization", authorization);
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
    return { kind: "granted", answer: readAnswer(await grant(config), askedAtMs, client) };
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
