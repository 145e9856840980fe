import { createHash } from "node:crypto";
import { ProviderError } from "../../lib/errors.ts";
import type { Account } from "../../model/connection.ts";
import type { ApiKeySignIn, OAuthSignIn, Session } from "../provider.ts";
import type { StripeWire } from "./wire.ts";

/** The everyday way: a key of one's own account (https://docs.stripe.com/keys/restricted-api-keys). */
export const restrictedKey: ApiKeySignIn = {
  kind: "api-key",
  label: "restricted key",
  advice:
    "Make one at https://dashboard.stripe.com/apikeys with Customers: write and Events: read; " +
    "with Invoices, PaymentIntents and Charges and Refunds: read, invoices and payments are shown as well; " +
    "with Account: read as well, the account's name can be shown.",
  check: (key) => {
    if (/^(rk|sk)_[A-Za-z0-9_]{8,}$/.test(key)) return null;
    if (key.startsWith("pk_"))
      return "This is a publishable key; a restricted key starts with rk_.";
    if (key.startsWith("whsec_"))
      return "This is a webhook secret; a restricted key starts with rk_.";
    return "This is no Stripe key; a restricted key starts with rk_.";
  },
};

/** For those who run a Connect platform. The token does not expire, so that there is none to refresh it with. */
export const connectOAuth: OAuthSignIn = {
  kind: "oauth",
  pkce: false,
  clientSecret: "required",
  scopes: (_collections, direction) => [direction === "pull" ? "read_only" : "read_write"],
  identityScopes: [],
  authorizeParameters: {},
  refreshToken: "none",
  redirectPath: "/oauth/callback",
  answerNames: { account: "stripe_user_id" },
  revocation: "stripe-deauthorize",
};

/**
 * The account behind the key. A key without access to it proves itself on the customers; the account is then
 * known by the Connect sign-in's answer, else by the key itself, so that another key counts as another account.
 */
export async function readAccount(session: Session, wire: StripeWire): Promise<Account> {
  try {
    return await wire.account();
  } catch (error) {
    if (!(error instanceof ProviderError) || error.code !== "provider-forbidden") throw error;
  }
  await wire.listCustomers({ limit: 1 });
  const known = session.access.accountHint;
  if (known !== null) return { id: known, name: known };
  const key = await session.access.token();
  const mark = createHash("sha256").update(`astralis:${key}`).digest("hex").slice(0, 16);
  return { id: `key-${mark}`, name: "Stripe account" };
}
