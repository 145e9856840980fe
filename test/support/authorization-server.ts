import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isRecord } from "../../src/lib/json.ts";

/** What the next authorize page, or token answers, are made to do. */
export interface AuthorizationRules {
  /** Refresh tokens count once; using one again ends the whole grant. */
  readonly rotates: boolean;
  readonly lifeSeconds: number | null;
  readonly deny: boolean;
  /** Scopes that the person leaves unticked. */
  readonly untick: readonly string[];
  readonly refreshToken: boolean;
  /** More members of the token answer. */
  readonly extra: Readonly<Record<string, unknown>>;
  /** How long a token request takes, in milliseconds. */
  readonly delayMs: number;
  /** Whether authorize must bring a challenge; without it neither challenge nor verifier is taken. */
  readonly pkce: boolean;
  /** The one way in which the application may name itself to the token endpoint. */
  readonly authentication: "form" | "basic";
  /** More parameters of the address that the browser is sent to. */
  readonly landing: Readonly<Record<string, string>>;
  /** Whether a refresh must name the redirect address of its sign-in; else it must not. */
  readonly refreshRedirect: boolean;
}

export interface AuthorizationServer {
  readonly origin: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Bodies of the token requests so far. */
  readonly tokenRequests: URLSearchParams[];
  /** Tokens that were revoked. */
  readonly revoked: string[];
  set(rules: Partial<AuthorizationRules>): void;
  /** Serves this instead of the next token answer; `issue` still rotates, as where the answer is lost. */
  answerNext(answer: {
    readonly status: number;
    readonly body: string;
    readonly headers?: Record<string, string>;
    readonly issue?: boolean;
  }): void;
  /** A grant as if someone had signed in. */
  grant(redirectUri?: string | null): {
    readonly accessToken: string;
    readonly refreshToken: string;
  };
  /** Ends all access tokens, or the grants as well. */
  end(what: "access" | "grants"): void;
  close(): Promise<void>;
}

interface Grant {
  readonly scopes: readonly string[];
  readonly redirectUri: string | null;
  access: string | null;
  refresh: string | null;
  readonly spent: Set<string>;
}

const defaults: AuthorizationRules = {
  rotates: true,
  lifeSeconds: 3600,
  deny: false,
  untick: [],
  refreshToken: true,
  extra: {},
  delayMs: 0,
  pkce: true,
  authentication: "form",
  landing: {},
  refreshRedirect: false,
};

/**
 * A small OAuth 2 server that insists: PKCE by S256, exact redirect addresses, one way of naming the application, codes
 * that count once, and refresh tokens that rotate with the end of the family on reuse. It also serves `/me`, the API that the tokens are for.
 */
