import type { World } from "../kit/vendor.ts";
import { RequestRefusal } from "./errors.ts";
import type { SalesforceSettings } from "./settings.ts";

/** The org's requests of the last 24 hours, and of this second. */
export interface Usage {
  /** Counts a request; refuses the one that is too many. */
  count(): void;
  /** "api-usage=118/15000" */
  header(): string;
  clear(): void;
}

const hourMs = 3600 * 1000;

export function createUsage(world: World, settings: () => SalesforceSettings): Usage {
  /** Requests by the hour that they came in. */
  const hours = new Map<number, number>();
  let second = { at: 0, count: 0 };
  const used = () => {
    const oldest = Math.floor(world.now() / hourMs) - 23;
    for (const hour of hours.keys()) if (hour < oldest) hours.delete(hour);
    return [...hours.values()].reduce((sum, count) => sum + count, settings().daily_used);
  };
  return {
    count: () => {
      if (used() >= settings().daily_limit)
        throw new RequestRefusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
      const at = Math.floor(world.now() / 1000);
      if (second.at !== at) second = { at, count: 0 };
      second.count += 1;
      const limit = world.rateLimitPerSecond();
      if (limit > 0 && second.count > limit)
        throw new RequestRefusal(429, "REQUEST_LIMIT_EXCEEDED", "Too many requests.");
      const hour = Math.floor(world.now() / hourMs);
      hours.set(hour, (hours.get(hour) ?? 0) + 1);
    },
    header: () => `api-usage=${used()}/${settings().daily_limit}`,
    clear: () => hours.clear(),
  };
}
