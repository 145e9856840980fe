import { isObject } from "../kit/input.ts";
import { randomText } from "../kit/random.ts";
import type { SandboxAnswer, SandboxRequest, World } from "../kit/vendor.ts";
import { consentPage, problemPage } from "./consent-page.ts";
import { authBody, AuthRefusal } from "./errors.ts";
import type { Grants } from "./grants.ts";
import type { FreshbooksSettings } from "./settings.ts";

export interface OAuth {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Null for a path that is none of its own. */
  handle(request: SandboxRequest): SandboxAnswer | null;
}

interface Parts {
  readonly world: World;
  readonly grants: Grants;
  readonly settings: () => FreshbooksSettings;
}

/** The scopes that the application is registered with. */
export const registeredScopes = [
  "user:profile:read",
  "user:clients:read",
  "user:clients:write",
  "user:invoices:read",
  "user:payments:read",
];

const token = "/auth/oauth/token";

/** Authorization codes, one-time refresh tokens, and the end of a grant; https redirects alone. */
export function createOAuth({ world, grants, settings }: Parts): OAuth {
  const clientId = randomText(() => world.random(), 64, "0123456789abcdef");
  const clientSecret = randomText(() => world.random(), 64, "0123456789abcdef");

  const authorize = (request: SandboxRequest): SandboxAnswer => {
    const asked = readAuthorization(request.query, clientId);
    if ("status" in asked) return asked;
    const isPost = request.method === "POST";
    if (!isPost && !world.autoConsent()) return consentPage(clientId, asked.scopes);
    const decision = new URLSearchParams(request.body.toString("utf8")).get("decision");
    const allowed = isPost ? decision === "allow" : !settings().deny_consent;
    if (!allowed)
      return redirect(asked, {
        error: "access_denied",
        error_description: "The resource owner or authorization server denied the request.",
      });
    return redirect(asked, { code: grants.issueCode(asked) });
  };

  const exchange = (fields: Fields): SandboxAnswer => {
    requireClient(fields, { clientId, clientSecret });
    const type = required(fields, "grant_type");
    // Both kinds name the redirect address.
    const redirectUri = required(fields, "redirect_uri");
    if (type !== "authorization_code" && type !== "refresh_token")
      throw new AuthRefusal(
        400,
        "unsupported_grant_type",
        "The authorization grant type is not supported by the authorization server.",
      );
    if (type === "refresh_token") {
      const issued = grants.refresh(required(fields, "refresh_token"));
      if (issued === null || !isAcceptable(redirectUri)) throw invalidGrant();
      return { status: 200, body: issued };
    }
    const code = grants.takeCode(required(fields, "code"));
    if (code === null || code.redirectUri !== redirectUri) throw invalidGrant();
    return { status: 200, body: grants.create(code.scopes) };
  };

  const revoke = (fields: Fields): SandboxAnswer => {
    requireClient(fields, { clientId, clientSecret });
    grants.revoke(required(fields, "token"));
    return { status: 200, body: {} };
  };

  const routes: Readonly<Record<string, (request: SandboxRequest) => SandboxAnswer>> = {
    "GET /oauth/authorize": authorize,
    "POST /oauth/authorize": authorize,
    [`POST ${token}`]: (request) => exchange(fieldsOf(request)),
    "POST /auth/oauth/revoke": (request) => revoke(fieldsOf(request)),
  };
  return {
    clientId,
    clientSecret,
    handle: (request) => {
      const route = routes[`${request.method} ${request.path}`];
      if (route === undefined) return null;
      try {
        return route(request);
      } catch (error) {
        if (!(error instanceof AuthRefusal)) throw error;
        return { status: error.status, body: authBody(error) };
      }
    },
  };
}

interface Authorization {
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly state: string | null;
}

/** A wrong application or address is told to the person; the rest goes back to the application. */
function readAuthorization(
  query: URLSearchParams,
  clientId: string,
): Authorization | SandboxAnswer {
  if (query.get("client_id") !== clientId)
    return problemPage("Client authentication failed due to unknown client.");
  const redirectUri = query.get("redirect_uri") ?? "";
  if (!isAcceptable(redirectUri))
    return problemPage(
      "The redirect uri included is not valid: it must be https, without a query.",
    );
  const state = query.get("state");
  const given = (query.get("scope") ?? "").split(" ").filter((scope) => scope !== "");
  const scopes = given.length === 0 ? registeredScopes : given;
  const asked = { redirectUri, scopes, state };
  if (query.get("response_type") !== "code")
    return redirect(asked, {
      error: "unsupported_response_type",
      error_description: "The authorization server does not support this response type.",
    });
  if (!scopes.every((scope) => registeredScopes.includes(scope)))
    return redirect(asked, {
      error: "invalid_scope",
      error_description: "The requested scope is invalid, unknown, or malformed.",
    });
  return asked;
}

/** The sandbox's application has every address of this machine registered. */
function isAcceptable(uri: string): boolean {
  const url = URL.parse(uri);
  if (url === null || url.protocol !== "https:" || url.search !== "" || url.hash !== "")
    return false;
  return ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
}

function redirect(
  { redirectUri, state }: Pick<Authorization, "redirectUri" | "state">,
  parameters: Readonly<Record<string, string>>,
): SandboxAnswer {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  if (state !== null) url.searchParams.set("state", state);
  return { status: 302, headers: { Location: url.href }, body: null };
}

type Fields = ReadonlyMap<string, string>;

/** A form, or JSON: FreshBooks' own libraries send the one and the other. */
function fieldsOf(request: SandboxRequest): Fields {
  const text = request.body.toString("utf8");
  const type = request.headers["content-type"] ?? "";
  if (!type.startsWith("application/json")) return new Map(new URLSearchParams(text));
  try {
    const body: unknown = JSON.parse(text);
    const entries = Object.entries(isObject(body) ? body : {});
    return new Map(
      entries.flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
    );
  } catch {
    return new Map();
  }
}

function requireClient(
  fields: Fields,
  client: { readonly clientId: string; readonly clientSecret: string },
): void {
  const fits =
    fields.get("client_id") === client.clientId &&
    fields.get("client_secret") === client.clientSecret;
  if (!fits)
    throw new AuthRefusal(
      401,
      "invalid_client",
      "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.",
    );
}

function required(fields: Fields, name: string): string {
  const value = fields.get(name) ?? "";
  if (value === "")
    throw new AuthRefusal(400, "invalid_request", `Missing required parameter: ${name}.`);
  return value;
}

function invalidGrant(): AuthRefusal {
  return new AuthRefusal(
    400,
    "invalid_grant",
    "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.",
  );
}