export async function startAuthorizationServer(): Promise<AuthorizationServer> {
  let rules = defaults;
  let serial = 0;
  let override: Parameters<AuthorizationServer["answerNext"]>[0] | null = null;
  const grants: Grant[] = [];
  const codes = new Map<string, { challenge: string; redirectUri: string; scopes: string[] }>();
  const tokenRequests: URLSearchParams[] = [];
  const revoked: string[] = [];
  const clientId = "client-1";
  const clientSecret = "application-secret-1";
  const next = (kind: string) => `${kind}-${(serial += 1)}-token`;

  const issue = (grant: Grant): Record<string, unknown> => {
    if (grant.refresh === null || rules.rotates) {
      if (grant.refresh !== null) grant.spent.add(grant.refresh);
      grant.refresh = next("refresh");
    }
    grant.access = next("access");
    return {
      access_token: grant.access,
      token_type: "Bearer",
      scope: grant.scopes.join(" "),
      ...(rules.lifeSeconds === null ? {} : { expires_in: rules.lifeSeconds }),
      ...(rules.refreshToken ? { refresh_token: grant.refresh } : {}),
      ...rules.extra,
    };
  };
  const newGrant = (scopes: readonly string[], redirectUri: string | null): Grant => {
    const grant: Grant = { scopes, redirectUri, access: null, refresh: null, spent: new Set() };
    grants.push(grant);
    return grant;
  };
  const exchange = (form: URLSearchParams): Record<string, unknown> | string => {
    const code = codes.get(form.get("code") ?? "");
    codes.delete(form.get("code") ?? "");
    const verifier = form.get("code_verifier");
    const challenge =
      verifier === null ? "none" : createHash("sha256").update(verifier).digest("base64url");
    if (code === undefined || code.challenge !== challenge) return "invalid_grant";
    if (rules.pkce !== (verifier !== null)) return "invalid_grant";
    if (code.redirectUri !== form.get("redirect_uri")) return "invalid_grant";
    return issue(newGrant(code.scopes, code.redirectUri));
  };
  const refresh = (form: URLSearchParams): Record<string, unknown> | string => {
    const token = form.get("refresh_token") ?? "";
    const reused = grants.find((grant) => grant.spent.has(token));
    if (reused !== undefined) Object.assign(reused, { access: null, refresh: null });
    const grant = grants.find(({ refresh }) => refresh === token);
    if (form.has("scope")) return "invalid_scope";
    const named = rules.refreshRedirect ? (grant?.redirectUri ?? null) : null;
    if (form.get("redirect_uri") !== named) return "invalid_request";
    return grant === undefined ? "invalid_grant" : issue(grant);
  };
  const isKnown = (form: URLSearchParams, authorization: string | undefined): boolean => {
    const pair = `${clientId}:${clientSecret}`;
    const basic = `Basic ${Buffer.from(pair).toString("base64")}`;
    if (rules.authentication === "basic")
      return authorization === basic && !form.has("client_id") && !form.has("client_secret");
    const inForm = `${form.get("client_id")}:${form.get("client_secret")}` === pair;
    return inForm && authorization === undefined;
  };
  const token = (
    form: URLSearchParams,
    authorization: string | undefined,
    response: ServerResponse,
  ) => {
    tokenRequests.push(form);
    const served = override;
    override = null;
    const known = isKnown(form, authorization);
    const grantType = form.get("grant_type");
    const answer = () => (grantType === "refresh_token" ? refresh(form) : exchange(form));
    if (served !== null) {
      if (served.issue === true) answer();
      response.writeHead(served.status, served.headers).end(served.body);
      return;
    }
    const body = known ? answer() : "invalid_client";
    const status = typeof body !== "string" ? 200 : body === "invalid_client" ? 401 : 400;
    json(
      response,
      status,
      typeof body === "string" ? { error: body, error_description: "Bad." } : body,
    );
  };
  const authorize = (query: URLSearchParams, response: ServerResponse) => {
    const redirectUri = query.get("redirect_uri") ?? "";
    const landing = new URL(redirectUri);
    landing.searchParams.set("state", query.get("state") ?? "");
    for (const [name, value] of Object.entries(rules.landing))
      landing.searchParams.set(name, value);
    if (rules.deny) {
      landing.searchParams.set("error", "access_denied");
    } else {
      const code = next("code");
      const scopes = (query.get("scope") ?? "")
        .split(" ")
        .filter((scope) => !rules.untick.includes(scope));
      const challenge =
        query.get("code_challenge_method") === "S256" ? query.get("code_challenge") : null;
      codes.set(code, { challenge: challenge ?? "none", redirectUri, scopes });
      // As Google does, beside the code: what a strict client must not stumble over.
      landing.searchParams.set("iss", "https://accounts.elsewhere.test");
      landing.searchParams.set("code", code);
    }
    response.writeHead(302, { location: landing.href }).end();
  };
  const me = (request: IncomingMessage, response: ServerResponse) => {
    const sent = (request.headers.authorization ?? "").replace("Bearer ", "");
    const known =
      sent.startsWith("key-") || grants.some(({ access }) => access === sent && sent !== "");
    if (known)
      return json(response, 200, { id: accountOf(sent), name: `${accountOf(sent)}@acme.test` });
    return json(response, 401, { error: "unauthorized" });
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const body = await bodyOf(request);
    const form = new URLSearchParams(body);
    const { authorization } = request.headers;
    switch (`${request.method} ${url.pathname}`) {
      case "GET /authorize":
        return authorize(url.searchParams, response);
      case "POST /token":
        if (rules.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, rules.delayMs));
        return token(form, authorization, response);
      case "POST /revoke": {
        const sent =
          url.searchParams.get("token") ??
          form.get("token") ??
          form.get("stripe_user_id") ??
          tokenIn(body, { request, known: isKnown(new URLSearchParams(), authorization) }) ??
          "";
        revoked.push(sent);
        const grant = grants.find((one) => one.refresh === sent || one.access === sent);
        if (grant !== undefined) Object.assign(grant, { access: null, refresh: null });
        const known = grant !== undefined || form.has("stripe_user_id");
        return json(response, known ? 200 : 400, known ? {} : { error: "invalid_token" });
      }
      case "GET /me":
        return me(request, response);
      default:
        return json(response, 404, { error: "not_found" });
    }
  };
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    origin: `http://127.0.0.1:${port}`,
    clientId,
    clientSecret,
    tokenRequests,
    revoked,
    set: (changed) => {
      rules = { ...rules, ...changed };
    },
    answerNext: (answer) => {
      override = answer;
    },
    grant: (redirectUri = null) => {
      const grant = newGrant(["contacts", "openid"], redirectUri);
      issue(grant);
      return { accessToken: grant.access ?? "", refreshToken: grant.refresh ?? "" };
    },
    end: (what) => {
      for (const grant of grants) {
        grant.access = null;
        if (what === "grants") grant.refresh = null;
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** `key-bo-1` is a key of bo; every token is one of ana. */
function accountOf(sent: string): string {
  return sent.startsWith("key-") ? (sent.slice(4).split("-")[0] ?? "") : "ana";
}

/** The token of a JSON body, from an application that named itself; null for any other request. */
function tokenIn(
  body: string,
  { request, known }: { readonly request: IncomingMessage; readonly known: boolean },
): string | null {
  if (!known || request.headers["content-type"] !== "application/json") return null;
  const parsed: unknown = JSON.parse(body);
  const token = isRecord(parsed) ? parsed["token"] : null;
  return typeof token === "string" ? token : null;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return body;
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
