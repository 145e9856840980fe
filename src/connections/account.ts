import type { Deps } from "../lib/deps.ts";
import { AuthError } from "../lib/errors.ts";
import type { Account, Connection } from "../model/connection.ts";
import type { Access } from "../providers/provider.ts";
import { tokenOf } from "./credential.ts";
import type { SignedIn } from "./credential.ts";
import type { ConnectionTarget } from "./target.ts";

/** Who the fresh credential belongs to; one that the provider refuses is refused here. */
export async function proveAccount(
  target: ConnectionTarget,
  { credential }: SignedIn,
  deps: Deps,
): Promise<Account> {
  const { provider, endpoints } = target;
  const access: Access = {
    accountHint: credential.kind === "oauth" ? credential.accountHint : null,
    apiOrigin: credential.kind === "oauth" ? credential.apiOrigin : null,
    token: async () => tokenOf(credential),
    renew: async () => {
      throw credential.kind === "api-key"
        ? new AuthError("key-rejected", `${provider.title} does not accept the key`, {
            hint: "Check that it was copied whole, is not revoked, and is of the right mode (test or live).",
            place: { org: target.org.name, connection: target.name },
          })
        : new AuthError("sign-in-failed", `${provider.title} refused the token it just issued`, {
            hint: "Run the command again.",
            place: { org: target.org.name, connection: target.name },
          });
    },
  };
  return provider.open({ deps, endpoints, access }).account();
}

/** Throws where another connection of the organization is signed in to the same account. */
export function refuseDuplicate(
  target: ConnectionTarget,
  connection: Connection,
  { account, others }: { readonly account: Account; readonly others: readonly Connection[] },
): void {
  const same = others.find(
    (other) =>
      other.id !== connection.id &&
      other.provider === connection.provider &&
      other.account?.id === account.id &&
      other.reason !== "disconnected",
  );
  if (same === undefined) return;
  throw new AuthError(
    "account-duplicate",
    `${account.name} is signed in already, as ${same.name}; two connections of one account would sync every client twice`,
    {
      hint: `Use ${same.name}, or first run: astralis disconnect ${same.name} --org ${target.org.name}`,
      place: { org: target.org.name, connection: target.name },
    },
  );
}

/** The account before, where the new one is another. */
export function otherThan(account: Account, before: Account | null): Account | null {
  return before === null || before.id === account.id ? null : before;
}

/** The refusal of a sign-in to another account than before. */
export function mismatch(target: ConnectionTarget, account: Account, former: Account): AuthError {
  return new AuthError(
    "account-mismatch",
    `the sign-in was to ${account.name} (${account.id}), but ${target.name} belongs to ${former.name} (${former.id})`,
    {
      hint: `Sign in to ${former.name}; or, to move the connection to the other account: astralis connect ${target.provider.name} --connection ${target.name} --org ${target.org.name} --accept-other-account`,
      place: { org: target.org.name, connection: target.name },
    },
  );
}
