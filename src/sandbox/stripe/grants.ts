import { randomText } from "../kit/random.ts";
import type { World } from "../kit/vendor.ts";
import type { Keys } from "./keys.ts";

export type Scope = "read_only" | "read_write";

/** What an application was allowed by the account's owner. */
export interface Grant {
  readonly id: string;
  readonly scope: Scope;
  readonly refreshToken: string;
}

export interface Grants {
  /** A code for the redirect, good once and for five minutes. */
  issueCode(scope: Scope): string;
  /** The code's grant, or why there is none. A code that comes again ends the grant that it had made. */
  exchange(code: string): Grant | { readonly problem: string };
  byRefreshToken(token: string): Grant | undefined;
  /** Whether there was a grant to end. */
  endAll(): boolean;
}

interface Code {
  readonly scope: Scope;
  readonly expiresAtMs: number;
  /** The id of the grant that it was exchanged for. */
  grant: string | null;
}

const codeLifeMs = 5 * 60 * 1000;

export function createGrants(world: World, keys: Keys): Grants {
  const random = (length: number) => randomText(() => world.random(), length);
  const codes = new Map<string, Code>();
  const grants = new Map<string, Grant>();
  const end = (id: string) => {
    grants.delete(id);
    keys.endGrant(id);
  };
  return {
    issueCode: (scope) => {
      const code = `ac_${random(32)}`;
      codes.set(code, { scope, expiresAtMs: world.now() + codeLifeMs, grant: null });
      return code;
    },
    exchange: (code) => {
      const known = codes.get(code);
      if (known === undefined) return { problem: `Authorization code does not exist: ${code}` };
      if (known.grant !== null) {
        end(known.grant);
        return {
          problem:
            "This authorization code has already been used. All tokens issued with this code have been revoked.",
        };
      }
      if (world.now() > known.expiresAtMs)
        return { problem: `Authorization code expired: ${code}` };
      const grant = { id: random(16), scope: known.scope, refreshToken: `rt_${random(48)}` };
      known.grant = grant.id;
      grants.set(grant.id, grant);
      return grant;
    },
    byRefreshToken: (token) => [...grants.values()].find((grant) => grant.refreshToken === token),
    endAll: () => {
      const ids = [...grants.keys()];
      ids.forEach(end);
      return ids.length > 0;
    },
  };
}
