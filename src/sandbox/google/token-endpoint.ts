import { createHash } from "node:crypto";
import type { SandboxAnswer, SandboxRequest, World } from "../kit/vendor.ts";
import { findClient, type OAuthClient } from "./accounts.ts";
import { jsonHeaders, oauthError, Refusal } from "./errors.ts";
import type { Code } from "./codes.ts";
import { accessTokenSeconds, type Grant, type Grants } from "./grants.ts";
import type { IdTokens } from "./id-token.ts";
import type { GoogleSettings } from "./settings.ts";

export interface TokenParts {
  readonly world: World;
  readonly grants: Grants;
  readonly idTokens: IdTokens;
  settings(): GoogleSettings;
}

/** POST /token: exchanges codes and refreshes. */
export function answerToken(request: SandboxRequest, parts: TokenParts): SandboxAnswer {
  const form = new URLSearchParams(request.body.toString("utf8"));
  const grantType = form.get("grant_type");
  if (grantType === null) throw missing("grant_type");
  if (grantType !== "authorization_code" && grantType !== "refresh_token")
    throw refusal(400, "unsupported_grant_type", `Invalid grant_type: ${grantType}`);
  const client = authenticate(request, form, parts.settings());
  return grantType === "authorization_code"
    ? exchange(client, form, parts)
    : refresh(client, form, parts);
}

function authenticate(
  request: SandboxRequest,
  form: URLSearchParams,
  settings: GoogleSettings,
): OAuthClient {
  const basic = basicCredentials(request.headers["authorization"]);
  const id = form.get("client_id") ?? basic?.id ?? null;
  const secret = form.get("client_secret") ?? basic?.secret ?? null;
  if (id === null)
    throw refusal(400, "invalid_request", "Could not determine client ID from request.");
  const client = findClient(id);
  if (client === null) throw refusal(401, "invalid_client", "The OAuth client was not found.");
  const isNeeded = client.kind === "web" || settings.require_client_secret;
  if (secret === null && isNeeded)
    throw refusal(400, "invalid_request", "client_secret is missing.");
  if (secret !== null && secret !== client.secret)
    throw refusal(401, "invalid_client", "Unauthorized");
  return client;
}

function basicCredentials(
  header: string | undefined,
): { readonly id: string; readonly secret: string } | null {
  const [scheme, value] = header?.split(" ") ?? [];
  if (scheme?.toLowerCase() !== "basic" || value === undefined) return null;
  const [id = "", secret = ""] = Buffer.from(value, "base64").toString("utf8").split(":");
  return { id: formDecode(id), secret: formDecode(secret) };
}

function formDecode(text: string): string {
  return new URLSearchParams(`v=${text}`).get("v") ?? "";
}

function exchange(client: OAuthClient, form: URLSearchParams, parts: TokenParts): SandboxAnswer {
  const name = form.get("code");
  if (name === null) throw missing("code");
  if (!name.startsWith("4/")) throw refusal(400, "invalid_grant", "Malformed auth code.");
  const code = parts.grants.codes.take(name);
  if (code === null || code.client.id !== client.id)
    throw refusal(400, "invalid_grant", "Bad Request");
  if (form.get("redirect_uri") !== code.redirectUri)
    throw refusal(400, "redirect_uri_mismatch", "Bad Request");
  checkVerifier(code, form.get("code_verifier"));
  const settings = parts.settings();
  const grant = parts.grants.create(code, {
    limited: settings.testing_mode,
    refreshable: code.offline && !settings.withhold_refresh_token,
  });
  return tokenAnswer(grant, { parts, nonce: code.nonce, showsRefreshToken: true });
}

function checkVerifier(code: Code, verifier: string | null): void {
  if (code.challenge === null) return;
  if (verifier === null) throw refusal(400, "invalid_grant", "Missing code verifier.");
  const { method, value } = code.challenge;
  const made =
    method === "plain" ? verifier : createHash("sha256").update(verifier).digest("base64url");
  if (made !== value) throw refusal(400, "invalid_grant", "Invalid code verifier.");
}

function refresh(client: OAuthClient, form: URLSearchParams, parts: TokenParts): SandboxAnswer {
  const token = form.get("refresh_token");
  if (token === null) throw missing("refresh_token");
  const grant = parts.grants.byRefreshToken(token);
  if (grant === null) throw refusal(400, "invalid_grant", "Token has been expired or revoked.");
  if (grant.client.id !== client.id) throw refusal(401, "unauthorized_client", "Unauthorized");
  const rotates = parts.settings().rotate_refresh_tokens;
  return tokenAnswer(rotates ? parts.grants.rotate(grant) : grant, {
    parts,
    nonce: null,
    showsRefreshToken: rotates,
  });
}

function tokenAnswer(
  grant: Grant,
  options: {
    readonly parts: TokenParts;
    readonly nonce: string | null;
    readonly showsRefreshToken: boolean;
  },
): SandboxAnswer {
  const { parts, nonce, showsRefreshToken } = options;
  const nowMs = parts.world.now();
  const access = parts.grants.issueAccessToken(grant);
  return {
    status: 200,
    headers: jsonHeaders,
    body: {
      access_token: access.token,
      expires_in: accessTokenSeconds,
      ...(showsRefreshToken && grant.refreshToken !== null
        ? { refresh_token: grant.refreshToken }
        : {}),
      scope: grant.scopes.join(" "),
      token_type: "Bearer",
      ...(grant.scopes.includes("openid")
        ? { id_token: parts.idTokens.issue(access, { nonce, nowMs }) }
        : {}),
      ...(grant.endsAtMs !== null && grant.refreshToken !== null
        ? { refresh_token_expires_in: Math.floor((grant.endsAtMs - nowMs) / 1000) }
        : {}),
    },
  };
}

function missing(name: string): Refusal {
  return refusal(400, "invalid_request", `Required parameter is missing: ${name}`);
}

function refusal(status: number, error: string, description: string): Refusal {
  return new Refusal(oauthError(status, error, description));
}
