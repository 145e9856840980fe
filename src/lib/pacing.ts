import type { Clock } from "./clock.ts";
import { ProviderError } from "./errors.ts";
import { retryAfterSeconds, type Fetch } from "./http.ts";

/** What one account takes; all of its requests pass one pacer (law 11). */
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

/** Makes a fetch keep to an account's pace, together with every other fetch that the same pacer was given. */
export type Pacer = (fetch: Fetch) => Fetch;

/**
 * The pacers of one process: the same one for the same account, whoever asks and however often, so that two
 * connections of one account share its budget (law 11). `account` tells accounts apart; nothing is read from it.
 */
export function createPacers(options: PacingOptions): (account: string, pace: Pace) => Pacer {
  const pacers = new Map<string, Pacer>();
  return (account, pace) => {
    const known = pacers.get(account) ?? createPacer(pace, options);
    pacers.set(account, known);
    return known;
  };
}

/** A fetch with an account to itself. */
export function createPacedFetch(fetch: Fetch, pace: Pace, options: PacingOptions): Fetch {
  return createPacer(pace, options)(fetch);
}

/**
 * Starts requests in order, no faster than the pace. After a 429 all of them wait, for as long as its Retry-After
 * says, or else for a second that doubles with every further one. What a write was refused with does not hold a fetch
 * that is made later: reads go on then, and the write has its own time, which whoever owes it keeps.
 */
export function createPacer(pace: Pace, options: PacingOptions): Pacer {
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
  let writesHeldUntilMs = 0;
  /** How many fetches there are, and how many there were when a write was refused last. */
  let fetches = 0;
  let fetchesHeld = 0;
  let refusals = 0;
  let line: Promise<unknown> = Promise.resolve();

  const heldUntil = (number: number) =>
    number <= fetchesHeld ? Math.max(heldUntilMs, writesHeldUntilMs) : heldUntilMs;

  const refuseLongWait = (untilMs: number) => {
    const waitMs = untilMs - clock.now();
    if (waitMs <= patienceMs) return;
    throw new ProviderError("rate-limited", "the provider asked to wait before the next request", {
      retry: { afterSeconds: Math.ceil(waitMs / 1000) },
    });
  };

  const isFull = (write: boolean) =>
    active >= pace.concurrency || (write && pace.serialWrites && activeWrites > 0);

  /** Only the head of the line is in here, so that one waiter is enough. */
  const enter = async (
    write: boolean,
    of: { readonly number: number; readonly signal: AbortSignal | null | undefined },
  ) => {
    const { number, signal } = of;
    while (isFull(write)) await new Promise<void>((resolve) => (freed = resolve));
    for (;;) {
      signal?.throwIfAborted();
      const untilMs = heldUntil(number);
      refuseLongWait(untilMs);
      const nowMs = clock.now();
      const openMs = Math.max(untilMs, ...windows.map((window) => window.opensAt(nowMs)));
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

  const heed = (response: Response, write: boolean) => {
    if (response.status !== 429) {
      refusals = 0;
      return;
    }
    const seconds =
      retryAfterSeconds(response.headers, clock) ?? Math.min(60, 2 ** Math.min(refusals, 6));
    refusals += 1;
    const untilMs = clock.now() + seconds * 1000;
    if (write) {
      writesHeldUntilMs = Math.max(writesHeldUntilMs, untilMs);
      fetchesHeld = fetches;
    } else heldUntilMs = Math.max(heldUntilMs, untilMs);
  };

  return (fetch) => {
    const number = (fetches += 1);
    return async (url, init = {}) => {
      const write = !["GET", "HEAD"].includes((init.method ?? "GET").toUpperCase());
      const entered = line.then(() => enter(write, { number, signal: init.signal }));
      line = entered.catch(() => {});
      await entered;
      try {
        const response = await fetch(url, init);
        heed(response, write);
        return response;
      } finally {
        leave(write);
      }
    };
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
