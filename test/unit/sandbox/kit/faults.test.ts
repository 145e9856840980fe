import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSandbox, type SandboxClient } from "../../../support/sandbox-client.ts";

let stripe: SandboxClient;

beforeEach(async () => {
  stripe = await openSandbox("stripe", { clients: 5 });
});

afterEach(() => stripe.close());

const create = () => stripe.call("POST", "/v1/customers", { form: { name: "New" } });
const count = async () => (await list())?.length;

async function list(): Promise<unknown[] | undefined> {
  const { body } = await stripe.call("GET", "/v1/customers?limit=100");
  return Array.isArray(body["data"]) ? body["data"] : undefined;
}

describe("a fault", () => {
  it("of a status is the vendor's own error, and nothing is carried out", async () => {
    stripe.sandbox.control.addFaults({
      kind: "status",
      status: 429,
      retryAfterSeconds: 7,
      match: { method: "POST", path: "^/v1/customers$" },
    });
    const refused = await create();
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("7");
    expect(refused.body).toMatchObject({ error: { code: "rate_limit" } });
    expect(await count()).toBe(5);
    expect((await create()).status).toBe(200);
  });

  it("of a status that is executed carries the request out all the same", async () => {
    const { control } = stripe.sandbox;
    control.addFaults({ kind: "status", status: 500, executed: true, match: { method: "POST" } });
    expect((await create()).status).toBe(500);
    expect(await count()).toBe(6);
    expect(control.ledger()[0]).toMatchObject({ status: 500, fault: "status", wrote: true });
  });

  it("that loses the answer leaves the write behind", async () => {
    const { control } = stripe.sandbox;
    control.addFaults({ kind: "lost-answer", match: { method: "POST" } });
    await expect(create()).rejects.toThrow("fetch failed");
    expect(await count()).toBe(6);
    expect(control.ledger()[0]).toMatchObject({ status: 200, fault: "lost-answer", wrote: true });
  });

  it("that resets the connection does so before anything is handled", async () => {
    const { control } = stripe.sandbox;
    control.addFaults({ kind: "reset", match: { method: "POST" } });
    await expect(create()).rejects.toThrow("fetch failed");
    expect(await count()).toBe(5);
    expect(control.ledger()[0]).toMatchObject({ status: 0, fault: "reset", wrote: false });
  });

  it("that cuts a page promises more than it sends", async () => {
    stripe.sandbox.control.addFaults({ kind: "cut-page", match: {} });
    await expect(list()).rejects.toThrow("terminated");
    expect(await count()).toBe(5);
  });

  it("of a gateway answers HTML", async () => {
    stripe.sandbox.control.addFaults({ kind: "html", match: {} });
    const reply = await stripe.call("GET", "/v1/customers");
    expect(reply.status).toBe(502);
    expect(reply.headers.get("content-type")).toContain("text/html");
    expect(reply.text).toContain("502 Bad Gateway");
  });

  it("of an empty page waits for a listing", async () => {
    const { control } = stripe.sandbox;
    control.addFaults({ kind: "empty-page", match: {} });
    expect((await create()).status).toBe(200);
    expect(control.faults()).toHaveLength(1);
    expect(await count()).toBe(0);
    expect(await count()).toBe(6);
  });

  it("that ends tokens makes the request fail, and the next credentials are new", async () => {
    const { control } = stripe.sandbox;
    const key = stripe.credential("api_key");
    control.addFaults({ kind: "token-expired", match: {} });
    const refused = await stripe.call("GET", "/v1/customers");
    expect(refused.status).toBe(401);
    expect(refused.body).toMatchObject({ error: { code: "api_key_expired" } });
    expect(stripe.credential("api_key")).not.toBe(key);
    expect(await count()).toBe(5);
  });

  it("that delays holds the answer back, not the write", async () => {
    stripe.sandbox.control.addFaults({ kind: "delay", delayMs: 30, match: { method: "POST" } });
    const made = create();
    const first = await Promise.race([made.then(() => "answer"), untilCount(6)]);
    expect(first).toBe("written");
    expect((await made).status).toBe(200);
  });

  it("is served after as many requests and as often as it says, or until it is removed", async () => {
    const { control } = stripe.sandbox;
    const statuses = async (requests: number) => {
      const seen: number[] = [];
      for (let i = 0; i < requests; i += 1)
        seen.push((await stripe.call("GET", "/v1/customers")).status);
      return seen;
    };
    control.addFaults({ kind: "status", status: 503, after: 1, times: 2, match: {} });
    expect(await statuses(5)).toEqual([200, 503, 503, 200, 200]);
    control.addFaults({ kind: "status", status: 500, times: 0, match: { path: "customers" } });
    expect(await statuses(3)).toEqual([500, 500, 500]);
    control.clearFaults();
    expect(await statuses(1)).toEqual([200]);
  });
});

async function untilCount(wanted: number): Promise<string> {
  while ((await count()) !== wanted);
  return "written";
}
