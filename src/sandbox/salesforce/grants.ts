import { randomText } from "../kit/random.ts";
import type { World } from "../kit/vendor.ts";

/** What the user allowed the application to do. */
export interface Grant {
  readonly id: number;
  readonly scopes: readonly string[];
  /** null where the scope for it was not asked for. */
  readonly refreshToken: string | null;
}

/** A code on its way to the token endpoint. */
export interface Code {
  readonly scopes: readonly string[];
  readonly redirectUri: string;
  /** The hash of the verifier, by S256. */
  readonly challenge: string;
}

export interface Grants {
  issueCode(code: Code): string;
  /** The code's one use, within 15 minutes. */
  takeCode(code: string): Code | null;
  create(scopes: readonly string[]): Grant;
  byRefreshToken(token: string): Grant | null;
  /** The same grant under a new refresh token; the old one ends. */
  rotate(grant: Grant): Grant;
  /** A session of two hours. */
  issueSession(grant: Grant): string;
  isLive(session: string): boolean;
  /** Ends the session, or with a refresh token the whole grant; false for an unknown token. */
  revoke(token: string): boolean;
  end(how: "expired" | "revoked"): void;
  list(): readonly Grant[];
}

const codeMs = 15 * 60 * 1000;
const sessionMs = 2 * 3600 * 1000;
/** Of one user and application; the oldest is dropped for one more. */
const grantsKept = 5;

export function createGrants(world: World, orgId: string): Grants {
  const codes = new Map<string, Code & { readonly endsMs: number }>();
  let sessions = new Map<string, { readonly grantId: number; readonly endsMs: number }>();
  let grants: readonly Grant[] = [];
  let count = 0;
  const text = (length: number) => randomText(() => world.random(), length);
  const newRefreshToken = () => `5Aep861${text(80)}`;
  const drop = (grant: Grant | undefined) => {
    if (grant === undefined) return;
    grants = grants.filter(({ id }) => id !== grant.id);
    sessions = new Map([...sessions].filter(([, { grantId }]) => grantId !== grant.id));
  };
  return {
    issueCode: (code) => {
      const name = `aPrx${text(60)}==`;
      codes.set(name, { ...code, endsMs: world.now() + codeMs });
      return name;
    },
    takeCode: (name) => {
      const code = codes.get(name);
      codes.delete(name);
      return code === undefined || world.now() >= code.endsMs ? null : code;
    },
    create: (scopes) => {
      const refreshable = scopes.includes("refresh_token");
      const refreshToken = refreshable ? newRefreshToken() : null;
      const grant = { id: (count += 1), scopes, refreshToken };
      grants = [...grants, grant];
      if (grants.length > grantsKept) drop(grants[0]);
      return grant;
    },
    byRefreshToken: (token) => grants.find(({ refreshToken }) => refreshToken === token) ?? null,
    rotate: (grant) => {
      const rotated = { ...grant, refreshToken: newRefreshToken() };
      grants = grants.map((other) => (other.id === grant.id ? rotated : other));
      return rotated;
    },
    issueSession: (grant) => {
      const token = `${orgId.slice(0, 15)}!AQ${text(90)}`;
      sessions.set(token, { grantId: grant.id, endsMs: world.now() + sessionMs });
      return token;
    },
    isLive: (session) => world.now() < (sessions.get(session)?.endsMs ?? 0),
    revoke: (token) => {
      const grant = grants.find(({ refreshToken }) => refreshToken === token);
      drop(grant);
      return sessions.delete(token) || grant !== undefined;
    },
    end: (how) => {
      sessions = new Map();
      if (how === "revoked") grants = [];
    },
    list: () => grants,
  };
}
