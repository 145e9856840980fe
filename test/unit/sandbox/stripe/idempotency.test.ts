import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSandbox, type SandboxClient } from "../../../support/sandbox-client.ts";

let stripe: SandboxClient;

beforeEach(async () => {
  stripe = await openSandbox("stripe");
});

afterEach(() => stripe.close());

function post(path: string, key: string, form: Readonly<Record<string, string>>) {
  return stripe.call("POST", path, { form, headers: { "idempotency-key": key } });
}

const create = (key: string, form: Readonly<Record<string, string>> = { name: "Ann" }) =>
  post("/v1/customers", key, form);

async function count(): Promise<number> {
  const { body } = await stripe.call("GET", "/v1/customers?limit=100");
  return Array.isArray(body["data"]) ? body["data"].length : -1;
}

describe("an idempotency key", () => {
  it("gives the first answer again, in whatever order the parameters come", async () => {
    const form = { name: "Ann", email: "ann@example.com" };
    const first = await create("k", form);
    const again = await create("k", { email: "ann@example.com", name: "Ann" });
    expect(again.body).toEqual(first.body);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(again.headers.get("original-request")).toBe(first.headers.get("request-id"));
    expect(again.headers.get("request-id")).not.toBe(first.headers.get("request-id"));
    expect(first.headers.get("idempotent-replayed")).toBeNull();
    expect(await count()).toBe(1);
    expect(stripe.sandbox.control.ledger().map(({ wrote }) => wrote)).toEqual([true, false, false]);
  });

  it("gives the answer that was lost", async () => {
    stripe.sandbox.control.addFaults({ kind: "lost-answer", match: { method: "POST" } });
    await expect(create("k")).rejects.toThrow("fetch failed");
    expect((await create("k")).headers.get("idempotent-replayed")).toBe("true");
    expect(await count()).toBe(1);
  });

  it("keeps an error 500 whose request was carried out", async () => {
    const fault = { kind: "status", status: 500, executed: true, match: {} } as const;
    stripe.sandbox.control.addFaults(fault);
    const first = await create("k");
    const again = await create("k");
    expect([first.status, again.status]).toEqual([500, 500]);
    expect(again.body).toEqual(first.body);
    expect(await count()).toBe(1);
  });

  it("keeps nothing of a request that was not carried out", async () => {
    stripe.sandbox.control.addFaults({ kind: "status", status: 500, match: {} });
    expect((await create("k")).status).toBe(500);
    expect((await create("k", { email: "wrong" })).status).toBe(400);
    expect((await create("k", { email: "right@example.com" })).status).toBe(200);
  });

  it("refuses other parameters, and another path", async () => {
    const { body } = await create("k");
    for (const other of [
      await create("k", { name: "Bob" }),
      await post(`/v1/customers/${String(body["id"])}`, "k", { name: "Ann" }),
    ]) {
      expect(other.status).toBe(400);
      expect(other.body).toMatchObject({ error: { type: "idempotency_error" } });
    }
    expect(await count()).toBe(1);
  });

  it("is in use until the first answer has left", async () => {
    stripe.sandbox.control.addFaults({ kind: "delay", delayMs: 40, match: { method: "POST" } });
    const first = create("k");
    while ((await count()) === 0);
    const second = await create("k");
    expect(second.status).toBe(409);
    expect(second.body).toMatchObject({ error: { code: "idempotency_key_in_use" } });
    expect((await first).status).toBe(200);
    expect((await create("k")).status).toBe(200);
    expect(await count()).toBe(1);
  });

  it("is forgotten after 24 hours", async () => {
    await create("k");
    stripe.sandbox.control.moveClock({ advanceMs: 24 * 60 * 60 * 1000 - 1000 });
    await create("k");
    expect(await count()).toBe(1);
    stripe.sandbox.control.moveClock({ advanceMs: 2000 });
    await create("k");
    expect(await count()).toBe(2);
  });

  it("has at most 255 characters", async () => {
    expect((await create("k".repeat(255))).status).toBe(200);
    expect((await create("k".repeat(256))).status).toBe(400);
  });
});
