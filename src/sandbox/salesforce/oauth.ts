import { createHash } from "node:crypto";
import { randomText } from "../kit/random.ts";
import type { SandboxAnswer, SandboxRequest, World } from "../kit/vendor.ts";
import { consentPage, problemPage } from "./consent-page.ts";
import { oauthError } from "./errors.ts";
import type { Grant, Grants } from "./grants.ts";
import type { SalesforceSettings } from "./settings.ts";

/** The web server flow with PKCE, as an External Client App has it: consent, tokens, their renewal and their end. */
export interface OAuth {
  readonly clientId: string;
  readonly clientSecret: string;
  /** null for a path that is none of its own. */
  handle(request: SandboxRequest): SandboxAnswer | null;
}

export interface OAuthParts {
  readonly world: World;
  readonly grants: Grants;
  readonly org: { readonly id: string; readonly name: string };
  readonly userId: string;
  readonly settings: () => SalesforceSettings;
  /** Where this request reached the sandbox. */
  readonly originOf: (request: SandboxRequest) => string;
}

const root = "/services/oauth2";

/** What the application may ask for. */
const knownScopes = ["api", "refresh_token", "offline_access", "id", "profile", "email", "openid"];

export function createOAuth(parts: OAuthParts): OAuth {
  const { world, grants } = parts;
  const clientId = `3MVG9${randomText(() => world.random(), 80)}`;
  const clientSecret = randomText(() => world.random(), 64, "0123456789ABCDEF");
  const client = { clientId, clientSecret };
  const routes: Readonly<Record<string, (request: SandboxRequest) => SandboxAnswer>> = {
    [`GET ${root}/authorize`]: (request) => authorize(request, parts, clientId),
    [`POST ${root}/authorize`]: (request) => authorize(request, parts, clientId),
    [`POST ${root}/token`]: (request) => answerToken(request, parts, client),
    [`POST ${root}/revoke`]: ({ body }) => {
      const token = new URLSearchParams(body.toString("utf8")).get("token") ?? "";
      if (grants.revoke(token)) return { status: 200, body: null };
      return oauthError(400, "invalid_token", "invalid token");
    },
  };
  return {
    ...client,
    handle: (request) => routes[`${request.method} ${request.path}`]?.(request) ?? null,
  };
}

function authorize(
  request: SandboxRequest,
  { world, grants, org, settings }: OAuthParts,
  clientId: string,
): SandboxAnswer {
  const { query } = request;
  if (query.get("client_id") !== clientId)
    return problemPage("invalid_client_id", "client identifier invalid");
  const redirectUri = query.get("redirect_uri") ?? "";
  if (!isRegistered(redirectUri))
    return problemPage("redirect_uri_mismatch", "redirect_uri must match configuration");
  const back = (parameters: Readonly<Record<string, string>>): SandboxAnswer => {
    const url = new URL(redirectUri);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    const state = query.get("state");
    if (state !== null) url.searchParams.set("state", state);
    return { status: 302, headers: { Location: url.href }, body: null };
  };
  const fail = (error: string, description: string) =>
    back({ error, error_description: description });
  if (query.get("response_type") !== "code")
    return fail("unsupported_response_type", "response type is not supported");
  const challenge = query.get("code_challenge") ?? "";
  if (challenge === "") return fail("invalid_request", "missing required code challenge");
  if (query.get("code_challenge_method") !== "S256")
    return fail("invalid_request", "code challenge method must be S256");
  const scopes = (query.get("scope") ?? "api").split(" ");
  if (scopes.some((scope) => !knownScopes.includes(scope)))
    return fail("invalid_scope", "the requested scope is not allowed");
  if (request.method === "GET" && !world.autoConsent()) return consentPage(org.name, scopes);
  const decision = new URLSearchParams(request.body.toString("utf8")).get("decision");
  const isDenied = request.method === "POST" ? decision !== "allow" : settings().deny_consent;
  if (isDenied) return fail("access_denied", "end-user denied authorization");
  const named = scopes.map((scope) => (scope === "offline_access" ? "refresh_token" : scope));
  return back({ code: grants.issueCode({ scopes: named, redirectUri, challenge }) });
}

/** Loopback by the name alone, at any port: the sandbox's application has those registered. */
function isRegistered(uri: string): boolean {
  return /^http:\/\/localhost(?::\d{1,5})?\/[\w/]+$/.test(uri);
}

function answerToken(
  request: SandboxRequest,
  parts: OAuthParts,
  client: { readonly clientId: string; readonly clientSecret: string },
): SandboxAnswer {
  const form = new URLSearchParams(request.body.toString("utf8"));
  const type = form.get("grant_type");
  if (type !== "authorization_code" && type !== "refresh_token")
    return oauthError(400, "unsupported_grant_type", "grant type not supported");
  if (form.get("client_id") !== client.clientId)
    return oauthError(400, "invalid_client_id", "client identifier invalid");
  const secret = form.get("client_secret");
  const isWrong =
    secret === null ? parts.settings().require_client_secret : secret !== client.clientSecret;
  if (isWrong) return oauthError(400, "invalid_client", "invalid client credentials");
  return type === "refresh_token" ? refresh(form, request, parts) : exchange(form, request, parts);
}

function exchange(
  form: URLSearchParams,
  request: SandboxRequest,
  parts: OAuthParts,
): SandboxAnswer {
  const code = parts.grants.takeCode(form.get("code") ?? "");
  if (code === null) return oauthError(400, "invalid_grant", "expired authorization code");
  if (form.get("redirect_uri") !== code.redirectUri)
    return oauthError(400, "redirect_uri_mismatch", "redirect_uri must match configuration");
  const verifier = form.get("code_verifier") ?? "";
  if (createHash("sha256").update(verifier).digest("base64url") !== code.challenge)
    return oauthError(400, "invalid_grant", "invalid code verifier");
  const grant = parts.grants.create(code.scopes);
  return tokens(grant, request, { parts, showsRefreshToken: true });
}

function refresh(form: URLSearchParams, request: SandboxRequest, parts: OAuthParts): SandboxAnswer {
  if (form.has("scope")) return oauthError(400, "invalid_request", "scope parameter not supported");
  const { grants } = parts;
  const grant = grants.byRefreshToken(form.get("refresh_token") ?? "");
  if (grant === null) return oauthError(400, "invalid_grant", "expired access/refresh token");
  const rotates = parts.settings().rotate_refresh_tokens;
  return tokens(rotates ? grants.rotate(grant) : grant, request, {
    parts,
    showsRefreshToken: rotates,
  });
}

/** Salesforce does not say when a session ends. */
function tokens(
  grant: Grant,
  request: SandboxRequest,
  { parts, showsRefreshToken }: { readonly parts: OAuthParts; readonly showsRefreshToken: boolean },
): SandboxAnswer {
  const { world, grants, org, userId } = parts;
  const origin = parts.originOf(request);
  return {
    status: 200,
    headers: { "Cache-Control": "no-cache,must-revalidate,max-age=0,no-store,private" },
    body: {
      access_token: grants.issueSession(grant),
      ...(showsRefreshToken && grant.refreshToken !== null
        ? { refresh_token: grant.refreshToken }
        : {}),
      signature: `${randomText(() => world.random(), 43)}=`,
      scope: grant.scopes.toReversed().join(" "),
      instance_url: origin,
      id: `${origin}/id/${org.id}/${userId}`,
      token_type: "Bearer",
      issued_at: String(world.now()),
    },
  };
}
