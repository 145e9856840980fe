import { instantOf } from "../lib/clock.ts";
import type { Deps } from "../lib/deps.ts";
import { AuthError } from "../lib/errors.ts";
import type { Endpoints, Provider } from "../providers/provider.ts";
import type { ConnectionPort, LeasePort } from "../store/ports.ts";
import { tokenOf } from "./credential.ts";
import { originsOf } from "./endpoints.ts";
import type { OAuthApp } from "./endpoints.ts";
import type { Vault, VaultEntry } from "./vault.ts";

/** The connection as messages name it. */
export interface AccessTarget {
  readonly id: string;
  readonly name: string;
  readonly orgName: string;
}

export interface AccessOptions {
  /** The effective ones: the provider's own, with what the configuration moved. */
  readonly endpoints: Endpoints;
  /** null where no application is configured; refreshing then fails, and says so. */
  readonly app: OAuthApp | null;
  readonly vault: Vault;
  readonly leases: LeasePort;
  readonly connections: Pick<ConnectionPort, "get" | "setAccount" | "setStatus">;
  readonly deps: Deps;
  /** This process, as `busy` names it to others. */
  readonly holder: string;
}

/** The vault's entry of one connection, checked and never out of date. */
export interface TokenStore {
  /** Throws `not-connected`, `credential-damaged`, or `reauth-required` where the endpoints moved. */
  read(): Promise<VaultEntry>;
  /** False where another process was first. */
  write(pair: Omit<VaultEntry, "version">, overVersion: number): Promise<boolean>;
  dropPrevious(proven: string): Promise<void>;
  /** Records that a person must sign in again, and throws that. */
  giveUp(why: string): Promise<never>;
}

export function createTokenStore(
  target: AccessTarget,
  provider: Provider,
  { vault, endpoints, connections, deps }: AccessOptions,
): TokenStore {
  const place = { org: target.orgName, connection: target.name };
  // What the provider issued and the store would not take: a single-use token must outlive that.
  let unsaved: { pair: Omit<VaultEntry, "version">; overVersion: number } | null = null;
  const write: TokenStore["write"] = async (pair, overVersion) => {
    unsaved = { pair, overVersion };
    const done = await vault.writeCredential(target.id, pair, overVersion);
    unsaved = null;
    return done;
  };
  const markEnded = async (why: string) => {
    const row = await connections.get(target.id);
    // Somebody paused it meanwhile: their word stands.
    if (row?.status === "paused") return;
    const to = { status: "error", reason: "reauth-required", lastError: why } as const;
    await connections.setStatus(target.id, to, instantOf(deps.clock));
  };
  const giveUp = async (why: string): Promise<never> => {
    await markEnded(why);
    throw new AuthError("reauth-required", why, { hint: reconnectCommand(target), place });
  };
  const readWhole = async () => {
    if (unsaved !== null) await write(unsaved.pair, unsaved.overVersion);
    return vault.readCredential(target.id).catch(async (error: unknown) => {
      if (!(error instanceof AuthError)) throw error;
      await markEnded(error.message);
      throw error.at(place);
    });
  };
  return {
    write,
    giveUp,
    read: async () => {
      const entry = await readWhole();
      if (entry === null) {
        throw new AuthError("not-connected", `${target.name} has not been signed in yet`, {
          hint: `astralis connect ${provider.name} --connection ${target.name} --org ${target.orgName}`,
          place,
        });
      }
      const bound = entry.credential.origins;
      const moved = originsOf(endpoints).find((origin) => !bound.includes(origin));
      if (moved === undefined) return entry;
      return giveUp(
        `${target.name} was signed in for ${bound.join(" and ")}; the configuration now says ${moved}, and credentials are sent nowhere but where they were issued for`,
      );
    },
    dropPrevious: async (proven) => {
      try {
        const entry = await vault.readCredential(target.id);
        if (entry === null || tokenOf(entry.credential) !== proven) return;
        await vault.writeCredential(
          target.id,
          { credential: entry.credential, previous: null },
          entry.version,
        );
      } catch {
        // The one before is kept a little longer: that must not fail the request that just succeeded.
        deps.log.warn("a superseded token could not be dropped yet", { connection: target.name });
      }
    },
  };
}

/** What the person types to sign in again. */
export function reconnectCommand(target: Pick<AccessTarget, "name" | "orgName">): string {
  return `astralis reconnect ${target.name} --org ${target.orgName}`;
}
