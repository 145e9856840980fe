import { isRecord } from "../lib/json.ts";

/** A connection's secrets, in the clear only in memory. */
export type Credential = ApiKeyCredential | OAuthCredential;

export interface ApiKeyCredential {
  readonly kind: "api-key";
  readonly key: string;
  /** The origins it was given for; it is sent nowhere else (law 10). */
  readonly origins: readonly string[];
}

export interface OAuthCredential {
  readonly kind: "oauth";
  readonly accessToken: string;
  /** Milliseconds since 1970, by our clock, as is `expiresAtMs`. */
  readonly issuedAtMs: number;
  /** null for tokens that do not expire. */
  readonly expiresAtMs: number | null;
  readonly refreshToken: string | null;
  readonly scopes: readonly string[];
  /** The origins that issued it and take it; it is sent nowhere else (law 10). */
  readonly origins: readonly string[];
  /** What the sign-in said of the account, such as Stripe's `stripe_user_id`. */
  readonly accountHint: string | null;
  /** Where the last token answer said that the account's API is; one of `origins`. null where it said nothing. */
  readonly apiOrigin: string | null;
  /** The address that the sign-in was sent back to, for providers that want it named again; null where unknown. */
  readonly redirectUri: string | null;
}

/** What a sign-in gives; nothing is stored yet. */
export interface SignedIn {
  readonly credential: Credential;
  readonly scopes: readonly string[];
  /** When the grant ends for good, in milliseconds since 1970; null where the provider tells no end. */
  readonly grantExpiresAtMs: number | null;
}

/** The text that a provider's request carries. */
export function tokenOf(credential: Credential): string {
  return credential.kind === "api-key" ? credential.key : credential.accessToken;
}

export function credentialText(credential: Credential): string {
  return JSON.stringify(credential);
}

/** The credential that `credentialText` wrote; null for any other text. */
export function parseCredential(text: string): Credential | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(value) || !isTexts(value["origins"])) return null;
  const origins = value["origins"];
  if (value["kind"] === "api-key") {
    const key = value["key"];
    return typeof key === "string" ? { kind: "api-key", key, origins } : null;
  }
  return value["kind"] === "oauth" ? parseOAuth(value, origins) : null;
}

function parseOAuth(
  value: Record<string, unknown>,
  origins: readonly string[],
): OAuthCredential | null {
  const { accessToken, issuedAtMs, expiresAtMs, refreshToken, scopes, accountHint } = value;
  // Older versions wrote neither of them.
  const { apiOrigin = null, redirectUri = null } = value;
  if (typeof accessToken !== "string" || typeof issuedAtMs !== "number") return null;
  if (expiresAtMs !== null && typeof expiresAtMs !== "number") return null;
  if (refreshToken !== null && typeof refreshToken !== "string") return null;
  if (accountHint !== null && typeof accountHint !== "string") return null;
  if (apiOrigin !== null && typeof apiOrigin !== "string") return null;
  if (redirectUri !== null && typeof redirectUri !== "string") return null;
  if (!isTexts(scopes)) return null;
  const grant = { accessToken, issuedAtMs, expiresAtMs, refreshToken, scopes };
  return { kind: "oauth", ...grant, origins, accountHint, apiOrigin, redirectUri };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
