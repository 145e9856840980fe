import type { AstralisError } from "../lib/errors.ts";

/** A connection's secrets, in the clear only in memory. */
export type Credential =
  | { readonly kind: "api-key"; readonly key: string }
  | {
      readonly kind: "oauth";
      readonly accessToken: string;
      /** Milliseconds since 1970; null for tokens that do not expire. */
      readonly expiresAtMs: number | null;
      readonly refreshToken: string | null;
      readonly scopes: readonly string[];
      /** The origin that issued it; it is sent nowhere else (law 10). */
      readonly issuer: string;
      /** What the token answer said of the account, such as Stripe's `stripe_user_id`. */
      readonly accountHint: string | null;
    };

export type CredentialFailure = AstralisError;
