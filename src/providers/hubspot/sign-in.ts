import { createHash } from "node:crypto";
import { ProviderError } from "../../lib/errors.ts";
import type { Account } from "../../model/connection.ts";
import type { ApiKeySignIn, OAuthSignIn, Session } from "../provider.ts";
import type { HubSpotWire } from "./wire.ts";

/** The everyday way for one's own account (https://developers.hubspot.com/changelog/service-keys). */
export const serviceKey: ApiKeySignIn = {
  kind: "api-key",
  label: "service key",
  advice:
    "Make one in HubSpot under Settings > Integrations > Service Keys (a super admin can), with the scopes " +
    "crm.objects.contacts.read and crm.objects.contacts.write.",
  check: (key) => {
    if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(key))
      return "This is an API key of the old kind, which HubSpot no longer takes; make a service key.";
    if (/^[A-Za-z0-9._-]{20,}$/.test(key)) return null;
    return "This is no HubSpot service key; such a key starts with pat-.";
  },
};

const scopes = {
  always: "oauth",
  read: "crm.objects.contacts.read",
  write: "crm.objects.contacts.write",
} as const;

/** https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens */
export const hubspotOAuth: OAuthSignIn = {
  kind: "oauth",
  // The token endpoint takes a verifier, but no page says what the authorize URL would have to carry.
  pkce: false,
  clientSecret: "required",
  clientAuthentication: "form",
  scopes: (_collections, direction) => [
    scopes.always,
    scopes.read,
    ...(direction === "pull" ? [] : [scopes.write]),
  ],
  identityScopes: [],
  authorizeParameters: {},
  refreshToken: "required",
  redirectPath: "/oauth/callback",
  // Over http HubSpot takes this spelling alone.
  redirectHost: "localhost",
  answerNames: { account: "hub_id" },
  revocation: "form",
};

/**
 * The account, by its number. A key that may not read the account's details proves itself on the contacts; it is then
 * known by a mark of the key, so that another key counts as another account.
 */
export async function readAccount(session: Session, wire: HubSpotWire): Promise<Account> {
  const { accountHint } = session.access;
  if (accountHint !== null) {
    await wire.list({ after: null, archived: false, limit: 1 });
    return { id: accountHint, name: nameOf(accountHint) };
  }
  try {
    const { portalId } = await wire.account();
    if (typeof portalId === "number" || typeof portalId === "string")
      return { id: String(portalId), name: nameOf(String(portalId)) };
  } catch (error) {
    if (!(error instanceof ProviderError) || error.code !== "provider-forbidden") throw error;
  }
  await wire.list({ after: null, archived: false, limit: 1 });
  const key = await session.access.token();
  const mark = createHash("sha256").update(`astralis:${key}`).digest("hex").slice(0, 16);
  return { id: `key-${mark}`, name: "HubSpot account" };
}

/** A key that may not read the account's number stands for it by a mark. */
export function isHubId(account: string | null): boolean {
  return /^\d+$/.test(account ?? "");
}

/** HubSpot's own pages show an account by this number as well; its name is told to no application. */
function nameOf(hubId: string): string {
  return `HubSpot ${hubId}`;
}
