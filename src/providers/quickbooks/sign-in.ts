import type { Account } from "../../model/connection.ts";
import { malformed } from "../kit/answers.ts";
import type { OAuthSignIn } from "../provider.ts";
import type { QuickBooksWire } from "./wire.ts";

/** https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/oauth-2.0 */
export const quickBooksSignIn: OAuthSignIn = {
  kind: "oauth",
  pkce: false,
  clientSecret: "required",
  clientAuthentication: "basic",
  // There is one scope for all of the books, to read and to write.
  scopes: () => ["com.intuit.quickbooks.accounting"],
  identityScopes: [],
  authorizeParameters: {},
  refreshToken: "required",
  redirectPath: "/oauth/callback",
  // Development keys take http for this name alone, production keys https alone.
  redirectHost: "localhost",
  httpsRedirect: ["production"],
  accountParameter: "realmId",
  revocation: "basic-json",
};

/** The company; its id is known from the sign-in, its name proves that the credentials work. */
export async function readCompany(wire: QuickBooksWire): Promise<Account> {
  const name = await wire.companyName();
  if (wire.realmId === null) throw malformed("QuickBooks' answer names no company", false);
  return { id: wire.realmId, name: name ?? wire.realmId };
}
