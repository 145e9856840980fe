import type { SandboxAnswer, SandboxRequest, World } from "../kit/vendor.ts";
import { accounts, findAccount, findClient, type Account, type OAuthClient } from "./accounts.ts";
import { authorizationErrorPage, consentPage } from "./consent-page.ts";
import { Refusal } from "./errors.ts";
import type { Code } from "./codes.ts";
import type { Grants } from "./grants.ts";
import { canonicalScopes, identityScopes, meaningOf } from "./scopes.ts";
import type { GoogleSettings } from "./settings.ts";

export interface AuthorizeParts {
  readonly world: World;
  readonly grants: Grants;
  settings(): GoogleSettings;
}

export const authorizePath = "/o/oauth2/v2/auth";

/** GET shows the consent page, or consents by itself; POST takes the page's form. */
export function answerAuthorize(request: SandboxRequest, parts: AuthorizeParts): SandboxAnswer {
  const asked = readAuthorization(request.query, parts.settings());
  if (asked.prompt.includes("none")) return redirect(asked, { error: "interaction_required" });
  if (request.method === "POST") return decide(asked, readDecision(request, asked), parts);
  const settings = parts.settings();
  const account = asked.hinted ?? findAccount(settings.account) ?? accounts[0];
  if (!parts.world.autoConsent())
    return consentPage({ clientId: asked.client.id, scopes: asked.scopes, account });
  const unticked = canonicalScopes(settings.untick_scopes.join(" "));
  return decide(
    asked,
    {
      account,
      allowed: !settings.deny_consent,
      scopes: asked.scopes.filter((scope) => !unticked.includes(scope)),
    },
    parts,
  );
}

/** A valid authorization request. */
interface Authorization {
  readonly client: OAuthClient;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly state: string | null;
  readonly nonce: string | null;
  readonly challenge: Code["challenge"];
  readonly isOffline: boolean;
  readonly prompt: readonly string[];
  readonly hinted: Account | null;
}

interface Decision {
  readonly account: Account;
  readonly allowed: boolean;
  readonly scopes: readonly string[];
}

function readAuthorization(query: URLSearchParams, settings: GoogleSettings): Authorization {
  const client = findClient(required(query, "client_id"));
  if (client === null) throw blocked(401, "invalid_client", "The OAuth client was not found.");
  const redirectUri = required(query, "redirect_uri");
  if (!isAllowedRedirect(client, redirectUri, settings))
    throw blocked(
      400,
      "redirect_uri_mismatch",
      "You can't sign in because this app sent an invalid request: the redirect URI is not one of this client's.",
    );
  const responseType = required(query, "response_type");
  if (responseType !== "code")
    throw blocked(400, "unsupported_response_type", `Invalid response_type: ${responseType}`);
  const scopes = canonicalScopes(required(query, "scope"));
  const unknown = scopes.filter((scope) => meaningOf(scope) === null);
  if (unknown.length > 0 || scopes.length === 0)
    throw blocked(
      400,
      "invalid_scope",
      `Some requested scopes were invalid. {invalid=[${unknown.join(", ")}]}`,
    );
  const prompt = words(query.get("prompt"), ["none", "consent", "select_account"], "prompt");
  const access = words(query.get("access_type"), ["online", "offline"], "access_type");
  return {
    client,
    redirectUri,
    scopes,
    state: query.get("state"),
    nonce: query.get("nonce"),
    challenge: readChallenge(query),
    isOffline: access.includes("offline"),
    prompt,
    hinted: findAccount(query.get("login_hint")),
  };
}

function isAllowedRedirect(client: OAuthClient, uri: string, settings: GoogleSettings): boolean {
  if (client.kind === "web") return settings.redirect_uris.includes(uri);
  // Google documents no path after the port for desktop clients, so none is taken.
  return /^http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost)(?::\d{1,5})?\/?$/.test(uri);
}

/** PKCE (RFC 7636); the method is "plain" where it is left out. */
function readChallenge(query: URLSearchParams): Code["challenge"] {
  const value = query.get("code_challenge");
  const method = query.get("code_challenge_method");
  if (value === null && method === null) return null;
  if (value === null) throw missing("code_challenge");
  if (!/^[A-Za-z0-9\-._~]{43,128}$/.test(value))
    throw blocked(400, "invalid_request", "Invalid parameter value for code_challenge");
  if (method !== null && method !== "S256" && method !== "plain")
    throw blocked(400, "invalid_request", "Invalid parameter value for code_challenge_method");
  return { method: method ?? "plain", value };
}

function words(value: string | null, valid: readonly string[], name: string): readonly string[] {
  const given = (value ?? "").split(" ").filter((word) => word !== "");
  const wrong = given.find((word) => !valid.includes(word));
  if (wrong !== undefined)
    throw blocked(
      400,
      "invalid_request",
      `Invalid parameter value for ${name}: Invalid ${name}: ${wrong}`,
    );
  return given;
}

/** Scopes that name the user cannot be unticked. */
function readDecision(request: SandboxRequest, asked: Authorization): Decision {
  const form = new URLSearchParams(request.body.toString("utf8"));
  const account = findAccount(form.get("account")) ?? asked.hinted;
  if (account === null) throw blocked(400, "invalid_request", "Choose an account.");
  const ticked = form.getAll("scope");
  return {
    account,
    allowed: form.get("decision") === "allow",
    scopes: asked.scopes.filter(
      (scope) => identityScopes.includes(scope) || ticked.includes(scope),
    ),
  };
}

function decide(asked: Authorization, decision: Decision, parts: AuthorizeParts): SandboxAnswer {
  const { account, allowed, scopes } = decision;
  if (!allowed || scopes.length === 0) return redirect(asked, { error: "access_denied" });
  const isNew =
    asked.prompt.includes("consent") || !parts.grants.hasConsented(asked.client, account);
  const code = parts.grants.codes.create({
    client: asked.client,
    account,
    scopes,
    redirectUri: asked.redirectUri,
    challenge: asked.challenge,
    nonce: asked.nonce,
    offline: asked.client.kind === "desktop" || (asked.isOffline && isNew),
  });
  return redirect(asked, { code, scope: scopes.join(" "), authuser: "0", prompt: "consent" });
}

function redirect(
  asked: Authorization,
  parameters: Readonly<Record<string, string>>,
): SandboxAnswer {
  const url = new URL(asked.redirectUri);
  if (asked.state !== null) url.searchParams.set("state", asked.state);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { status: 302, headers: { Location: url.href }, body: null };
}

function required(query: URLSearchParams, name: string): string {
  const value = query.get(name);
  if (value === null || value === "") throw missing(name);
  return value;
}

function missing(name: string): Refusal {
  return blocked(400, "invalid_request", `Required parameter is missing: ${name}`);
}

function blocked(status: number, error: string, description: string): Refusal {
  return new Refusal(authorizationErrorPage(status, error, description));
}
