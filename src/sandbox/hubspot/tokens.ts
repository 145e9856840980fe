import { correlationId, expiredToken, missingScope, unauthenticated } from "./errors.ts";
import { hexText } from "./ids.ts";
import type { World } from "../kit/vendor.ts";

export const readScope = "crm.objects.contacts.read";
export const writeScope = "crm.objects.contacts.write";

/** What an application was allowed by a user of the account. */
export interface Grant {
  readonly refreshToken: string;
  readonly scopes: readonly string[];
}

export interface Tokens {
  /** A service key with both contact scopes, and one that only reads. Replaced whenever they are ended. */
  serviceKey(): string;
  readOnlyKey(): string;
  /** A code for the redirect, good once and for a minute. */
  issueCode(grant: { readonly scopes: readonly string[]; readonly redirectUri: string }): string;
  /** The code's grant; null where the code is unknown, used, expired, or of another redirect. */
  exchange(code: string, redirectUri: string): Grant | "bad-code" | "bad-redirect";
  byRefreshToken(token: string): Grant | null;
  /** The same grant under a new refresh token; the old one ends. */
  rotate(grant: Grant): Grant;
  issueAccess(grant: Grant): string;
  /** Of a live token of either kind; null where it is none. */
  introspect(token: string): Introspection | null;
  /** Ends the grant of a refresh token with all that came of it, or an access token alone. */
  revoke(token: string): void;
  end(how: "expired" | "revoked"): void;
  /** Refuses what is not signed in, or lacks the scope, as HubSpot does. */
  admit(authorization: string | undefined, scope: string | null): void;
}

export interface Introspection {
  readonly use: "access_token" | "refresh_token";
  readonly scopes: readonly string[];
  readonly expiresIn: number | null;
}

export const accessSeconds = 1800;

const codeLifeMs = 60_000;

interface Access {
  readonly refreshToken: string | null;
  readonly scopes: readonly string[];
  expiresAtMs: number;
}

interface Code {
  readonly scopes: readonly string[];
  readonly redirectUri: string;
  readonly expiresAtMs: number;
}

export function createTokens(world: World): Tokens {
  const codes = new Map<string, Code>();
  const grants = new Map<string, Grant>();
  const access = new Map<string, Access>();
  const uuid = () => correlationId(world);
  const addKey = (scopes: readonly string[]) => {
    const key = `pat-na1-${uuid()}`;
    access.set(key, { refreshToken: null, scopes, expiresAtMs: Number.POSITIVE_INFINITY });
    return key;
  };
  const addKeys = () => ({ full: addKey([readScope, writeScope]), readOnly: addKey([readScope]) });
  let keys = addKeys();
  const addGrant = (scopes: readonly string[]): Grant => {
    const grant = { refreshToken: `na1-${uuid()}`, scopes };
    grants.set(grant.refreshToken, grant);
    return grant;
  };
  const endGrant = (refreshToken: string) => {
    grants.delete(refreshToken);
    for (const [token, held] of access)
      if (held.refreshToken === refreshToken) access.delete(token);
  };

  return {
    serviceKey: () => keys.full,
    readOnlyKey: () => keys.readOnly,
    issueCode: ({ scopes, redirectUri }) => {
      const code = `na1-${uuid()}`;
      codes.set(code, { scopes, redirectUri, expiresAtMs: world.now() + codeLifeMs });
      return code;
    },
    exchange: (text, redirectUri) => {
      const code = codes.get(text);
      if (code === undefined || code.expiresAtMs < world.now()) return "bad-code";
      if (code.redirectUri !== redirectUri) return "bad-redirect";
      codes.delete(text);
      return addGrant(code.scopes);
    },
    byRefreshToken: (token) => grants.get(token) ?? null,
    rotate: (grant) => {
      grants.delete(grant.refreshToken);
      return addGrant(grant.scopes);
    },
    issueAccess: (grant) => {
      // Tokens are long: 300 characters and more.
      const token = `C${hexText(world, 310)}`;
      const expiresAtMs = world.now() + accessSeconds * 1000;
      access.set(token, { refreshToken: grant.refreshToken, scopes: grant.scopes, expiresAtMs });
      return token;
    },
    introspect: (token) => {
      const grant = grants.get(token);
      if (grant !== undefined)
        return { use: "refresh_token", scopes: grant.scopes, expiresIn: null };
      const held = access.get(token);
      if (held === undefined || held.refreshToken === null || held.expiresAtMs <= world.now())
        return null;
      const expiresIn = Math.floor((held.expiresAtMs - world.now()) / 1000);
      return { use: "access_token", scopes: held.scopes, expiresIn };
    },
    revoke: (token) => {
      if (grants.has(token)) endGrant(token);
      else if (access.get(token)?.refreshToken !== null) access.delete(token);
    },
    end: (how) => {
      for (const held of access.values())
        held.expiresAtMs = Math.min(held.expiresAtMs, world.now());
      if (how === "revoked") [...grants.keys()].forEach(endGrant);
      access.delete(keys.full);
      access.delete(keys.readOnly);
      keys = addKeys();
    },
    admit: (authorization, scope) => {
      const [, token = ""] = /^Bearer (\S+)$/i.exec(authorization ?? "") ?? [];
      const held = access.get(token);
      if (held === undefined) throw unauthenticated();
      const lateMs = world.now() - held.expiresAtMs;
      if (lateMs >= 0) throw expiredToken(Math.floor(lateMs / 1000));
      if (scope !== null && !held.scopes.includes(scope)) throw missingScope(scope);
    },
  };
}
