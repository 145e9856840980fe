import { isObject } from "../kit/input.ts";
import { randomText } from "../kit/random.ts";
import type { SandboxAnswer, SandboxRequest, World } from "../kit/vendor.ts";
import type { Company } from "./company.ts";
import { consentPage, problemPage } from "./consent-page.ts";
import { accessTokenSeconds, refreshTokenSeconds, type Grants, type Tokens } from "./grants.ts";
import type { QuickBooksSettings } from "./settings.ts";

export const authorizePath = "/connect/oauth2";
export const tokenPath = "/oauth2/v1/tokens/bearer";
export const revokePath = "/v2/oauth2/tokens/revoke";

const scopes = ["com.intuit.quickbooks.accounting", "com.intuit.quickbooks.payment"];
const identityScopes = ["openid", "email", "profile", "phone", "address"];

/** Intuit's sign-in: the consent page, the exchange of its code, refreshing and revoking. */
export interface OAuth {
  readonly clientId: string;
  readonly clientSecret: string;
  /** null for a path that is none of its own. */
  handle(request: SandboxRequest): SandboxAnswer | null;
}

interface Parts {
  readonly world: World;
  readonly company: Company;
  readonly grants: Grants;
  readonly settings: () => QuickBooksSettings;
}

export function createOAuth(parts: Parts): OAuth {
  const { world, company, grants, settings } = parts;
  const clientId = `AB${randomText(() => world.random(), 48)}`;
  const clientSecret = randomText(() => world.random(), 40);

  const decide = (query: URLSearchParams, approved: boolean): SandboxAnswer => {
    const to = query.get("redirect_uri") ?? "";
    const state = query.get("state");
    return approved
      ? redirect(to, { code: grants.issueCode(to), state, realmId: company.realmId })
      : redirect(to, { error: "access_denied", state });
  };
  const authorize = ({ query }: SandboxRequest): SandboxAnswer => {
    const problem = problemOf(query, clientId);
    if (problem !== null) return problemPage(problem);
    if (!world.autoConsent()) return consentPage(company, query);
    return decide(query, !settings().deny_consent);
  };
  /** Intuit's own page has no public path for its buttons. */
  const consent = ({ body, query }: SandboxRequest): SandboxAnswer => {
    const problem = problemOf(query, clientId);
    if (problem !== null) return problemPage(problem);
    const decision = new URLSearchParams(body.toString("utf8")).get("decision");
    return decide(query, decision === "connect");
  };
  const asClient =
    (answer: (request: SandboxRequest) => SandboxAnswer) =>
    (request: SandboxRequest): SandboxAnswer =>
      isClient(request, `${clientId}:${clientSecret}`)
        ? answer(request)
        : oauthError(401, "invalid_client");

  const routes: Readonly<Record<string, (request: SandboxRequest) => SandboxAnswer>> = {
    [`GET ${authorizePath}`]: authorize,
    [`POST ${authorizePath}/consent`]: consent,
    [`POST ${tokenPath}`]: asClient((request) => answerToken(request, parts)),
    [`POST ${revokePath}`]: asClient((request) => {
      const token = tokenToRevoke(request);
      if (token === null) return oauthError(400, "invalid_request");
      return grants.revoke(token)
        ? { status: 200, body: null }
        : oauthError(400, "invalid_grant", "Token invalid");
    }),
  };
  return {
    clientId,
    clientSecret,
    handle: (request) => routes[`${request.method} ${request.path}`]?.(request) ?? null,
  };
}

function answerToken(request: SandboxRequest, { grants, settings }: Parts): SandboxAnswer {
  const type = request.headers["content-type"] ?? "";
  if (!type.startsWith("application/x-www-form-urlencoded"))
    return oauthError(400, "invalid_request", "The body must be a form");
  const form = new URLSearchParams(request.body.toString("utf8"));
  const grantType = form.get("grant_type");
  if (grantType === "authorization_code") {
    const tokens = grants.exchange(form.get("code") ?? "", form.get("redirect_uri") ?? "");
    return tokens === null ? oauthError(400, "invalid_grant", "Invalid code") : granted(tokens);
  }
  if (grantType !== "refresh_token") return oauthError(400, "unsupported_grant_type");
  const rotates = settings().rotate_refresh_tokens;
  const tokens = grants.refresh(form.get("refresh_token") ?? "", { rotates });
  return tokens === null
    ? oauthError(400, "invalid_grant", "Incorrect or invalid refresh token")
    : granted(tokens);
}

function granted(tokens: Tokens): SandboxAnswer {
  return {
    status: 200,
    headers: { "Cache-Control": "no-cache, no-store", intuit_tid: "1-sandbox" },
    body: {
      x_refresh_token_expires_in: refreshTokenSeconds,
      refresh_token: tokens.refresh,
      access_token: tokens.access,
      token_type: "bearer",
      expires_in: accessTokenSeconds,
    },
  };
}

/** What is told to the person instead of the application; null for a good request. */
function problemOf(query: URLSearchParams, clientId: string): string | null {
  if (query.get("client_id") !== clientId) return "The client_id query parameter is invalid.";
  if (!isRegistered(query.get("redirect_uri") ?? ""))
    return "The redirect_uri query parameter value is invalid. Make sure it is listed in the Redirect URIs section on your app's keys tab and matches it exactly.";
  if (query.get("response_type") !== "code") return "The response_type must be code.";
  const asked = (query.get("scope") ?? "").split(" ").filter((scope) => scope !== "");
  if (asked.length === 0) return "The scope query parameter is missing.";
  const unknown = asked.find((scope) => ![...scopes, ...identityScopes].includes(scope));
  if (unknown !== undefined) return "The scope query parameter is invalid.";
  return (query.get("state") ?? "") === "" ? "The state query parameter is missing." : null;
}

/** Development keys take http for localhost, by that name alone; the sandbox has all of its ports registered. */
function isRegistered(uri: string): boolean {
  const url = URL.parse(uri);
  return url !== null && url.protocol === "http:" && url.hostname === "localhost";
}

function isClient(request: SandboxRequest, credentials: string): boolean {
  const [scheme = "", value = ""] = (request.headers["authorization"] ?? "").split(" ", 2);
  const given = Buffer.from(value, "base64").toString("utf8");
  return scheme.toLowerCase() === "basic" && given === credentials;
}

function tokenToRevoke(request: SandboxRequest): string | null {
  const text = request.body.toString("utf8");
  if (!(request.headers["content-type"] ?? "").startsWith("application/json"))
    return new URLSearchParams(text).get("token");
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) && typeof body["token"] === "string" ? body["token"] : null;
  } catch {
    return null;
  }
}

/** On these paths an error is a word, and no fault. */
export function oauthError(
  status: number,
  error: string,
  description?: string,
  retryAfterSeconds?: number,
): SandboxAnswer {
  return {
    status,
    headers: {
      intuit_tid: "1-sandbox",
      ...(retryAfterSeconds === undefined ? {} : { "Retry-After": String(retryAfterSeconds) }),
    },
    body: { error, ...(description === undefined ? {} : { error_description: description }) },
  };
}

function redirect(to: string, parameters: Readonly<Record<string, string | null>>): SandboxAnswer {
  const url = new URL(to);
  for (const [name, value] of Object.entries(parameters))
    if (value !== null) url.searchParams.set(name, value);
  return { status: 302, headers: { Location: url.href }, body: null };
}
