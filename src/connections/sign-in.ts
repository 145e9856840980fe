import { hostname } from "node:os";
import { unreachable } from "../lib/assert.ts";
import type { Deps } from "../lib/deps.ts";
import { AuthError, ProviderError } from "../lib/errors.ts";
import type { Endpoints, OAuthSignIn, Provider } from "../providers/provider.ts";
import { readPastedCallback } from "./callback.ts";
import type { Callback, ExpectedCallback } from "./callback.ts";
import type { SignedIn } from "./credential.ts";
import { checkSecure, originsOf } from "./endpoints.ts";
import type { OAuthApp } from "./endpoints.ts";
import { openLoopback } from "./loopback.ts";
import { applicationError, configurationOf, exchangeCode } from "./token-endpoint.ts";
import type { OAuthClient, TokenAnswer } from "./token-endpoint.ts";

/** How a sign-in talks to the person; the command line and the tests each bring their own. */
export interface SignInUi {
  /** Always called: a browser that was opened may have no display. */
  showLink(url: string): void;
  /**
   * Asks for the address that the browser landed on; null where nobody can be asked. Rejects when the signal ends
   * the question, or when the person gives up, which ends the sign-in.
   */
  promptPastedUrl(signal: AbortSignal): Promise<string> | null;
  note(text: string): void;
}

