import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import type { Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createStepClock } from "../../../src/lib/clock.ts";
import { ProviderError } from "../../../src/lib/errors.ts";
import type { FetchOptions } from "../../../src/lib/http.ts";
import { clockOffsetMs, createFetch, retryAfterSeconds } from "../../../src/lib/http.ts";

const clock = createStepClock(Date.UTC(2026, 0, 1));
const servers: Server[] = [];
const sockets = new Set<Socket>();

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}

const create = (options: Partial<FetchOptions> = {}) =>
  createFetch({ timeoutMs: 2000, maxBytes: 1000, userAgent: "astralis/test", ...options });

/** What a request that must fail failed with. */
async function failure(request: Promise<unknown>): Promise<ProviderError> {
  const error = await request.then(
    () => new Error("it succeeded"),
    (reason: unknown) => reason,
  );
  if (error instanceof ProviderError) return error;
  throw error;
}

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
});

describe("createFetch", () => {
  it("hands on status, headers and body, and says who asks", async () => {
    const origin = await serve((request, response) => {
      response.writeHead(201, { "x-answer": "yes" });
      response.end(`${request.method} ${request.headers["user-agent"]}`);
    });
    const response = await create()(`${origin}/a`, { method: "POST", body: "b" });
    expect([response.status, response.headers.get("x-answer")]).toEqual([201, "yes"]);
    expect(await response.text()).toBe("POST astralis/test");
  });

  it("keeps a user agent that the caller chose", async () => {
    const origin = await serve((request, response) => response.end(request.headers["user-agent"]));
    const response = await create()(origin, { headers: { "User-Agent": "vendor/1" } });
    expect(await response.text()).toBe("vendor/1");
  });

  it("returns every status as it is, 204 and 304 without a body too", async () => {
    const origin = await serve((request, response) => {
      response.writeHead(Number(request.url?.slice(1)));
      response.end();
    });
    const statuses = [204, 304, 400, 429, 503];
    const answers = await Promise.all(statuses.map((status) => create()(`${origin}/${status}`)));
    expect(answers.map((response) => response.status)).toEqual(statuses);
  });

  it("follows no redirect", async () => {
    const visited: (string | undefined)[] = [];
    const origin = await serve((request, response) => {
      visited.push(request.url);
      response.writeHead(302, { location: "/elsewhere" });
      response.end();
    });
    const response = await create()(`${origin}/here`);
    expect([response.status, response.headers.get("location")]).toEqual([302, "/elsewhere"]);
    expect(visited).toEqual(["/here"]);
  });

  it("knows that a refused connection sent nothing", async () => {
    const origin = await serve(() => {});
    const closed = servers.pop();
    await new Promise((done) => closed?.close(done));
    const error = await failure(create()(origin, { method: "POST", body: "{}" }));
    expect(error).toMatchObject({ code: "provider-unavailable", executed: "no", retry: "later" });
    expect(error.message).toBe(`${origin} cannot be reached (ECONNREFUSED)`);
  });

  it.each([
    ["ENOTFOUND", "no"],
    ["EAI_AGAIN", "no"],
    ["UND_ERR_CONNECT_TIMEOUT", "no"],
    ["CERT_HAS_EXPIRED", "no"],
    ["ECONNRESET", "unknown"],
    ["EPIPE", "unknown"],
    ["UND_ERR_SOCKET", "unknown"],
    ["ETIMEDOUT", "unknown"],
  ])("takes %s for: carried out, %s", async (code, executed) => {
    const failing = async () => {
      throw new TypeError("fetch failed", { cause: Object.assign(new Error("low"), { code }) });
    };
    const error = await failure(create({ fetch: failing })("http://a.example"));
    expect(error).toMatchObject({
      executed,
      message: `http://a.example cannot be reached (${code})`,
    });
  });

  it("does not know what became of a request whose connection was cut", async () => {
    const origin = await serve((request) => request.socket.destroy());
    const error = await failure(create()(origin, { method: "POST", body: "{}" }));
    expect(error).toMatchObject({ code: "provider-unavailable", executed: "unknown" });
  });

  it("does not know what became of a request whose answer was cut short", async () => {
    const origin = await serve((request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => request.socket.destroy());
    });
    const error = await failure(create()(origin, { method: "POST", body: "{}" }));
    expect(error).toMatchObject({ code: "provider-unavailable", executed: "unknown" });
  });

  it("waits no longer than it was told for an answer to begin", async () => {
    const origin = await serve(() => {});
    const error = await failure(create({ timeoutMs: 50 })(`${origin}/slow?token=hidden`));
    expect(error).toMatchObject({ code: "provider-unavailable", executed: "unknown" });
    expect(error.message).toBe(`${origin} did not answer within 50 ms`);
  });

  it("waits no longer than it was told for an answer to end", async () => {
    const origin = await serve((_request, response) => void response.write("begun"));
    const error = await failure(create({ timeoutMs: 100 })(origin));
    expect(error.message).toContain("did not answer within 100 ms");
  });

  it("reads an answer of just the ceiling, and stops one byte above it", async () => {
    const origin = await serve((request, response) => {
      response.end("x".repeat(Number(request.url?.slice(1))));
    });
    expect(await (await create()(`${origin}/1000`)).text()).toHaveLength(1000);
    const error = await failure(create()(`${origin}/1001`));
    expect(error).toMatchObject({ code: "provider-malformed", executed: "unknown" });
  });

  it("stops reading an endless answer instead of filling the memory", async () => {
    let written = 0;
    const origin = await serve((_request, response) => {
      const pump = () => {
        while (!response.destroyed && response.write("x".repeat(1000))) written += 1000;
      };
      response.on("drain", pump);
      pump();
    });
    const error = await failure(create({ maxBytes: 10_000 })(origin));
    expect(error.code).toBe("provider-malformed");
    expect(written).toBeLessThan(20_000_000);
  });

  it("passes on the reason of a caller that gave up", async () => {
    const origin = await serve(() => {});
    const stop = new AbortController();
    const request = create()(origin, { signal: stop.signal });
    stop.abort(new Error("shutting down"));
    await expect(request).rejects.toThrow("shutting down");
  });

  it.each(["key\nsecret", "“secret”"])(
    "refuses a key that is no header, and does not repeat it",
    async (key) => {
      const error = await failure(
        create()("http://127.0.0.1", { headers: { authorization: key } }),
      );
      expect(error).toMatchObject({ code: "provider-refused", executed: "no" });
      expect(`${error.message} ${error.hint} ${error.stack}`).not.toContain("secret");
    },
  );

  it("tells neither path, query nor credentials of the URL", async () => {
    const error = await failure(create()("http://user:secret@127.0.0.1:1/path?code=secret"));
    expect(`${error.message} ${error.hint}`).not.toMatch(/secret|path|user/);
  });
});

