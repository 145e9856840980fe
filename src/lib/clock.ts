/** An instant as ISO 8601 in UTC with milliseconds; sorts as text. */
export type Instant = string;

export interface Clock {
  /** Milliseconds since 1970 in UTC. */
  now(): number;
  /** Resolves after that time, or rejects with the signal's reason. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** A longer timer would fire at once. Whoever sleeps looks at the clock again and sleeps on. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (durationMs, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(
        () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
        Math.min(durationMs, longestTimerMs),
      );
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
};

/** A clock that moves only when told to, or when someone sleeps on it. */
export interface StepClock extends Clock {
  advance(durationMs: number): void;
}

export function createStepClock(startMs: number): StepClock {
  let currentMs = startMs;
  return {
    now: () => currentMs,
    advance: (durationMs) => {
      currentMs += durationMs;
    },
    sleep: async (durationMs, signal) => {
      signal?.throwIfAborted();
      currentMs += Math.max(0, durationMs);
    },
  };
}

export function toInstant(epochMs: number): Instant {
  return new Date(epochMs).toISOString();
}

export function toEpochMs(instant: Instant): number {
  return Date.parse(instant);
}

/** The clock's present as an instant. */
export function instantOf(clock: Clock): Instant {
  return toInstant(clock.now());
}
