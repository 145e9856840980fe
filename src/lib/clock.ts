/** An instant as ISO 8601 in UTC with milliseconds; sorts as text. */
export type Instant = string;

export interface Clock {
  /** Milliseconds since 1970 in UTC. */
  now(): number;
  /** Resolves after that time, or rejects with the signal's reason. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
  /** Resolves once that time is reached, or rejects with the signal's reason. Where others move the clock, it does not. */
  reached(epochMs: number, signal?: AbortSignal): Promise<void>;
}

/** A longer timer would fire at once. Whoever sleeps looks at the clock again and sleeps on. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep,
  reached: async (epochMs, signal) => {
    while (Date.now() < epochMs) await sleep(epochMs - Date.now(), signal);
  },
};

function sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
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
  });
}

/** A clock that moves only when told to, or when someone sleeps on it. */
export interface StepClock extends Clock {
  advance(durationMs: number): void;
}

interface Waiting {
  readonly epochMs: number;
  readonly resolve: () => void;
}

export function createStepClock(startMs: number): StepClock {
  let currentMs = startMs;
  let waiting: Waiting[] = [];
  const advance = (durationMs: number) => {
    currentMs += durationMs;
    const due = waiting.filter(({ epochMs }) => epochMs <= currentMs);
    waiting = waiting.filter(({ epochMs }) => epochMs > currentMs);
    for (const { resolve } of due) resolve();
  };
  return {
    now: () => currentMs,
    advance,
    sleep: async (durationMs, signal) => {
      signal?.throwIfAborted();
      // A real clock shows whole milliseconds.
      advance(Math.max(0, Math.ceil(durationMs)));
    },
    reached: (epochMs, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        if (epochMs <= currentMs) return resolve();
        const waits: Waiting = { epochMs, resolve };
        waiting.push(waits);
        const onAbort = () => {
          waiting = waiting.filter((one) => one !== waits);
          reject(signal?.reason);
        };
        signal?.addEventListener("abort", onAbort, { once: true });
      }),
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
