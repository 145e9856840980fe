import { AuthError, ProviderError } from "../../lib/errors.ts";
import type { Account } from "../../model/connection.ts";
import type { OAuthSignIn } from "../provider.ts";

const clientsRead = ["user:clients:read"];

/** https://www.freshbooks.com/api/authentication */
export const freshbooksOAuth: OAuthSignIn = {
  kind: "oauth",
  pkce: false,
  clientSecret: "required",
  clientAuthentication: "form",
  scopes: (collections, direction) => {
    const clients = direction === "pull" ? clientsRead : [...clientsRead, "user:clients:write"];
    return [
      ...(collections.includes("clients") ? clients : []),
      ...(collections.includes("activities") ? ["user:invoices:read", "user:payments:read"] : []),
    ];
  },
  // Without it nobody could tell which businesses the person has.
  identityScopes: ["user:profile:read"],
  authorizeParameters: {},
  refreshToken: "required",
  redirectPath: "/oauth/callback",
  httpsRedirect: "always",
  refreshNamesRedirect: true,
  revocation: "form",
};

/**
 * The business that the connection is of: the one that is known already, else the first that keeps books. `accounts`
 * are those of the person, in the order in which FreshBooks lists them.
 */
export function chooseAccount(accounts: readonly Account[], known: string | null): Account {
  const chosen = known === null ? accounts[0] : accounts.find(({ id }) => id === known);
  if (chosen !== undefined) return chosen;
  const names = accounts.map(({ name }) => name).join(", ");
  if (known === null)
    throw new ProviderError("provider-forbidden", "no business of this sign-in keeps books", {
      hint: "Sign in to FreshBooks as somebody who has a business there.",
    });
  throw new AuthError(
    "reauth-required",
    `the sign-in no longer leads to the business ${known}${names === "" ? "" : `, but to ${names}`}`,
    { hint: "Run `astralis reconnect` as somebody who belongs to that business." },
  );
}
