import type { SandboxAnswer, SandboxRequest, World } from "../kit/vendor.ts";
import type { Account } from "./account.ts";
import { consentPage, problemPage } from "./consent-page.ts";
import { correlationId } from "./errors.ts";
import type { HubSpotSettings } from "./settings.ts";
import { accessSeconds, type Grant, type Tokens } from "./tokens.ts";
import { apiVersion } from "./version.ts";

/** The sign-in of an application: the consent page, the token endpoint, introspection and the end of a grant. */
export interface OAuth {
  readonly clientId: string;
  readonly clientSecret: string;
  /** null for a path that is none of its own. */
  handle(request: SandboxRequest): SandboxAnswer | null;
}

interface Parts {
  readonly world: World;
  readonly account: Account;
  readonly tokens: Tokens;
  readonly settings: () => HubSpotSettings;
}

/** The scopes that the sandbox's application has declared. */
const declaredScopes = ["oauth", "crm.objects.contacts.read", "crm.objects.contacts.write"];

const tokenPath = `/oauth/${apiVersion}/token`;

export function createOAuth(parts: Parts): OAuth {
  const { world, account, settings } = parts;
  const clientId = correlationId(world);
  const clientSecret = correlationId(world);
  const authorize = (query: URLSearchParams): SandboxAnswer => {
    const problem = authorizeProblem(query, clientId);
    if (problem !== null) return problemPage(problem);
    if (!world.autoConsent()) return consentPage(account, query);
    return decide(query, parts, !settings().deny_consent);
  };
  /** HubSpot's own page has no public path for its buttons. */
  const consent = ({ body, query }: SandboxRequest): SandboxAnswer => {
    const problem = authorizeProblem(query, clientId);
    if (problem !== null) return problemPage(problem);
    const decision = new URLSearchParams(body.toString("utf8")).get("decision");
    return decide(query, parts, decision === "approve");
  };
  const asClient =
    (known: readonly string[], answer: (form: URLSearchParams) => SandboxAnswer) =>
    (request: SandboxRequest): SandboxAnswer => {
      const form = new URLSearchParams(request.body.toString("utf8"));
      const type = request.headers["content-type"] ?? "";
      if (!type.startsWith("application/x-www-form-urlencoded"))
        return refusal(world, "BAD_REQUEST", "invalid_request", "a form is needed");
      const unknown = [...form.keys()].find((name) => !known.includes(name));
      if (unknown !== undefined)
        return refusal(world, "BAD_REQUEST", "invalid_request", `unknown field ${unknown}`);
      if (form.get("client_id") !== clientId)
        return refusal(world, "BAD_CLIENT_ID", "invalid_client", "missing or unknown client id");
      if (form.get("client_secret") !== clientSecret)
        return refusal(
          world,
          "BAD_CLIENT_SECRET",
          "invalid_client",
          "missing or invalid client secret",
        );
      return answer(form);
    };
  const aboutToken = ["token", "token_type_hint", "client_id", "client_secret"];
  const routes: Readonly<Record<string, (request: SandboxRequest) => SandboxAnswer>> = {
    "GET /oauth/authorize": ({ query }) => authorize(query),
    "POST /oauth/consent": consent,
    [`POST ${tokenPath}`]: asClient(tokenFields, (form) => exchange(form, parts)),
    [`POST ${tokenPath}/introspect`]: asClient(aboutToken, (form) => introspect(form, parts)),
    [`POST ${tokenPath}/revoke`]: asClient(aboutToken, (form) => {
      parts.tokens.revoke(form.get("token") ?? "");
      return { status: 204, body: null };
    }),
  };
  return {
    clientId,
    clientSecret,
    handle: (request) => routes[`${request.method} ${request.path}`]?.(request) ?? null,
  };
}

const tokenFields = [
  "grant_type",
  "client_id",
  "client_secret",
  "code",
  "code_verifier",
  "redirect_uri",
  "refresh_token",
  "scope",
];

