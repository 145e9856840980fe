import { Stripe } from "stripe";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSandbox, type SandboxClient } from "../../../support/sandbox-client.ts";

let sandbox: SandboxClient;
let stripe: Stripe;

beforeEach(async () => {
  sandbox = await openSandbox("stripe", { clients: 120 });
  const { hostname, port } = new URL(sandbox.sandbox.origin);
  stripe = new Stripe(sandbox.credential("api_key"), {
    host: hostname,
    port,
    protocol: "http",
    telemetry: false,
    maxNetworkRetries: 0,
  });
});

afterEach(() => sandbox.close());

describe("Stripe's own library", () => {
  it("writes, reads, searches and deletes in the sandbox", async () => {
    const made = await stripe.customers.create(
      { name: "Ann", email: "ann@example.com", address: { city: "Bonn" }, metadata: { k: "1" } },
      { idempotencyKey: "k" },
    );
    const changed = await stripe.customers.update(made.id, { name: "", metadata: { k: "" } });
    expect(changed).toMatchObject({ name: null, metadata: {}, address: { city: "Bonn" } });
    const found = await stripe.customers.search({ query: "email:'ann@example.com'" });
    expect(found.data.map(({ id }) => id)).toEqual([made.id]);
    expect(await stripe.customers.del(made.id)).toMatchObject({ deleted: true });
    const events = await stripe.events.list({
      types: ["customer.created", "customer.deleted"],
      limit: 2,
    });
    expect(events.data[1]).toMatchObject({ request: { idempotency_key: "k" } });
    expect((await stripe.accounts.retrieveCurrent()).id).toBe(sandbox.credential("account"));
  });

  it("walks all pages by itself", async () => {
    const ids = new Set<string>();
    for await (const { id } of stripe.customers.list({ limit: 50, created: { gte: 1 } }))
      ids.add(id);
    expect(ids.size).toBe(120);
    expect(sandbox.sandbox.control.totals()).toEqual({ "GET /v1/customers": 3 });
  });

  it("knows the errors for what they are", async () => {
    const { control } = sandbox.sandbox;
    expect(await kindOf(stripe.customers.retrieve("cus_none"))).toBe("StripeInvalidRequestError");
    await stripe.customers.create({ name: "A" }, { idempotencyKey: "k" });
    const other = stripe.customers.create({ name: "B" }, { idempotencyKey: "k" });
    expect(await kindOf(other)).toBe("StripeIdempotencyError");
    for (const [status, kind] of [
      [401, "StripeAuthenticationError"],
      [403, "StripePermissionError"],
      [429, "StripeRateLimitError"],
      [500, "StripeAPIError"],
    ] as const) {
      control.addFaults({ kind: "status", status, match: {} });
      expect(await kindOf(stripe.customers.list())).toBe(kind);
    }
  });
});

function kindOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "none",
    (error: unknown) => (error instanceof Error ? error.constructor.name : "unknown"),
  );
}
