import { randomText } from "../kit/random.ts";
import type { SandboxAnswer, SandboxRequest, World } from "../kit/vendor.ts";
import type { Account } from "./accounts.ts";
import { consentPage, problemPage } from "./consent-page.ts";
import { parseForm } from "./form.ts";
import type { Grants } from "./grants.ts";
import { secretOf, type Keys } from "./keys.ts";

/** Stripe Connect's sign-in: the consent page, the exchange of its code, and the end of a grant. */
export interface OAuth {
  readonly clientId: string;
  /** null for a path that is none of its own. */
  handle(request: SandboxRequest): SandboxAnswer | null;
}

interface Parts {
  readonly world: World;
  readonly account: Account;
  readonly keys: Keys;
  readonly grants: Grants;
}

export function createOAuth(parts: Parts): OAuth {
  const { world, account, keys, grants } = parts;
  const clientId = `ca_${randomText(() => world.random(), 32)}`;
  const authorize = (query: URLSearchParams): SandboxAnswer => {
    const refused = refuseAuthorize(query, clientId);
    if (refused !== null) return refused;
    return world.autoConsent() ? decide(query, grants, true) : consentPage(account, query);
  };
  /** Stripe's own page has no public path for its buttons. */
  const consent = ({ body, query }: SandboxRequest): SandboxAnswer => {
    const decision = new URLSearchParams(body.toString("utf8")).get("decision");
    return refuseAuthorize(query, clientId) ?? decide(query, grants, decision === "approve");
  };
  const deauthorize = (fields: Fields): SandboxAnswer => {
    const application = fields.get("client_id") ?? "";
    if (application !== clientId)
      return refusal(401, "invalid_client", `No such application: '${application}'`);
    const user = fields.get("stripe_user_id") ?? "";
    if (user === account.id && grants.endAll())
      return { status: 200, body: { stripe_user_id: user } };
    const message = `This application is not connected to stripe account ${user}, or that account does not exist.`;
    return refusal(401, "invalid_client", message);
  };
  const asClient =
    (answer: (fields: Fields) => SandboxAnswer) =>
    (request: SandboxRequest): SandboxAnswer => {
      const fields = fieldsOf(request);
      return refuseClient(request, fields, keys) ?? answer(fields);
    };
  const routes: Readonly<Record<string, (request: SandboxRequest) => SandboxAnswer>> = {
    "GET /oauth/authorize": ({ query }) => authorize(query),
    "POST /oauth/consent": consent,
    "POST /oauth/token": asClient((fields) => exchangeToken(fields, parts)),
    "POST /oauth/deauthorize": asClient(deauthorize),
  };
  return {
    clientId,
    handle: (request) => routes[`${request.method} ${request.path}`]?.(request) ?? null,
  };
}

type Fields = ReadonlyMap<string, string>;

function decide(query: URLSearchParams, grants: Grants, approved: boolean): SandboxAnswer {
  const to = query.get("redirect_uri") ?? "";
  const state = query.get("state");
  if (!approved)
    return redirect(to, {
      state,
      error: "access_denied",
      error_description: "The user denied your request",
    });
  const scope = query.get("scope") === "read_write" ? "read_write" : "read_only";
  return redirect(to, { state, scope, code: grants.issueCode(scope) });
}

function exchangeToken(fields: Fields, { world, account, keys, grants }: Parts): SandboxAnswer {
  const type = fields.get("grant_type");
  if (type === undefined) return refusal(400, "invalid_request", "No grant type specified");
  if (type !== "authorization_code" && type !== "refresh_token")
    return refusal(400, "unsupported_grant_type", `Unsupported grant type: ${type}`);
  const name = type === "refresh_token" ? "refresh_token" : "code";
  const value = fields.get(name);
  if (value === undefined) return refusal(400, "invalid_request", `No ${name} specified`);
  const grant =
    name === "code"
      ? grants.exchange(value)
      : (grants.byRefreshToken(value) ?? { problem: `Refresh token does not exist: ${value}` });
  if ("problem" in grant) return refusal(400, "invalid_grant", grant.problem);
  return {
    status: 200,
    body: {
      access_token: keys.issue(grant.id, grant.scope),
      livemode: false,
      refresh_token: grant.refreshToken,
      token_type: "bearer",
      stripe_publishable_key: `pk_test_51${randomText(() => world.random(), 32)}`,
      stripe_user_id: account.id,
      scope: grant.scope,
    },
  };
}

/** On these paths an error is a word, and no object. */
export function refusal(
  status: number,
  error: string,
  description: string,
  options: { readonly retryAfterSeconds?: number } = {},
): SandboxAnswer {
  const { retryAfterSeconds } = options;
  return {
    status,
    headers: retryAfterSeconds === undefined ? {} : { "Retry-After": String(retryAfterSeconds) },
    body: { error, error_description: description },
  };
}

/** A wrong application or address is told to the person; the rest goes back to the application. */
function refuseAuthorize(query: URLSearchParams, clientId: string): SandboxAnswer | null {
  if (query.get("client_id") !== clientId)
    return problemPage("No application matches the supplied client identifier.");
  const to = query.get("redirect_uri") ?? "";
  if (!isRegistered(to))
    return problemPage(
      `Invalid redirect URI '${to}'. Ensure this URI exactly matches one of the URIs specified in your application settings.`,
    );
  const state = query.get("state");
  if (query.get("response_type") !== "code")
    return redirect(to, {
      state,
      error: "unsupported_response_type",
      error_description: "Only the response type code is supported",
    });
  if (!["read_only", "read_write"].includes(query.get("scope") ?? "read_only"))
    return redirect(to, {
      state,
      error: "invalid_scope",
      error_description: "The scope must be read_only or read_write",
    });
  return null;
}

/** The sandbox's application has every address of this machine registered. */
function isRegistered(uri: string): boolean {
  const hostname = URL.parse(uri)?.hostname ?? "";
  return ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}

function refuseClient(request: SandboxRequest, fields: Fields, keys: Keys): SandboxAnswer | null {
  const secret = fields.get("client_secret") ?? secretOf(request.headers["authorization"] ?? "");
  if (secret === keys.secretKey()) return null;
  return secret === ""
    ? refusal(401, "invalid_client", "No API key provided.")
    : refusal(401, "invalid_client", "Invalid API Key provided.");
}

function fieldsOf(request: SandboxRequest): Fields {
  const fields = new Map<string, string>();
  for (const [name, value] of parseForm(new URLSearchParams(request.body.toString("utf8"))))
    if (typeof value === "string") fields.set(name, value);
  return fields;
}

function redirect(to: string, parameters: Readonly<Record<string, string | null>>): SandboxAnswer {
  const url = new URL(to);
  for (const [name, value] of Object.entries(parameters))
    if (value !== null) url.searchParams.set(name, value);
  return { status: 302, headers: { Location: url.href }, body: null };
}