function exchange(form: URLSearchParams, { world, account, tokens, settings }: Parts) {
  const type = form.get("grant_type");
  const answer = (grant: Grant): SandboxAnswer => ({
    status: 200,
    body: {
      token_type: "bearer",
      refresh_token: grant.refreshToken,
      access_token: tokens.issueAccess(grant),
      expires_in: accessSeconds,
      hub_id: account.hubId,
      user_id: account.userId,
      scopes: grant.scopes,
      token_use: "access_token",
    },
  });
  if (type === "refresh_token") {
    const grant = tokens.byRefreshToken(form.get("refresh_token") ?? "");
    if (grant === null)
      return refusal(
        world,
        "BAD_REFRESH_TOKEN",
        "invalid_grant",
        "missing or invalid refresh token",
      );
    return answer(settings().rotate_refresh_tokens ? tokens.rotate(grant) : grant);
  }
  if (type !== "authorization_code")
    return refusal(
      world,
      "BAD_GRANT_TYPE",
      "unsupported_grant_type",
      "missing or unknown grant type",
    );
  const grant = tokens.exchange(form.get("code") ?? "", form.get("redirect_uri") ?? "");
  if (grant === "bad-code")
    return refusal(world, "BAD_AUTH_CODE", "invalid_grant", "missing or unknown auth code");
  if (grant === "bad-redirect")
    return refusal(
      world,
      "BAD_REDIRECT_URI",
      "invalid_grant",
      "missing or invalid redirect uri: it must equal the one of the authorize URL",
    );
  return answer(grant);
}

function introspect(form: URLSearchParams, { account, tokens }: Parts): SandboxAnswer {
  const token = form.get("token") ?? "";
  const found = tokens.introspect(token);
  if (found === null) return { status: 200, body: { active: false } };
  return {
    status: 200,
    body: {
      active: true,
      token,
      token_type: "bearer",
      token_use: found.use,
      hub_id: account.hubId,
      hub_domain: account.domain,
      user: account.user,
      user_id: account.userId,
      scopes: found.scopes,
      ...(found.expiresIn === null ? {} : { expires_in: found.expiresIn }),
    },
  };
}

/** The envelope of the API with the words of OAuth beside it. */
function refusal(world: World, status: string, error: string, message: string): SandboxAnswer {
  return {
    status: 400,
    body: {
      status,
      message,
      category: "VALIDATION_ERROR",
      correlationId: correlationId(world),
      error,
      error_description: message,
    },
  };
}

function decide(query: URLSearchParams, { tokens }: Parts, approved: boolean): SandboxAnswer {
  const redirectUri = query.get("redirect_uri") ?? "";
  const url = new URL(redirectUri);
  const state = query.get("state");
  if (approved) {
    const scopes = scopesOf(query);
    url.searchParams.set("code", tokens.issueCode({ scopes, redirectUri }));
  } else {
    url.searchParams.set("error", "access_denied");
    url.searchParams.set("error_description", "The user denied access to the app.");
  }
  if (state !== null) url.searchParams.set("state", state);
  return { status: 302, headers: { Location: url.href }, body: null };
}

/** What is wrong with the link, told to the person and to nobody else. */
function authorizeProblem(query: URLSearchParams, clientId: string): string | null {
  if (query.get("client_id") !== clientId)
    return "We couldn't find the app: the client ID may be missing or wrong.";
  const uri = URL.parse(query.get("redirect_uri") ?? "");
  // http is for development, and only in this spelling.
  if (uri === null || (uri.protocol !== "https:" && uri.hostname !== "localhost"))
    return "The redirect URL doesn't match the app's configured redirect URL.";
  const scopes = scopesOf(query);
  if (!scopes.includes("oauth") || scopes.some((scope) => !declaredScopes.includes(scope)))
    return "The scopes in the link don't match the app's scopes: oauth is always needed.";
  return null;
}

function scopesOf(query: URLSearchParams): readonly string[] {
  return (query.get("scope") ?? "").split(/\s+/).filter((scope) => scope !== "");
}
