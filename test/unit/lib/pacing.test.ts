import { describe, expect, it } from "vitest";
import { createStepClock } from "../../../src/lib/clock.ts";
import type { StepClock } from "../../../src/lib/clock.ts";
import { ProviderError } from "../../../src/lib/errors.ts";
import type { Fetch } from "../../../src/lib/http.ts";
import { createPacedFetch, createPacers, type Pace } from "../../../src/lib/pacing.ts";

const url = "https://api.example.com/things";
const free: Pace = { requestsPerSecond: 1000, concurrency: 100, serialWrites: false };

/** A server that answers when told to, and remembers when each request came. */
function createServer(pace: Pace, patienceSeconds = 5) {
  const clock = createStepClock(1_000_000);
  const arrivals: { readonly atMs: number; readonly method: string }[] = [];
  const waiting: ((response: Response) => void)[] = [];
  let answers: Response[] | null = null;
  const fetch = createPacedFetch(
    (_url, init) => {
      arrivals.push({ atMs: clock.now() - 1_000_000, method: init?.method ?? "GET" });
      const ready = answers?.shift();
      if (answers !== null) return Promise.resolve(ready ?? new Response("{}"));
      return new Promise((resolve) => waiting.push(resolve));
    },
    pace,
    { clock, patienceSeconds },
  );
  return {
    clock,
    arrivals,
    fetch,
    answerWith: (...next: Response[]) => {
      answers = next;
    },
    answerOne: async () => {
      waiting.shift()?.(new Response("{}"));
      await settle();
    },
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

const asked = (retryAfter: string | null) =>
  new Response("{}", {
    status: 429,
    headers: retryAfter === null ? {} : { "retry-after": retryAfter },
  });

describe("a paced fetch", () => {
  it("starts no more than the allowed requests in any second, and as many as that", async () => {
    const server = createServer({ ...free, requestsPerSecond: 3 });
    server.answerWith();
    await Promise.all(Array.from({ length: 8 }, () => server.fetch(url)));
    expect(server.arrivals.map(({ atMs }) => atMs)).toEqual([
      0, 0, 0, 1000, 1000, 1000, 2000, 2000,
    ]);
  });

  it("keeps to a minute's allowance as well", async () => {
    const server = createServer({ ...free, requestsPerMinute: 2 });
    server.answerWith();
    for (let count = 0; count < 5; count += 1) await server.fetch(url);
    expect(server.arrivals.map(({ atMs }) => atMs)).toEqual([0, 0, 60_000, 60_000, 120_000]);
  });

  it("takes less than one request a second for what it says", async () => {
    const server = createServer({ ...free, requestsPerSecond: 0.5 });
    server.answerWith();
    for (let count = 0; count < 3; count += 1) await server.fetch(url);
    expect(server.arrivals.map(({ atMs }) => atMs)).toEqual([0, 2000, 4000]);
  });

  it("has no more requests under way than allowed, and keeps their order", async () => {
    const server = createServer({ ...free, concurrency: 2 });
    const all = ["GET", "PUT", "POST", "PATCH"].map((method) => server.fetch(url, { method }));
    await settle();
    expect(server.arrivals.length).toBe(2);
    await server.answerOne();
    expect(server.arrivals.length).toBe(3);
    for (let count = 0; count < 3; count += 1) await server.answerOne();
    await Promise.all(all);
    expect(server.arrivals.map(({ method }) => method)).toEqual(["GET", "PUT", "POST", "PATCH"]);
  });

  it("sends one write after another where the account wants that", async () => {
    const server = createServer({ ...free, serialWrites: true });
    const all = ["GET", "POST", "PATCH"].map((method) => server.fetch(url, { method }));
    await settle();
    expect(server.arrivals.map(({ method }) => method)).toEqual(["GET", "POST"]);
    await server.answerOne();
    expect(server.arrivals.length).toBe(2);
    await server.answerOne();
    expect(server.arrivals.length).toBe(3);
    await server.answerOne();
    await Promise.all(all);
  });

  it("waits after a 429 for the whole account, as long as was asked for", async () => {
    const server = createServer(free);
    server.answerWith(asked("3"));
    expect((await server.fetch(url)).status).toBe(429);
    await Promise.all([server.fetch(url), server.fetch(url)]);
    expect(server.arrivals.map(({ atMs }) => atMs)).toEqual([0, 3000, 3000]);
  });

  it("waits longer after each 429 that names no time, and forgets that with the first success", async () => {
    const server = createServer(free);
    server.answerWith(asked(null), asked(null), asked(null), new Response("{}"), asked(null));
    for (let count = 0; count < 6; count += 1) await server.fetch(url);
    expect(server.arrivals.map(({ atMs }) => atMs)).toEqual([0, 1000, 3000, 7000, 7000, 8000]);
  });

  it("ends at once with the wait where that is longer than its patience", async () => {
    const server = createServer(free);
    server.answerWith(asked("120"));
    await server.fetch(url);
    const error: unknown = await server.fetch(url, { method: "POST" }).catch((caught) => caught);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({
      code: "rate-limited",
      executed: "no",
      retry: { afterSeconds: 120 },
    });
    expect(server.arrivals.length).toBe(1);
    server.clock.advance(120_000);
    expect((await server.fetch(url)).status).toBe(200);
  });

  it("goes on after a request that failed or was called off while it waited", async () => {
    const server = createServer({ ...free, concurrency: 1 });
    const stop = new AbortController();
    const first = server.fetch(url);
    const second = server.fetch(url, { signal: stop.signal });
    const third = server.fetch(url);
    await settle();
    stop.abort(new Error("called off"));
    await server.answerOne();
    await expect(second).rejects.toThrow("called off");
    await server.answerOne();
    expect((await first).status).toBe(200);
    expect((await third).status).toBe(200);
    expect(server.arrivals.length).toBe(2);
  });
});

describe("the pacers of a process", () => {
  /** A fetch of a session, and when its requests came. */
  const createSession = (clock: StepClock, answers: Response[] = []) => {
    const arrivals: number[] = [];
    const fetch: Fetch = async () => {
      arrivals.push(clock.now());
      return answers.shift() ?? new Response("{}");
    };
    return { arrivals, fetch };
  };

  it("give one budget to all that is sent to one account, and another to another one", async () => {
    const clock = createStepClock(0);
    const pacers = createPacers({ clock });
    const pace = { ...free, requestsPerSecond: 3 };
    const sessions = ["stripe a", "stripe a", "stripe b"].map((account) => {
      const session = createSession(clock);
      return { ...session, paced: pacers(account, pace)(session.fetch) };
    });
    const [first, second, other] = sessions;
    for (let count = 0; count < 3; count += 1)
      await Promise.all([first?.paced(url), second?.paced(url)]);
    const arrivals = [...(first?.arrivals ?? []), ...(second?.arrivals ?? [])];
    expect(arrivals.toSorted((a, b) => a - b)).toEqual([0, 0, 0, 1000, 1000, 1000]);
    await other?.paced(url);
    expect(other?.arrivals).toEqual([1000]);
  });

  it("hold every session of an account that asked for a wait, also those that are opened later", async () => {
    const clock = createStepClock(0);
    const pacer = createPacers({ clock })("a", free);
    const refused = createSession(clock, [asked("600")]);
    await pacer(refused.fetch)(url);
    const later = createSession(clock);
    await expect(pacer(later.fetch)(url)).rejects.toMatchObject({ code: "rate-limited" });
    expect(later.arrivals).toEqual([]);
    clock.advance(600_000);
    expect((await pacer(later.fetch)(url)).status).toBe(200);
  });

  it("let a session that is opened after a write was refused go on: the write has its own time", async () => {
    const clock = createStepClock(0);
    const pacer = createPacers({ clock })("a", free);
    const session = createSession(clock, [asked("600")]);
    const [refused, beside] = [pacer(session.fetch), pacer(createSession(clock).fetch)];
    await refused(url, { method: "POST" });
    for (const held of [refused, beside])
      await expect(held(url)).rejects.toMatchObject({ code: "rate-limited" });
    expect((await pacer(createSession(clock).fetch)(url)).status).toBe(200);
  });
});
