import type { SandboxAnswer, SandboxRequest, World } from "../kit/vendor.ts";
import { jsonHeaders, oauthError, scopeInsufficient, unauthenticated } from "./errors.ts";
import type { AccessToken, Grants } from "./grants.ts";
import { emailScope, identityScopes, profileScope } from "./scopes.ts";
import type { GoogleSettings } from "./settings.ts";

export interface IdentityParts {
  readonly world: World;
  readonly grants: Grants;
  settings(): GoogleSettings;
  /** A live token. */
  access(token: string): AccessToken | null;
  /** The live token of the Authorization header. */
  authorize(request: SandboxRequest): AccessToken | null;
}

const userinfoRpc = "google.identity.oauth2.UserInfo.Get";

/** GET /oauth2/v2/userinfo: who the token's user is, as far as its scopes tell. */
export function answerUserinfo(request: SandboxRequest, parts: IdentityParts): SandboxAnswer {
  const access = parts.authorize(request);
  if (access === null)
    return unauthenticated(request.headers["authorization"] !== undefined, userinfoRpc);
  const { account, scopes } = access.grant;
  if (!scopes.some((scope) => identityScopes.includes(scope)))
    return scopeInsufficient(userinfoRpc, identityScopes);
  return answer({
    id: account.id,
    ...(scopes.includes(emailScope)
      ? { email: account.email, verified_email: true, hd: account.email.split("@")[1] }
      : {}),
    ...(scopes.includes(profileScope)
      ? {
          name: `${account.givenName} ${account.familyName}`,
          given_name: account.givenName,
          family_name: account.familyName,
          picture: `https://lh3.googleusercontent.com/a/${account.id}=s96-c`,
        }
      : {}),
  });
}

/** What a token is good for: of oauth2.googleapis.com, or of the OAuth2 API v2 in its older words. */
export function answerTokeninfo(
  request: SandboxRequest,
  parts: IdentityParts,
  form: "oauth2" | "v2",
): SandboxAnswer {
  const body = new URLSearchParams(request.body.toString("utf8"));
  const given = request.query.get("access_token") ?? body.get("access_token");
  const access = given === null ? parts.authorize(request) : parts.access(given);
  if (access === null) return oauthError(400, "invalid_token", "Invalid Value");
  const { account, client, scopes } = access.grant;
  const expiresAtSeconds = Math.floor(access.expiresAtMs / 1000);
  const secondsLeft = expiresAtSeconds - Math.floor(parts.world.now() / 1000);
  const hasEmail = scopes.includes(emailScope);
  if (form === "v2")
    return answer({
      issued_to: client.id,
      audience: client.id,
      user_id: account.id,
      scope: scopes.join(" "),
      expires_in: secondsLeft,
      ...(hasEmail ? { email: account.email, verified_email: true } : {}),
    });
  return answer({
    azp: client.id,
    aud: client.id,
    sub: account.id,
    scope: scopes.join(" "),
    exp: String(expiresAtSeconds),
    expires_in: String(secondsLeft),
    ...(hasEmail ? { email: account.email, email_verified: "true" } : {}),
    access_type: access.grant.refreshToken === null ? "online" : "offline",
  });
}

/** POST /revoke: the token stands in the query or in the form; access and refresh tokens alike. */
export function answerRevoke(request: SandboxRequest, parts: IdentityParts): SandboxAnswer {
  const form = new URLSearchParams(request.body.toString("utf8"));
  const token = request.query.get("token") ?? form.get("token");
  if (token === null)
    return oauthError(400, "invalid_request", "Required parameter is missing: token");
  const whole = parts.settings().revoke_ends_all_grants;
  if (!parts.grants.revoke(token, { whole }))
    return oauthError(400, "invalid_token", "Token expired or revoked");
  return answer({});
}

function answer(body: object): SandboxAnswer {
  return { status: 200, headers: jsonHeaders, body };
}
