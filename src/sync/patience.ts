import { AstralisError } from "../lib/errors.ts";
import type { Deps } from "../lib/deps.ts";

/** The longest wait that is sat out; a longer one ends the work on this connection until the next sync (law 11). */
const longestWaitSeconds = 20;

/**
 * Repeats a read that failed for a reason that can pass: after the wait that the provider asked for, else after
 * a second that doubles. Writes never come through here; the outbox repeats those.
 */
export async function withPatience<T>(
  deps: Pick<Deps, "clock" | "random">,
  options: {
    /** How often a read is tried again. */
    readonly attempts: number;
    readonly signal: AbortSignal | undefined;
    /** Told before each wait. */
    readonly onFailure?: () => void;
  },
  read: () => Promise<T>,
): Promise<T> {
  const { attempts, signal } = options;
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await read();
    } catch (error) {
      signal?.throwIfAborted();
      const waitSeconds =
        attempt > attempts ? null : waitAfter(error, attempt, deps.random.fraction());
      if (waitSeconds === null) throw error;
      options.onFailure?.();
      await deps.clock.sleep(waitSeconds * 1000, signal);
    }
  }
}

/** Seconds until the next attempt; null where trying again soon does not help. */
export function waitAfter(error: unknown, attempt: number, jitter: number): number | null {
  if (!(error instanceof AstralisError) || error.retry === "never") return null;
  if (error.code === "busy" || error.code === "lease-lost") return null;
  if (error.retry !== "later") {
    return error.retry.afterSeconds <= longestWaitSeconds ? error.retry.afterSeconds : null;
  }
  return Math.min(2 ** (attempt - 1), longestWaitSeconds) * (0.5 + jitter / 2);
}
