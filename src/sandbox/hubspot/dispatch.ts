import type { SandboxAnswer, SandboxRequest, World } from "../kit/vendor.ts";
import { errorAnswer, HubSpotError, limited, type Policy } from "./errors.ts";
import type { Operation } from "./operation.ts";
import type { Tokens } from "./tokens.ts";

interface Parts {
  readonly world: World;
  readonly tokens: Tokens;
  readonly operations: readonly Operation[];
}

/** Leads requests to their operations, through sign-in, limit and scope; null for a path that HubSpot does not have. */
export function createDispatch(parts: Parts): (request: SandboxRequest) => SandboxAnswer | null {
  const { world, tokens, operations } = parts;
  const exceeds = createLimiter(world);
  return (request) => {
    const found = findOperation(operations, request);
    if (found === null) return null;
    const { operation, id } = found;
    const { template } = operation;
    // All searches of an account share a limit of their own.
    const policy: Policy = template.endsWith("/search") ? "SECONDLY" : "TEN_SECONDLY_ROLLING";
    if (exceeds(policy)) return { ...limited(policy, world), template };
    try {
      tokens.admit(request.headers["authorization"], operation.scope);
      return { ...operation.run(request, id), template };
    } catch (error) {
      if (!(error instanceof HubSpotError)) throw error;
      return { ...errorAnswer(error, world), template };
    }
  };
}

/** Whether the request is one too many of its kind in this second, where a limit is set. */
function createLimiter(world: World): (policy: Policy) => boolean {
  const counts = new Map<Policy, { readonly second: number; readonly count: number }>();
  return (policy) => {
    const limit = world.rateLimitPerSecond();
    const second = Math.floor(world.now() / 1000);
    const before = counts.get(policy);
    const count = (before?.second === second ? before.count : 0) + 1;
    counts.set(policy, { second, count });
    return limit > 0 && count > limit;
  };
}

/** Those without an id stand before those with one, so that "/search" is no id. */
function findOperation(
  operations: readonly Operation[],
  { method, path }: SandboxRequest,
): { readonly operation: Operation; readonly id: string } | null {
  for (const operation of operations) {
    if (operation.method !== method) continue;
    const stem = operation.template.replace(/\{.*\}$/, "");
    if (stem === operation.template && path === stem) return { operation, id: "" };
    const rest = path.slice(stem.length);
    if (stem !== operation.template && path.startsWith(stem) && /^[^/]+$/.test(rest))
      return { operation, id: decoded(rest) };
  }
  return null;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
