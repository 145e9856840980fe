import { describe, expect, it } from "vitest";
import { createStepClock } from "../../../../src/lib/clock.ts";
import { createIds } from "../../../../src/lib/ids.ts";
import type { Fetch } from "../../../../src/lib/http.ts";
import { silentLog } from "../../../../src/lib/log.ts";
import { createSeededRandom } from "../../../../src/lib/random.ts";
import { createTransport } from "../../../../src/providers/kit/transport.ts";

const nowMs = Date.parse("2026-11-02T09:00:00Z");
const url = "https://api.example.com/things?email=ana@example.com";

function setUp(fetch: Fetch) {
  const clock = createStepClock(nowMs);
  const random = createSeededRandom(1);
  const deps = { clock, random, ids: createIds(clock, random), log: silentLog, fetch };
  const access = {
    token: async () => "one",
    renew: async () => "two",
    accountHint: null,
    apiOrigin: null,
  };
  const endpoints = { api: "https://api.example.com" };
  const transport = createTransport(
    { deps, access, endpoints },
    {
      title: "Example",
      waitSeconds: ({ status }) => (status === 403 ? 20 : null),
    },
  );
  return { clock, transport };
}

const json = (body: string, init?: ResponseInit) => async () => new Response(body, init);

describe("a transport", () => {
  it("puts the token on each request, over whatever an SDK put there", async () => {
    const seen: (string | null)[] = [];
    const { transport } = setUp(async (_url, init) => {
      seen.push(new Headers(init?.headers).get("authorization"));
      return new Response("{}");
    });
    await transport.fetch(url, { headers: { Authorization: "Bearer placeholder", a: "b" } });
    await transport.sdkFetch(new URL(url), { method: "POST", body: "a=b" });
    expect(seen).toEqual(["Bearer one", "Bearer one"]);
  });

  it("corrects the provider's times by its clock", async () => {
    const date = new Date(nowMs + 90_000).toUTCString();
    const { transport } = setUp(json("{}", { headers: { date } }));
    expect(transport.toOurTime(nowMs)).toBe(nowMs);
    await transport.fetch(url);
    expect(transport.toOurTime(nowMs + 90_000)).toBe(nowMs);
    expect(transport.toProviderTime(nowMs)).toBe(nowMs + 90_000);
  });

  it("sends nothing while a wait lasts that only the adapter could read", async () => {
    let requests = 0;
    const { clock, transport } = setUp(async () => {
      requests += 1;
      return new Response("{}", { status: requests === 1 ? 403 : 200 });
    });
    const limited = { code: "rate-limited", retry: { afterSeconds: 20 } };
    await expect(transport.fetch(url)).rejects.toMatchObject(limited);
    clock.advance(5000);
    const later = { code: "rate-limited", retry: { afterSeconds: 15 } };
    await expect(transport.fetch(url)).rejects.toMatchObject(later);
    expect(requests).toBe(1);
    clock.advance(15_000);
    expect((await transport.fetch(url)).status).toBe(200);
  });

  it("repeats in its errors nothing that was sent or answered", async () => {
    const answers = [
      json('{"error":"ana@example.com is wrong"}', { status: 403 }),
      json('{"error":"ana@example.com is wrong"}', { status: 503 }),
      json("<html>ana@example.com</html>", { status: 404 }),
      json("<html>ana@example.com</html>"),
      json('["ana@example.com"]'),
      json("", { status: 301, headers: { location: "https://ana@example.com/" } }),
    ];
    for (const answer of answers) {
      const { transport } = setUp(answer);
      const error: unknown = await transport.fetch(url).catch((caught) => caught);
      expect(String(error)).toMatch(/Example/);
      expect(String(error)).not.toMatch(/ana@|email=/);
    }
  });
});