export interface OAuthRequest {
  readonly provider: Pick<Provider, "title" | "vendor">;
  readonly signIn: OAuthSignIn;
  readonly endpoints: Endpoints;
  /** null where none is configured, which is an error that says how. */
  readonly app: OAuthApp | null;
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

const defaultTimeoutMs = 10 * 60 * 1000;

/** The code flow through a loopback redirect, with PKCE and state; whichever of browser and prompt answers first. */
export async function signInWithOAuth(request: OAuthRequest): Promise<SignedIn> {
  const { signIn, deps } = request;
  if (request.signal?.aborted) throw abandoned(request.provider.title);
  checkSecure(request.endpoints);
  const client: OAuthClient = {
    title: request.provider.title,
    signIn,
    endpoints: request.endpoints,
    app: checkApp(request),
    deps,
  };
  const openid = await import("openid-client");
  const state = openid.randomState();
  const verifier = signIn.pkce ? openid.randomPKCECodeVerifier() : null;
  const config = await configurationOf(client, deps.fetch);
  const port = client.app.redirectPort;
  const loopback = await openLoopback({ port, path: signIn.redirectPath, state });
  try {
    const { redirectUri } = loopback;
    const link = openid.buildAuthorizationUrl(config, {
      ...signIn.authorizeParameters,
      redirect_uri: redirectUri,
      scope: [...new Set([...request.scopes, ...signIn.identityScopes])].join(" "),
      state,
      ...(verifier === null
        ? {}
        : {
            code_challenge: await openid.calculatePKCECodeChallenge(verifier),
            code_challenge_method: "S256",
          }),
    });
    await present(link.href, loopback.port, request);
    const code = await waitForCode(loopback.answered, { redirectUri, state }, request);
    const exchange = exchangeCode(client, { code, redirectUri, verifier, state });
    const outcome = await exchange.catch(malformedIsFailed);
    if (outcome.kind === "refused") throw exchangeError(client, outcome.error);
    return signedIn(outcome.answer, request);
  } finally {
    await loopback.close();
  }
}

/** Opens the person's browser; a failure only means that the link must be opened by hand. */
export async function openBrowser(url: string): Promise<void> {
  const { default: open } = await import("open");
  const child = await open(url);
  child.once("error", () => {});
}

function checkApp({ provider, signIn, app }: OAuthRequest): OAuthApp {
  if (app === null) {
    throw new AuthError("app-missing", `no OAuth application is configured for ${provider.title}`, {
      hint: `Register one with ${provider.title} and set apps.${provider.vendor}.client_id in the configuration.`,
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

async function present(link: string, port: number, request: OAuthRequest): Promise<void> {
  const { ui, deps } = request;
  ui.showLink(link);
  if (request.openBrowser === null) {
    ui.note(
      `Open the link in any browser. On another machine, either paste the address that it lands on, or first run there: ssh -L ${port}:127.0.0.1:${port} ${hostname()}`,
    );
    return;
  }
  ui.note(
    "Opening your browser. No browser here? Open the link anywhere, then paste the address it lands on (it may show an error page, that is fine).",
  );
  await request.openBrowser(link).catch(() => deps.log.debug("the browser could not be opened"));
}

async function waitForCode(
  answered: Promise<Callback>,
  expected: ExpectedCallback,
  request: OAuthRequest,
): Promise<string> {
  const done = new AbortController();
  const { signal, timeoutMs = defaultTimeoutMs, deps, provider } = request;
  const interrupted = Promise.withResolvers<never>();
  const onAbort = () => interrupted.reject(abandoned(provider.title));
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  const late = deps.clock.sleep(timeoutMs, done.signal).then(() => {
    throw new AuthError(
      "sign-in-failed",
      `nobody finished the sign-in within ${Math.round(timeoutMs / 60_000)} minutes`,
      { hint: "Run the command again." },
    );
  });
  const racers = [interrupted.promise, late, answered, pasted(expected, request, done.signal)];
  // Those that lose end later, by the signal or never, and nobody listens to them then.
  for (const racer of racers) racer.catch(() => {});
  try {
    return codeOf(await Promise.race(racers), provider.title);
  } finally {
    done.abort();
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Asks until something usable was pasted; never settles where nobody can be asked. */
async function pasted(
  expected: ExpectedCallback,
  { ui, provider }: OAuthRequest,
  signal: AbortSignal,
): Promise<Callback> {
  for (;;) {
    const prompt = ui.promptPastedUrl(signal);
    if (prompt === null) return new Promise(() => {});
    const text = await prompt.catch(() => {
      throw abandoned(provider.title);
    });
    const callback = readPastedCallback(text, expected);
    if (callback.kind === "code") return callback;
    if (signal.aborted) throw abandoned(provider.title);
    ui.note(pastedProblem(callback, provider.title));
  }
}

/** A person who pasted a refusal may still go back to the browser: the question stays. */
function pastedProblem(callback: Exclude<Callback, { kind: "code" }>, title: string): string {
  switch (callback.kind) {
    case "unusable":
      return callback.message;
    case "denied":
      return `That address says that access was refused. Open the link again to allow it.`;
    case "refused":
      return `That address says that ${title} refused the sign-in (${callback.error}). Open the link again.`;
    default:
      return unreachable(callback);
  }
}

function codeOf(callback: Callback, title: string): string {
  switch (callback.kind) {
    case "code":
      return callback.code;
    case "denied":
      throw new AuthError("sign-in-denied", `access to ${title} was refused in the browser`, {
        hint: "Run the command again and allow access.",
      });
    case "refused":
      throw new AuthError("sign-in-failed", `${title} refused the sign-in (${callback.error})`, {
        hint: "Check the OAuth application at the provider: its type, its redirect address and who may use it.",
      });
    case "unusable":
      throw new AuthError("sign-in-failed", callback.message);
    default:
      return unreachable(callback);
  }
}

function abandoned(title: string): AuthError {
  return new AuthError("sign-in-denied", `the sign-in to ${title} was abandoned`, {
    hint: "Run the command again.",
  });
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

function signedIn(answer: TokenAnswer, request: OAuthRequest): SignedIn {
  const { provider, signIn } = request;
  const granted = answer.scopes ?? request.scopes;
  const missing = request.scopes.filter((scope) => !granted.includes(scope));
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
  const { accessToken, issuedAtMs, expiresAtMs, refreshToken, accountHint } = answer;
  const origins = originsOf(request.endpoints);
  return {
    credential: {
      kind: "oauth",
      accessToken,
      issuedAtMs,
      expiresAtMs,
      refreshToken,
      scopes: granted,
      origins,
      accountHint,
    },
    scopes: granted,
    grantExpiresAtMs: answer.grantExpiresAtMs,
  };
}
