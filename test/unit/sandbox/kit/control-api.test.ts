import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSandbox, type SandboxClient } from "../../../support/sandbox-client.ts";

let stripe: SandboxClient;

beforeEach(async () => {
  stripe = await openSandbox("stripe", { clients: 2, clock: { now: () => 1_790_000_000_000 } });
});

afterEach(() => stripe.close());

async function control(method: string, path: string, body?: unknown) {
  const response = await fetch(`${stripe.sandbox.origin}/_sandbox/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  return { status: response.status, answer };
}

describe("the control API", () => {
  it("shows the state and resets it", async () => {
    expect((await control("POST", "reset", { seed: 2, clients: 4 })).answer).toEqual({ ok: true });
    const { answer } = await control("GET", "state");
    expect(answer).toMatchObject({ customers: [{}, {}, {}, {}] });
  });

  it("moves the clock, and the Date header and created times follow", async () => {
    expect((await control("GET", "clock")).answer).toMatchObject({ now: 1_790_000_000_000 });
    await control("POST", "clock", { now: "2030-01-01T00:00:00Z" });
    await control("POST", "clock", { advance_ms: 5000 });
    const made = await stripe.call("POST", "/v1/customers", { form: { name: "Later" } });
    expect(made.headers.get("date")).toBe("Tue, 01 Jan 2030 00:00:05 GMT");
    expect(made.body["created"]).toBe(Date.UTC(2030, 0, 1) / 1000 + 5);
    expect((await control("POST", "clock", { offset_ms: 0 })).answer).toMatchObject({
      now: 1_790_000_000_000,
    });
    expect((await control("POST", "clock", { now: 1, offset_ms: 0 })).status).toBe(400);
  });

  it("takes one fault or several, lists and removes them", async () => {
    const fault = { kind: "status", status: 503, retry_after_seconds: 3, match: { method: "GET" } };
    await control("POST", "faults", [fault, { kind: "html", match: {}, after: 2 }]);
    expect((await control("GET", "faults")).answer).toMatchObject({
      faults: [{ fault: { retryAfterSeconds: 3 }, left: 1 }, { letPass: 2 }],
    });
    const reply = await stripe.call("GET", "/v1/customers");
    expect([reply.status, reply.headers.get("retry-after")]).toEqual([503, "3"]);
    await control("DELETE", "faults");
    expect((await control("GET", "faults")).answer).toEqual({ faults: [] });
  });

  it("keeps a ledger with whole bodies and without secrets", async () => {
    await stripe.call("POST", "/v1/customers", { form: { name: "Ann" } });
    await stripe.call("GET", "/v1/customers/cus_x?expand[]=tax_ids");
    const { answer } = await control("GET", "ledger?after=1");
    expect(answer).toMatchObject({
      totals: { "GET /v1/customers/{customer}": 1, "POST /v1/customers": 1 },
      entries: [{ number: 2, path: "/v1/customers/cus_x", status: 404 }],
    });
    const [first] = stripe.sandbox.control.ledger();
    expect(first).toMatchObject({ body: "name=Ann", status: 200, wrote: true, fault: null });
    expect(first?.headers["authorization"]).toBe("Bearer");
    expect(JSON.stringify((await control("GET", "ledger")).answer)).not.toContain(
      stripe.credential("api_key"),
    );
    await control("DELETE", "ledger");
    expect((await control("GET", "ledger")).answer).toEqual({ totals: {}, entries: [] });
  });

  it("changes settings, ends tokens and cursors, and shows the new credentials", async () => {
    const settings = { listing_lag_ms: 9, auto_consent: true, rate_limit_per_second: 25 };
    expect((await control("POST", "settings", settings)).answer).toEqual(settings);
    const before = stripe.credential("api_key");
    await control("POST", "tokens", { end: "revoked" });
    const { answer } = await control("GET", "credentials");
    expect(answer).toMatchObject({ credentials: { api_key: stripe.credential("api_key") } });
    expect(stripe.credential("api_key")).not.toBe(before);
    await control("POST", "cursors", { expire: true });
    expect((await stripe.call("GET", "/v1/events")).body["data"]).toEqual([]);
  });

  it("says what is wrong with a request, and what there is", async () => {
    const cases = [
      ["GET", "nothing", undefined, 404, "state, credentials, reset"],
      ["PUT", "state", undefined, 405, "GET"],
      ["POST", "reset", { seeds: 1 }, 400, '"seeds" is not known'],
      ["POST", "reset", { clients: -1 }, 400, '"clients" must be a whole number'],
      ["POST", "faults", { kind: "sloth" }, 400, "must be one of status"],
      ["POST", "faults", { kind: "status" }, 400, "needs a"],
      ["POST", "faults", { kind: "html", match: { path: "(" } }, 400, "regular expression"],
      ["POST", "settings", { colour: "red" }, 400, '"colour" is not a known setting'],
      ["POST", "tokens", { end: "soon" }, 400, "expired"],
    ] as const;
    for (const [method, path, body, status, words] of cases) {
      const reply = await control(method, path, body);
      expect([reply.status, JSON.stringify(reply.answer).replaceAll('\\"', '"')]).toEqual([
        status,
        expect.stringContaining(words),
      ]);
    }
  });
});