describe("clockOffsetMs", () => {
  it("says how far ahead the provider's clock is", () => {
    const response = new Response(null, { headers: { date: "Thu, 01 Jan 2026 00:00:30 GMT" } });
    expect(clockOffsetMs(response, clock)).toBe(30_000);
  });

  it("is null without a date, and with one that is none", () => {
    expect(clockOffsetMs(new Response(null), clock)).toBeNull();
    expect(clockOffsetMs(new Response(null, { headers: { date: "soon" } }), clock)).toBeNull();
  });
});

const seconds = (headers: Record<string, string>) => retryAfterSeconds(new Headers(headers), clock);

describe("retryAfterSeconds", () => {
  it.each([
    ["30", 30],
    [" 0 ", 0],
    ["1.5", 1.5],
    ["Thu, 01 Jan 2026 00:01:00 GMT", 60],
    ["Wed, 31 Dec 2025 00:00:00 GMT", 0],
    ["soon", null],
    ["", null],
  ])("reads %j as %s", (value, expected) => {
    expect(seconds({ "retry-after": value })).toBe(expected);
  });

  it("is null without the header", () => {
    expect(seconds({})).toBeNull();
  });

  it("reads a date against the provider's own clock", () => {
    const date = "Thu, 01 Jan 2026 12:00:00 GMT";
    expect(seconds({ "retry-after": "Thu, 01 Jan 2026 12:00:20 GMT", date })).toBe(20);
  });
});
