import { createHash } from "node:crypto";
import { must } from "../lib/assert.ts";
import type { Deps } from "../lib/deps.ts";
import { InternalError } from "../lib/errors.ts";
import type { Fetch } from "../lib/http.ts";
import { originsOf } from "../connections/endpoints.ts";
import type { OAuthApp } from "../connections/endpoints.ts";
import type { Credential } from "../connections/credential.ts";
import { addressToRegister, redirectOf } from "../connections/redirect.ts";
import { exchangeCode } from "../connections/token-endpoint.ts";
import type { TokenAnswer } from "../connections/token-answer.ts";
import type { Endpoints, OAuthSignIn, Provider } from "../providers/provider.ts";
import type { InProcessSandbox } from "../sandbox/kit/in-process.ts";

const verifier = "a-verifier-of-the-length-that-is-asked-for-at-least";

/** The application that the sandbox knows. */
export function appOf(sandbox: InProcessSandbox): OAuthApp {
  const { client_id: clientId = "", client_secret: clientSecret } = sandbox.describe().credentials;
  return { clientId, clientSecret: clientSecret ?? null, redirectPort: 8765 };
}

/** What a person's sign-in gives: a key, or a grant through the consent page, which approves by itself. */
export async function signIn(
  provider: Provider,
  sandbox: InProcessSandbox,
  { endpoints, deps }: { readonly endpoints: Endpoints; readonly deps: Deps },
): Promise<Credential> {
  const origins = originsOf(endpoints);
  const [way] = provider.signIn;
  if (way === undefined || way.kind === "api-key") {
    const key = must(sandbox.describe().credentials["api_key"], "the sandbox has a key");
    return { kind: "api-key", key, origins };
  }
  const scopes = [...way.scopes(["clients"], "both"), ...way.identityScopes];
  const app = appOf(sandbox);
  const redirect = redirectOf(way, app, { environment: "sandbox" });
  const redirectUri = must(addressToRegister(redirect), "an address to land on");
  const { code, account } = consent(way, sandbox, { app, endpoints, redirectUri, scopes });
  const client = {
    title: provider.title,
    signIn: way,
    endpoints,
    app,
    deps: { clock: deps.clock, fetch: pastFaults(sandbox) },
  };
  const exchange = { code, redirectUri, verifier: way.pkce ? verifier : null };
  const outcome = await exchangeCode(client, exchange);
  if (outcome.kind === "refused")
    throw new InternalError(`the simulated sign-in was refused: ${outcome.error}`);
  return credentialOf(outcome.answer, { origins, scopes, account, redirectUri });
}

function consent(
  way: OAuthSignIn,
  sandbox: InProcessSandbox,
  link: {
    readonly app: OAuthApp;
    readonly endpoints: Endpoints;
    readonly redirectUri: string;
    readonly scopes: readonly string[];
  },
): { readonly code: string; readonly account: string | null } {
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  const asked = new URLSearchParams({
    ...way.authorizeParameters,
    client_id: link.app.clientId,
    redirect_uri: link.redirectUri,
    response_type: "code",
    scope: link.scopes.join(" "),
    state: "a-state-that-nobody-guesses",
    ...(way.pkce ? { code_challenge: challenge, code_challenge_method: "S256" } : {}),
  });
  const { pathname } = new URL(link.endpoints.authorize ?? "about:blank");
  const answer = sandbox.ask("GET", `${pathname}?${asked.toString()}`);
  const { searchParams } = new URL(answer?.headers?.["Location"] ?? "about:blank");
  const account = way.accountParameter ? searchParams.get(way.accountParameter) : null;
  return { code: searchParams.get("code") ?? "", account };
}

/** A sign-in is not what the histories are about: no fault meets it, and no ledger shows it. */
function pastFaults(sandbox: InProcessSandbox): Fetch {
  return async (url, init = {}) => {
    const { pathname, search } = new URL(url);
    const { status = 404, body = null } =
      sandbox.ask(init.method ?? "GET", `${pathname}${search}`, {
        headers: Object.fromEntries(new Headers(init.headers)),
        body: typeof init.body === "string" ? init.body : "",
      }) ?? {};
    return Response.json(body, { status });
  };
}

function credentialOf(
  answer: TokenAnswer,
  known: {
    readonly origins: readonly string[];
    readonly scopes: readonly string[];
    readonly account: string | null;
    readonly redirectUri: string;
  },
): Credential {
  const { accessToken, issuedAtMs, expiresAtMs, refreshToken } = answer;
  const apiOrigin = answer.api && "origin" in answer.api ? answer.api.origin : null;
  return {
    kind: "oauth",
    accessToken,
    issuedAtMs,
    expiresAtMs,
    refreshToken,
    scopes: known.scopes,
    origins: [...new Set([...known.origins, ...(apiOrigin === null ? [] : [apiOrigin])])],
    accountHint: known.account ?? answer.accountHint,
    apiOrigin,
    redirectUri: known.redirectUri,
  };
}
