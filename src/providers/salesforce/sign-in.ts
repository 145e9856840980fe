import { ProviderError } from "../../lib/errors.ts";
import { isRecord } from "../../lib/json.ts";
import type { Account } from "../../model/connection.ts";
import { AnswerError, malformed } from "../kit/answers.ts";
import type { Endpoints, OAuthSignIn, Session } from "../provider.ts";
import type { SalesforceWire } from "./requests.ts";

/** Where people sign in: production, or one's sandboxes at test.salesforce.com. */
export function endpointsAt(origin: string): Required<Endpoints> {
  return {
    api: origin,
    authorize: `${origin}/services/oauth2/authorize`,
    token: `${origin}/services/oauth2/token`,
    revoke: `${origin}/services/oauth2/revoke`,
  };
}

/** The web server flow of an External Client App, with PKCE; an app may do without a secret. */
export const webServerFlow: OAuthSignIn = {
  kind: "oauth",
  pkce: true,
  clientSecret: "optional",
  scopes: () => ["api", "refresh_token"],
  identityScopes: [],
  authorizeParameters: {},
  refreshToken: "required",
  redirectPath: "/oauth/callback",
  // Callback addresses are compared letter by letter, and only this name is known to be taken without https.
  redirectHost: "localhost",
  answerNames: { account: "id", api: "instance_url" },
  revocation: "form",
};

/** The org behind the token; where it may not be read, the identity address of the sign-in names it. */
export async function readAccount(session: Session, wire: SalesforceWire): Promise<Account> {
  try {
    const { records } = await wire.query("SELECT Id, Name FROM Organization LIMIT 1");
    const [org] = records;
    const { Id: id, Name: name } = isRecord(org) ? org : {};
    if (typeof id === "string" && typeof name === "string" && id !== "")
      return { id, name: name === "" ? id : name };
  } catch (error) {
    const isHidden = error instanceof ProviderError && error.code === "provider-forbidden";
    if (!isHidden && !(error instanceof AnswerError)) throw error;
  }
  const id = orgOf(session.access.accountHint);
  if (id === null) throw malformed("Salesforce's answer names no organization", false);
  await wire.query("SELECT Id FROM Contact LIMIT 1");
  return { id, name: id };
}

/** `https://login.salesforce.com/id/<organization>/<user>` */
function orgOf(identity: string | null): string | null {
  const [, id] = /\/id\/(00D[A-Za-z0-9]{12,15})\//.exec(identity ?? "") ?? [];
  return id ?? null;
}
