import { randomText } from "../kit/random.ts";
import type { World } from "../kit/vendor.ts";
import type { Account, OAuthClient } from "./accounts.ts";
import { createCodes, type Code, type Codes } from "./codes.ts";
import { identityScopes } from "./scopes.ts";

/** What a user allowed a client to do. */
export interface Grant {
  /** Stays when the refresh token is replaced. */
  readonly id: number;
  readonly client: OAuthClient;
  readonly account: Account;
  readonly scopes: readonly string[];
  readonly refreshToken: string | null;
  /** When a grant of limited time ends; null where it lasts. */
  readonly endsAtMs: number | null;
}

export interface AccessToken {
  readonly token: string;
  readonly grant: Grant;
  readonly expiresAtMs: number;
}

export interface Grants {
  readonly codes: Codes;
  create(code: Code, options: { readonly limited: boolean; readonly refreshable: boolean }): Grant;
  /** The same grant under a new refresh token; the old token ends. */
  rotate(grant: Grant): Grant;
  issueAccessToken(grant: Grant): AccessToken;
  /** A live access token. */
  access(token: string): AccessToken | null;
  byRefreshToken(token: string): Grant | null;
  /** Ends the grant of that access or refresh token, or all of that user and client; false for an unknown token. */
  revoke(token: string, options: { readonly whole: boolean }): boolean;
  hasConsented(client: OAuthClient, account: Account): boolean;
  end(how: "expired" | "revoked"): void;
  list(): readonly Grant[];
}

export const accessTokenSeconds = 3599;
const testingLifeMs = 7 * 24 * 3600 * 1000;
/** The oldest one of a user and client is dropped silently beyond that. */
const refreshTokensKept = 100;

export function createGrants(world: World): Grants {
  const consents = new Set<string>();
  let count = 0;
  let grants: readonly Grant[] = [];
  let tokens = new Map<string, AccessToken>();
  const text = (length: number) => randomText(() => world.random(), length);
  const newRefreshToken = () => `1//0${text(60)}`;
  const isLive = (grant: Grant) => grant.endsAtMs === null || world.now() < grant.endsAtMs;
  const drop = (isDropped: (grant: Grant) => boolean) => {
    grants = grants.filter((grant) => !isDropped(grant));
    tokens = new Map([...tokens].filter(([, { grant }]) => !isDropped(grant)));
  };

  const keep = (grant: Grant): Grant => {
    grants = withoutOldest([...grants, grant], pairOf(grant));
    return grant;
  };

  const byRefreshToken = (token: string) =>
    grants.find((grant) => grant.refreshToken === token && isLive(grant)) ?? null;

  return {
    codes: createCodes(world),
    create: (code, { limited, refreshable }) => {
      const isIdentity = code.scopes.every((scope) => identityScopes.includes(scope));
      consents.add(pairOf(code));
      return keep({
        id: (count += 1),
        client: code.client,
        account: code.account,
        scopes: code.scopes,
        refreshToken: refreshable ? newRefreshToken() : null,
        endsAtMs: limited && !isIdentity ? world.now() + testingLifeMs : null,
      });
    },
    rotate: (grant) => {
      const rotated = { ...grant, refreshToken: newRefreshToken() };
      grants = grants.map((other) => (other.id === grant.id ? rotated : other));
      return rotated;
    },
    issueAccessToken: (grant) => {
      const token = `ya29.a0${text(80)}`;
      const issued = { token, grant, expiresAtMs: world.now() + accessTokenSeconds * 1000 };
      tokens.set(token, issued);
      return issued;
    },
    access: (token) => {
      const found = tokens.get(token);
      return found && world.now() < found.expiresAtMs && isLive(found.grant) ? found : null;
    },
    byRefreshToken,
    revoke: (token, { whole }) => {
      const grant = tokens.get(token)?.grant ?? byRefreshToken(token);
      if (grant === null) return false;
      drop((other) => other.id === grant.id || (whole && pairOf(other) === pairOf(grant)));
      if (whole) consents.delete(pairOf(grant));
      return true;
    },
    hasConsented: (client, account) => consents.has(pairOf({ client, account })),
    end: (how) => {
      tokens = new Map();
      if (how === "revoked") drop(() => true);
    },
    list: () => grants.filter(isLive),
  };
}

function pairOf({ client, account }: Pick<Grant, "client" | "account">): string {
  return `${client.id} ${account.id}`;
}

function withoutOldest(grants: readonly Grant[], pair: string): readonly Grant[] {
  const refreshable = grants.filter(
    (grant) => pairOf(grant) === pair && grant.refreshToken !== null,
  );
  const [oldest] = refreshable;
  return refreshable.length > refreshTokensKept
    ? grants.filter((grant) => grant !== oldest)
    : grants;
}
