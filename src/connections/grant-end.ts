import { instantOf, toInstant } from "../lib/clock.ts";
import type { Deps } from "../lib/deps.ts";
import type { ConnectionPort } from "../store/ports.ts";
import type { AccessTarget } from "./token-store.ts";

/** Ends are told in whole seconds from when they are asked for: less than this is the same end. */
const sameEndMs = 60 * 60 * 1000;

/**
 * Keeps the connection's word on when its grant ends up to date, where each refresh moves that (law 12). Never
 * throws: the tokens are stored already, and count for more.
 */
export async function recordGrantEnd(
  target: AccessTarget,
  grantExpiresAtMs: number | null,
  options: {
    readonly connections: Pick<ConnectionPort, "get" | "setAccount">;
    readonly deps: Pick<Deps, "clock" | "log">;
  },
): Promise<void> {
  const { connections, deps } = options;
  if (grantExpiresAtMs === null) return;
  try {
    const row = await connections.get(target.id);
    if (row === null || row.account === null) return;
    const knownMs = row.grantExpiresAt === null ? null : Date.parse(row.grantExpiresAt);
    if (knownMs !== null && Math.abs(knownMs - grantExpiresAtMs) < sameEndMs) return;
    const { account, scopes, connectedBy } = row;
    const sign = { account, scopes, connectedBy, grantExpiresAt: toInstant(grantExpiresAtMs) };
    await connections.setAccount(target.id, sign, instantOf(deps.clock));
  } catch {
    deps.log.warn("when the grant ends could not be recorded", { connection: target.name });
  }
}
