import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { previousAttributes } from "../../../../src/sandbox/stripe/events.ts";
import { openSandbox, type SandboxClient } from "../../../support/sandbox-client.ts";

let stripe: SandboxClient;

beforeEach(async () => {
  stripe = await openSandbox("stripe");
});

afterEach(() => stripe.close());

async function events(query = ""): Promise<readonly unknown[]> {
  const { body } = await stripe.call("GET", `/v1/events?${query}`);
  return Array.isArray(body["data"]) ? body["data"] : [];
}

async function makeThree() {
  const headers = { "idempotency-key": "made" };
  const form = { name: "Ann", "metadata[a]": "1" };
  const made = await stripe.call("POST", "/v1/customers", { form, headers });
  const path = `/v1/customers/${String(made.body["id"])}`;
  const changed = await stripe.call("POST", path, {
    form: { name: "Eve", "metadata[b]": "2", "address[city]": "Bonn" },
  });
  await stripe.call("POST", path, { form: { name: "Eve" } });
  await stripe.call("DELETE", path);
  return { made, changed };
}

describe("events", () => {
  it("tell of every change, newest first, with its request and what was before", async () => {
    const { made, changed } = await makeThree();
    expect(await events()).toMatchObject([
      { type: "customer.deleted", data: { object: changed.body } },
      {
        type: "customer.updated",
        data: {
          object: changed.body,
          previous_attributes: { name: "Ann", metadata: { b: null }, address: null },
        },
        request: { id: changed.headers.get("request-id"), idempotency_key: null },
      },
      {
        object: "event",
        type: "customer.created",
        api_version: "2026-10-28.endive",
        data: { object: made.body },
        request: { id: made.headers.get("request-id"), idempotency_key: "made" },
      },
    ]);
  });

  it("are picked by type, by types and by delivery", async () => {
    await makeThree();
    expect(await events("type=customer.updated")).toHaveLength(1);
    expect(await events("type=customer.*")).toHaveLength(3);
    expect(await events("type=invoice.*")).toHaveLength(0);
    expect(await events("types[0]=customer.created&types[1]=customer.deleted")).toHaveLength(2);
    expect(await events("delivery_success=false")).toHaveLength(0);
    const both = await stripe.call("GET", "/v1/events?type=a&types[]=b");
    expect(both.body).toMatchObject({ error: { code: "parameters_exclusive" } });
  });

  it("are kept for 30 days", async () => {
    await makeThree();
    const [event] = await events("limit=1");
    const id = typeof event === "object" && event !== null && "id" in event ? event.id : "";
    expect((await stripe.call("GET", `/v1/events/${String(id)}`)).body).toEqual(event);
    stripe.sandbox.control.moveClock({ advanceMs: 30 * 24 * 60 * 60 * 1000 + 1000 });
    expect(await events()).toEqual([]);
    expect((await stripe.call("GET", `/v1/events/${String(id)}`)).status).toBe(404);
  });

  it("tell of seeded customers only where they are younger than that", async () => {
    stripe.sandbox.control.reset({ clients: 100 });
    const told = await events("limit=100");
    expect(told.length).toBeGreaterThan(1);
    expect(told.length).toBeLessThan(10);
    expect(told).toMatchObject(told.map(() => ({ request: { id: null } })));
  });
});

describe("previousAttributes", () => {
  it("has of an object on both sides only the members that changed", () => {
    const before = { a: 1, list: [1], same: { x: 1 }, inner: { kept: 1, changed: 1, gone: 1 } };
    const after = { a: 1, list: [2], same: { x: 1 }, inner: { kept: 1, changed: 2, added: 1 } };
    expect(previousAttributes(before, after)).toEqual({
      list: [1],
      inner: { changed: 1, gone: 1, added: null },
    });
  });
});
