import { hostname } from "node:os";
import type { Deps } from "../lib/deps.ts";
import { AuthError, ProviderError } from "../lib/errors.ts";
import type { Endpoints, OAuthSignIn, Provider } from "../providers/provider.ts";
import type { SignedIn } from "./credential.ts";
import { checkSecure, originsOf } from "./endpoints.ts";
import type { OAuthApp } from "./endpoints.ts";
import { addressToRegister, openLanding, redirectOf } from "./redirect.ts";
import type { Landing, Redirect } from "./redirect.ts";
import { apiRefused, applicationError, configurationOf, exchangeCode } from "./token-endpoint.ts";
import type { OAuthClient } from "./token-endpoint.ts";
import type { TokenAnswer } from "./token-answer.ts";
import { abandoned, waitForCode } from "./wait-for-code.ts";
import type { ArrivedCode, SignInUi } from "./wait-for-code.ts";

export interface OAuthRequest {
  readonly provider: Pick<Provider, "title" | "vendor">;
  readonly signIn: OAuthSignIn;
  readonly endpoints: Endpoints;
  /** null where none is configured, which is an error that says how. */
  readonly app: OAuthApp | null;
  /** The environment in force; left out for production. */
  readonly environment?: string;
  /** From `signIn.scopes`; the identity scopes are added to them. */
  readonly scopes: readonly string[];
  readonly ui: SignInUi;
  readonly deps: Deps;
  /** null shows the link alone. */
  readonly openBrowser: ((url: string) => Promise<void>) | null;
  /** Ends the sign-in from outside, as Ctrl-C does. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/**
 * The code flow, with state and, where the provider takes it, PKCE. The answer comes through a listener on this
 * machine or the prompt, whichever is first; where the provider sends back to https alone, through the prompt.
 */
export async function signInWithOAuth(request: OAuthRequest): Promise<SignedIn> {
  const { signIn, deps, provider } = request;
  if (request.signal?.aborted) throw abandoned(provider.title);
  checkSecure(request.endpoints);
  const redirect = redirectOf(signIn, request.app, request);
  const app = checkApp(request, redirect);
  const client: OAuthClient = {
    title: provider.title,
    signIn,
    endpoints: request.endpoints,
    app,
    deps,
  };
  const { randomPKCECodeVerifier, randomState } = await import("openid-client");
  const { accountParameter } = signIn;
  const state = randomState();
  const verifier = signIn.pkce ? randomPKCECodeVerifier() : null;
  const landing = await openLanding(redirect, { state, accountParameter });
  try {
    const { redirectUri } = landing;
    tellAddress(redirect, request);
    const link = await linkOf(client, request, { redirectUri, state, verifier });
    await present(link, landing, request);
    const expected = { redirectUri, state, accountParameter };
    const arrived = await waitForCode(landing, expected, { ...request, title: provider.title });
    const exchange = exchangeCode(client, { code: arrived.code, redirectUri, verifier });
    const outcome = await exchange.catch(malformedIsFailed);
    if (outcome.kind === "refused") throw exchangeError(client, outcome.error);
    return signedIn(outcome.answer, { arrived, redirectUri, request });
  } finally {
    await landing.close();
  }
}

/** Opens the person's browser; a failure only means that the link must be opened by hand. */
export async function openBrowser(url: string): Promise<void> {
  const { default: open } = await import("open");
  const child = await open(url);
  child.once("error", () => {});
}

function checkApp({ provider, signIn, app }: OAuthRequest, redirect: Redirect): OAuthApp {
  if (app === null) {
    const address = addressToRegister(redirect);
    const named = address === null ? "" : `, with the redirect address ${address},`;
    throw new AuthError("app-missing", `no OAuth application is configured for ${provider.title}`, {
      hint: `Register one with ${provider.title}${named} and set apps.${provider.vendor}.client_id in the configuration.`,
    });
  }
  if (signIn.clientSecret === "required" && app.clientSecret === null) {
    throw new AuthError(
      "app-missing",
      `the OAuth application for ${provider.title} has no client secret`,
      { hint: `Set apps.${provider.vendor}.client_secret in the configuration.` },
    );
  }
  return app;
}

async function linkOf(
  client: OAuthClient,
  { signIn, scopes, deps }: OAuthRequest,
  parts: {
    readonly redirectUri: string;
    readonly state: string;
    readonly verifier: string | null;
  },
): Promise<string> {
  const { buildAuthorizationUrl, calculatePKCECodeChallenge } = await import("openid-client");
  const { redirectUri, state, verifier } = parts;
  const link = buildAuthorizationUrl(await configurationOf(client, deps.fetch), {
    ...signIn.authorizeParameters,
    redirect_uri: redirectUri,
    scope: [...new Set([...scopes, ...signIn.identityScopes])].join(" "),
    state,
    ...(verifier === null
      ? {}
      : {
          code_challenge: await calculatePKCECodeChallenge(verifier),
          code_challenge_method: "S256",
        }),
  });
  return link.href;
}

/** Where the provider compares the address, it has to be registered before the link can work. */
function tellAddress(redirect: Redirect, { ui, provider }: OAuthRequest): void {
  const address = addressToRegister(redirect);
  if (address === null) return;
  ui.note(
    `The application at ${provider.title} needs this redirect address, letter for letter: ${address}`,
  );
}

async function present(link: string, landing: Landing, request: OAuthRequest): Promise<void> {
  const { ui, deps } = request;
  ui.showLink(link);
  ui.note(adviceOf(landing, request));
  if (request.openBrowser === null) return;
  await request.openBrowser(link).catch(() => deps.log.debug("the browser could not be opened"));
}

function adviceOf({ listener, redirectUri }: Landing, request: OAuthRequest): string {
  if (listener === null) {
    const opening =
      request.openBrowser === null ? "Open the link in any browser." : "Opening your browser.";
    return `${opening} Once you have signed in, it lands on an address that begins with ${redirectUri} (it may show an error page, that is fine): copy that address whole and paste it here.`;
  }
  if (request.openBrowser === null) {
    const { port } = listener;
    return `Open the link in any browser. On another machine, either paste the address that it lands on, or first run there: ssh -L ${port}:127.0.0.1:${port} ${hostname()}`;
  }
  return "Opening your browser. No browser here? Open the link anywhere, then paste the address it lands on (it may show an error page, that is fine).";
}

function exchangeError(client: OAuthClient, error: string): AuthError {
  const application = applicationError(client, error);
  if (application !== null) return application;
  return new AuthError(
    "sign-in-failed",
    `${client.title} did not accept the answer of the sign-in (${error})`,
    { hint: "It may have been cut off, used twice, or too old: run the command again." },
  );
}

/** An answer of another kind, such as a proxy's page, is the sign-in's failure rather than an outage. */
function malformedIsFailed(error: unknown): never {
  if (!(error instanceof ProviderError) || error.code !== "provider-malformed") throw error;
  throw new AuthError("sign-in-failed", error.message, { hint: error.hint });
}

function signedIn(
  answer: TokenAnswer,
  context: {
    readonly arrived: ArrivedCode;
    readonly redirectUri: string;
    readonly request: OAuthRequest;
  },
): SignedIn {
  const { arrived, redirectUri, request } = context;
  const granted = answer.scopes ?? request.scopes;
  checkGrant(answer, granted, request);
  const { accessToken, issuedAtMs, expiresAtMs, refreshToken, api } = answer;
  const apiOrigin = api !== null && "origin" in api ? api.origin : null;
  const origins = originsOf(request.endpoints);
  return {
    credential: {
      kind: "oauth",
      accessToken,
      issuedAtMs,
      expiresAtMs,
      refreshToken,
      scopes: granted,
      origins: apiOrigin === null ? origins : [...new Set([...origins, apiOrigin])],
      accountHint: arrived.account ?? answer.accountHint,
      apiOrigin,
      redirectUri,
    },
    scopes: granted,
    grantExpiresAtMs: answer.grantExpiresAtMs,
  };
}

function checkGrant(
  answer: TokenAnswer,
  granted: readonly string[],
  { provider, signIn, scopes }: OAuthRequest,
): void {
  const missing = scopes.filter((scope) => !granted.includes(scope));
  if (missing.length > 0) {
    throw new AuthError(
      "scope-missing",
      `the sign-in to ${provider.title} did not allow: ${missing.join(", ")}`,
      { hint: "Run the command again and leave every box ticked on the page of the provider." },
    );
  }
  if (signIn.refreshToken === "required" && answer.refreshToken === null) {
    throw new AuthError(
      "refresh-token-missing",
      `${provider.title} returned no refresh token, so the connection would end within the hour`,
      {
        hint: `Remove astralis from the apps with access in the account's settings at ${provider.title}, then run the command again.`,
      },
    );
  }
  if (answer.api !== null && "problem" in answer.api) {
    const { message, hint } = apiRefused(provider.title, answer.api.problem);
    throw new AuthError("sign-in-failed", message, { hint });
  }
}
