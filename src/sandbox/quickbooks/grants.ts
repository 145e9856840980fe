import { randomText } from "../kit/random.ts";
import type { World } from "../kit/vendor.ts";

export const accessTokenSeconds = 3600;
/** 101 days; each use starts them anew. */
export const refreshTokenSeconds = 8_726_400;

/** After a day the value of a refresh token is replaced by the next refresh. */
const replacedAfterMs = 24 * 3600 * 1000;
const codeLifeMs = 10 * 60 * 1000;

export interface Tokens {
  readonly access: string;
  readonly refresh: string;
}

/** What the company's owner allowed the application. */
export interface Grants {
  /** Whether that Authorization header lets a request in. */
  allows(authorization: string): boolean;
  /** A token of the owner's own programs, which never ends. */
  readonly ownerToken: string;
  issueCode(redirectUri: string): string;
  /** Null for a code that is unknown, used, too old or of another address. */
  exchange(code: string, redirectUri: string): Tokens | null;
  /** Null for a token that is not, or no longer, the one to refresh with. */
  refresh(token: string, options: { readonly rotates: boolean }): Tokens | null;
  /** Ends the grant of that access or refresh token; false for an unknown one. */
  revoke(token: string): boolean;
  end(how: "expired" | "revoked"): void;
}

interface Grant {
  refresh: string;
  issuedMs: number;
  endsMs: number;
}

export function createGrants(world: World): Grants {
  const text = (length: number) => randomText(() => world.random(), length);
  const codes = new Map<string, { readonly redirectUri: string; readonly endsMs: number }>();
  const access = new Map<string, { readonly grant: Grant; readonly endsMs: number }>();
  let grants: readonly Grant[] = [];
  const ownerToken = `eyJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.sandbox-owner.${text(24)}`;
  const newRefresh = () => `RT1-${text(4)}-H0-${text(34)}`;

  const tokensOf = (grant: Grant): Tokens => {
    const token = `eyJlbmMiOiJBMTI4Q0JDLUhTMjU2In0..${text(120)}`;
    access.set(token, { grant, endsMs: world.now() + accessTokenSeconds * 1000 });
    grant.endsMs = world.now() + refreshTokenSeconds * 1000;
    return { access: token, refresh: grant.refresh };
  };
  const drop = (ended: Grant) => {
    grants = grants.filter((grant) => grant !== ended);
    for (const [token, { grant }] of access) if (grant === ended) access.delete(token);
  };

  return {
    ownerToken,
    allows: (authorization) => {
      const [scheme = "", token = ""] = authorization.split(" ", 2);
      if (scheme.toLowerCase() !== "bearer") return false;
      return token === ownerToken || world.now() < (access.get(token)?.endsMs ?? 0);
    },
    issueCode: (redirectUri) => {
      const code = `AB1${text(47)}`;
      codes.set(code, { redirectUri, endsMs: world.now() + codeLifeMs });
      return code;
    },
    exchange: (code, redirectUri) => {
      const known = codes.get(code);
      codes.delete(code);
      if (known === undefined || known.redirectUri !== redirectUri || world.now() >= known.endsMs)
        return null;
      const grant: Grant = { refresh: newRefresh(), issuedMs: world.now(), endsMs: 0 };
      grants = [...grants, grant];
      return tokensOf(grant);
    },
    refresh: (token, { rotates }) => {
      const grant = grants.find(({ refresh, endsMs }) => refresh === token && world.now() < endsMs);
      if (grant === undefined) return null;
      if (rotates || world.now() - grant.issuedMs >= replacedAfterMs)
        Object.assign(grant, { refresh: newRefresh(), issuedMs: world.now() });
      return tokensOf(grant);
    },
    revoke: (token) => {
      const grant = access.get(token)?.grant ?? grants.find(({ refresh }) => refresh === token);
      if (grant === undefined) return false;
      drop(grant);
      return true;
    },
    end: (how) => {
      access.clear();
      if (how === "revoked") grants.forEach(drop);
    },
  };
}
