import { randomText } from "../kit/random.ts";
import type { World } from "../kit/vendor.ts";

/** What the person allowed the application to do. */
export interface Grant {
  readonly id: number;
  readonly scopes: readonly string[];
}

/** The answer of the token endpoint; times in seconds. */
export interface IssuedTokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly token_type: "Bearer";
  readonly expires_in: number;
  readonly scope: string;
  readonly created_at: number;
}

export interface Code {
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly expiresAtMs: number;
}

export interface Grants {
  /** A code for the redirect, good once and for five minutes. */
  issueCode(code: Omit<Code, "expiresAtMs">): string;
  /** Null for a code that is unknown, used or late. */
  takeCode(code: string): Code | null;
  create(scopes: readonly string[]): IssuedTokens;
  /** New tokens for a refresh token, which is dead from then on; null for one that is unknown or was used. */
  refresh(refreshToken: string): IssuedTokens | null;
  /** The grant of a live access token. */
  access(token: string): Grant | null;
  /** Ends the grant of that access or refresh token; false where there is none. */
  revoke(token: string): boolean;
  end(how: "expired" | "revoked"): void;
  list(): readonly Grant[];
}

const accessTokenSeconds = 12 * 3600;
const codeLifeMs = 5 * 60 * 1000;

export function createGrants(world: World): Grants {
  const text = () => randomText(() => world.random(), 64, "0123456789abcdef");
  const codes = new Map<string, Code>();
  const refreshTokens = new Map<string, Grant>();
  let accessTokens = new Map<string, { readonly grant: Grant; readonly expiresAtMs: number }>();
  let count = 0;

  const issue = (grant: Grant): IssuedTokens => {
    const [accessToken, refreshToken] = [text(), text()];
    const expiresAtMs = world.now() + accessTokenSeconds * 1000;
    accessTokens.set(accessToken, { grant, expiresAtMs });
    refreshTokens.set(refreshToken, grant);
    return {
      access_token: accessToken,
      refresh_token: refreshToken,
      token_type: "Bearer",
      expires_in: accessTokenSeconds,
      scope: grant.scopes.join(" "),
      created_at: Math.floor(world.now() / 1000),
    };
  };

  return {
    issueCode: (code) => {
      const name = text();
      codes.set(name, { ...code, expiresAtMs: world.now() + codeLifeMs });
      return name;
    },
    takeCode: (name) => {
      const code = codes.get(name) ?? null;
      codes.delete(name);
      return code !== null && world.now() <= code.expiresAtMs ? code : null;
    },
    create: (scopes) => issue({ id: (count += 1), scopes }),
    refresh: (token) => {
      const grant = refreshTokens.get(token);
      if (grant === undefined) return null;
      refreshTokens.delete(token);
      return issue(grant);
    },
    access: (token) => {
      const found = accessTokens.get(token);
      return found !== undefined && world.now() < found.expiresAtMs ? found.grant : null;
    },
    revoke: (token) => {
      const grant = accessTokens.get(token)?.grant ?? refreshTokens.get(token);
      if (grant === undefined) return false;
      for (const [name, { grant: other }] of accessTokens)
        if (other.id === grant.id) accessTokens.delete(name);
      for (const [name, other] of refreshTokens)
        if (other.id === grant.id) refreshTokens.delete(name);
      return true;
    },
    end: (how) => {
      accessTokens = new Map();
      if (how === "revoked") refreshTokens.clear();
    },
    list: () => [...new Set(refreshTokens.values())],
  };
}
