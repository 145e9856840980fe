import type { ConnectionConfig } from "../config/config.ts";
import { accountKinds } from "./accounts/kinds.ts";
import type { ConnectionPlan, SimulatedProvider } from "./history.ts";

/** A person's own connections, with their rules, each on a sandboxed account; those without a sandbox are left out. */
export function plansOf(connections: readonly ConnectionConfig[]): readonly ConnectionPlan[] {
  return connections.flatMap((connection) => {
    const { name, provider, enabled } = connection;
    if (!enabled || !isSimulated(provider)) return [];
    const { direction, fieldDirections, conflict, clear, deletes, create, searchLagSeconds } =
      connection;
    return {
      name,
      provider,
      skewMs: 0,
      lagMs: 0,
      rotatesTokens: accountKinds[provider].mayRotate,
      rules: { direction, fieldDirections, conflict, clear, deletes, create, searchLagSeconds },
    };
  });
}

function isSimulated(provider: string): provider is SimulatedProvider {
  return Object.hasOwn(accountKinds, provider);
}
