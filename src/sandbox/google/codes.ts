import { randomText } from "../kit/random.ts";
import type { World } from "../kit/vendor.ts";
import type { Account, OAuthClient } from "./accounts.ts";

/** A code on its way to the token endpoint. */
export interface Code {
  readonly client: OAuthClient;
  readonly account: Account;
  readonly scopes: readonly string[];
  readonly redirectUri: string;
  readonly challenge: { readonly method: "S256" | "plain"; readonly value: string } | null;
  readonly nonce: string | null;
  /** Whether this consent yields a refresh token. */
  readonly offline: boolean;
  readonly expiresAtMs: number;
}

export interface Codes {
  create(code: Omit<Code, "expiresAtMs">): string;
  /** The code's one use; null for one that is unknown, used or older than ten minutes. */
  take(code: string): Code | null;
}

const codeLifeMs = 10 * 60 * 1000;

export function createCodes(world: World): Codes {
  const codes = new Map<string, Code>();
  return {
    create: (code) => {
      const name = `4/0A${randomText(() => world.random(), 70)}`;
      codes.set(name, { ...code, expiresAtMs: world.now() + codeLifeMs });
      return name;
    },
    take: (name) => {
      const code = codes.get(name) ?? null;
      codes.delete(name);
      return code === null || world.now() >= code.expiresAtMs ? null : code;
    },
  };
}
