import type { Clock } from "../lib/clock.ts";

/** A connection of which nothing is heard for so long is not waited for by the others (law 11). */
const longestSilenceMs = 10_000;

/** Whether a connection's pull comes along: the others wait for it only as long as it does. */
export interface Watch {
  /** Something was heard of it. */
  sign(): void;
  /** It is in trouble. */
  readonly stall: () => void;
  /** Resolves once it is in trouble, or was silent for too long. */
  readonly stalled: Promise<void>;
  /** Nobody looks any more. */
  end(): void;
}

export function createWatch(clock: Clock): Watch {
  const { promise: stalled, resolve: stall } = Promise.withResolvers<void>();
  const ended = new AbortController();
  let heardMs = clock.now();
  const keepWatch = async () => {
    while (!ended.signal.aborted) {
      const dueMs = heardMs + longestSilenceMs;
      if (clock.now() >= dueMs) return stall();
      // Ended is the only thing that it rejects with.
      await clock.reached(dueMs, ended.signal).catch(() => {});
    }
  };
  void keepWatch();
  return {
    sign: () => {
      heardMs = clock.now();
    },
    stall,
    stalled,
    end: () => ended.abort(),
  };
}
