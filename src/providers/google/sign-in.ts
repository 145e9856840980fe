import { malformed } from "../kit/answers.ts";
import { isRecord } from "../../lib/json.ts";
import type { Account, Collection } from "../../model/connection.ts";
import type { Transport } from "../kit/transport.ts";
import type { OAuthSignIn } from "../provider.ts";

/** https://developers.google.com/identity/protocols/oauth2/native-app */
export const googleEndpoints = {
  authorize: "https://accounts.google.com/o/oauth2/v2/auth",
  token: "https://oauth2.googleapis.com/token",
  revoke: "https://oauth2.googleapis.com/revoke",
} as const;

const userinfoOrigin = "https://www.googleapis.com";

/** The sign-in that all of Google's providers share; each knows the scopes of its collections. */
export function googleSignIn(
  scopesOf: (collection: Collection, direction: "both" | "pull" | "push") => string | null,
): OAuthSignIn {
  return {
    kind: "oauth",
    pkce: true,
    clientSecret: "optional",
    scopes: (collections, direction) => {
      const scopes = collections.map((collection) => scopesOf(collection, direction));
      return [...new Set(scopes.filter((scope) => scope !== null))];
    },
    identityScopes: ["openid", "email"],
    // Else someone who consented before gets no refresh token.
    authorizeParameters: { access_type: "offline", prompt: "consent" },
    refreshToken: "required",
    // Desktop applications are only documented with the bare root.
    redirectPath: "/",
    revocation: "query",
  };
}

/** Who signed in, by `userinfo`; `apiMoved` is the origin that stands for all of Google, null for Google itself. */
export async function readGoogleAccount(
  transport: Transport,
  apiMoved: string | null,
): Promise<Account> {
  const response = await transport.fetch(`${apiMoved ?? userinfoOrigin}/oauth2/v2/userinfo`);
  const answer: unknown = await response.json();
  const { id, email } = isRecord(answer) ? answer : {};
  if (typeof id !== "string" || id === "" || typeof email !== "string" || email === "")
    throw malformed("Google's answer does not name the account", false);
  return { id, name: email };
}
