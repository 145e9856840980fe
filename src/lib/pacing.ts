import type { Clock } from "./clock.ts";
import { ProviderError } from "./errors.ts";
import { retryAfterSeconds, type Fetch } from "./http.ts";

/** What one account takes; all of its requests pass one paced fetch (law 11). */
export interface Pace {
  readonly requestsPerSecond: number;
  readonly requestsPerMinute?: number;
  readonly concurrency: number;
  /** Whether writes go one after another; a waiting write holds up what comes after it. */
  readonly serialWrites: boolean;
}

export interface PacingOptions {
  readonly clock: Clock;
  /** A longer wait that the server asked for is an error at once: it parks the job, not the worker. */
  readonly patienceSeconds?: number;
}

/**
 * A fetch that starts requests in order, no faster than the pace. After a 429 all of them wait, for as long as
 * its Retry-After says, or else for a second that doubles with every further one.
 */
export function createPacedFetch(fetch: Fetch, pace: Pace, options: PacingOptions): Fetch {
  const { clock } = options;
  const patienceMs = (options.patienceSeconds ?? 5) * 1000;
  const windows = [
    createWindow(pace.requestsPerSecond, 1000),
    ...(pace.requestsPerMinute === undefined ? [] : [createWindow(pace.requestsPerMinute, 60_000)]),
  ];
  let active = 0;
  let activeWrites = 0;
  let freed: (() => void) | null = null;
  let heldUntilMs = 0;
  let refusals = 0;
  let line: Promise<unknown> = Promise.resolve();

  const refuseLongWait = () => {
    const waitMs = heldUntilMs - clock.now();
    if (waitMs <= patienceMs) return;
    throw new ProviderError("rate-limited", "the provider asked to wait before the next request", {
      retry: { afterSeconds: Math.ceil(waitMs / 1000) },
    });
  };

  const isFull = (write: boolean) =>
    active >= pace.concurrency || (write && pace.serialWrites && activeWrites > 0);

  /** Only the head of the line is in here, so that one waiter is enough. */
  const enter = async (write: boolean, signal: AbortSignal | null | undefined) => {
    while (isFull(write)) await new Promise<void>((resolve) => (freed = resolve));
    for (;;) {
      signal?.throwIfAborted();
      refuseLongWait();
      const nowMs = clock.now();
      const openMs = Math.max(heldUntilMs, ...windows.map((window) => window.opensAt(nowMs)));
      if (openMs <= nowMs) break;
      await clock.sleep(openMs - nowMs, signal ?? undefined);
    }
    for (const window of windows) window.take(clock.now());
    active += 1;
    if (write) activeWrites += 1;
  };

  const leave = (write: boolean) => {
    active -= 1;
    if (write) activeWrites -= 1;
    freed?.();
  };

  const heed = (response: Response) => {
    if (response.status !== 429) {
      refusals = 0;
      return;
    }
    const seconds =
      retryAfterSeconds(response.headers, clock) ?? Math.min(60, 2 ** Math.min(refusals, 6));
    refusals += 1;
    heldUntilMs = Math.max(heldUntilMs, clock.now() + seconds * 1000);
  };

  return async (url, init = {}) => {
    const write = !["GET", "HEAD"].includes((init.method ?? "GET").toUpperCase());
    const entered = line.then(() => enter(write, init.signal));
    line = entered.catch(() => {});
    await entered;
    try {
      const response = await fetch(url, init);
      heed(response);
      return response;
    } finally {
      leave(write);
    }
  };
}

/** Lets `count` pass in any stretch of `lengthMs`. */
function createWindow(count: number, lengthMs: number) {
  // A pace below one a window takes a longer window instead.
  const size = Math.max(1, Math.floor(count));
  const spanMs = count < 1 ? lengthMs / count : lengthMs;
  const passedMs: number[] = [];
  return {
    opensAt: (nowMs: number) => {
      while (passedMs[0] !== undefined && passedMs[0] <= nowMs - spanMs) passedMs.shift();
      const oldest = passedMs[0];
      return passedMs.length < size || oldest === undefined ? nowMs : oldest + spanMs;
    },
    take: (nowMs: number) => passedMs.push(nowMs),
  };
}
