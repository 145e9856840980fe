import type { TokenEndpointResponse } from "openid-client";
import type { Endpoints, OAuthSignIn } from "../providers/provider.ts";
import { readToldOrigin } from "./endpoints.ts";
import type { ToldOrigin } from "./endpoints.ts";

export interface TokenAnswer {
  readonly accessToken: string;
  /** When it was asked for, in milliseconds since 1970, as are the others. */
  readonly issuedAtMs: number;
  readonly expiresAtMs: number | null;
  /** null where none came: the one before goes on. */
  readonly refreshToken: string | null;
  /** null where the answer names none, which means: as asked. */
  readonly scopes: readonly string[] | null;
  readonly grantExpiresAtMs: number | null;
  readonly accountHint: string | null;
  /** Where it says that the account's API is; null where it says nothing. */
  readonly api: ToldOrigin | null;
}

/** What a token answer says, once the library found it to be one. */
export function readAnswer(
  answer: TokenEndpointResponse,
  askedAtMs: number,
  { signIn, endpoints }: { readonly signIn: OAuthSignIn; readonly endpoints: Endpoints },
): TokenAnswer {
  const { account, api } = signIn.answerNames ?? {};
  const told = api === undefined ? null : (answer[api] ?? null);
  // The second spelling is Intuit's.
  const grantLife = answer["refresh_token_expires_in"] ?? answer["x_refresh_token_expires_in"];
  return {
    accessToken: answer.access_token,
    issuedAtMs: askedAtMs,
    expiresAtMs: endMs(askedAtMs, answer.expires_in),
    refreshToken: answer.refresh_token ?? null,
    scopes: answer.scope === undefined ? null : answer.scope.split(/[\s,]+/).filter(Boolean),
    grantExpiresAtMs: endMs(askedAtMs, grantLife),
    accountHint: account === undefined ? null : nameIn(answer[account]),
    api: told === null ? null : readToldOrigin(told, endpoints),
  };
}

/** Ids are texts or numbers; null for anything else. */
function nameIn(value: unknown): string | null {
  if (Number.isSafeInteger(value)) return String(value);
  return typeof value === "string" && value !== "" ? value : null;
}

/** What ends later does not end: so far off no date can even be written down. */
const longestLifeSeconds = 100 * 365 * 86_400;

/** When that many seconds are over; null where they are not told, or tell of no end. */
function endMs(askedAtMs: number, told: unknown): number | null {
  const seconds = typeof told === "string" && /^\d+$/.test(told) ? Number(told) : told;
  const ends = typeof seconds === "number" && Math.abs(seconds) < longestLifeSeconds;
  return ends ? askedAtMs + seconds * 1000 : null;
}
